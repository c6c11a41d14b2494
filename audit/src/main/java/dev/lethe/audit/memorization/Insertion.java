package dev.lethe.audit.memorization;

import dev.lethe.core.random.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Puts canaries among the lines of a text: each copy is a line of its own at a place drawn uniformly. Lines go through one at a time,
 * so that a text may be larger than memory.
 *
 * @param manifest what to put in
 * @param seed of the places
 */
public record Insertion(Manifest manifest, Seed seed) {
    /**
     * Goes through a text.
     *
     * @param lines of the text
     * @param count how many they are
     * @param asLine what a canary looks like as a line, such as a JSON record; the canary itself for plain text
     * @param out takes the lines and canaries
     * @throws IllegalArgumentException if a canary is in the text already, or there are not as many lines as said
     */
    public void into(Iterable<String> lines, long count, UnaryOperator<String> asLine, Consumer<String> out) {
        List<String> copies = new ArrayList<>();
        for (Canary canary : manifest.canaries()) {
            for (int i = 0; i < canary.copies(); i++) {
                copies.add(asLine.apply(canary.text()));
            }
        }
        // A place is the number of lines before the copy; copies at one place stand in random order.
        UniformRandomProvider random = seed.fork("places of canaries").stream();
        long[] places = new long[copies.size()];
        for (int i = places.length - 1; i > 0; i--) {
            Collections.swap(copies, i, random.nextInt(i + 1));
        }
        for (int i = 0; i < places.length; i++) {
            places[i] = random.nextLong(count + 1);
        }
        Arrays.sort(places);
        long at = 0;
        int next = 0;
        for (String line : lines) {
            while (next < places.length && places[next] == at) {
                out.accept(copies.get(next++));
            }
            refuseKnown(line, at);
            out.accept(line);
            at++;
        }
        if (at != count) {
            throw new IllegalArgumentException(
                    "the text has " + at + " lines instead of " + count + "; did it change while it was read?");
        }
        while (next < places.length) {
            out.accept(copies.get(next++));
        }
    }

    private void refuseKnown(String line, long at) {
        for (Canary canary : manifest.canaries()) {
            if (line.contains(canary.text())) {
                throw new IllegalArgumentException(canary.id() + " is in the text already, in line " + (at + 1)
                        + "; insert into the text as it was, or make other canaries");
            }
        }
    }

    /**
     * How often each canary is in a text, by id.
     *
     * @param lines of which each counts a canary once
     */
    public static Map<String, Long> count(Manifest manifest, Iterable<String> lines) {
        Map<String, Long> counts = new LinkedHashMap<>();
        manifest.canaries().forEach(canary -> counts.put(canary.id(), 0L));
        for (String line : lines) {
            for (Canary canary : manifest.canaries()) {
                if (line.contains(canary.text())) {
                    counts.merge(canary.id(), 1L, Long::sum);
                }
            }
        }
        return counts;
    }

    /** What is wrong with counts, a sentence each; empty if all are as the manifest has them. */
    public static List<String> differences(Manifest manifest, Map<String, Long> counts) {
        List<String> wrong = new ArrayList<>();
        for (Canary canary : manifest.canaries()) {
            long found = counts.getOrDefault(canary.id(), 0L);
            if (found == canary.copies()) {
                continue;
            }
            wrong.add(canary.id() + " is in the text " + found + " times instead of " + canary.copies()
                    + (found == 1 && canary.copies() > 1
                            ? ": equal lines were removed, so that the audit would measure one copy"
                            : found == 0 ? ": it was lost, or the manifest is another text's" : ""));
        }
        return wrong;
    }
}

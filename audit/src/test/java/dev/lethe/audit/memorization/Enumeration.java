package dev.lethe.audit.memorization;

import dev.lethe.core.model.SequenceModel;
import dev.lethe.core.model.SequenceModel.States;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The slow and obvious: every filling of a format, each read by itself from the beginning. */
final class Enumeration {
    private Enumeration() {}

    static List<int[]> fillings(CanaryFormat format) {
        List<int[]> all = new ArrayList<>(List.of(new int[0]));
        for (CanaryFormat.Part part : format.parts()) {
            if (part instanceof CanaryFormat.Part.Choice choice) {
                List<int[]> longer = new ArrayList<>();
                for (int[] one : all) {
                    for (int i = 0; i < choice.symbols().size(); i++) {
                        int[] next = Arrays.copyOf(one, one.length + 1);
                        next[one.length] = i;
                        longer.add(next);
                    }
                }
                all = longer;
            }
        }
        return all;
    }

    /** Bits of a text behind its first {@code prefix} characters. */
    static double bits(SequenceModel model, String text, String prefix) {
        int skipped = model.vocabulary().encode(prefix).length;
        int[] tokens = model.vocabulary().encode(text);
        double bits = 0;
        States states = model.start();
        for (int i = 0; i < tokens.length; i++) {
            if (i >= skipped) {
                bits -= states.logProbabilities()[tokens[i]] / Math.log(2);
            }
            States next = model.next(states, new int[] {0}, new int[] {tokens[i]});
            states.close();
            states = next;
        }
        states.close();
        return bits;
    }

    /** All texts of a format with their bits, the likeliest first. */
    static List<Candidate> sorted(SequenceModel model, CanaryFormat format, String prefix) {
        return fillings(format).stream()
                .map(format::text)
                .map(text -> new Candidate(text, bits(model, text, prefix)))
                .sorted(Comparator.comparingDouble(Candidate::bits))
                .toList();
    }
}

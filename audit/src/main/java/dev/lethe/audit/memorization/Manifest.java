package dev.lethe.audit.memorization;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import dev.lethe.core.data.Fingerprint;
import dev.lethe.core.random.Seed;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * The canaries of one text: the answer key of its audit. Whoever has it knows the secrets; what reports carry is its digest.
 *
 * @param canaries ids are distinct
 * @param words what {@code {words:N}} holes draw from; empty if none has one
 */
public record Manifest(List<Canary> canaries, List<String> words) {
    private static final int FORMAT = 1;
    private static final int MOST = 100_000;
    private static final Gson JSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
    private static final Set<String> KEYS = Set.of("lethe-canaries", "words", "canaries");
    private static final Set<String> CANARY_KEYS = Set.of("id", "canary", "text", "copies");

    public Manifest {
        canaries = List.copyOf(canaries);
        words = List.copyOf(words);
        Set<String> ids = new HashSet<>();
        for (Canary canary : canaries) {
            if (!ids.add(canary.id())) {
                throw new IllegalArgumentException("id " + canary.id() + " is given to two canaries");
            }
        }
        if (canaries.isEmpty()) {
            throw new IllegalArgumentException("a manifest needs at least one canary");
        }
    }

    /**
     * Draws canaries.
     *
     * @param copies how often they are to be in the text; of each format {@code each} canaries for each of these
     * @param controls of each format, that are in no text
     * @throws IllegalArgumentException if a format has too few fillings
     */
    public static Manifest draw(
            List<CanaryFormat> formats, List<Integer> copies, int each, int controls, List<String> words, Seed seed) {
        if (each < 1 || controls < 0 || copies.isEmpty() || copies.stream().anyMatch(count -> count < 1)) {
            throw new IllegalArgumentException("each " + each + " and all of copies " + copies
                    + " must be at least 1, controls " + controls + " at least 0");
        }
        List<Canary> canaries = new ArrayList<>();
        for (int f = 0; f < formats.size(); f++) {
            CanaryFormat format = formats.get(f);
            UniformRandomProvider random = seed.fork("canaries-" + f).stream();
            List<int[]> drawn = format.draw(copies.size() * each + controls, List.of(), random);
            String name = formats.size() == 1 ? "" : (f + 1) + ".";
            int next = 0;
            for (int count : copies) {
                for (int i = 0; i < each; i++) {
                    canaries.add(new Canary("canary-" + name + (next + 1), format, drawn.get(next++), count));
                }
            }
            for (int i = 0; i < controls; i++) {
                canaries.add(new Canary("control-" + name + (i + 1), format, drawn.get(next++), 0));
            }
        }
        return new Manifest(canaries, words);
    }

    /** The formats, in the order of their first canaries. */
    public List<CanaryFormat> formats() {
        List<CanaryFormat> formats = new ArrayList<>();
        for (Canary canary : canaries) {
            if (formats.stream()
                    .noneMatch(one -> one.template().equals(canary.format().template()))) {
                formats.add(canary.format());
            }
        }
        return formats;
    }

    /** Those of a format. */
    public List<Canary> of(CanaryFormat format) {
        return canaries.stream()
                .filter(canary -> canary.format().template().equals(format.template()))
                .toList();
    }

    /** SHA-256 in hex, which binds a report to this manifest and does not tell the secrets. */
    public String digest() {
        Fingerprint whole = new Fingerprint().add("canaries").add(words);
        for (Canary canary : canaries) {
            whole.add(canary.id())
                    .add(canary.format().template())
                    .add(canary.filling())
                    .add(canary.copies());
        }
        return whole.hex();
    }

    /** As JSON: equal manifests, equal text. */
    public String write() {
        JsonObject object = new JsonObject();
        object.addProperty("lethe-canaries", FORMAT);
        JsonArray list = new JsonArray();
        words.forEach(list::add);
        object.add("words", list);
        JsonArray all = new JsonArray();
        for (Canary canary : canaries) {
            JsonObject one = new JsonObject();
            one.addProperty("id", canary.id());
            one.addProperty("canary", canary.format().template());
            one.addProperty("text", canary.text());
            one.addProperty("copies", canary.copies());
            all.add(one);
        }
        object.add("canaries", all);
        return JSON.toJson(object) + "\n";
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException if it is not that; the message does not hold secrets
     */
    public static Manifest read(String text) throws IOException {
        try {
            JsonReader reader = new JsonReader(new StringReader(text));
            reader.setStrictness(Strictness.STRICT);
            JsonObject object = object(JsonParser.parseReader(reader), KEYS, "the manifest");
            int format = object.get("lethe-canaries").getAsInt();
            if (format != FORMAT) {
                throw new IOException("it is of format " + format + ", and this version reads " + FORMAT);
            }
            List<String> words = new ArrayList<>();
            object.getAsJsonArray("words").forEach(word -> words.add(word.getAsString()));
            List<Canary> canaries = new ArrayList<>();
            Map<String, CanaryFormat> formats = new HashMap<>();
            for (JsonElement element : object.getAsJsonArray("canaries")) {
                String place = "canary " + (canaries.size() + 1);
                if (canaries.size() == MOST) {
                    throw new IOException("it has more than " + MOST + " canaries");
                }
                JsonObject one = object(element, CANARY_KEYS, place);
                try {
                    CanaryFormat canaryFormat = formats.computeIfAbsent(
                            one.get("canary").getAsString(), template -> CanaryFormat.parse(template, words));
                    canaries.add(new Canary(
                            one.get("id").getAsString(),
                            canaryFormat,
                            canaryFormat.filling(one.get("text").getAsString()),
                            one.get("copies").getAsInt()));
                } catch (NumberFormatException e) {
                    throw new IOException(
                            "it is no manifest of canaries: copies of " + place + " is no whole number", e);
                } catch (IllegalArgumentException e) {
                    throw new IOException(place + ": " + e.getMessage(), e);
                }
            }
            return new Manifest(canaries, words);
        } catch (JsonParseException | ClassCastException | IllegalStateException | NumberFormatException e) {
            throw new IOException(
                    "it is no manifest of canaries: it is not the JSON that 'lethe canaries make' writes", e);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static JsonObject object(JsonElement element, Set<String> keys, String what) throws IOException {
        if (!element.isJsonObject() || !element.getAsJsonObject().keySet().equals(keys)) {
            throw new IOException(what + " must be an object with the keys " + new TreeSet<>(keys));
        }
        return element.getAsJsonObject();
    }
}

package dev.lethe.nn;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.lethe.core.data.Vocabulary;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Trained language models in files: {@value NetworkFiles#PARAMETERS}, which holds layers, parameters and vocabulary, and no code
 * (docs/model-files.md).
 *
 * <p>Whoever has a model's file knows all that a white-box attacker knows, and the vocabulary besides. To give one away is a release.
 */
public final class LanguageModelFiles {
    private static final String VOCABULARY = "lethe.vocabulary";
    private static final int MOST_TOKENS = 1 << 24;

    private LanguageModelFiles() {}

    /**
     * What a folder holds.
     *
     * @param model its owner closes it
     * @param metadata free text by key, as given when written
     */
    public record Saved(LanguageModel model, Map<String, String> metadata) implements AutoCloseable {
        public Saved {
            metadata = Map.copyOf(metadata);
        }

        @Override
        public void close() {
            model.close();
        }
    }

    /**
     * Writes the file; same arguments, same bytes. One of the same name is replaced, as a whole.
     *
     * @param metadata free text by key; keys must not begin with {@code lethe.}
     * @param folder made if need be
     * @throws IllegalArgumentException if a parameter is not finite, or the texts are not as said
     */
    public static void write(LanguageModel model, Map<String, String> metadata, Path folder) throws IOException {
        NetworkFiles.requireFree(metadata);
        Architecture architecture = Architecture.of(model.network());
        List<SafeTensors.Tensor> tensors = NetworkFiles.tensors(architecture, model.parameters());
        Map<String, String> all = new TreeMap<>(metadata);
        all.put(NetworkFiles.NETWORK, architecture.write());
        all.put(VOCABULARY, json(model.vocabulary()).toString());
        WholeFiles.write(folder, Map.of(NetworkFiles.PARAMETERS, out -> SafeTensors.write(out, all, tensors)));
    }

    private static JsonObject json(Vocabulary vocabulary) {
        JsonObject object = new JsonObject();
        object.addProperty("unit", vocabulary.unit().name().toLowerCase(Locale.ROOT));
        JsonArray tokens = new JsonArray();
        vocabulary.tokens().forEach(tokens::add);
        object.add("tokens", tokens);
        return object;
    }

    /**
     * Reads what {@link #write} wrote. The model answers with the same bits, on the same machine.
     *
     * @throws IOException if the file cannot be read or is not one that {@link #write} wrote; files are untrusted, and
     *     what is wrong is said
     */
    public static Saved read(Path folder) throws IOException {
        Path file = folder.resolve(NetworkFiles.PARAMETERS);
        try (SafeTensors tensors = SafeTensors.open(file)) {
            Map<String, String> metadata = new TreeMap<>(tensors.metadata());
            Architecture architecture;
            Vocabulary vocabulary;
            try {
                architecture = Architecture.read(NetworkFiles.ours(metadata, NetworkFiles.NETWORK));
                architecture.check(tensors.shapes());
                vocabulary = vocabulary(NetworkFiles.ours(metadata, VOCABULARY));
            } catch (IOException e) {
                throw NetworkFiles.unreadable(file, e);
            }
            Network network = NetworkFiles.network(architecture, tensors, file);
            try {
                return new Saved(new LanguageModel(network, vocabulary), metadata);
            } catch (IllegalArgumentException e) {
                network.close();
                throw NetworkFiles.unreadable(file, e);
            }
        }
    }

    private static Vocabulary vocabulary(String text) throws IOException {
        JsonObject object = StrictJson.object(StrictJson.parse(new StringReader(text), 3, MOST_TOKENS + 3), VOCABULARY);
        String name = StrictJson.text(StrictJson.get(object, "unit", VOCABULARY), "unit of " + VOCABULARY);
        List<String> tokens = new ArrayList<>();
        for (JsonElement token :
                StrictJson.list(StrictJson.get(object, "tokens", VOCABULARY), "tokens of " + VOCABULARY)) {
            tokens.add(StrictJson.text(token, "each token of " + VOCABULARY));
        }
        if (object.size() != 2) {
            throw new IOException(VOCABULARY + " must have the keys unit and tokens");
        }
        for (Vocabulary.Unit unit : Vocabulary.Unit.values()) {
            if (unit.name().toLowerCase(Locale.ROOT).equals(name)) {
                try {
                    return new Vocabulary(unit, tokens);
                } catch (IllegalArgumentException e) {
                    throw new IOException(VOCABULARY + ": " + e.getMessage(), e);
                }
            }
        }
        throw new IOException(
                "unit of " + VOCABULARY + " is " + StrictJson.quote(name) + ", and must be character or word");
    }
}

package dev.lethe.nn;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Predictor;
import java.io.IOException;
import java.io.StringReader;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Trained networks in files: {@value #PARAMETERS} for Lethe and PyTorch, {@value #ONNX} for whoever runs the model
 * (docs/model-files.md). Neither holds code.
 *
 * <p>Whoever has a model's file knows all that a white-box attacker knows. To give one away is a release.
 */
public final class NetworkFiles {
    /** Name of the file with the layers and their parameters. */
    public static final String PARAMETERS = "model.safetensors";

    /** Name of the file with the network as an ONNX model. */
    public static final String ONNX = "model.onnx";

    private static final String OURS = "lethe.";
    static final String NETWORK = OURS + "network";
    private static final String CLASSES = OURS + "classes";
    private static final int MOST_CLASSES = 1_000_000;

    private NetworkFiles() {}

    /**
     * What a folder holds.
     *
     * @param model its owner closes it
     * @param classes names, in the order of the logits
     * @param metadata free text by key, as given when written
     */
    public record Saved(Predictor<Examples> model, List<String> classes, Map<String, String> metadata)
            implements AutoCloseable {
        public Saved {
            classes = List.copyOf(classes);
            metadata = Map.copyOf(metadata);
        }

        @Override
        public void close() {
            model.close();
        }
    }

    /**
     * Writes both files; same arguments, same bytes. Files of the same names are replaced, as wholes.
     *
     * @param model trained by a recipe of this package on numbers; what turned tables into numbers is not written
     * @param classes names, in the order of the logits
     * @param metadata free text by key, goes into both files; keys must not begin with {@code lethe.}
     * @param folder made if need be
     * @throws IllegalArgumentException if the model is no network of this package, a layer has no form in files, a
     *     parameter is not finite, or the texts are not as said
     */
    public static void write(Predictor<Examples> model, List<String> classes, Map<String, String> metadata, Path folder)
            throws IOException {
        if (!(model instanceof NetworkPredictor predictor)) {
            throw new IllegalArgumentException("model is a " + model.getClass().getName()
                    + ", and only networks that a recipe of dev.lethe.nn trained can be written");
        }
        Network network = predictor.network();
        if (network.predictsEachStep()) {
            throw new IllegalArgumentException("model is a language model, which LanguageModelFiles writes");
        }
        if (classes.size() != network.outputs()) {
            throw new IllegalArgumentException(
                    "classes are " + classes.size() + ", but the model has " + network.outputs() + " logits");
        }
        requireFree(metadata);
        Architecture architecture = Architecture.of(network);
        List<SafeTensors.Tensor> tensors =
                tensors(architecture, predictor.parameters().orElseThrow());
        Map<String, SafeTensors.Tensor> byName = new TreeMap<>();
        tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
        JsonArray names = new JsonArray();
        classes.forEach(names::add);
        Map<String, String> forOnnx = new TreeMap<>(metadata);
        forOnnx.put(CLASSES, names.toString());
        Map<String, String> forUs = new TreeMap<>(forOnnx);
        forUs.put(NETWORK, architecture.write());
        Map<String, WholeFiles.Content> files = new LinkedHashMap<>();
        files.put(PARAMETERS, out -> SafeTensors.write(out, forUs, tensors));
        files.put(ONNX, out -> OnnxGraph.write(out, architecture, byName, forOnnx));
        WholeFiles.write(folder, files);
    }

    static void requireFree(Map<String, String> metadata) {
        for (String key : metadata.keySet()) {
            if (key.startsWith(OURS) || key.isEmpty()) {
                throw new IllegalArgumentException(
                        "metadata key " + StrictJson.quote(key) + " must not be empty or begin with " + OURS);
            }
        }
    }

    /** Parameters by name; refuses those that are not finite. */
    static List<SafeTensors.Tensor> tensors(Architecture architecture, float[] parameters) {
        List<SafeTensors.Tensor> tensors = new ArrayList<>();
        int offset = 0;
        for (LayerKind.Slot slot : architecture.slots()) {
            int size = size(slot.shape());
            refuseNotFinite(slot.name(), parameters, offset, size);
            tensors.add(new SafeTensors.Tensor(slot.name(), slot.shape(), FloatBuffer.wrap(parameters, offset, size)));
            offset += size;
        }
        if (offset != parameters.length) {
            throw new IllegalStateException(
                    "the layers have " + offset + " parameters in files, but the network has " + parameters.length);
        }
        return tensors;
    }

    private static int size(List<Integer> shape) {
        return shape.stream().reduce(1, Math::multiplyExact);
    }

    private static void refuseNotFinite(String name, float[] values, int from, int size) {
        for (int i = from; i < from + size; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException("value " + (i - from) + " of " + name + " is " + values[i]
                        + ", not finite; if training diverged, lower the learning rate");
            }
        }
    }

    /**
     * Reads {@value #PARAMETERS} of a folder. The model answers with the same bits as the one that was written, on the same
     * machine.
     *
     * @throws IOException if the file cannot be read or is not one that {@link #write} wrote; files are untrusted, and
     *     what is wrong is said
     */
    public static Saved read(Path folder) throws IOException {
        Path file = folder.resolve(PARAMETERS);
        try (SafeTensors tensors = SafeTensors.open(file)) {
            Map<String, String> metadata = new TreeMap<>(tensors.metadata());
            Architecture architecture;
            List<String> classes;
            try {
                architecture = Architecture.read(ours(metadata, NETWORK));
                architecture.check(tensors.shapes());
                if (architecture.predictsEachStep()) {
                    throw new IOException("it is a language model, not a classifier");
                }
                classes = classes(ours(metadata, CLASSES), architecture.outputs());
            } catch (IOException e) {
                throw unreadable(file, e);
            }
            return new Saved(new NetworkPredictor(network(architecture, tensors, file)), classes, metadata);
        }
    }

    /** A network of this architecture, with the parameters of the file. */
    static Network network(Architecture architecture, SafeTensors tensors, Path file) throws IOException {
        float[] parameters = parameters(architecture, tensors);
        try {
            tensors(architecture, parameters);
        } catch (IllegalArgumentException e) {
            throw unreadable(file, e);
        }
        Network network = new Network(architecture.layers(), architecture.inputArray());
        try {
            network.load(parameters);
            return network;
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
    }

    static String ours(Map<String, String> metadata, String key) throws IOException {
        String text = metadata.remove(key);
        if (text == null) {
            throw new IOException("it lacks the metadata " + key + ", and so does not say what its tensors are for");
        }
        return text;
    }

    static IOException unreadable(Path file, Exception cause) {
        return new IOException(
                file + " holds no network that can be read: " + cause.getMessage()
                        + "; copy the file again, or have Lethe write it anew",
                cause);
    }

    private static List<String> classes(String text, int outputs) throws IOException {
        List<String> classes = new ArrayList<>();
        for (JsonElement name :
                StrictJson.list(StrictJson.parse(new StringReader(text), 2, MOST_CLASSES + 1), CLASSES)) {
            classes.add(StrictJson.text(name, "each of " + CLASSES));
        }
        if (classes.size() != outputs) {
            throw new IOException(CLASSES + " are " + classes.size() + ", but the network has " + outputs + " logits");
        }
        return classes;
    }

    private static float[] parameters(Architecture architecture, SafeTensors tensors) throws IOException {
        List<LayerKind.Slot> slots = architecture.slots();
        float[] parameters =
                new float[slots.stream().mapToInt(slot -> size(slot.shape())).sum()];
        int offset = 0;
        for (LayerKind.Slot slot : slots) {
            tensors.read(slot.name(), parameters, offset);
            offset += size(slot.shape());
        }
        return parameters;
    }
}

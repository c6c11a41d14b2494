package dev.lethe.nn;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * How a network is built: enough to build it again without its recipe.
 *
 * @param input shape of one example
 */
record Architecture(List<Integer> input, List<Layer> layers) {
    private static final int FORMAT = 1;
    private static final int MOST_VALUES = 1_000_000;

    /** Values that one example may take behind any layer: 1 GiB. Far from where sizes overflow. */
    private static final long MOST_FLOATS = 1L << 28;

    Architecture {
        input = List.copyOf(input);
        layers = List.copyOf(layers);
    }

    static Architecture of(Network network) {
        return new Architecture(Arrays.stream(network.inputShape()).boxed().toList(), network.layers());
    }

    /** As JSON: equal networks, equal text. */
    String write() {
        JsonObject object = new JsonObject();
        object.addProperty("format", FORMAT);
        JsonArray shape = new JsonArray();
        input.forEach(shape::add);
        object.add("input", shape);
        object.add("layers", LayerKind.write(layers));
        return object.toString();
    }

    /** Reads what {@link #write} wrote. Whether the layers fit each other is not known before {@link #check}. */
    static Architecture read(String text) throws IOException {
        JsonObject object = StrictJson.object(
                StrictJson.parse(new StringReader(text), 3 + 2 * LayerKind.MOST_NESTED, MOST_VALUES), "the network");
        long format = StrictJson.whole(StrictJson.get(object, "format", "the network"), "format");
        if (format != FORMAT) {
            throw new IOException(
                    "format is " + format + ", and this version reads " + FORMAT + "; a newer may read it");
        }
        if (object.size() != 3) {
            throw new IOException("the network must have the keys format, input and layers");
        }
        return new Architecture(
                StrictJson.sizes(StrictJson.get(object, "input", "the network"), "input"),
                LayerKind.read(StrictJson.get(object, "layers", "the network"), "layer"));
    }

    List<LayerKind.Slot> slots() {
        return LayerKind.slots(layers);
    }

    /** A new array. */
    int[] inputArray() {
        return input.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Number of logits of a network that holds together. */
    int outputs() {
        int[] shape = outputShape();
        return shape[shape.length - 1];
    }

    /** Whether a network that holds together is a language model. */
    boolean predictsEachStep() {
        return Network.predictsEachStep(layers, outputShape());
    }

    private int[] outputShape() {
        int[] shape = inputArray();
        for (Layer layer : layers) {
            shape = layer.outputShape(shape);
        }
        return shape;
    }

    /**
     * Whether a network can be built of this and of parameters of these shapes, before anything large is made. Parameters
     * lie in a file, so that their shapes bound the layers.
     *
     * @throws IOException if not, with the reason
     */
    void check(Map<String, List<Integer>> shapes) throws IOException {
        List<LayerKind.Slot> slots = slots();
        if (slots.isEmpty()) {
            throw new IOException("the network has no parameters");
        }
        long total = 0;
        for (LayerKind.Slot slot : slots) {
            List<Integer> shape = shapes.get(slot.name());
            if (!slot.shape().equals(shape)) {
                throw new IOException("the network has parameters " + slot.name() + " of shape " + slot.shape()
                        + ", but " + (shape == null ? "there is no such tensor" : "the tensor has shape " + shape));
            }
            total += shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
            if (total > Integer.MAX_VALUE) {
                throw new IOException("the network has more than " + Integer.MAX_VALUE + " parameters");
            }
        }
        if (slots.size() != shapes.size()) {
            List<String> names = new ArrayList<>(shapes.keySet());
            names.removeAll(slots.stream().map(LayerKind.Slot::name).toList());
            throw new IOException("the network has no parameters " + StrictJson.quote(names.get(0)));
        }
        if (input.isEmpty() || input.size() > 4 || input.contains(0)) {
            throw new IOException("input " + input + " must have 1 to 4 sides of at least 1");
        }
        int[] shape = inputArray();
        try {
            shape = check(layers, shape);
            Network.refuseLateEmbedding(layers);
            Network.refuseLooseTied(layers);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
        boolean logits = shape.length == 1 || Network.predictsEachStep(layers, shape);
        if (!logits || shape[shape.length - 1] < 2) {
            throw new IOException("the last layer gives the shape " + Arrays.toString(shape)
                    + ", and not a vector of at least two logits");
        }
    }

    private static int[] check(List<Layer> layers, int[] input) {
        int[] shape = bounded(input);
        for (Layer layer : layers) {
            if (layer instanceof Layer.Residual block) {
                check(block.body(), shape);
            }
            shape = bounded(layer.outputShape(shape));
        }
        return shape;
    }

    private static int[] bounded(int[] shape) {
        long floats = 1;
        for (int side : shape) {
            // Both factors are below 2^31.
            floats *= side;
            if (floats > MOST_FLOATS) {
                throw new IllegalArgumentException(
                        "an example becomes one of shape " + Arrays.toString(shape) + ", more than 1 GiB");
            }
        }
        return shape;
    }
}

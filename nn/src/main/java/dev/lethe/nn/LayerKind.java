package dev.lethe.nn;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * All that model files say of one kind of layer. A new kind of layer is one more entry of {@link #ALL}; until then it is
 * refused by its name.
 *
 * @param name in files
 * @param settings as written, one for each component of the layer, by its name
 * @param parser makes the layer of its settings
 * @param slots names and shapes of its parameters, as PyTorch has them, in the order of the network's flat vector
 * @param nodes adds its nodes at inference to an ONNX graph and returns the name of their output
 */
record LayerKind<L extends Layer>(
        String name,
        Class<L> type,
        Function<L, Map<String, JsonElement>> settings,
        Parser<L> parser,
        Function<L, List<Slot>> slots,
        Nodes<L> nodes) {

    private static final List<LayerKind<?>> ALL = List.of(
            new LayerKind<>(
                    "linear",
                    Layer.Linear.class,
                    l -> Map.of("inputs", number(l.inputs()), "outputs", number(l.outputs())),
                    s -> new Layer.Linear(s.whole("inputs"), s.whole("outputs")),
                    l -> List.of(Slot.of("weight", l.outputs(), l.inputs()), Slot.of("bias", l.outputs())),
                    LayerKind::affine),
            plain("relu", Layer.Relu.class, new Layer.Relu(), (l, at, x) -> at.node("Relu", List.of(x))),
            plain("tanh", Layer.Tanh.class, new Layer.Tanh(), (l, at, x) -> at.node("Tanh", List.of(x))),
            new LayerKind<>(
                    "tempered-sigmoid",
                    Layer.TemperedSigmoid.class,
                    l -> Map.of(
                            "scale",
                            number(l.scale()),
                            "temperature",
                            number(l.temperature()),
                            "offset",
                            number(l.offset())),
                    s -> new Layer.TemperedSigmoid(s.real("scale"), s.real("temperature"), s.real("offset")),
                    l -> List.of(),
                    LayerKind::sigmoid),
            new LayerKind<>(
                    "dropout",
                    Layer.Dropout.class,
                    l -> Map.of("rate", number(l.rate())),
                    s -> new Layer.Dropout(s.real("rate")),
                    l -> List.of(),
                    (l, at, x) -> x),
            new LayerKind<>(
                    "conv2d",
                    Layer.Conv2d.class,
                    l -> Map.of(
                            "inputs",
                            number(l.inputs()),
                            "outputs",
                            number(l.outputs()),
                            "kernel",
                            number(l.kernel()),
                            "stride",
                            number(l.stride()),
                            "padding",
                            number(l.padding())),
                    s -> new Layer.Conv2d(
                            s.whole("inputs"),
                            s.whole("outputs"),
                            s.whole("kernel"),
                            s.whole("stride"),
                            s.whole("padding")),
                    l -> List.of(
                            Slot.of("weight", l.outputs(), l.inputs(), l.kernel(), l.kernel()),
                            Slot.of("bias", l.outputs())),
                    LayerKind::convolution),
            new LayerKind<>(
                    "max-pool2d",
                    Layer.MaxPool2d.class,
                    l -> Map.of("window", number(l.window()), "stride", number(l.stride())),
                    s -> new Layer.MaxPool2d(s.whole("window"), s.whole("stride")),
                    l -> List.of(),
                    (l, at, x) -> at.node(
                            "MaxPool",
                            List.of(x),
                            OnnxGraph.wholes("kernel_shape", l.window(), l.window()),
                            OnnxGraph.wholes("strides", l.stride(), l.stride()))),
            plain("flatten", Layer.Flatten.class, new Layer.Flatten(), (l, at, x) -> at.node("Flatten", List.of(x))),
            new LayerKind<>(
                    "group-norm",
                    Layer.GroupNorm.class,
                    l -> Map.of("channels", number(l.channels()), "groups", number(l.groups())),
                    s -> new Layer.GroupNorm(s.whole("channels"), s.whole("groups")),
                    l -> List.of(Slot.of("weight", l.channels()), Slot.of("bias", l.channels())),
                    LayerKind::normalization),
            plain(
                    "global-average-pool",
                    Layer.GlobalAveragePool.class,
                    new Layer.GlobalAveragePool(),
                    (l, at, x) -> at.node("Flatten", List.of(at.node("GlobalAveragePool", List.of(x))))),
            new LayerKind<>(
                    "residual",
                    Layer.Residual.class,
                    l -> Map.of("body", write(l.body())),
                    s -> new Layer.Residual(s.layers("body")),
                    l -> slots(l.body()),
                    (l, at, x) -> at.node("Add", List.of(x, at.through(l.body(), x)))),
            new LayerKind<>(
                    "layer-norm",
                    Layer.LayerNorm.class,
                    l -> Map.of("features", number(l.features())),
                    s -> new Layer.LayerNorm(s.whole("features")),
                    l -> List.of(Slot.of("weight", l.features()), Slot.of("bias", l.features())),
                    (l, at, x) -> at.node(
                            "LayerNormalization",
                            List.of(x, at.parameter("weight"), at.parameter("bias")),
                            OnnxGraph.whole("axis", -1),
                            OnnxGraph.real("epsilon", (float) Layer.LayerNorm.TINY))),
            new LayerKind<>(
                    "embedding",
                    Layer.Embedding.class,
                    l -> Map.of("tokens", number(l.tokens()), "width", number(l.width())),
                    s -> new Layer.Embedding(s.whole("tokens"), s.whole("width")),
                    l -> List.of(Slot.of("weight", l.tokens(), l.width())),
                    (l, at, x) -> at.node(
                            "Gather",
                            List.of(
                                    at.parameter("weight"),
                                    at.node("Cast", List.of(x), OnnxGraph.whole("to", OnnxGraph.INT64))))),
            new LayerKind<>(
                    "lstm",
                    Layer.Lstm.class,
                    l -> Map.of("inputs", number(l.inputs()), "hidden", number(l.hidden())),
                    s -> new Layer.Lstm(s.whole("inputs"), s.whole("hidden")),
                    l -> List.of(
                            Slot.of("weight_ih_l0", 4 * l.hidden(), l.inputs()),
                            Slot.of("weight_hh_l0", 4 * l.hidden(), l.hidden()),
                            Slot.of("bias_ih_l0", 4 * l.hidden())),
                    LayerKind::memory),
            new LayerKind<>(
                    "tied",
                    Layer.Tied.class,
                    l -> Map.of("width", number(l.width()), "tokens", number(l.tokens())),
                    s -> new Layer.Tied(s.whole("width"), s.whole("tokens")),
                    l -> List.of(Slot.of("bias", l.tokens())),
                    (l, at, x) -> {
                        throw new IllegalArgumentException("a tied output has no form in ONNX files yet");
                    }),
            plain(
                    "last-step",
                    Layer.LastStep.class,
                    new Layer.LastStep(),
                    (l, at, x) -> at.node("Gather", List.of(x, at.whole("last", -1)), OnnxGraph.whole("axis", 1))));

    /** Where ONNX's gates (input, output, forget, cell) are in PyTorch's order (input, forget, cell, output). */
    private static final int[] ONNX_GATES = {0, 3, 1, 2};

    /** Deeper nesting than any network has. */
    static final int MOST_NESTED = 16;

    /** Name and shape of one tensor of parameters. */
    record Slot(String name, List<Integer> shape) {
        static Slot of(String name, Integer... shape) {
            return new Slot(name, List.of(shape));
        }
    }

    /** Makes a layer of its settings. */
    interface Parser<L> {
        L layer(Settings settings) throws IOException;
    }

    /** Adds a layer's nodes to a graph. */
    interface Nodes<L> {
        String add(L layer, OnnxGraph.Spot at, String input);
    }

    private static <L extends Layer> LayerKind<L> plain(String name, Class<L> type, L layer, Nodes<L> nodes) {
        return new LayerKind<>(name, type, l -> Map.of(), s -> layer, l -> List.of(), nodes);
    }

    /** Gemm takes matrices alone, so that steps of sequences need a product of their own. */
    private static String affine(Layer.Linear layer, OnnxGraph.Spot at, String x) {
        if (at.inputShape().length == 1) {
            return at.node(
                    "Gemm", List.of(x, at.parameter("weight"), at.parameter("bias")), OnnxGraph.whole("transB", 1));
        }
        float[] turned = turned(at.values("weight"), layer.outputs(), layer.inputs());
        String product = at.node(
                "MatMul", List.of(x, at.floats("weight-turned", new int[] {layer.inputs(), layer.outputs()}, turned)));
        return at.node("Add", List.of(product, at.parameter("bias")));
    }

    private static float[] turned(float[] matrix, int rows, int columns) {
        float[] turned = new float[matrix.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                turned[column * rows + row] = matrix[row * columns + column];
            }
        }
        return turned;
    }

    /** The operator takes steps first, gates in an order of its own, two biases, and gives an axis of directions. */
    private static String memory(Layer.Lstm layer, OnnxGraph.Spot at, String x) {
        int gates = 4 * layer.hidden();
        // The second bias, that of the hidden state, is 0.
        float[] bias = Arrays.copyOf(gates(at.values("bias_ih_l0")), Math.multiplyExact(2, gates));
        String weights = at.floats("weights", new int[] {1, gates, layer.inputs()}, gates(at.values("weight_ih_l0")));
        String recurrence =
                at.floats("recurrence", new int[] {1, gates, layer.hidden()}, gates(at.values("weight_hh_l0")));
        String biases = at.floats("biases", new int[] {1, bias.length}, bias);
        String stepsFirst = at.node("Transpose", List.of(x), OnnxGraph.wholes("perm", 1, 0, 2));
        String states = at.node(
                "LSTM",
                List.of(stepsFirst, weights, recurrence, biases),
                OnnxGraph.whole("hidden_size", layer.hidden()));
        String oneDirection = at.node("Squeeze", List.of(states, at.wholes("direction", 1)));
        return at.node("Transpose", List.of(oneDirection), OnnxGraph.wholes("perm", 1, 0, 2));
    }

    /** A quarter for each gate, from PyTorch's order to ONNX's. */
    private static float[] gates(float[] values) {
        int quarter = values.length / ONNX_GATES.length;
        float[] ordered = new float[values.length];
        for (int gate = 0; gate < ONNX_GATES.length; gate++) {
            System.arraycopy(values, ONNX_GATES[gate] * quarter, ordered, gate * quarter, quarter);
        }
        return ordered;
    }

    private static String sigmoid(Layer.TemperedSigmoid layer, OnnxGraph.Spot at, String x) {
        String tempered = at.node("Mul", List.of(x, at.floats("temperature", (float) layer.temperature())));
        String sigmoid = at.node("Sigmoid", List.of(tempered));
        String scaled = at.node("Mul", List.of(sigmoid, at.floats("scale", (float) layer.scale())));
        return at.node("Sub", List.of(scaled, at.floats("offset", (float) layer.offset())));
    }

    private static String convolution(Layer.Conv2d layer, OnnxGraph.Spot at, String x) {
        int padding = layer.padding();
        return at.node(
                "Conv",
                List.of(x, at.parameter("weight"), at.parameter("bias")),
                OnnxGraph.wholes("kernel_shape", layer.kernel(), layer.kernel()),
                OnnxGraph.wholes("pads", padding, padding, padding, padding),
                OnnxGraph.wholes("strides", layer.stride(), layer.stride()));
    }

    /**
     * As PyTorch exports it: a group becomes a channel that is normalized by itself. (The operator GroupNormalization of
     * operator set 18 takes one scale a group, that of set 21 one a channel; older runtimes know neither.)
     */
    private static String normalization(Layer.GroupNorm layer, OnnxGraph.Spot at, String x) {
        int groups = layer.groups();
        int[] shape = at.inputShape();
        float[] ones = new float[groups];
        Arrays.fill(ones, 1);
        // In a shape 0 keeps the batch as it is, and -1 takes what is left.
        String grouped = at.node("Reshape", List.of(x, at.wholes("grouped", 0, groups, -1)));
        String normalized = at.node(
                "InstanceNormalization",
                List.of(grouped, at.floats("one", ones), at.floats("zero", new float[groups])),
                OnnxGraph.real("epsilon", (float) Layer.GroupNorm.TINY));
        String image = at.node("Reshape", List.of(normalized, at.wholes("image", 0, shape[0], shape[1], shape[2])));
        String scaled = at.node("Mul", List.of(image, at.parameter("weight", layer.channels(), 1, 1)));
        return at.node("Add", List.of(scaled, at.parameter("bias", layer.channels(), 1, 1)));
    }

    private static JsonElement number(Number value) {
        return new JsonPrimitive(value);
    }

    /** The kind of a layer, or a refusal that names it. */
    private static LayerKind<?> of(Layer layer) {
        for (LayerKind<?> kind : ALL) {
            if (kind.type().isInstance(layer)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("layer " + layer.getClass().getSimpleName()
                + " has no form in model files yet; those that have one: " + names());
    }

    private static List<String> names() {
        return ALL.stream().map(LayerKind::name).toList();
    }

    /** Layers as JSON. */
    static JsonArray write(List<Layer> layers) {
        JsonArray array = new JsonArray();
        for (Layer layer : layers) {
            array.add(of(layer).json(layer));
        }
        return array;
    }

    private JsonObject json(Layer layer) {
        JsonObject object = new JsonObject();
        object.addProperty("kind", name);
        new TreeMap<>(settings.apply(type.cast(layer))).forEach(object::add);
        return object;
    }

    /** Reads what {@link #write} wrote, from a tree that is bounded in depth and size. */
    static List<Layer> read(JsonElement array, String what) throws IOException {
        List<Layer> layers = new ArrayList<>();
        for (JsonElement element : StrictJson.list(array, what)) {
            String place = what + "." + layers.size();
            JsonObject object = StrictJson.object(element, place);
            String name = StrictJson.text(StrictJson.get(object, "kind", place), "kind of " + place);
            LayerKind<?> kind = ALL.stream()
                    .filter(one -> one.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IOException(place + " is of an unknown kind " + StrictJson.quote(name)
                            + "; known are " + names() + "; a newer Lethe may know more"));
            layers.add(kind.layer(object, place));
        }
        return layers;
    }

    private L layer(JsonObject object, String place) throws IOException {
        L layer;
        try {
            layer = parser.layer(new Settings(object, place));
        } catch (IllegalArgumentException e) {
            throw new IOException(place + ": " + e.getMessage(), e);
        }
        Set<String> keys = new HashSet<>(settings.apply(layer).keySet());
        keys.add("kind");
        if (!object.keySet().equals(keys)) {
            throw new IOException(place + " of kind " + name + " must have the keys " + new TreeSet<>(keys));
        }
        return layer;
    }

    /** Settings of one layer in a file. */
    record Settings(JsonObject object, String place) {
        int whole(String key) throws IOException {
            String what = key + " of " + place;
            long value = StrictJson.whole(StrictJson.get(object, key, place), what);
            if (value > Integer.MAX_VALUE) {
                throw new IOException(what + " " + value + " must be at most " + Integer.MAX_VALUE);
            }
            return (int) value;
        }

        double real(String key) throws IOException {
            return StrictJson.number(StrictJson.get(object, key, place), key + " of " + place)
                    .doubleValue();
        }

        List<Layer> layers(String key) throws IOException {
            return read(StrictJson.get(object, key, place), place);
        }
    }

    /** Names and shapes of the parameters of layers, each name led by the layer's place as in a torch.nn.Sequential. */
    static List<Slot> slots(List<Layer> layers) {
        List<Slot> all = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            for (Slot slot : of(layers.get(i)).slotsOf(layers.get(i))) {
                all.add(new Slot(i + "." + slot.name(), slot.shape()));
            }
        }
        return all;
    }

    private List<Slot> slotsOf(Layer layer) {
        return slots.apply(type.cast(layer));
    }

    /** Adds the nodes of a layer, of whatever kind. */
    static String addNodes(Layer layer, OnnxGraph.Spot at, String input) {
        return of(layer).nodesOf(layer, at, input);
    }

    private String nodesOf(Layer layer, OnnxGraph.Spot at, String input) {
        return nodes.add(type.cast(layer), at, input);
    }
}

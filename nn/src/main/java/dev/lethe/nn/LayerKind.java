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
                    (l, at, x) -> at.node(
                            "Gemm",
                            List.of(x, at.parameter("weight"), at.parameter("bias")),
                            OnnxGraph.whole("transB", 1))),
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
                    (l, at, x) -> at.node("Add", List.of(x, at.through(l.body(), x)))));

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

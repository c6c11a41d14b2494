package dev.lethe.nn;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A network at inference as an ONNX model (github.com/onnx/onnx, onnx.proto): operator set 17, which ONNX Runtime reads
 * from version 1.12 on. Input {@code features}, of any number of rows; outputs {@code logits} and {@code probabilities}.
 */
final class OnnxGraph {
    private static final int IR_VERSION = 8;
    private static final int OPERATOR_SET = 17;
    /** TensorProto.DataType. */
    private static final int FLOAT = 1;

    static final int INT64 = 7;
    private static final String ROWS = "N";
    private static final String INPUT = "features";
    private static final String LOGITS = "logits";
    private static final String PROBABILITIES = "probabilities";

    private final Map<String, SafeTensors.Tensor> parameters;
    private final List<Node> nodes = new ArrayList<>();
    private final List<ProtobufWriter> initializers = new ArrayList<>();

    private record Node(String operator, List<String> inputs, String output, List<ProtobufWriter> attributes) {
        ProtobufWriter message() {
            ProtobufWriter message = new ProtobufWriter();
            inputs.forEach(input -> message.text(1, input));
            message.text(2, output).text(3, output).text(4, operator);
            attributes.forEach(attribute -> message.message(5, attribute));
            return message;
        }
    }

    private OnnxGraph(Map<String, SafeTensors.Tensor> parameters) {
        this.parameters = parameters;
    }

    /**
     * Writes a model; same arguments, same bytes.
     *
     * @param parameters by name ({@link LayerKind#slots})
     * @param metadata text by key, goes into the model
     * @throws IllegalArgumentException if the model is larger than the 2 GiB that the format takes
     */
    static void write(
            OutputStream out,
            Architecture network,
            Map<String, SafeTensors.Tensor> parameters,
            Map<String, String> metadata)
            throws IOException {
        refuseLarge(parameters.values().stream()
                .mapToLong(tensor -> (long) tensor.values().remaining() * Float.BYTES)
                .sum());
        OnnxGraph graph = new OnnxGraph(parameters);
        int[] shape = network.inputArray();
        graph.finish(graph.through(network.layers(), "", shape, INPUT));
        ProtobufWriter model = graph.model(network, metadata);
        refuseLarge(model.sizeBytes());
        model.writeTo(out);
    }

    private static void refuseLarge(long bytes) {
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("the network needs " + bytes
                    + " bytes as ONNX, more than the 2 GiB that one file takes; train a smaller one");
        }
    }

    private String through(List<Layer> layers, String prefix, int[] inputShape, String input) {
        String x = input;
        int[] shape = inputShape;
        for (int i = 0; i < layers.size(); i++) {
            x = LayerKind.addNodes(layers.get(i), new Spot(prefix + i, shape), x);
            shape = layers.get(i).outputShape(shape);
        }
        return x;
    }

    /** The last value becomes the logits. */
    private void finish(String last) {
        if (last.equals(INPUT)) {
            nodes.add(new Node("Identity", List.of(INPUT), LOGITS, List.of()));
        } else {
            Node node = nodes.remove(nodes.size() - 1);
            nodes.add(new Node(node.operator(), node.inputs(), LOGITS, node.attributes()));
        }
        nodes.add(new Node("Softmax", List.of(LOGITS), PROBABILITIES, List.of(whole("axis", 1))));
    }

    private ProtobufWriter model(Architecture network, Map<String, String> metadata) {
        ProtobufWriter graph = new ProtobufWriter();
        nodes.forEach(node -> graph.message(1, node.message()));
        graph.text(2, "lethe");
        initializers.forEach(initializer -> graph.message(5, initializer));
        graph.message(11, value(INPUT, network.inputArray()));
        graph.message(12, value(LOGITS, network.outputs()));
        graph.message(12, value(PROBABILITIES, network.outputs()));
        ProtobufWriter model = new ProtobufWriter()
                .whole(1, IR_VERSION)
                .text(2, "lethe")
                .message(7, graph)
                .message(8, new ProtobufWriter().text(1, "").whole(2, OPERATOR_SET));
        new TreeMap<>(metadata)
                .forEach((key, text) ->
                        model.message(14, new ProtobufWriter().text(1, key).text(2, text)));
        return model;
    }

    /** Floats of any number of rows. */
    private static ProtobufWriter value(String name, int... row) {
        ProtobufWriter shape = new ProtobufWriter().message(1, new ProtobufWriter().text(2, ROWS));
        for (int side : row) {
            shape.message(1, new ProtobufWriter().whole(1, side));
        }
        ProtobufWriter tensor = new ProtobufWriter().whole(1, FLOAT).message(2, shape);
        return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensor));
    }

    static ProtobufWriter real(String name, float value) {
        return new ProtobufWriter().text(1, name).real(2, value).whole(20, 1);
    }

    static ProtobufWriter whole(String name, long value) {
        return new ProtobufWriter().text(1, name).whole(3, value).whole(20, 2);
    }

    static ProtobufWriter wholes(String name, long... values) {
        ProtobufWriter attribute = new ProtobufWriter().text(1, name);
        LongStream.of(values).forEach(value -> attribute.whole(8, value));
        return attribute.whole(20, 7);
    }

    /** A layer's place in the network, while its nodes are added. */
    final class Spot {
        private final String place;
        private final int[] inputShape;

        private Spot(String place, int[] inputShape) {
            this.place = place;
            this.inputShape = inputShape;
        }

        /** Of one example. */
        int[] inputShape() {
            return inputShape.clone();
        }

        /** Adds a node with one output, and returns the output's name. */
        String node(String operator, List<String> inputs, ProtobufWriter... attributes) {
            String output = place + "/" + operator + "-" + nodes.size();
            nodes.add(new Node(operator, inputs, output, List.of(attributes)));
            return output;
        }

        /** Adds the nodes of layers within this one. */
        String through(List<Layer> body, String input) {
            return OnnxGraph.this.through(body, place + ".", inputShape, input);
        }

        /**
         * Adds a parameter of this layer.
         *
         * @param shape that the operator wants, the parameter's own if none is given
         */
        String parameter(String name, int... shape) {
            SafeTensors.Tensor tensor = tensor(name);
            IntStream sides =
                    shape.length == 0 ? tensor.shape().stream().mapToInt(Integer::intValue) : IntStream.of(shape);
            return initializer(tensor.name(), FLOAT, sides, bytes(tensor.values()));
        }

        /** The values of a parameter of this layer, for operators that want them in another order; a copy. */
        float[] values(String name) {
            FloatBuffer buffer = tensor(name).values().duplicate();
            float[] values = new float[buffer.remaining()];
            buffer.get(values);
            return values;
        }

        private SafeTensors.Tensor tensor(String name) {
            return Objects.requireNonNull(parameters.get(place + "." + name), name);
        }

        /** Adds a vector of constants. */
        String floats(String name, float... values) {
            return floats(name, new int[] {values.length}, values);
        }

        /** Adds constants of a shape. */
        String floats(String name, int[] shape, float[] values) {
            return initializer(place + "/" + name, FLOAT, IntStream.of(shape), bytes(FloatBuffer.wrap(values)));
        }

        /** Adds a constant. */
        String whole(String name, long value) {
            return wholes(name, IntStream.empty(), value);
        }

        /** Adds a vector of constants. */
        String wholes(String name, long... values) {
            return wholes(name, IntStream.of(values.length), values);
        }

        private String wholes(String name, IntStream sides, long... values) {
            byte[] bytes = new byte[Math.multiplyExact(values.length, Long.BYTES)];
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(values);
            return initializer(place + "/" + name, INT64, sides, bytes);
        }

        private String initializer(String name, int type, IntStream sides, byte[] bytes) {
            ProtobufWriter tensor = new ProtobufWriter();
            sides.forEach(side -> tensor.whole(1, side));
            initializers.add(tensor.whole(2, type).text(8, name).bytes(9, bytes));
            return name;
        }
    }

    private static byte[] bytes(FloatBuffer values) {
        byte[] bytes = new byte[Math.multiplyExact(values.remaining(), Float.BYTES)];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values.duplicate());
        return bytes;
    }
}

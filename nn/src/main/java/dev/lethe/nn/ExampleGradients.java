package dev.lethe.nn;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.GradientNorms;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Norms of the gradients of many examples, each by itself, by one pass backwards; see {@link LayerGradient}.
 *
 * <p>The gradient at the logits is taken backwards as a direction of length 1 and its length apart, in double precision: a
 * float cannot tell how sure a model is once its loss is below 1e-7, where the surest members are.
 */
final class ExampleGradients {
    /** Floats that the examples of one pass may take in native memory: 16 MiB. Four times more was no faster. */
    static final long PASS_FLOATS = 1L << 22;

    private static final int LARGEST_PASS = 1024;

    private final Network network;
    private final Examples data;
    private final double[] layers;
    private final double[] lastLayerL1;
    private final double[] penultimate;

    /** @throws IllegalArgumentException if the network's last layer is not linear */
    ExampleGradients(Network network, Examples data) {
        Layer top = network.layers().get(network.layers().size() - 1);
        if (!(top instanceof Layer.Linear) || network.predictsEachStep()) {
            throw new IllegalArgumentException(
                    "norms of gradients are those of classifiers that end in a linear layer, and this"
                            + (network.predictsEachStep() ? " is a language model" : " one ends in " + top));
        }
        this.network = network;
        this.data = data;
        layers = new double[data.size() * network.parameters().size()];
        lastLayerL1 = new double[data.size()];
        penultimate = new double[data.size()];
    }

    GradientNorms norms() {
        return DenseGradient.covers(network.layers()) ? dense() : general();
    }

    /** Of a network of any kind. */
    GradientNorms general() {
        int pass = pass();
        for (int from = 0; from < data.size(); from += pass) {
            try (PointerScope scope = new PointerScope()) {
                fill(from, Math.min(pass, data.size() - from));
            }
        }
        return filled();
    }

    /** The same as {@link #general}, to the bit, without a graph and by buffers that are made once. */
    private GradientNorms dense() {
        int most = pass();
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            DensePass pass = null;
            int rows = 0;
            for (int from = 0; from < data.size(); from += most) {
                int size = Math.min(most, data.size() - from);
                if (pass == null || size != rows) {
                    pass = new DensePass(network, size, true);
                    rows = size;
                }
                try (PointerScope step = new PointerScope()) {
                    fill(from, pass, size);
                }
            }
        }
        return filled();
    }

    private int pass() {
        return (int) Math.max(1, Math.min(LARGEST_PASS, PASS_FLOATS / floatsAnExample(network)));
    }

    private GradientNorms filled() {
        return new GradientNorms(layers, network.parameters().size(), lastLayerL1, penultimate);
    }

    /**
     * Values, their gradients, and the largest of what one layer takes for a while: a convolution's unfolded input and weight
     * gradient, a sequence's products of steps.
     */
    static long floatsAnExample(Network network) {
        Sizes sizes = new Sizes(network.inputShape());
        sizes.add(network.layers());
        return 2 * sizes.values + sizes.largest;
    }

    /** What an example takes on its way through layers. */
    private static final class Sizes {
        private int[] shape;
        private long values;
        private long largest;

        Sizes(int[] shape) {
            this.shape = shape;
            values = size(shape);
        }

        void add(List<Layer> layers) {
            for (Layer layer : layers) {
                if (layer instanceof Layer.Residual block) {
                    add(block.body());
                } else {
                    shape = layer.outputShape(shape);
                }
                values += size(shape);
                if (layer instanceof Layer.Conv2d conv) {
                    long patch = (long) conv.inputs() * conv.kernel() * conv.kernel();
                    largest = Math.max(largest, patch * shape[1] * shape[2] + 2 * patch * conv.outputs());
                }
                if (layer instanceof Layer.Lstm lstm) {
                    // Gates and their gradients, cells three times, states three times, inputs and states side by side.
                    values += shape[0] * (8L * lstm.hidden() + 6L * lstm.hidden() + lstm.inputs() + lstm.hidden()) / 2;
                }
                if (shape.length == 2) {
                    largest = Math.max(largest, 2L * shape[0] * shape[0]);
                }
            }
        }
    }

    private static long size(int[] shape) {
        return new Layer.Flatten().outputShape(shape)[0];
    }

    private void fill(int from, int size) {
        Tape tape = new Tape();
        Tensor logits = network.forward(Tensors.rows(data, from, size), null, tape);
        Top top = Top.of(Tensors.toArray(logits.detach()), network.outputs(), data.labels(), from);
        Tensor direction = Tensors.of(top.direction(), size, network.outputs());
        List<Tensor> deltas = tape.deltas(logits, direction);
        int last = deltas.size() - 1;
        try (NoGradGuard guard = new NoGradGuard()) {
            for (int i = 0; i < last; i++) {
                fill(
                        from,
                        i,
                        last,
                        LayerGradient.of(tape.layers().get(i), tape.inputs().get(i), deltas.get(i), 1),
                        top);
            }
        }
        fillLast(from, last, Tensors.toArray(tape.inputs().get(last)), top);
    }

    private void fill(int from, DensePass pass, int size) {
        pass.forward(data, from);
        float[] logits = new float[size * network.outputs()];
        pass.logits(logits, 0, logits.length);
        Top top = Top.of(logits, network.outputs(), data.labels(), from);
        pass.backwards(top.direction());
        int last = pass.layers() - 1;
        for (int i = 0; i < last; i++) {
            Layer layer = network.parameters().get(i).layer();
            fill(from, i, last, LayerGradient.of(layer, pass.input(i), pass.delta(i), 1), top);
        }
        fillLast(from, last, Tensors.toArray(pass.input(last)), top);
    }

    private void fill(int from, int layer, int last, LayerGradient gradient, Top top) {
        float[] squares = Tensors.toArray(gradient.squares());
        for (int row = 0; row < squares.length; row++) {
            layers[(from + row) * (last + 1) + layer] = top.length()[row] * Math.sqrt(squares[row]);
        }
    }

    /** The last layer is linear and there are several sums to take of it: quicker here, in one pass, than in libtorch. */
    private void fillLast(int from, int last, float[] input, Top top) {
        int width = input.length / top.length().length;
        int classes = top.direction().length / top.length().length;
        for (int row = 0; row < top.length().length; row++) {
            double squares = 0;
            double sum = 0;
            for (int i = row * width; i < (row + 1) * width; i++) {
                double value = input[i];
                squares += value * value;
                sum += Math.abs(value);
            }
            double directionSquares = 0;
            double directionSum = 0;
            for (int i = row * classes; i < (row + 1) * classes; i++) {
                double value = top.direction()[i];
                directionSquares += value * value;
                directionSum += Math.abs(value);
            }
            double length = top.length()[row];
            layers[(from + row) * (last + 1) + last] = length * Math.sqrt(directionSquares * (squares + 1));
            penultimate[from + row] = Math.sqrt(squares);
            lastLayerL1[from + row] = length * directionSum * (sum + 1);
        }
    }

    /**
     * The gradient of each example's cross-entropy with respect to its logits: softmax less one at the label.
     *
     * @param direction row-major, each row of L2 norm 1
     * @param length L2 norm of each example's gradient
     */
    private record Top(float[] direction, double[] length) {
        static Top of(float[] logits, int classes, int[] labels, int from) {
            int size = logits.length / classes;
            float[] direction = new float[logits.length];
            double[] length = new double[size];
            double[] odds = new double[classes];
            for (int row = 0; row < size; row++) {
                int label = labels[from + row];
                double best = Double.NEGATIVE_INFINITY;
                for (int k = 0; k < classes; k++) {
                    best = k == label ? best : Math.max(best, logits[row * classes + k]);
                }
                // Probabilities as multiples of that of the likeliest other class: their sum is the label's gradient.
                double others = 0;
                double squares = 0;
                for (int k = 0; k < classes; k++) {
                    odds[k] = Math.exp(logits[row * classes + k] - best);
                    others += k == label ? 0 : odds[k];
                    squares += k == label ? 0 : odds[k] * odds[k];
                }
                double norm = Math.sqrt(squares + others * others);
                for (int k = 0; k < classes; k++) {
                    direction[row * classes + k] = (float) ((k == label ? -others : odds[k]) / norm);
                }
                length[row] = norm / (others + odds[label]);
            }
            return new Top(direction, length);
        }
    }
}

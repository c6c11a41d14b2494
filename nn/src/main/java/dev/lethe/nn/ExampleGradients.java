package dev.lethe.nn;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.GradientNorms;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

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

    ExampleGradients(Network network, Examples data) {
        this.network = network;
        this.data = data;
        layers = new double[data.size() * network.parameters().size()];
        lastLayerL1 = new double[data.size()];
        penultimate = new double[data.size()];
    }

    GradientNorms norms() {
        int pass = (int) Math.max(1, Math.min(LARGEST_PASS, PASS_FLOATS / floatsAnExample(network)));
        for (int from = 0; from < data.size(); from += pass) {
            try (PointerScope scope = new PointerScope()) {
                fill(from, Math.min(pass, data.size() - from));
            }
        }
        return new GradientNorms(layers, network.parameters().size(), lastLayerL1, penultimate);
    }

    /** Values, their gradients, and the largest convolution's unfolded input and weight gradient. */
    static long floatsAnExample(Network network) {
        Sizes sizes = new Sizes(network.inputShape());
        sizes.add(network.layers());
        return 2 * sizes.values + sizes.convolution;
    }

    /** What an example takes on its way through layers. */
    private static final class Sizes {
        private int[] shape;
        private long values;
        private long convolution;

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
                    convolution = Math.max(convolution, patch * shape[1] * shape[2] + 2 * patch * conv.outputs());
                }
            }
        }
    }

    private static long size(int[] shape) {
        return new Layer.Flatten().outputShape(shape)[0];
    }

    private void fill(int from, int size) {
        List<Layer> parametrized = new ArrayList<>();
        List<Tensor> inputs = new ArrayList<>();
        List<Tensor> outputs = new ArrayList<>();
        Tensor logits = network.forward(Tensors.rows(data, from, size), null, (layer, input, output) -> {
            parametrized.add(layer);
            inputs.add(input);
            outputs.add(output);
        });
        Top top = Top.of(Tensors.toArray(logits.detach()), network.outputs(), data.labels(), from);
        Tensor direction = Tensors.of(top.direction(), size, network.outputs());
        int last = outputs.size() - 1;
        // Of the last layer nothing is left to be found by autograd.
        TensorVector deltas = last == 0
                ? new TensorVector()
                : torch.grad(
                        new TensorVector(logits),
                        new TensorVector(outputs.subList(0, last).toArray(new Tensor[0])),
                        new TensorVector(direction),
                        new BoolOptional(),
                        false,
                        false);
        try (NoGradGuard guard = new NoGradGuard()) {
            for (int i = 0; i <= last; i++) {
                Tensor delta = i == last ? direction : deltas.get(i);
                float[] squares = Tensors.toArray(LayerGradient.of(parametrized.get(i), inputs.get(i), delta, 1)
                        .squares());
                for (int row = 0; row < size; row++) {
                    layers[(from + row) * (last + 1) + i] = top.length()[row] * Math.sqrt(squares[row]);
                }
            }
            float[] squares = Tensors.toArray(inputs.get(last).square().sum(1));
            float[] sums = Tensors.toArray(inputs.get(last).abs().sum(1));
            float[] directionSums = Tensors.toArray(direction.abs().sum(1));
            for (int row = 0; row < size; row++) {
                penultimate[from + row] = Math.sqrt(squares[row]);
                lastLayerL1[from + row] = top.length()[row] * directionSums[row] * (sums[row] + 1.0);
            }
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

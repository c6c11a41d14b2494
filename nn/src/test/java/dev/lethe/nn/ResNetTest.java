package dev.lethe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.data.Examples;
import dev.lethe.core.random.Seed;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** The layers of residual networks against plain loops in double precision, and their gradients against differences. */
class ResNetTest {
    /** Of all networks here. */
    private static final int[] SHAPE = {2, 9, 8};

    private static final int CLASSES = 3;
    private static final int EXAMPLES = 5;

    private static final List<Layer> LAYERS = List.of(
            new Layer.Conv2d(2, 6, 3, 2),
            new Layer.GroupNorm(6, 3),
            new Layer.Relu(),
            new Layer.Residual(List.of(new Layer.Conv2d(6, 6, 3), new Layer.GroupNorm(6, 2), new Layer.Tanh())),
            new Layer.MaxPool2d(2),
            new Layer.GlobalAveragePool(),
            new Layer.Linear(6, CLASSES));

    @RepeatedTest(5)
    void equalsPlainLoops(RepetitionInfo repetition) {
        Seed seed = seed(repetition);
        Examples data = Blobs.examples(EXAMPLES, SHAPE, CLASSES, seed.fork("data"));
        try (Network network = new Network(LAYERS, SHAPE)) {
            float[] parameters = parameters(network, seed);
            network.load(parameters);
            float[] logits = new NetworkPredictor(network).logits(data).values();
            double[] weights = doubles(parameters);
            for (int row = 0; row < EXAMPLES; row++) {
                double[] slow = new Slow(weights).through(LAYERS, image(data, row));
                for (int k = 0; k < CLASSES; k++) {
                    assertThat((double) logits[row * CLASSES + k])
                            .as("%s", seed)
                            .isCloseTo(slow[k], within(1e-5));
                }
            }
        }
    }

    /** Each parameter's share of the gradient, by central differences of the plain loops' loss. */
    @RepeatedTest(3)
    void gradientEqualsDifferences(RepetitionInfo repetition) {
        Seed seed = seed(repetition);
        Examples data = Blobs.examples(EXAMPLES, SHAPE, CLASSES, seed.fork("data"));
        try (Network network = new Network(LAYERS, SHAPE);
                PointerScope scope = new PointerScope()) {
            float[] parameters = parameters(network, seed);
            network.load(parameters);
            Tensor labels = Tensors.longs(EXAMPLES);
            for (int row = 0; row < EXAMPLES; row++) {
                labels.data_ptr_long().put(row, data.labels()[row]);
            }
            Tensor gradient = torch.zeros(parameters.length);
            network.gradient(Tensors.rows(data, 0, EXAMPLES), labels, null, gradient);
            float[] fast = Tensors.toArray(gradient);
            double[] weights = doubles(parameters);
            double step = 1e-6;
            for (int i = 0; i < weights.length; i++) {
                double kept = weights[i];
                weights[i] = kept + step;
                double above = loss(weights, data);
                weights[i] = kept - step;
                double below = loss(weights, data);
                weights[i] = kept;
                assertThat((double) fast[i])
                        .as("parameter %d, %s", i, seed)
                        .isCloseTo((above - below) / (2 * step), within(1e-4));
            }
        }
    }

    @Test
    void keepsExamplesApart() {
        Examples data = Blobs.examples(40, SHAPE, CLASSES, Seed.of(3));
        ResNet recipe = new ResNet(16, 1, Optimization.DEFAULT);
        try (Network network = new Network(recipe.layers(SHAPE, CLASSES), SHAPE)) {
            network.load(network.initial(Seed.of(4)));
            NetworkPredictor model = new NetworkPredictor(network);
            float[] together = model.logits(data).values();
            for (int row = 0; row < data.size(); row++) {
                float[] alone = model.logits(data.select(new int[] {row})).values();
                for (int k = 0; k < CLASSES; k++) {
                    assertThat(alone[k]).isCloseTo(together[row * CLASSES + k], within(1e-4f));
                }
            }
        }
    }

    @Test
    void saysWhatItIs() {
        Optimization how = new Optimization(30, 0.1, 64, 0, 0, new Optimizer.Sgd(0.9))
                .with(new Schedule.Cosine(0.25))
                .with(new Augmentation(true, 4));
        assertThat(new ResNet(32, 2, how).describe())
                .isEqualTo(
                        "residual network, 32 channels, 2 blocks a stage; 30 epochs of SGD at 0.1 with momentum 0.9 on"
                                + " batches of 64, weight decay 0.0, learning rate cosine after a rise over 0.25, images mirrored at"
                                + " random, shifted by up to 4");
    }

    @Test
    void refusesWhatCannotBe() {
        refuses("channels 20", () -> new ResNet(20, 1, Optimization.DEFAULT));
        refuses("blocks -1", () -> new ResNet(16, -1, Optimization.DEFAULT));
        refuses("groups 4", () -> new Layer.GroupNorm(6, 4));
        refuses("[3, 4, 4]", () -> new Layer.GroupNorm(6, 3).outputShape(new int[] {3, 4, 4}));
        refuses("keep the shape [2, 9, 8]", () -> new Layer.Residual(List.of(new Layer.MaxPool2d(2)))
                .outputShape(new int[] {2, 9, 8}));
        refuses("rise 1.0", () -> new Schedule.Cosine(1));
        refuses("shift -1", () -> new Augmentation(false, -1));
    }

    private static void refuses(String message, Runnable asked) {
        assertThatThrownBy(asked::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    /** Replay with -Dseed=. */
    private static Seed seed(RepetitionInfo repetition) {
        return Seed.of(Long.getLong("seed", 90 + repetition.getCurrentRepetition()));
    }

    private static float[] parameters(Network network, Seed seed) {
        float[] values = network.initial(seed.fork("initial"));
        UniformRandomProvider random = seed.fork("scatter").stream();
        for (int i = 0; i < values.length; i++) {
            values[i] += 0.2f * (random.nextFloat() - 0.5f);
        }
        return values;
    }

    private static double[] doubles(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    private static double[][][] image(Examples data, int row) {
        double[][][] image = new double[SHAPE[0]][SHAPE[1]][SHAPE[2]];
        int at = row * data.width();
        for (double[][] plane : image) {
            for (double[] line : plane) {
                for (int x = 0; x < line.length; x++) {
                    line[x] = data.features()[at++];
                }
            }
        }
        return image;
    }

    private static double loss(double[] weights, Examples data) {
        double sum = 0;
        for (int row = 0; row < EXAMPLES; row++) {
            double[] logits = new Slow(weights).through(LAYERS, image(data, row));
            double total = 0;
            for (double logit : logits) {
                total += Math.exp(logit);
            }
            sum += Math.log(total) - logits[data.labels()[row]];
        }
        return sum / EXAMPLES;
    }

    /** One image on its way, in loops as the definitions read; takes its parameters in order. */
    private static final class Slow {
        private final double[] weights;
        private int next;

        Slow(double[] weights) {
            this.weights = weights;
        }

        double[] through(List<Layer> layers, double[][][] image) {
            double[][][] x = features(layers, image);
            double[] mean = new double[x.length];
            for (int c = 0; c < x.length; c++) {
                for (double[] line : x[c]) {
                    for (double value : line) {
                        mean[c] += value / (x[c].length * line.length);
                    }
                }
            }
            double[] logits = new double[CLASSES];
            for (int k = 0; k < CLASSES; k++) {
                for (double value : mean) {
                    logits[k] += weights[next++] * value;
                }
            }
            for (int k = 0; k < CLASSES; k++) {
                logits[k] += weights[next++];
            }
            assertThat(next).isEqualTo(weights.length);
            return logits;
        }

        private double[][][] features(List<Layer> layers, double[][][] image) {
            double[][][] x = image;
            for (Layer layer : layers) {
                if (layer instanceof Layer.Conv2d conv) {
                    x = convolution(x, conv);
                } else if (layer instanceof Layer.GroupNorm norm) {
                    x = normalized(x, norm);
                } else if (layer instanceof Layer.Residual block) {
                    double[][][] inner = features(block.body(), x);
                    double[][][] before = x;
                    x = each(x, (c, i, j) -> before[c][i][j] + inner[c][i][j]);
                } else if (layer instanceof Layer.MaxPool2d) {
                    double[][][] in = x;
                    x = each(
                            new double[in.length][in[0].length / 2][in[0][0].length / 2],
                            (c, i, j) -> Math.max(
                                    Math.max(in[c][2 * i][2 * j], in[c][2 * i + 1][2 * j]),
                                    Math.max(in[c][2 * i][2 * j + 1], in[c][2 * i + 1][2 * j + 1])));
                } else if (layer instanceof Layer.Relu) {
                    double[][][] in = x;
                    x = each(x, (c, i, j) -> Math.max(0, in[c][i][j]));
                } else if (layer instanceof Layer.Tanh) {
                    double[][][] in = x;
                    x = each(x, (c, i, j) -> Math.tanh(in[c][i][j]));
                }
            }
            return x;
        }

        private interface Cell {
            double at(int channel, int row, int column);
        }

        private static double[][][] each(double[][][] shape, Cell cell) {
            double[][][] y = new double[shape.length][shape[0].length][shape[0][0].length];
            for (int c = 0; c < y.length; c++) {
                for (int i = 0; i < y[c].length; i++) {
                    for (int j = 0; j < y[c][i].length; j++) {
                        y[c][i][j] = cell.at(c, i, j);
                    }
                }
            }
            return y;
        }

        private double[][][] convolution(double[][][] x, Layer.Conv2d conv) {
            int[] shape = conv.outputShape(new int[] {x.length, x[0].length, x[0][0].length});
            int size = conv.kernel() * conv.kernel();
            int begin = next;
            int bias = begin + conv.outputs() * conv.inputs() * size;
            next = bias + conv.outputs();
            return each(new double[shape[0]][shape[1]][shape[2]], (c, i, j) -> {
                double sum = weights[bias + c];
                for (int from = 0; from < conv.inputs(); from++) {
                    for (int k = 0; k < size; k++) {
                        int row = i * conv.stride() + k / conv.kernel() - conv.kernel() / 2;
                        int column = j * conv.stride() + k % conv.kernel() - conv.kernel() / 2;
                        if (row >= 0 && row < x[0].length && column >= 0 && column < x[0][0].length) {
                            sum += weights[begin + (c * conv.inputs() + from) * size + k] * x[from][row][column];
                        }
                    }
                }
                return sum;
            });
        }

        private double[][][] normalized(double[][][] x, Layer.GroupNorm norm) {
            int group = norm.channels() / norm.groups();
            double count = (double) group * x[0].length * x[0][0].length;
            double[] mean = new double[norm.groups()];
            each(x, (c, i, j) -> mean[c / group] += x[c][i][j] / count);
            double[] variance = new double[norm.groups()];
            each(x, (c, i, j) -> variance[c / group] += Math.pow(x[c][i][j] - mean[c / group], 2) / count);
            int begin = next;
            next += 2 * norm.channels();
            return each(
                    x,
                    (c, i, j) ->
                            (x[c][i][j] - mean[c / group]) / Math.sqrt(variance[c / group] + 1e-5) * weights[begin + c]
                                    + weights[begin + norm.channels() + c]);
        }
    }
}

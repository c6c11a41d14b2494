package dev.lethe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.GradientNorms;
import dev.lethe.core.random.Seed;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExampleGradientsTest {
    record Case(List<Layer> layers, Examples data) {}

    /** Vectors and images, fewer and more than go through in one pass. */
    static Stream<Case> networks() {
        Examples vectors = Blobs.vectors(1100, 7, 3, Seed.of(30));
        Examples images = Blobs.examples(60, new int[] {2, 9, 8}, 4, Seed.of(31));
        Examples large = Blobs.examples(70, new int[] {3, 32, 32}, 10, Seed.of(32));
        return Stream.of(
                new Case(recipe(List.of()).layers(vectors.shape(), 3), vectors),
                new Case(recipe(List.of(12)).layers(vectors.shape(), 3), vectors),
                new Case(
                        new Mlp(List.of(9, 8), 0.5, Activation.TANH, Optimization.DEFAULT).layers(vectors.shape(), 3),
                        vectors),
                new Case(recipe(List.of(12)).layers(images.shape(), 4), images),
                new Case(new Cnn(5, 11, 0.3, Optimization.DEFAULT).layers(images.shape(), 4), images),
                new Case(
                        List.of(
                                new Layer.Conv2d(2, 3, 5),
                                new Layer.Tanh(),
                                new Layer.Conv2d(3, 4, 2),
                                new Layer.Flatten(),
                                new Layer.Linear(360, 4)),
                        images),
                new Case(new Cnn(16, 8, 0, Optimization.DEFAULT).layers(large.shape(), 10), large),
                new Case(
                        List.of(
                                new Layer.Conv2d(2, 6, 3, 2),
                                new Layer.GroupNorm(6, 3),
                                new Layer.Tanh(),
                                new Layer.Residual(List.of(
                                        new Layer.Conv2d(6, 6, 3),
                                        new Layer.Residual(List.of(new Layer.GroupNorm(6, 2), new Layer.Tanh())))),
                                new Layer.GlobalAveragePool(),
                                new Layer.Linear(6, 4)),
                        images),
                new Case(new ResNet(16, 1, Optimization.DEFAULT).layers(images.shape(), 4), images));
    }

    private static NetworkTrainer recipe(List<Integer> widths) {
        return widths.isEmpty()
                ? new LogisticRegression(Optimization.DEFAULT)
                : new Mlp(widths, 0, Optimization.DEFAULT);
    }

    /** Twin: autograd, one example at a time. */
    @ParameterizedTest
    @MethodSource("networks")
    void equalsAutogradOfEachExampleByItself(Case one) {
        try (Network network = new Network(one.layers(), one.data().shape())) {
            network.load(scattered(network, Seed.of(33)));
            GradientNorms fast = new ExampleGradients(network, one.data()).norms();
            int layers = network.parameters().size();
            assertThat(fast.size()).isEqualTo(one.data().size());
            assertThat(fast.layerCount()).isEqualTo(layers);
            for (int row = 0; row < one.data().size(); row++) {
                float[] gradient = autograd(network, one.data(), row);
                double total = 0;
                for (int layer = 0; layer < layers; layer++) {
                    Network.Parameters p = network.parameters().get(layer);
                    double squares = 0;
                    for (int i = p.offset(); i < p.offset() + p.size(); i++) {
                        squares += (double) gradient[i] * gradient[i];
                    }
                    total += squares;
                    assertThat(fast.at(row, layer)).isCloseTo(Math.sqrt(squares), withinPercentage(0.01));
                }
                assertThat(fast.total(row)).isCloseTo(Math.sqrt(total), withinPercentage(0.01));
                lastLayer(fast, row, network.parameters().get(layers - 1), gradient);
            }
        }
    }

    /** As at the start of training, but that normalizations have scales and shifts of their own. */
    private static float[] scattered(Network network, Seed seed) {
        float[] values = network.initial(seed);
        var random = seed.fork("normalization").stream();
        for (Network.Parameters p : network.parameters()) {
            for (int i = 0; p.layer() instanceof Layer.GroupNorm && i < p.size(); i++) {
                values[p.offset() + i] += random.nextFloat() - 0.5f;
            }
        }
        return values;
    }

    /** The last layer's input is its weight gradient, a logit's row of it, over that logit's bias gradient. */
    private static void lastLayer(GradientNorms fast, int row, Network.Parameters last, float[] gradient) {
        double sum = 0;
        for (int i = last.offset(); i < last.offset() + last.size(); i++) {
            sum += Math.abs(gradient[i]);
        }
        assertThat(fast.lastLayerL1()[row]).isCloseTo(sum, withinPercentage(0.01));
        double squares = 0;
        for (int i = 0; i < last.fanIn(); i++) {
            double input = gradient[last.offset() + i] / gradient[last.offset() + last.weightSize()];
            squares += input * input;
        }
        assertThat(fast.penultimate()[row]).isCloseTo(Math.sqrt(squares), withinPercentage(0.01));
    }

    private static float[] autograd(Network network, Examples data, int row) {
        try (PointerScope scope = new PointerScope()) {
            Tensor label = Tensors.longs(1);
            label.data_ptr_long().put(0, data.labels()[row]);
            Tensor gradient = torch.zeros(network.parameterCount());
            network.gradient(Tensors.rows(data, row, 1), label, null, gradient);
            return Tensors.toArray(gradient);
        }
    }

    /**
     * One hidden unit worked out by hand where the model is so sure that in floats the probability of its class is 1:
     * autograd would give a gradient of 0 to the first, and the second's square is no float.
     */
    @ParameterizedTest
    @ValueSource(doubles = {40, 80, 300})
    void tellsSureModelsApart(double gap) {
        double hidden = Math.tanh(0.5 * 0.25 + 0.125);
        Examples one = new Examples(new float[] {0.25f}, new int[] {1}, new int[] {0}, List.of("a", "b"));
        try (Network network =
                new Network(List.of(new Layer.Linear(1, 1), new Layer.Tanh(), new Layer.Linear(1, 2)), one.shape())) {
            network.load(new float[] {0.5f, 0.125f, 2, -1, (float) gap, 0});
            GradientNorms norms = new ExampleGradients(network, one).norms();
            double other = 1 / (1 + Math.exp(gap + 3 * hidden));
            double last = Math.sqrt(2) * other;
            assertThat(norms.at(0, 1)).isCloseTo(last * Math.hypot(hidden, 1), withinPercentage(0.01));
            double delta = 3 * other * (1 - hidden * hidden);
            assertThat(norms.at(0, 0)).isCloseTo(delta * Math.hypot(0.25, 1), withinPercentage(0.01));
            assertThat(norms.lastLayerL1()[0]).isCloseTo(2 * other * (hidden + 1), withinPercentage(0.01));
            assertThat(norms.penultimate()[0]).isCloseTo(hidden, withinPercentage(0.01));
        }
    }

    @Test
    void refusesExamplesOfAnotherShape() {
        try (NetworkPredictor model =
                new NetworkPredictor(new Network(List.of(new Layer.Linear(3, 2)), new int[] {3}))) {
            Examples others = Blobs.vectors(2, 4, 2, Seed.of(34));
            assertThatThrownBy(() -> model.gradientNorms(others))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[4]");
        }
    }
}

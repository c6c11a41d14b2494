package dev.lethe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layers of sequences: the LSTM by hand against libtorch's, and what they refuse. */
class SequenceTest {
    private static final List<Layer> LAYERS =
            List.of(new Layer.Embedding(11, 5), new Layer.Lstm(5, 8), new Layer.LastStep(), new Layer.Linear(8, 3));

    /** Twin: libtorch's LSTM and its autograd. Large weights, so that gates open and shut. */
    @ParameterizedTest
    @CsvSource({"1,1,1,1", "3,1,4,2", "1,7,3,5", "6,20,5,9", "32,50,30,40"})
    void lstmByHandEqualsLibtorchs(int batch, int steps, int inputs, int hidden) {
        Layer.Lstm lstm = new Layer.Lstm(inputs, hidden);
        List<Layer> layers = List.of(lstm, new Layer.LastStep());
        try (Network network = new Network(layers, new int[] {steps, inputs});
                PointerScope scope = new PointerScope()) {
            float[] weights = network.initial(Seed.of(1));
            for (int i = 0; i < weights.length; i++) {
                weights[i] *= 3;
            }
            network.load(weights);
            Network.Parameters p = network.parameters().get(0);
            Tensor input = noise(2, batch, steps, inputs).requires_grad_(true);
            Tensor direction = noise(3, batch, steps, hidden);
            Tensor state = torch.zeros(1, batch, hidden);
            Tensor zero = torch.zeros(4L * hidden);
            Tensor fused = torch.lstm(
                            input,
                            new TensorVector(state, state),
                            new TensorVector(p.weight(), p.tensors().get(1), p.bias(), zero),
                            true,
                            1,
                            0,
                            true,
                            false,
                            true)
                    .get0();
            TensorVector gradients = torch.grad(
                    new TensorVector(fused.mul(direction).sum()),
                    new TensorVector(input, p.weight(), p.tensors().get(1), p.bias()));
            try (NoGradGuard guard = new NoGradGuard()) {
                LstmPass pass = new LstmPass(p, input);
                same(pass.output(), fused);
                assertThat(Tensors.toArray(fused.detach())).doesNotContain(0f);
                Tensor gates = pass.back(direction);
                same(pass.inputGradient(gates), gradients.get(0));
                Tensor flat = torch.zeros(network.parameterCount());
                LayerGradient.of(lstm, pass.joined(), gates, 1).sum(torch.ones(batch), p.of(flat));
                for (int i = 0; i < 3; i++) {
                    same(p.of(flat).get(i), gradients.get(i + 1));
                }
            }
        }
    }

    /** What goes back through an LSTM leaves alone what it is handed: a residual block hands it to others too. */
    @Test
    void lstmDoesNotWriteIntoTheGradientItIsHanded() {
        try (Network network = new Network(List.of(new Layer.Lstm(3, 4), new Layer.LastStep()), new int[] {6, 3});
                PointerScope scope = new PointerScope()) {
            network.load(network.initial(Seed.of(1)));
            LstmPass pass = new LstmPass(network.parameters().get(0), noise(2, 1, 6, 3));
            Tensor direction = noise(3, 1, 6, 4);
            float[] before = Tensors.toArray(direction);
            pass.back(direction);
            assertThat(Tensors.toArray(direction)).isEqualTo(before);
        }
    }

    private static Tensor noise(long seed, long... shape) {
        return torch.randn(shape, new org.bytedeco.pytorch.GeneratorOptional(torch.make_generator_cpu(seed)));
    }

    /** Within 1e-5 of the largest value. */
    private static void same(Tensor one, Tensor other) {
        float[] a = Tensors.toArray(one.detach());
        float[] b = Tensors.toArray(other.detach());
        assertThat(one.sizes().vec().get()).isEqualTo(other.sizes().vec().get());
        double largest = IntStream.range(0, b.length)
                .mapToDouble(i -> Math.abs(b[i]))
                .max()
                .orElseThrow();
        for (int i = 0; i < a.length; i++) {
            assertThat((double) a[i]).isCloseTo(b[i], within(1e-5 * Math.max(1, largest)));
        }
    }

    @Test
    void layerNormGivesEachStepMeanZeroAndVarianceOne() {
        try (Network network = new Network(List.of(new Layer.LayerNorm(4), new Layer.Flatten()), new int[] {2, 4})) {
            network.load(new float[] {1, 1, 1, 10, 0, 0, 0, 5});
            Examples one = new Examples(
                    new float[] {1, 2, 3, 4, -40, 0, 0, 40}, new int[] {2, 4}, new int[] {0}, List.of("a", "b"));
            double small = 1 / Math.sqrt(1.25 + 1e-5);
            double large = 1 / Math.sqrt(800 + 1e-5);
            float[] values;
            try (PointerScope scope = new PointerScope()) {
                values = Tensors.toArray(
                        network.forward(Tensors.rows(one, 0, 1), null).detach());
            }
            double[] byHand = {
                -1.5 * small, -0.5 * small, 0.5 * small, 15 * small + 5, -40 * large, 0, 0, 400 * large + 5
            };
            for (int i = 0; i < byHand.length; i++) {
                assertThat((double) values[i]).isCloseTo(byHand[i], within(1e-5));
            }
        }
    }

    static Stream<float[]> noTokens() {
        return Stream.of(new float[] {11}, new float[] {-1}, new float[] {0.5f}, new float[] {1e30f});
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.MethodSource("noTokens")
    void refusesWhatIsNoToken(float[] bad) {
        Examples good = Blobs.tokens(30, 9, 11, 3, Seed.of(1));
        float[] features = good.features().clone();
        features[7 * 9 + 2] = bad[0];
        Examples data = new Examples(features, good.shape(), good.labels(), good.classes());
        Feedforward recipe = new Feedforward(LAYERS, new Optimization(1, 0.01, 8, 0, 0));
        int[] all = IntStream.range(0, 30).toArray();
        refuses(() -> recipe.train(data, all, Seed.of(2), Progress.QUIET));
        refuses(() -> ClippedTraining.begin(recipe, data, Seed.of(2)));
        try (NetworkPredictor model = (NetworkPredictor) recipe.train(good, all, Seed.of(2), Progress.QUIET)) {
            refuses(() -> model.logits(data));
            refuses(() -> model.gradientNorms(data));
        }
    }

    private static void refuses(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("row 7")
                .hasMessageContaining("position 2")
                .hasMessageContaining("0..10");
    }

    @Test
    void refusesWhatCannotBe() {
        refuses("first layer", new int[] {6}, new Layer.Relu(), new Layer.Embedding(5, 2), new Layer.LastStep());
        refuses("Embedding", new int[] {2, 6}, new Layer.Embedding(5, 2), new Layer.LastStep());
        refuses("Lstm", new int[] {6}, new Layer.Lstm(6, 2), new Layer.LastStep());
        refuses("Lstm", new int[] {4, 5}, new Layer.Lstm(6, 2), new Layer.LastStep());
        refuses("LayerNorm", new int[] {4, 5}, new Layer.LayerNorm(4), new Layer.LastStep());
        refuses("Linear", new int[] {3, 4, 5}, new Layer.Linear(5, 2), new Layer.Flatten());
        refuses("LastStep", new int[] {5}, new Layer.LastStep());
        refuses("vector of logits", new int[] {4, 5}, new Layer.Linear(5, 2));
        assertThatThrownBy(() -> new Layer.Embedding(1 << 25, 2)).hasMessageContaining("tokens 33554432");
    }

    private static void refuses(String what, int[] shape, Layer... layers) {
        assertThatThrownBy(() -> new Network(List.of(layers), shape))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(what);
    }
}

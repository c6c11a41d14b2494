package dev.lethe.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.core.data.Examples;
import dev.lethe.core.random.Seed;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Twin test: the gradient by hand equals autograd's, and both equal finite differences of the loss. */
class DenseGradientTest {
    private static final Layer LINEAR_IN = new Layer.Linear(7, 11);

    static Stream<List<Layer>> dense() {
        return Stream.of(
                List.of(new Layer.Linear(7, 3)),
                List.of(LINEAR_IN, new Layer.Relu(), new Layer.Linear(11, 3)),
                List.of(LINEAR_IN, new Layer.Tanh(), new Layer.Linear(11, 3)),
                List.of(new Layer.Flatten(), LINEAR_IN, new Layer.Relu(), new Layer.Linear(11, 3)),
                List.of(
                        LINEAR_IN,
                        new Layer.Relu(),
                        new Layer.Dropout(0.4),
                        new Layer.Linear(11, 5),
                        new Layer.Tanh(),
                        new Layer.Linear(5, 3)));
    }

    @ParameterizedTest
    @MethodSource("dense")
    void equalsAutograd(List<Layer> layers) {
        assertThat(DenseGradient.covers(layers)).isTrue();
        Examples data = Blobs.vectors(16, 7, 3, Seed.of(1));
        try (PointerScope scope = new PointerScope();
                Network network = new Network(layers, new int[] {7})) {
            network.load(network.initial(Seed.of(2)));
            Tensor input = Tensors.of(data.features(), 16, 7);
            Tensor labels = Tensors.longs(16);
            for (int i = 0; i < 16; i++) {
                labels.data_ptr_long().put(i, data.labels()[i]);
            }
            Generator twin = torch.make_generator_cpu(5);
            Tensor slow = torch.zeros(network.parameterCount());
            network.gradient(input, labels, twin, slow);
            Tensor fast = torch.zeros(network.parameterCount());
            try (NoGradGuard guard = new NoGradGuard()) {
                Generator generator = torch.make_generator_cpu(5);
                new DenseGradient(network, fast, input, labels.unsqueeze(1), null, generator).compute();
            }
            float[] a = Tensors.toArray(slow);
            float[] b = Tensors.toArray(fast);
            for (int i = 0; i < a.length; i++) {
                assertThat(b[i]).isCloseTo(a[i], org.assertj.core.data.Offset.offset(1e-6f));
            }
            assertThat(a).isNotEqualTo(new float[a.length]);
        }
    }

    @Test
    void autogradEqualsFiniteDifferences() {
        List<Layer> layers = List.of(new Layer.Linear(4, 6), new Layer.Tanh(), new Layer.Linear(6, 3));
        Examples data = Blobs.vectors(8, 4, 3, Seed.of(3));
        try (PointerScope scope = new PointerScope();
                Network network = new Network(layers, new int[] {4})) {
            float[] weights = network.initial(Seed.of(4));
            network.load(weights);
            Tensor labels = Tensors.longs(8);
            for (int i = 0; i < 8; i++) {
                labels.data_ptr_long().put(i, data.labels()[i]);
            }
            Tensor gradient = torch.zeros(network.parameterCount());
            network.gradient(Tensors.of(data.features(), 8, 4), labels, null, gradient);
            float[] exact = Tensors.toArray(gradient);
            int[] all = {0, 1, 2, 3, 4, 5, 6, 7};
            for (int i = 0; i < weights.length; i += 5) {
                float[] moved = weights.clone();
                moved[i] += 1e-2f;
                network.load(moved);
                double up = new NetworkPredictor(network).meanLoss(data, all);
                moved[i] -= 2e-2f;
                network.load(moved);
                double down = new NetworkPredictor(network).meanLoss(data, all);
                assertThat((up - down) / 2e-2).isCloseTo(exact[i], org.assertj.core.data.Offset.offset(1e-3));
            }
        }
    }

    @Test
    void leavesOtherNetworksToAutograd() {
        assertThat(DenseGradient.covers(List.of(new Layer.Linear(4, 4), new Layer.Linear(4, 2))))
                .isFalse();
        assertThat(DenseGradient.covers(new Cnn(2, 8, 0, Optimization.DEFAULT).layers(new int[] {1, 8, 8}, 2)))
                .isFalse();
    }
}

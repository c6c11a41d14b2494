package dev.lethe.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.GradientNorms;
import dev.lethe.core.random.Seed;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Twin: any network's way through libtorch, with autograd back. To the bit, so that no score moves. */
class DensePassTest {
    record Case(NetworkTrainer recipe, Examples data) {}

    /** One batch, several, a last one of a single row; vectors and images. */
    static Stream<Case> networks() {
        return Stream.of(
                new Case(mlp(Activation.RELU, 64), Blobs.vectors(2500, 32, 10, Seed.of(70))),
                new Case(mlp(Activation.TANH, 33, 17), Blobs.vectors(1025, 7, 3, Seed.of(71))),
                new Case(mlp(Activation.RELU, 5, 6, 7), Blobs.vectors(1, 9, 4, Seed.of(72))),
                new Case(mlp(Activation.RELU, 20), Blobs.examples(90, new int[] {2, 5, 6}, 4, Seed.of(73))),
                new Case(new LogisticRegression(Optimization.DEFAULT), Blobs.vectors(1100, 600, 100, Seed.of(74))));
    }

    /** Dropout must not matter to a trained network. */
    private static Mlp mlp(Activation activation, Integer... widths) {
        return new Mlp(List.of(widths), 0.5, activation, Optimization.DEFAULT);
    }

    @ParameterizedTest
    @MethodSource("networks")
    void answersAsAnyNetworkDoes(Case one) {
        try (NetworkPredictor model = model(one)) {
            float[] slow = new float[one.data().size() * one.data().classes().size()];
            model.general(one.data(), slow);
            assertThat(model.logits(one.data()).values()).isEqualTo(slow);
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void findsTheGradientNormsThatAutogradFinds(Case one) {
        try (NetworkPredictor model = model(one)) {
            GradientNorms slow = new ExampleGradients(model.network(), one.data()).general();
            GradientNorms fast = model.gradientNorms(one.data());
            assertThat(fast.layers()).isEqualTo(slow.layers());
            assertThat(fast.lastLayerL1()).isEqualTo(slow.lastLayerL1());
            assertThat(fast.penultimate()).isEqualTo(slow.penultimate());
        }
    }

    private static NetworkPredictor model(Case one) {
        Network network = new Network(
                one.recipe().layers(one.data().shape(), one.data().classes().size()),
                one.data().shape());
        network.load(network.initial(Seed.of(75)));
        assertThat(DenseGradient.covers(network.layers())).isTrue();
        return new NetworkPredictor(network);
    }
}

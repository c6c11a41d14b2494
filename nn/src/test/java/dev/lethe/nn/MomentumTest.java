package dev.lethe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.random.Seed;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.junit.jupiter.api.Test;

class MomentumTest {
    /** Three steps down a constant gradient of 1 at rate 0.1: velocities 1, 1.9, 2.71. */
    @Test
    void gathersSpeed() {
        float[] parameter = {0};
        Momentum momentum = new Momentum(1, 0.1, 0.9, 0);
        double[] expected = {-0.1, -0.29, -0.561};
        for (double value : expected) {
            momentum.step(parameter, new float[] {1});
            assertThat((double) parameter[0]).isCloseTo(value, within(1e-7));
        }
    }

    /** Twin: libtorch's own optimizer over 50 random gradients. */
    @Test
    void equalsTheOptimizerOfLibtorch() {
        Engine.require();
        var random = Seed.of(7).stream();
        int n = 9;
        float[] fast = new float[n];
        Momentum momentum = new Momentum(n, 0.1, 0.9, 0);
        try (PointerScope scope = new PointerScope()) {
            Tensor slow = Tensors.of(fast, n).requires_grad_(true);
            SGDOptions options = new SGDOptions(0.1);
            options.momentum().put(0.9);
            SGD twin = new SGD(new TensorVector(slow), options);
            for (int t = 0; t < 50; t++) {
                float[] gradient = new float[n];
                for (int i = 0; i < n; i++) {
                    gradient[i] = random.nextFloat() - 0.3f;
                }
                try (NoGradGuard guard = new NoGradGuard()) {
                    slow.mutable_grad().put(Tensors.of(gradient, n));
                }
                twin.step();
                momentum.step(fast, gradient);
                assertThat(fast).containsExactly(Tensors.toArray(slow.detach()), within(1e-4f));
            }
        }
        assertThat(fast).isNotEqualTo(new float[n]);
    }

    /** Decoupled: the parameter shrinks by rate times decay, and the velocity knows nothing of it. */
    @Test
    void decaysWeightsApartFromTheGradient() {
        float[] parameter = {1};
        Momentum momentum = new Momentum(1, 0.1, 0.5, 0.2);
        momentum.step(parameter, new float[] {0});
        assertThat((double) parameter[0]).isCloseTo(0.98, within(1e-7));
        momentum.step(parameter, new float[] {1});
        assertThat((double) parameter[0]).isCloseTo(0.98 * 0.98 - 0.1, within(1e-7));
    }

    /** Stores and reports are known by this text: it may not change for recipes that they hold. */
    @Test
    void describesItselfBesideAdam() {
        Optimization adam = new Optimization(50, 1e-3, 64, 0, 0);
        Optimization sgd = new Optimization(30, 0.1, 256, 0, 0, new Optimizer.Sgd(0.9));
        assertThat(new Mlp(List.of(128), 0, adam).describe())
                .isEqualTo("multilayer perceptron, hidden widths [128], dropout 0.0; 50 epochs of Adam at 0.001 on"
                        + " batches of 64, weight decay 0.0");
        assertThat(new Mlp(List.of(128), 0, Activation.TANH, sgd).describe())
                .isEqualTo("multilayer perceptron, hidden widths [128], tanh, dropout 0.0; 30 epochs of SGD at 0.1 with"
                        + " momentum 0.9 on batches of 256, weight decay 0.0");
    }
}

package dev.lethe.audit.membership.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Differentiable;
import dev.lethe.core.model.GradientNorms;
import dev.lethe.core.model.Logits;
import java.util.List;
import org.junit.jupiter.api.Test;

class GradientProbeTest {
    private static double[][] measure(GradientNorms norms) {
        Differentiable<Examples> model = new Differentiable<>() {
            @Override
            public GradientNorms gradientNorms(Examples data) {
                return norms;
            }

            @Override
            public Logits logits(Examples data) {
                throw new AssertionError("gradients are enough");
            }

            @Override
            public void close() {}
        };
        Examples one = new Examples(new float[1], new int[] {1}, new int[1], List.of("a", "b"));
        return new GradientProbe().measure(model, one);
    }

    /** Layers of norms 3, 4, 12 and 84: all together 85, those between hypot(4, 12). */
    @Test
    void takesLogarithmsOfNormsAndRatios() {
        double[][] columns =
                measure(new GradientNorms(new double[] {3, 4, 12, 84}, 4, new double[] {168}, new double[] {0.75}));
        assertThat(columns[GradientProbe.TOTAL][0])
                .isCloseTo(Math.log(Math.sqrt(9 + 16 + 144 + 84 * 84)), within(1e-12));
        assertThat(columns[GradientProbe.LAST][0]).isCloseTo(Math.log(84), within(1e-12));
        assertThat(columns[GradientProbe.FIRST_TO_LAST][0]).isCloseTo(Math.log(3.0 / 84 + 1e-3), within(1e-12));
        assertThat(columns[GradientProbe.BETWEEN_TO_LAST][0])
                .isCloseTo(Math.log(Math.sqrt(160) / 84 + 1e-3), within(1e-12));
        assertThat(columns[GradientProbe.L1_TO_LAST][0]).isCloseTo(Math.log(2 + 1e-3), within(1e-12));
        assertThat(columns[GradientProbe.PENULTIMATE][0]).isCloseTo(Math.log(1.25), within(1e-12));
    }

    /** A model of one layer has no layer before the last; one that is certain has no gradient at all. */
    @Test
    void isFiniteAtTheEdges() {
        for (double last : new double[] {0, 1e-310, 1e-200, 1}) {
            double[][] columns =
                    measure(new GradientNorms(new double[] {last}, 1, new double[] {last}, new double[] {0}));
            for (double[] column : columns) {
                assertThat(column[0]).isFinite();
            }
        }
    }
}

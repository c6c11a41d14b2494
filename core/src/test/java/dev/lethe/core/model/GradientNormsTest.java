package dev.lethe.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class GradientNormsTest {
    @Test
    void sumsLayersToTheNormOfTheWholeGradient() {
        GradientNorms norms =
                new GradientNorms(new double[] {3, 4, 3e-200, 4e-200}, 2, new double[] {5, 5}, new double[] {1, 1});
        assertThat(norms.size()).isEqualTo(2);
        assertThat(norms.at(0, 1)).isEqualTo(4);
        assertThat(norms.total(0)).isEqualTo(5);
        assertThat(norms.total(1)).isCloseTo(5e-200, within(1e-212));
    }

    @Test
    void refusesWhatIsNoNorm() {
        double[] one = {1};
        assertThatThrownBy(() -> new GradientNorms(new double[] {1, Double.NaN}, 2, one, one))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layers");
        assertThatThrownBy(() -> new GradientNorms(one, 1, one, new double[] {-1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("penultimate");
        assertThatThrownBy(() -> new GradientNorms(new double[3], 2, one, one))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 layers");
        assertThatThrownBy(() -> new GradientNorms(new double[2], 2, new double[2], one))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("last layer");
    }
}

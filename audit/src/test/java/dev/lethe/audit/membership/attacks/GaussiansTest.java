package dev.lethe.audit.membership.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

class GaussiansTest {
    /** p = 0.99 of two classes, IN ~ N(5, 1), OUT ~ N(2, 1.5): known answers to five digits. */
    @Test
    void likelihoodRatioAgreesWithKnownAnswers() {
        Gaussians in = new Gaussians(new double[] {5}, new double[] {1});
        Gaussians out = new Gaussians(new double[] {2}, new double[] {1.5});
        double observed = 4.59512;
        assertThat(in.logDensity(0, observed) - out.logDensity(0, observed)).isCloseTo(1.82009, within(1e-5));
        assertThat(NormalDistribution.of(0, 1).cumulativeProbability(out.deviations(0, observed)))
                .isCloseTo(0.95819, within(1e-5));
    }

    @Test
    void settingsAreReadByName() {
        assertThat(Attacks.parse("lira:variance=per-record:saturation=infinity"))
                .isEqualTo(new Lira(Lira.Variance.PER_RECORD, Double.POSITIVE_INFINITY));
        assertThat(Attacks.parse("entropy-threshold:modified=false")).isEqualTo(new EntropyThreshold(false));
        assertThatThrownBy(() -> Attacks.parse("lyra"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("lira");
        assertThatThrownBy(() -> Attacks.parse("lira:variance=wild")).hasMessageContaining("per_record");
        assertThatThrownBy(() -> Attacks.parse("lira:depth=3")).hasMessageContaining("saturation");
        assertThatThrownBy(() -> Attacks.parse("lira:saturation=-1")).hasMessageContaining("-1");
        assertThatThrownBy(() -> Attacks.parse("shokri:epochs=many")).hasMessageContaining("many");
    }
}

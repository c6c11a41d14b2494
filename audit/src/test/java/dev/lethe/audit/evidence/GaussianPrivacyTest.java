package dev.lethe.audit.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

class GaussianPrivacyTest {
    /** Twin: the corollary word for word, where its terms neither overflow nor cancel. */
    @Test
    void deltaEqualsTheCorollary() {
        NormalDistribution normal = NormalDistribution.of(0, 1);
        for (double mu : new double[] {0.1, 0.5, 1, 3, 6}) {
            for (double epsilon : new double[] {0, 0.1, 1, 5, 20}) {
                double direct = normal.cumulativeProbability(-epsilon / mu + mu / 2)
                        - Math.exp(epsilon) * normal.cumulativeProbability(-epsilon / mu - mu / 2);
                assertThat(GaussianPrivacy.delta(mu, epsilon)).isCloseTo(direct, within(1e-13));
            }
        }
    }

    /** There and back, from very private to not at all; rounded down, and by next to nothing. */
    @Test
    void epsilonUndoesDelta() {
        for (double mu : new double[] {0.01, 0.1, 1, 5, 40}) {
            for (double deviations : new double[] {-1, 0, 1, 4, 8}) {
                double epsilon = mu * deviations + mu * mu / 2;
                if (epsilon > 0) {
                    double back = GaussianPrivacy.epsilon(mu, GaussianPrivacy.delta(mu, epsilon));
                    assertThat(back)
                            .isCloseTo(epsilon, within(1e-6 * epsilon + 1e-8))
                            .isLessThanOrEqualTo(epsilon);
                }
            }
        }
    }

    @Test
    void whatDeltaCoversNeedsNoEpsilon() {
        assertThat(GaussianPrivacy.epsilon(0, 1e-9)).isZero();
        assertThat(GaussianPrivacy.epsilon(-1, 1e-9)).isZero();
        assertThat(GaussianPrivacy.epsilon(Double.NEGATIVE_INFINITY, 1e-9)).isZero();
        // delta(0) = 2 Phi(mu/2) - 1 = 0.383.
        assertThat(GaussianPrivacy.epsilon(1, 0.384)).isZero();
        assertThat(GaussianPrivacy.epsilon(1, 0.382)).isPositive();
    }
}

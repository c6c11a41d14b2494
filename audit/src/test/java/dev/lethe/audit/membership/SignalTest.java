package dev.lethe.audit.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.model.Logits;
import dev.lethe.core.random.Seed;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

/** Known answers, computed independently to six digits. */
class SignalTest {
    private static Logits ofProbabilities(double... p) {
        float[] logits = new float[p.length];
        for (int k = 0; k < p.length; k++) {
            logits[k] = (float) Math.log(p[k]);
        }
        return new Logits(logits, p.length);
    }

    @Test
    void logitMarginOfTwoClasses() {
        assertThat(Signal.LOGIT_MARGIN.of(ofProbabilities(0.99, 0.01), 0, 0)).isCloseTo(4.59512, within(1e-5));
    }

    @Test
    void logitMarginNeitherSaturatesNorOverflows() {
        assertThat(Signal.LOGIT_MARGIN.of(new Logits(new float[] {80, 0, -3}, 3), 0, 0))
                .isCloseTo(80 - Math.log(1 + Math.exp(-3)), within(1e-12));
        assertThat(Signal.LOGIT_MARGIN.of(new Logits(new float[] {-3e4f, 3e4f}, 2), 0, 0))
                .isEqualTo(-6e4);
    }

    @Test
    void entropies() {
        Logits logits = ofProbabilities(0.7, 0.2, 0.1);
        assertThat(-Signal.NEGATIVE_ENTROPY.of(logits, 0, 0)).isCloseTo(0.801819, within(1e-6));
        double[] p = {0.7, 0.2, 0.1};
        assertThat(Signal.modifiedEntropy(p, 0)).isCloseTo(0.162167, within(1e-6));
        assertThat(Signal.modifiedEntropy(p, 1)).isCloseTo(2.140867, within(1e-6));
        assertThat(Math.exp(-Signal.NEGATIVE_LOG_MODIFIED_ENTROPY.of(logits, 0, 1)))
                .isCloseTo(2.140867, within(1e-5));
    }

    /** Confident answers are not tied at a loss of 0: the likelihood orders them as the logits do. */
    @Test
    void logLikelihoodTellsConfidentAnswersApart() {
        assertThat(Signal.LOG_LIKELIHOOD.of(new Logits(new float[] {50, 0}, 2), 0, 0))
                .isCloseTo(-Math.exp(-50), within(1e-36));
        assertThat(Signal.LOG_LIKELIHOOD.of(new Logits(new float[] {0, 50}, 2), 0, 0))
                .isEqualTo(-50);
    }

    @Test
    void logLikelihoodIsMinusTheLoss() {
        assertThat(Signal.LOG_LIKELIHOOD.of(ofProbabilities(0.7, 0.2, 0.1), 0, 1))
                .isCloseTo(Math.log(0.2), within(1e-6));
    }

    /** Twin: from the margin, against the cross-entropy itself; to the last bits, of the surest and the worst. */
    @Test
    void logLikelihoodFollowsFromTheMargin() {
        UniformRandomProvider random = Seed.of(4).stream();
        int rows = 2000;
        float[] values = new float[3 * rows];
        int[] labels = new int[rows];
        for (int row = 0; row < rows; row++) {
            double scale = Math.exp(6 * random.nextDouble() - 1);
            for (int k = 0; k < 3; k++) {
                values[3 * row + k] = (float) (scale * (random.nextDouble() - 0.5));
            }
            labels[row] = random.nextInt(3);
        }
        Logits logits = new Logits(values, 3);
        double[] expected = Signal.LOG_LIKELIHOOD.of(logits, labels);
        double[] found = Signal.logLikelihoods(Signal.LOGIT_MARGIN.of(logits, labels));
        for (int row = 0; row < rows; row++) {
            assertThat(found[row]).isCloseTo(expected[row], within(1e-12 * Math.abs(expected[row])));
        }
    }
}

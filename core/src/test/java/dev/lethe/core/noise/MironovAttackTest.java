package dev.lethe.core.noise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.MechanismTester;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import org.junit.jupiter.api.Test;

/**
 * Mironov 2012: doubles that textbook Laplace noise can produce have gaps, at different places for different values, so that
 * one look at the last bits of an answer excludes a value.
 */
class MironovAttackTest {
    private static final double SCALE = 1;
    private static final double[] VALUES = {0, 1};

    /** The textbook: a uniform double, its logarithm, a sign. */
    record TextbookLaplace(double scale) implements Mechanism<double[], double[]> {
        @Override
        public PrivacyEvent event() {
            return new PrivacyEvent.Laplace(scale);
        }

        @Override
        public double[] release(double[] input, NoiseSource noise) {
            double uniform = (noise.nextBits(53) + 1) * 0x1p-53;
            double magnitude = -scale * Math.log(uniform);
            return new double[] {input[0] + (noise.nextBoolean() ? magnitude : -magnitude)};
        }
    }

    /** Whether some uniform double makes this answer of this value, tried around the one that should. */
    private static boolean possible(double answer, double value) {
        double noise = answer - value;
        double multiple = Math.rint(Math.exp(-Math.abs(noise) / SCALE) * 0x1p53);
        for (int off = -16; off <= 16; off++) {
            double uniform = (multiple + off) * 0x1p-53;
            if (uniform > 0 && uniform <= 1) {
                double magnitude = -SCALE * Math.log(uniform);
                if (value + Math.copySign(magnitude, noise) == answer) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String verdict(double[] answer) {
        return possible(answer[0], VALUES[0]) + "/" + possible(answer[0], VALUES[1]);
    }

    private static MechanismTester.Outcome attack(Mechanism<double[], double[]> mechanism) {
        return new MechanismTester(20_000, 1e-6)
                .test(
                        mechanism,
                        new double[] {VALUES[0]},
                        new double[] {VALUES[1]},
                        1,
                        0,
                        MironovAttackTest::verdict,
                        NoiseSource.insecure(Seed.of(21)));
    }

    @Test
    void succeedsAgainstTheTextbook() {
        MechanismTester.Outcome outcome = attack(new TextbookLaplace(SCALE));
        assertThat(outcome.violated()).as(outcome.sentence()).isTrue();
        assertThat(outcome.epsilonLow()).as("claimed is 1").isGreaterThan(4);
    }

    @Test
    void failsAgainstTheGrid() {
        MechanismTester.Outcome outcome = attack(new GridLaplace(SCALE, 1, 1));
        assertThat(outcome.violated()).as(outcome.sentence()).isFalse();
    }

    /** What a value has below the step of the grid is gone, for all that is released. */
    @Test
    void everyAnswerIsOnTheGrid() {
        NoiseSource noise = NoiseSource.secure();
        GridLaplace laplace = new GridLaplace(0.3, 1, 1);
        GridGaussian gaussian = new GridGaussian(0.3, 1, 1);
        GaussianNoise fast = GaussianNoise.of(0.3);
        for (int i = 0; i < 1_000; i++) {
            double[] value = {Math.PI * i};
            double one = laplace.release(value, noise)[0] / laplace.granularity();
            double other = gaussian.release(value, noise)[0] / gaussian.granularity();
            fast.addTo(value, noise);
            double third = value[0] / fast.granularity();
            assertThat(new double[] {one, other, third})
                    .containsExactly(Math.rint(one), Math.rint(other), Math.rint(third));
        }
        assertThat(Math.PI / laplace.granularity()).isNotEqualTo(Math.rint(Math.PI / laplace.granularity()));
    }
}

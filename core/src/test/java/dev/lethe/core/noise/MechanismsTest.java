package dev.lethe.core.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import dev.lethe.core.stats.GoodnessOfFit;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

class MechanismsTest {
    /** Of each comparison; seeds are fixed. */
    private static final double FALSE_ALARM = 1e-6;

    private final NoiseSource noise = NoiseSource.insecure(Seed.of(31));

    @Test
    void randomizedResponseTellsTheTruthAsOftenAsItSays() {
        RandomizedResponse response = new RandomizedResponse(1.2, 4);
        long[] counts = new long[4];
        for (int i = 0; i < 100_000; i++) {
            counts[response.release(2, noise)]++;
        }
        double other = 1 / (Math.exp(1.2) + 3);
        assertThat(GoodnessOfFit.pValue(counts, new double[] {other, other, 1 - 3 * other, other}))
                .isGreaterThan(FALSE_ALARM);
        double wrong = 1 / (Math.exp(1.3) + 3);
        assertThat(GoodnessOfFit.pValue(counts, new double[] {wrong, wrong, 1 - 3 * wrong, wrong}))
                .as("the saboteur: another epsilon")
                .isLessThan(FALSE_ALARM);
        assertThat(response.event()).isEqualTo(new PrivacyEvent.RandomizedResponse(1.2, 4));
        assertThatThrownBy(() -> response.release(4, noise))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an answer must lie in 0..3");
    }

    @Test
    void theExponentialMechanismChoosesInProportion() {
        long[] scores = {3, 10, 7, 10, Long.MIN_VALUE};
        for (boolean monotone : new boolean[] {true, false}) {
            ExponentialMechanism mechanism = new ExponentialMechanism(0.9, 3, monotone);
            double[] weights = new double[scores.length];
            double total = 0;
            for (int i = 0; i < scores.length; i++) {
                weights[i] = Math.exp(0.9 * (scores[i] - 10.0) / (monotone ? 3 : 6));
                total += weights[i];
            }
            for (int i = 0; i < scores.length; i++) {
                weights[i] /= total;
            }
            long[] counts = new long[scores.length];
            for (int i = 0; i < 50_000; i++) {
                counts[mechanism.release(scores, noise)]++;
            }
            assertThat(GoodnessOfFit.pValue(counts, weights)).isGreaterThan(FALSE_ALARM);
            assertThat(counts[4]).isZero();
        }
    }

    @Test
    void theEventKnowsOfTheRounding() {
        GridLaplace laplace = new GridLaplace(3, 1, 5);
        double step = laplace.granularity();
        assertThat(step).isEqualTo(0x1p-39);
        assertThat(laplace.event()).isEqualTo(new PrivacyEvent.DiscreteLaplace(3 / step, (1L << 39) + 5));
        GridGaussian gaussian = new GridGaussian(3, 1, 100);
        PrivacyEvent.DiscreteGaussianVector event = (PrivacyEvent.DiscreteGaussianVector) gaussian.event();
        assertThat(event.sigma()).isEqualTo(3 / step);
        assertThat(event.l2Sensitivity()).isGreaterThanOrEqualTo(0x1p39 + 10).isCloseTo(0x1p39 + 10, within(1e-3));
        GaussianNoise fast = GaussianNoise.of(3);
        assertThat(fast.granularity()).isEqualTo(0x1p-41);
        assertThat(fast.sensitivity(1, 1 << 20)).isGreaterThan(1 + 0x1p-31).isLessThan(1 + 0x1.01p-31);
        assertThat(fast.event(1, 1 << 20).noiseMultiplier()).isLessThan(3).isCloseTo(3, within(1e-8));
        assertThat(fast.extraDelta(1, 1 << 20)).isLessThan(0x1p-64);
    }

    /** The worst two neighbours for rounding: just to either side of a half step, in each value. */
    @Test
    void roundingTakesNeighboursApartByNoMoreThanIsCharged() {
        Grid grid = Grid.under(3, 40);
        for (int i = 0; i < 10_000; i++) {
            double one = noise.nextBits(53) * 0x1p-53;
            double other = one + (noise.nextBits(53) * 0x1p-53 - 0.5) * 8 * grid.step();
            long apart = Math.abs(grid.steps(one) - grid.steps(other));
            assertThat((double) apart).isLessThanOrEqualTo(Math.abs(one - other) / grid.step() + 1);
        }
        assertThat(grid.steps(Math.nextUp(0.5) * grid.step()) - grid.steps(Math.nextDown(0.5) * grid.step()))
                .as("the whole step is reached")
                .isEqualTo(1);
    }

    @Test
    void hostileValuesSayNothing() {
        double[] values = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MAX_VALUE, 0};
        for (double[] noisy : new double[][] {
            new GridLaplace(1, 1, 5).release(values, noise), new GridGaussian(1, 1, 5).release(values, noise)
        }) {
            for (double value : noisy) {
                assertThat(value).isFinite();
            }
            assertThat(Math.abs(noisy[0])).isLessThan(50);
        }
        float[] sums = {Float.NaN, Float.POSITIVE_INFINITY, -Float.MAX_VALUE, 1e-30f};
        GaussianNoise.of(1).addTo(sums, noise);
        for (float value : sums) {
            assertThat(value).isFinite();
        }
        assertThat(Math.abs(sums[0])).isLessThan(15);
        long[] extremes = {Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE};
        for (int i = 0; i < 50; i++) {
            long[] noisy = new IntegerLaplace(100, 1).release(extremes, noise);
            assertThat(noisy[0]).isGreaterThan(Long.MAX_VALUE - 10_000);
            assertThat(noisy[1]).isLessThan(Long.MIN_VALUE + 10_000);
        }
    }

    /** Kolmogorov and Smirnov: the largest distance of 200,000 draws is above 2.8 / sqrt(n) with probability 3.1e-7. */
    @Test
    void noiseOnFloatsIsNormal() {
        int n = 200_000;
        for (double sigma : new double[] {1e-6, 0.7, 12_345}) {
            float[] sums = new float[n];
            GaussianNoise.of(sigma).addTo(sums, noise);
            assertThat(distance(sums, sigma)).isLessThan(2.8 / Math.sqrt(n));
            assertThat(distance(sums, sigma * 1.04))
                    .as("the saboteur: wrong sigma")
                    .isGreaterThan(2.8 / Math.sqrt(n));
        }
    }

    @Test
    void integerMechanismsAddTheirNoise() {
        long[] values = {5, -7};
        long[] draws = new long[50_000];
        long[] others = new long[draws.length];
        IntegerGaussian gaussian = new IntegerGaussian(2, 1);
        IntegerLaplace laplace = new IntegerLaplace(2, 1);
        for (int i = 0; i < draws.length; i++) {
            draws[i] = gaussian.release(values, noise)[1] + 7;
            others[i] = laplace.release(values, noise)[0] - 5;
        }
        assertThat(GoodnessOfFit.pValue(draws, 10, new DiscreteGaussian(2)::probability))
                .isGreaterThan(FALSE_ALARM);
        assertThat(GoodnessOfFit.pValue(others, 15, new DiscreteLaplace(2)::probability))
                .isGreaterThan(FALSE_ALARM);
    }

    private static double distance(float[] values, double sigma) {
        float[] sorted = values.clone();
        java.util.Arrays.sort(sorted);
        NormalDistribution normal = NormalDistribution.of(0, sigma);
        double distance = 0;
        for (int i = 0; i < sorted.length; i++) {
            double expected = normal.cumulativeProbability(sorted[i]);
            distance = Math.max(
                    distance, Math.max(expected - (double) i / sorted.length, (i + 1.0) / sorted.length - expected));
        }
        return distance;
    }
}

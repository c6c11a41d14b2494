package dev.lethe.protect.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunningSumsTest {
    /** Of each statistical test as a whole, by Bonferroni. */
    private static final double FALSE_ALARM = 1e-6;

    private static final int COPIES = 40_000;
    private static final double SIGMA = 1.7;

    /** {@code GaussianNoise} has a deviation of exactly SIGMA, and copies are independent: a chi-square a step. */
    @Test
    void theTreesNoiseHasAsManyDrawsAsStepsHaveBinaryOnes() {
        double[][] sums = noise(new RunningSums.Tree(COPIES, 16, SIGMA, protective(1)), 16);
        double[] popcounts = new double[16];
        for (int t = 1; t <= 16; t++) {
            popcounts[t - 1] = Long.bitCount(t) * SIGMA * SIGMA;
        }
        assertThat(refuted(sums, popcounts)).isEmpty();
    }

    /** Saboteur: each step has noise of its own, which running sums add up; it must be found from the second step on. */
    @Test
    void independentNoiseIsNoTree() {
        double[][] sums = noise(new RunningSums.Toeplitz(COPIES, List.of(1.0), SIGMA, protective(2)), 16);
        double[] popcounts = new double[16];
        double[] independent = new double[16];
        for (int t = 1; t <= 16; t++) {
            popcounts[t - 1] = Long.bitCount(t) * SIGMA * SIGMA;
            independent[t - 1] = t * SIGMA * SIGMA;
        }
        assertThat(refuted(sums, popcounts)).containsExactly(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
        assertThat(refuted(sums, independent)).isEmpty();
    }

    /** Two sums share the nodes that both have. */
    @Test
    void theTreesSumsShareNodes() {
        double[][] nodes = new double[16][16];
        for (int t = 1; t <= 16; t++) {
            for (int s = 1; s <= 16; s++) {
                nodes[t - 1][s - 1] = sharedNodes(t, s) * SIGMA * SIGMA;
            }
        }
        double[][] sums = noise(new RunningSums.Tree(COPIES, 16, SIGMA, protective(3)), 16);
        assertThat(refuted(sums, nodes)).isEmpty();
        double[][] independent = noise(new RunningSums.Toeplitz(COPIES, List.of(1.0), SIGMA, protective(4)), 16);
        assertThat(refuted(independent, nodes)).isNotEmpty();
    }

    /** Noise covariance against dense matrices; the saboteur is noise that C was not undone in. */
    @ParameterizedTest
    @CsvSource({"1, 6", "3, 12", "12, 12"})
    void toeplitzNoiseHasTheCovarianceOfB(int band, int steps) {
        List<Double> coefficients = PrivacyEvent.MatrixMechanism.squareRoot(band);
        double[][] b = prefixTimesInverse(coefficients, steps);
        double[][] covariance = new double[steps][steps];
        double[][] plain = new double[steps][steps];
        for (int t = 0; t < steps; t++) {
            for (int s = 0; s < steps; s++) {
                for (int k = 0; k < steps; k++) {
                    covariance[t][s] += SIGMA * SIGMA * b[t][k] * b[s][k];
                }
                plain[t][s] = SIGMA * SIGMA * (Math.min(t, s) + 1);
            }
        }
        double[][] sums = noise(new RunningSums.Toeplitz(COPIES, coefficients, SIGMA, protective(5 + band)), steps);
        assertThat(refuted(sums, covariance)).isEmpty();
        assertThat(refuted(sums, plain).isEmpty()).isEqualTo(band == 1);
    }

    /** Twin: the same draws in dense matrices, on a stream that is not zero. Coefficients that are no square root as well. */
    @Test
    void toeplitzIsPrefixSumsOfTheStreamPlusBTimesTheDraws() {
        int size = 3;
        int steps = 20;
        for (List<Double> coefficients : List.of(
                PrivacyEvent.MatrixMechanism.squareRoot(1),
                PrivacyEvent.MatrixMechanism.squareRoot(2),
                PrivacyEvent.MatrixMechanism.squareRoot(7),
                PrivacyEvent.MatrixMechanism.squareRoot(20),
                List.of(2.0, -0.5, 0.25))) {
            double[][] b = prefixTimesInverse(coefficients, steps);
            float[][] stream = stream(steps, size);
            double[][] draws = draws(steps, size);
            double[][] sums = sums(
                    new RunningSums.Toeplitz(size, coefficients, SIGMA, new Chance.Rehearsed(Seed.of(77))), stream);
            for (int t = 0; t < steps; t++) {
                for (int i = 0; i < size; i++) {
                    double expected = 0;
                    for (int s = 0; s < steps; s++) {
                        expected += (s <= t ? stream[s][i] : 0) + b[t][s] * draws[s][i];
                    }
                    assertThat(sums[t][i]).as("step %d of %s", t, coefficients).isCloseTo(expected, within(1e-9));
                }
            }
        }
    }

    /** Twin: draw t belongs to the node that ends at step t. */
    @Test
    void theTreeIsPrefixSumsOfTheStreamPlusTheDrawsOfItsNodes() {
        int size = 3;
        int steps = 21;
        float[][] stream = stream(steps, size);
        double[][] draws = draws(steps, size);
        double[][] sums = sums(new RunningSums.Tree(size, steps, SIGMA, new Chance.Rehearsed(Seed.of(77))), stream);
        for (int t = 1; t <= steps; t++) {
            for (int i = 0; i < size; i++) {
                double expected = 0;
                for (int s = 0; s < t; s++) {
                    expected += stream[s][i];
                }
                for (int end = t; end > 0; end -= Integer.lowestOneBit(end)) {
                    expected += draws[end - 1][i];
                }
                assertThat(sums[t - 1][i]).as("step %d", t).isCloseTo(expected, within(1e-9));
            }
        }
    }

    /** What was kept goes on as what was not interrupted: noise already there stays, at every step. */
    @Test
    void resumes() {
        int size = 2;
        int steps = 13;
        float[][] stream = stream(steps, size);
        for (boolean tree : new boolean[] {true, false}) {
            double[][] whole = sums(make(tree, size, steps, new Chance.Rehearsed(Seed.of(77))), stream);
            for (int stop = 0; stop < steps; stop++) {
                Chance chance = new Chance.Rehearsed(Seed.of(77));
                RunningSums first = make(tree, size, steps, chance);
                double[] sum = new double[size];
                for (int t = 0; t < stop; t++) {
                    addTo(sum, first.add(stream[t]));
                }
                List<double[]> kept =
                        first.memory().stream().map(double[]::clone).toList();
                RunningSums second = make(tree, size, steps, chance);
                second.resume(stop, kept);
                for (int t = stop; t < steps; t++) {
                    addTo(sum, second.add(stream[t]));
                    assertThat(sum).as("%s from %d at %d", tree, stop, t).containsExactly(whole[t], within(1e-9));
                }
            }
        }
    }

    @Test
    void refusesAStrangersMemoryAndMoreStepsThanLeaves() {
        RunningSums tree = make(true, 2, 4, new Chance.Rehearsed(Seed.of(1)));
        assertThatThrownBy(() -> tree.resume(1, MadeUp.zeros(5, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("5 sums instead of 6");
        assertThatThrownBy(() -> tree.resume(1, MadeUp.zeros(6, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 values instead of 2");
        assertThatThrownBy(() -> tree.resume(5, MadeUp.zeros(6, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("step 5 must lie in 0..4");
        for (int t = 0; t < 4; t++) {
            tree.add(new float[2]);
        }
        assertThatThrownBy(() -> tree.add(new float[2]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("4 leaves");
    }

    private static RunningSums make(boolean tree, int size, int steps, Chance chance) {
        return tree
                ? new RunningSums.Tree(size, steps, SIGMA, chance)
                : new RunningSums.Toeplitz(size, PrivacyEvent.MatrixMechanism.squareRoot(4), SIGMA, chance);
    }

    private static Chance protective(long seed) {
        return new Chance.Protective(NoiseSource.insecure(Seed.of(seed)));
    }

    /** Of the stream of nothing: by step, one value a copy. */
    private static double[][] noise(RunningSums sums, int steps) {
        return sums(sums, new float[steps][COPIES]);
    }

    private static double[][] sums(RunningSums sums, float[][] stream) {
        double[][] all = new double[stream.length][];
        double[] sum = new double[stream[0].length];
        for (int t = 0; t < stream.length; t++) {
            addTo(sum, sums.add(stream[t]));
            all[t] = sum.clone();
        }
        return all;
    }

    private static void addTo(double[] sum, double[] values) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += values[i];
        }
    }

    private static float[][] stream(int steps, int size) {
        UniformRandomProvider random = Seed.of(8).stream();
        float[][] stream = new float[steps][size];
        for (float[] vector : stream) {
            for (int i = 0; i < size; i++) {
                vector[i] = random.nextInt(-1000, 1000) / 64f;
            }
        }
        return stream;
    }

    /** What {@code Chance.Rehearsed} of seed 77 draws. */
    private static double[][] draws(int steps, int size) {
        ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(Seed.of(77).stream());
        double[][] draws = new double[steps][size];
        for (double[] draw : draws) {
            for (int i = 0; i < size; i++) {
                draw[i] = SIGMA * gaussian.sample();
            }
        }
        return draws;
    }

    private static int sharedNodes(int t, int s) {
        List<String> nodes = new ArrayList<>();
        for (int end = t; end > 0; end -= Integer.lowestOneBit(end)) {
            nodes.add(Integer.lowestOneBit(end) + "/" + end);
        }
        int shared = 0;
        for (int end = s; end > 0; end -= Integer.lowestOneBit(end)) {
            shared += nodes.contains(Integer.lowestOneBit(end) + "/" + end) ? 1 : 0;
        }
        return shared;
    }

    /** B = A C^-1 by solving B C = A row by row. */
    private static double[][] prefixTimesInverse(List<Double> coefficients, int steps) {
        double[][] b = new double[steps][steps];
        for (int t = 0; t < steps; t++) {
            for (int s = steps - 1; s >= 0; s--) {
                double rest = s <= t ? 1 : 0;
                for (int k = s + 1; k < steps && k - s < coefficients.size(); k++) {
                    rest -= b[t][k] * coefficients.get(k - s);
                }
                b[t][s] = rest / coefficients.get(0);
            }
        }
        return b;
    }

    /** Steps, from 1, of which the mean square over copies is not this variance's. */
    private static List<Integer> refuted(double[][] sums, double[] variances) {
        ChiSquaredDistribution chi = ChiSquaredDistribution.of(COPIES);
        double tail = FALSE_ALARM / (2 * variances.length);
        List<Integer> refuted = new ArrayList<>();
        for (int t = 0; t < variances.length; t++) {
            double ratio = product(sums[t], sums[t]) / variances[t];
            if (ratio < chi.inverseCumulativeProbability(tail) || ratio > chi.inverseSurvivalProbability(tail)) {
                refuted.add(t + 1);
            }
        }
        return refuted;
    }

    /**
     * Pairs of steps of which the mean product over copies is not this covariance. The mean of products of normals X, Y has variance
     * (Var X Var Y + Cov²) / copies, and is taken as normal: of 40 000 terms, which at six deviations is good to a small factor.
     */
    private static List<String> refuted(double[][] sums, double[][] covariance) {
        int steps = sums.length;
        double z = NormalDistribution.of(0, 1).inverseSurvivalProbability(FALSE_ALARM / (steps * (steps + 1)));
        List<String> refuted = new ArrayList<>();
        for (int t = 0; t < steps; t++) {
            for (int s = 0; s <= t; s++) {
                double deviation =
                        Math.sqrt((covariance[t][t] * covariance[s][s] + covariance[t][s] * covariance[t][s]) / COPIES);
                if (Math.abs(product(sums[t], sums[s]) / COPIES - covariance[t][s]) > z * deviation) {
                    refuted.add((t + 1) + "/" + (s + 1));
                }
            }
        }
        return refuted;
    }

    private static double product(double[] one, double[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += one[i] * other[i];
        }
        return sum;
    }
}

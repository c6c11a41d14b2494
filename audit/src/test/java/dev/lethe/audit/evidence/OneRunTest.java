package dev.lethe.audit.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.random.Seed;
import java.math.BigDecimal;
import java.math.MathContext;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.junit.jupiter.api.Test;

class OneRunTest {
    private static final MathContext DIGITS = new MathContext(60);

    /** Twin: the theorem word for word, in 60 digits. */
    @Test
    void pValueEqualsTheTheorem() {
        UniformRandomProvider random = Seed.of(Long.getLong("seed", 1)).stream();
        for (int i = 0; i < 60; i++) {
            int m = 1 + random.nextInt(120);
            int r = 1 + random.nextInt(m);
            Guesses seen = new Guesses(m, r, random.nextInt(r + 1));
            double epsilon = 4 * random.nextDouble();
            double delta = i % 3 == 0 ? 0 : Math.pow(10, -1 - 8 * random.nextDouble());
            double exact = slowly(seen, epsilon, delta);
            assertThat(OneRun.pValue(seen, epsilon, delta))
                    .as("%s, epsilon %s, delta %s", seen, epsilon, delta)
                    .isCloseTo(exact, within(1e-11 * exact));
        }
    }

    private static double slowly(Guesses seen, double epsilon, double delta) {
        int r = seen.guesses();
        int v = seen.correct();
        // The same probability of an error as a double, so that both compute the same.
        BigDecimal miss = new BigDecimal(1 / (1 + Math.exp(epsilon)));
        BigDecimal right = BigDecimal.ONE.subtract(miss);
        BigDecimal[] probability = new BigDecimal[r + 1];
        BigDecimal choose = BigDecimal.ONE;
        for (int w = 0; w <= r; w++) {
            probability[w] = choose.multiply(right.pow(w, DIGITS), DIGITS).multiply(miss.pow(r - w, DIGITS), DIGITS);
            choose = choose.multiply(BigDecimal.valueOf(r - w), DIGITS).divide(BigDecimal.valueOf(w + 1L), DIGITS);
        }
        BigDecimal tail = BigDecimal.ZERO;
        for (int w = v; w <= r; w++) {
            tail = tail.add(probability[w]);
        }
        BigDecimal largest = BigDecimal.ZERO;
        BigDecimal sum = BigDecimal.ZERO;
        for (int i = 1; i <= v; i++) {
            sum = sum.add(probability[v - i]);
            largest = largest.max(sum.divide(BigDecimal.valueOf(i), DIGITS));
        }
        BigDecimal more =
                largest.multiply(BigDecimal.valueOf(2L * seen.records()).multiply(new BigDecimal(delta)));
        return Math.min(1, tail.add(more).doubleValue());
    }

    /** The probabilities far below the mode are too small for a double; their largest mean is not. */
    @Test
    void pValueHoldsForAMillionRecords() {
        int m = 1_000_000;
        for (double epsilon : new double[] {0, 0.5, 3}) {
            BinomialDistribution right = BinomialDistribution.of(m, 1 / (1 + Math.exp(-epsilon)));
            for (double share : new double[] {0.5, 0.9, 1}) {
                Guesses seen = new Guesses(m, m, (int) (share * m));
                double log = Double.NEGATIVE_INFINITY;
                for (int i = 1; i <= seen.correct(); i += 1 + i / 2000) {
                    double mass = right.survivalProbability(seen.correct() - i - 1)
                            - right.survivalProbability(seen.correct() - 1);
                    log = Math.max(log, Math.log(mass / i));
                }
                double expected =
                        Math.min(1, right.survivalProbability(seen.correct() - 1) + 2.0 * m * 1e-9 * Math.exp(log));
                assertThat(OneRun.pValue(seen, epsilon, 1e-9))
                        .as("epsilon %s, share %s", epsilon, share)
                        .isCloseTo(expected, within(1e-3 * expected + 1e-13));
            }
        }
    }

    /** What a search by halves needs: claims that allow more are less surprised, as long as they are surprised. */
    @Test
    void pValueRisesWithEpsilonWhileItIsSmall() {
        UniformRandomProvider random = Seed.of(Long.getLong("seed", 2)).stream();
        int compared = 0;
        for (int i = 0; i < 300; i++) {
            int m = 1 + random.nextInt(2000);
            int r = 1 + random.nextInt(m);
            Guesses seen = new Guesses(m, r, r - random.nextInt(1 + r / 2));
            double delta = Math.pow(10, -1 - 8 * random.nextDouble());
            double last = 0;
            for (double epsilon = 0; epsilon < 6; epsilon += 0.05) {
                double now = OneRun.pValue(seen, epsilon, delta);
                if (now > 0.5) {
                    break;
                }
                assertThat(now).as("%s, %s, %s", seen, epsilon, delta).isGreaterThanOrEqualTo(last * (1 - 1e-12));
                last = now;
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(1000);
    }

    /**
     * Exact validity: randomized response gives v of r right guesses with known probability, so at its own epsilon neither
     * test may reject at any smaller error. The saboteur, who knows of half that epsilon, must be rejected.
     */
    @Test
    void neverRejectsTheTruthAboutRandomizedResponse() {
        for (double epsilon : new double[] {0, 0.3, 1, 3}) {
            for (int r : new int[] {1, 7, 50, 400}) {
                BinomialDistribution right = BinomialDistribution.of(r, 1 / (1 + Math.exp(-epsilon)));
                for (int v = 1; v <= r; v++) {
                    double exact = right.survivalProbability(v - 1);
                    for (int m : new int[] {r, 3 * r}) {
                        Guesses seen = new Guesses(m, r, v);
                        assertThat(OneRun.pValue(seen, epsilon, 0)).isGreaterThanOrEqualTo(exact * (1 - 1e-12));
                        assertThat(OneRun.refutes(seen, OneRun.pureInverse(epsilon, 0), exact * (1 - 1e-9)))
                                .as("%s, epsilon %s", seen, epsilon)
                                .isFalse();
                    }
                }
            }
        }
        Guesses seen = new Guesses(1000, 400, 300);
        double error = BinomialDistribution.of(400, 1 / (1 + Math.exp(-1))).survivalProbability(299);
        assertThat(OneRun.pValue(seen, 0.5, 0)).isLessThan(error);
        assertThat(OneRun.refutes(seen, OneRun.pureInverse(0.5, 0), error)).isTrue();
    }

    /** Each record is revealed with probability delta by itself: 20 sure guesses out of 1,000 are no surprise. */
    @Test
    void deltaAllowsSomeRecordsToBeRevealed() {
        Guesses seen = new Guesses(1000, 20, 20);
        assertThat(OneRun.epsilon(seen, 0.05, 0.05)).isZero();
        assertThat(OneRun.curveEpsilon(seen, 0.05, 0.05)).isZero();
        assertThat(OneRun.epsilon(seen, 0, 0.05)).isPositive();
        assertThat(OneRun.curveEpsilon(seen, 0, 0.05)).isPositive();
    }

    /** The curves by their definitions: f at 1 - y, the inverse taken of 1 - f, must give y back. */
    @Test
    void inversesUndoTheirCurves() {
        double epsilon = 1.5;
        double delta = 0.01;
        for (double x = 0.001; x < 1; x += 0.001) {
            double f = Math.max(0, Math.max(1 - delta - Math.exp(epsilon) * x, Math.exp(-epsilon) * (1 - delta - x)));
            if (f > 0) {
                assertThat(OneRun.pureInverse(epsilon, delta).applyAsDouble(1 - f))
                        .isCloseTo(x, within(1e-12));
            }
        }
        assertThat(OneRun.pureInverse(epsilon, delta).applyAsDouble(delta / 2)).isZero();
        // Phi(Phi^-1(0.9) - 1), from tables of the normal distribution.
        assertThat(OneRun.gaussianInverse(1).applyAsDouble(0.9)).isCloseTo(0.610857, within(1e-6));
        assertThat(OneRun.gaussianInverse(0).applyAsDouble(0.3)).isEqualTo(0.3);
    }

    /** The default number of guesses about a million records: of the order of the other bound, and an end to it. */
    @Test
    void theRecursionHoldsForAMillionRecords() {
        for (double share : new double[] {0.51, 0.7, 0.99, 1}) {
            Guesses seen = new Guesses(1_000_000, 100_000, (int) (share * 100_000));
            double counted = OneRun.epsilon(seen, 0, 0.05);
            assertThat(OneRun.curveEpsilon(seen, 0, 0.05))
                    .as("share %s", share)
                    .isBetween(0.9 * counted, counted * (1 + 1e-6));
            double mu = OneRun.curveMu(seen, 0.05);
            assertThat(mu).isBetween(0.001, 5.0);
        }
    }
}

package dev.lethe.protect.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.RenyiAccountant;
import dev.lethe.core.random.Seed;
import dev.lethe.protect.training.SelectionPrice.Runs;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

/**
 * By brute force: what the best of K runs is, exactly, on two neighbours, for mechanisms with finitely many outcomes. With F the chance
 * that a run is at most so good, the best of K is so with chance G(F), G the generating function of K. Nothing here is drawn but the
 * mechanisms of one test, so there is no false alarm.
 */
class SelectionPriceTest {
    private static final Neighbours RELATION = Neighbours.ADD_OR_REMOVE_ONE;
    private static final double[] DELTAS = {1e-2, 1e-4, 1e-6, 1e-9};
    private static final double[] MEANS = {1, 1.5, 4, 30, 1000};

    /**
     * One run on two neighbours.
     *
     * @param one probabilities of outcomes on one of them, worst outcome first
     * @param other on the other
     */
    private record Pair(PrivacyEvent event, double[] one, double[] other) {
        Pair turned() {
            return new Pair(event, reversed(one), reversed(other));
        }

        private static double[] reversed(double[] of) {
            return IntStream.range(0, of.length)
                    .mapToDouble(i -> of[of.length - 1 - i])
                    .toArray();
        }
    }

    /** G(b) - G(a) = (b - a) / mean / (1 - (1 - 1/mean) a) / (1 - (1 - 1/mean) b), from the best outcome down, so that nothing cancels. */
    private static UnaryOperator<double[]> geometric(double mean) {
        return run -> {
            double[] best = new double[run.length];
            double better = 0;
            for (int i = run.length - 1; i >= 0; i--) {
                double asGood = better + run[i];
                best[i] = run[i] * mean / (1 + (mean - 1) * better) / (1 + (mean - 1) * asGood);
                better = asGood;
            }
            return best;
        };
    }

    /** With u = gamma + (1 - gamma) S, S the chance of better: G is u^-shape, or -ln u, but for a factor and a constant. */
    private static UnaryOperator<double[]> negativeBinomial(double shape, double gamma) {
        return run -> {
            double[] best = new double[run.length];
            double better = 0;
            double log = Math.log(gamma);
            for (int i = run.length - 1; i >= 0; i--) {
                double u = gamma + (1 - gamma) * better;
                double step = Math.log1p((1 - gamma) * run[i] / u);
                best[i] = shape == 0
                        ? step / -log
                        : Math.pow(u, -shape) * Math.expm1(-shape * step) / -Math.expm1(-shape * log);
                better += run[i];
            }
            return best;
        };
    }

    /** One outcome more: none, at 0. G(t) = e^(mean (t - 1)). */
    private static UnaryOperator<double[]> poisson(double mean) {
        return run -> {
            double[] best = new double[run.length + 1];
            double better = 0;
            for (int i = run.length - 1; i >= 0; i--) {
                best[i + 1] = Math.exp(-mean * better) * -Math.expm1(-mean * run[i]);
                better += run[i];
            }
            best[0] = Math.exp(-mean);
            return best;
        };
    }

    /** G(t) = t^number. */
    private static UnaryOperator<double[]> fixed(int number) {
        return run -> {
            double[] best = new double[run.length];
            double worse = 0;
            for (int i = 0; i < run.length; i++) {
                best[i] = Math.pow(Math.min(1, worse + run[i]), number) - Math.pow(worse, number);
                worse += run[i];
            }
            return best;
        };
    }

    /** The larger of the two hockey-stick divergences. */
    private static double delta(double[] one, double[] other, double epsilon) {
        double there = 0;
        double back = 0;
        for (int i = 0; i < one.length; i++) {
            there += Math.max(0, one[i] - Math.exp(epsilon) * other[i]);
            back += Math.max(0, other[i] - Math.exp(epsilon) * one[i]);
        }
        return Math.max(there, back);
    }

    private static boolean refuted(Pair pair, UnaryOperator<double[]> selection, double epsilon, double delta) {
        // Room for rounding alone.
        return delta(selection.apply(pair.one()), selection.apply(pair.other()), epsilon) > delta * (1 + 1e-9);
    }

    /** Noise on a number, that only says between which of many marks it fell; the better the larger, or the smaller. */
    private static Pair gaussian(double noise, double rate) {
        int cells = 400;
        NormalDistribution absent = NormalDistribution.of(0, 1);
        NormalDistribution present = NormalDistribution.of(1 / noise, 1);
        double[] one = new double[cells];
        double[] other = new double[cells];
        for (int i = 0; i < cells; i++) {
            double from = i == 0 ? Double.NEGATIVE_INFINITY : -7 + (14 + 1 / noise) * i / cells;
            double to = i == cells - 1 ? Double.POSITIVE_INFINITY : -7 + (14 + 1 / noise) * (i + 1) / cells;
            one[i] = absent.probability(from, to);
            other[i] = (1 - rate) * one[i] + rate * present.probability(from, to);
        }
        PrivacyEvent event = new PrivacyEvent.Gaussian(noise);
        return new Pair(rate == 1 ? event : new PrivacyEvent.PoissonSampled(rate, event), one, other);
    }

    /** Any number of outcomes, each e^epsilon more or less probable with the record than without, or nearly. */
    private static Pair pure(double epsilon, UniformRandomProvider random) {
        int outcomes = 2 + random.nextInt(6);
        double[] one = new double[outcomes];
        double[] other = new double[outcomes];
        double sumOne = 0;
        double sumOther = 0;
        for (int i = 0; i < outcomes; i++) {
            // Of all sizes.
            one[i] = Math.exp(-8 * random.nextDouble());
            other[i] = one[i] * Math.exp(epsilon * (random.nextInt(3) - 1));
            sumOne += one[i];
            sumOther += other[i];
        }
        double most = 0;
        for (int i = 0; i < outcomes; i++) {
            one[i] /= sumOne;
            other[i] /= sumOther;
            most = Math.max(most, Math.abs(Math.log(one[i] / other[i])));
        }
        return new Pair(new PrivacyEvent.PureDp(most, RELATION), one, other);
    }

    private static List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        for (double noise : new double[] {0.7, 2, 8}) {
            for (double rate : new double[] {1, 0.2}) {
                pairs.add(gaussian(noise, rate));
                pairs.add(gaussian(noise, rate).turned());
            }
        }
        UniformRandomProvider random = Seed.of(11).fork("mechanisms").stream();
        for (int i = 0; i < 300; i++) {
            pairs.add(pure(0.1 + 2 * random.nextDouble(), random));
        }
        return pairs;
    }

    @Test
    void theBestOfGeometricallyManyRunsCostsNoMore() {
        for (Pair pair : pairs()) {
            for (double mean : MEANS) {
                for (double delta : DELTAS) {
                    double price = SelectionPrice.geometric(pair.event(), RELATION, mean, delta);
                    assertThat(refuted(pair, geometric(mean), price, delta))
                            .as("%s, mean %s, delta %s", pair.event(), mean, delta)
                            .isFalse();
                }
            }
        }
    }

    @Test
    void theBestOfOtherNumbersOfRunsCostsNoMore() {
        for (Pair pair : pairs()) {
            for (double shape : new double[] {-0.5, 0, 0.5, 3}) {
                for (double gamma : new double[] {0.5, 0.02, 1e-3}) {
                    for (double delta : DELTAS) {
                        double price = SelectionPrice.epsilon(
                                pair.event(), RELATION, new Runs.NegativeBinomial(shape, gamma), delta);
                        assertThat(refuted(pair, negativeBinomial(shape, gamma), price, delta))
                                .as("%s, shape %s, gamma %s, delta %s", pair.event(), shape, gamma, delta)
                                .isFalse();
                    }
                }
            }
            for (double mean : new double[] {1, 5, 100}) {
                for (double delta : DELTAS) {
                    double price = SelectionPrice.epsilon(pair.event(), RELATION, new Runs.Poisson(mean), delta);
                    assertThat(refuted(pair, poisson(mean), price, delta))
                            .as("%s, Poisson, mean %s, delta %s", pair.event(), mean, delta)
                            .isFalse();
                }
            }
        }
    }

    /** What the laws say of themselves, from their probabilities. */
    @Test
    void lawsAreWhatTheirNamesSay() {
        assertThat(SelectionPrice.epsilon(
                        new PrivacyEvent.Gaussian(2), RELATION, new Runs.NegativeBinomial(1, 0.1), 1e-6))
                .isCloseTo(SelectionPrice.geometric(new PrivacyEvent.Gaussian(2), RELATION, 10, 1e-6), within(1e-9));
        for (double shape : new double[] {-0.5, 0, 0.5, 1, 3}) {
            double gamma = 0.2;
            double term = 1 - gamma;
            double sum = 0;
            double mean = 0;
            for (int k = 1; k < 500; k++) {
                sum += term;
                mean += k * term;
                term *= (k + shape) / (k + 1) * (1 - gamma);
            }
            assertThat(new Runs.NegativeBinomial(shape, gamma).mean()).isCloseTo(mean / sum, within(1e-9));
            // At two outcomes of one half the worse one wins with chance G(1/2).
            double worse = 0;
            term = 1 - gamma;
            for (int k = 1; k < 500; k++) {
                worse += term / sum * Math.pow(0.5, k);
                term *= (k + shape) / (k + 1) * (1 - gamma);
            }
            double[] best = negativeBinomial(shape, gamma).apply(new double[] {0.5, 0.5});
            assertThat(best[0]).isCloseTo(worse, within(1e-12));
            assertThat(best[0] + best[1]).isCloseTo(1, within(1e-12));
        }
        double[] both = geometric(5).apply(new double[] {0.25, 0.5, 0.25});
        double[] same = negativeBinomial(1, 0.2).apply(new double[] {0.25, 0.5, 0.25});
        for (int i = 0; i < 3; i++) {
            assertThat(both[i]).isCloseTo(same[i], within(1e-12));
        }
    }

    /** Saboteurs: the price of a law whose number of runs varies more, for one that varies less. */
    @Test
    void thePriceOfAnotherLawIsRefuted() {
        double epsilon = 0.5;
        double p = Math.exp(epsilon) / (1 + Math.exp(epsilon));
        Pair coins = new Pair(
                new PrivacyEvent.RandomizedResponse(epsilon, 2), new double[] {p, 1 - p}, new double[] {1 - p, p});
        double spread = SelectionPrice.epsilon(coins.event(), RELATION, new Runs.NegativeBinomial(0, 0.02), 1e-9);
        assertThat(refuted(coins, negativeBinomial(0, 0.02), spread, 1e-9)).isFalse();
        assertThat(refuted(coins, negativeBinomial(3, 0.02), spread, 1e-9)).isTrue();
        assertThat(refuted(coins, poisson(20), spread, 1e-9)).isTrue();
    }

    /** Saboteur: the price of one run for the best of thirty. */
    @Test
    void thePriceOfOneRunIsRefuted() {
        for (Pair pair : List.of(gaussian(2, 1), gaussian(2, 1).turned(), gaussian(0.7, 0.2))) {
            double one = new RenyiAccountant().price(pair.event(), RELATION).epsilon(1e-6);
            assertThat(refuted(pair, geometric(1), one, 1e-6)).isFalse();
            assertThat(refuted(pair, geometric(30), one, 1e-6))
                    .as("%s", pair.event())
                    .isTrue();
        }
    }

    /** Saboteur: a number of runs that everybody knows, equal to the mean. */
    @Test
    void theSamePriceForAFixedNumberOfRunsIsRefuted() {
        double p = Math.exp(0.5) / (1 + Math.exp(0.5));
        Pair coins =
                new Pair(new PrivacyEvent.RandomizedResponse(0.5, 2), new double[] {p, 1 - p}, new double[] {1 - p, p});
        double price = SelectionPrice.geometric(coins.event(), RELATION, 10, 1e-5);
        assertThat(refuted(coins, geometric(10), price, 1e-5)).isFalse();
        assertThat(refuted(coins, fixed(10), price, 1e-5)).isTrue();
    }

    /**
     * Pure privacy costs up to three times the epsilon of one run: a rare outcome wins with chance p / mean over about the square of the
     * chance of a better one, each factor of which a record can change by e^epsilon. A price of 2.8 times is refuted, so that what is
     * priced is nearly needed.
     */
    @Test
    void thePriceIsNearWhatPurePrivacyNeeds() {
        double epsilon = 0.5;
        double price = SelectionPrice.geometric(new PrivacyEvent.PureDp(epsilon, RELATION), RELATION, 1000, 1e-9);
        assertThat(price).isBetween(3 * epsilon, 3.2 * epsilon);
        double e = Math.exp(epsilon);
        Pair pair = new Pair(
                new PrivacyEvent.PureDp(epsilon, RELATION),
                new double[] {1 - 0.001 * e - 0.1, 0.001 * e, 0.1},
                new double[] {1 - 0.001 - 0.1 * e, 0.001, 0.1 * e});
        assertThat(refuted(pair, geometric(1000), price, 1e-9)).isFalse();
        assertThat(refuted(pair, geometric(1000), 2.8 * epsilon, 1e-9)).isTrue();
    }

    @Test
    void moreRunsCostMoreAndNonsenseIsRefused() {
        PrivacyEvent run = new PrivacyEvent.Gaussian(1);
        assertThat(SelectionPrice.geometric(run, RELATION, 2, 1e-5))
                .isLessThan(SelectionPrice.geometric(run, RELATION, 20, 1e-5));
        for (double mean : new double[] {0.5, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> SelectionPrice.geometric(run, RELATION, mean, 1e-5))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("mean");
        }
        assertThatThrownBy(() -> new Runs.NegativeBinomial(-1, 0.5)).hasMessageContaining("shape -1.0");
        assertThatThrownBy(() -> new Runs.NegativeBinomial(Double.NaN, 0.5)).hasMessageContaining("shape NaN");
        assertThatThrownBy(() -> new Runs.NegativeBinomial(1, 1)).hasMessageContaining("gamma 1.0");
        assertThatThrownBy(() -> new Runs.Poisson(0.5)).hasMessageContaining("mean 0.5");
        for (double delta : new double[] {0, 1, Double.NaN}) {
            assertThatThrownBy(() -> SelectionPrice.geometric(run, RELATION, 2, delta))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("delta");
        }
    }
}

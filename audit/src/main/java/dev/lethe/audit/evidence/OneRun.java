package dev.lethe.audit.evidence;

import java.util.function.DoublePredicate;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Tests of one model's guesses against a claim of privacy: how surprising would so many right guesses be, were the claim
 * true?
 */
final class OneRun {
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    /** Far above the rounding errors of a million steps, and far below what changes a bound. */
    private static final double SLACK = 1e-9;

    private static final int HALVINGS = 60;
    private static final double LARGE = 1e100;

    private OneRun() {}

    /**
     * At least the probability of so many right guesses under (epsilon, delta)-differential privacy.
     *
     * <p>Steinke, Nasr and Jagielski: Privacy auditing with one (1) training run. NeurIPS 2023, theorem 5.2 and
     * algorithm 1.
     */
    static double pValue(Guesses seen, double epsilon, double delta) {
        int guesses = seen.guesses();
        int wrong = guesses - seen.correct();
        if (seen.correct() == 0) {
            return 1;
        }
        // In terms of wrong guesses, since their probability is the one that may be tiny.
        double miss = 1 / (1 + Math.exp(epsilon));
        BinomialDistribution misses = BinomialDistribution.of(guesses, miss);
        double pValue = misses.cumulativeProbability(wrong);
        if (delta > 0) {
            pValue += 2.0 * seen.records() * delta * largestMean(misses, wrong, seen.correct());
        }
        return Math.min(1, pValue);
    }

    /**
     * The largest, over 1 <= i <= {@code terms}, of the mean of the probabilities of {@code after} + 1 .. {@code after} +
     * i. The probabilities rise and then fall, so the mean does too, and the first fall ends the search.
     */
    private static double largestMean(BinomialDistribution distribution, int after, int terms) {
        int n = distribution.getNumberOfTrials();
        double odds = distribution.getProbabilityOfSuccess() / (1 - distribution.getProbabilityOfSuccess());
        // All in units of the first probability, which may be too small for a double where later ones are not.
        double log = distribution.logProbability(after + 1);
        double term = 1;
        double sum = 1;
        double best = 1;
        for (int i = 2; i <= terms; i++) {
            int k = after + i;
            term *= (n - k + 1.0) / k * odds;
            sum += term;
            double mean = sum / i;
            if (mean < best) {
                break;
            }
            best = mean;
            if (best > LARGE) {
                log += Math.log(best);
                term /= best;
                sum /= best;
                best = 1;
            }
        }
        return best * Math.exp(log);
    }

    /** The largest epsilon that the guesses refute at {@code delta}, wrongly with probability at most {@code error}. */
    static double epsilon(Guesses seen, double delta, double error) {
        return largest(epsilon -> pValue(seen, epsilon, delta) * (1 + SLACK) < error);
    }

    /** As {@link #epsilon}, by the recursion over the curve of (epsilon, delta). */
    static double curveEpsilon(Guesses seen, double delta, double error) {
        return largest(epsilon -> refutes(seen, pureInverse(epsilon, delta), error));
    }

    /** The largest mu such that the guesses refute that the recipe is mu-Gaussian differentially private. */
    static double curveMu(Guesses seen, double error) {
        return largest(mu -> refutes(seen, gaussianInverse(mu), error));
    }

    /**
     * Whether so many right guesses have probability at most {@code error} under the trade-off curve f, by the recursion of
     * Mahloujifar, Melis and Chaudhuri: Auditing f-differential privacy in one run. ICML 2025 (arXiv 2410.22235),
     * algorithm 3. It follows the least mass that must lie on fewer right guesses, if {@code error} lies on so many.
     *
     * @param inverse of 1 - f on [0, 1]
     */
    static boolean refutes(Guesses seen, DoubleUnaryOperator inverse, double error) {
        double all = (double) seen.guesses() / seen.records();
        double right = error * seen.correct() / seen.records();
        double wrong = error * (seen.guesses() - seen.correct()) / seen.records();
        for (int i = seen.correct() - 1; i >= 0; i--) {
            double next = Math.max(wrong, inverse.applyAsDouble(right));
            if (next == wrong) {
                // Then neither moves again.
                return false;
            }
            right += i / (double) (seen.guesses() - i) * (next - wrong);
            wrong = next;
            if (right + wrong > all * (1 + SLACK)) {
                return true;
            }
        }
        return false;
    }

    /** For f(x) = max(0, 1 - delta - e^epsilon x, e^-epsilon (1 - delta - x)). */
    static DoubleUnaryOperator pureInverse(double epsilon, double delta) {
        double small = Math.exp(-epsilon);
        double large = Math.exp(epsilon);
        // 1 - delta - e^epsilon (1 - y), without losing a small y in the difference from 1.
        double less = Math.expm1(epsilon) + delta;
        return y -> Math.max(0, Math.max((y - delta) * small, y * large - less));
    }

    /** For f(x) = Phi(Phi^-1(1 - x) - mu). */
    static DoubleUnaryOperator gaussianInverse(double mu) {
        return y -> mu == 0 ? y : NORMAL.cumulativeProbability(NORMAL.inverseCumulativeProbability(y) - mu);
    }

    /** The end of the refuted values, from below; 0 if none is refuted. */
    private static double largest(DoublePredicate refuted) {
        if (!refuted.test(0)) {
            return 0;
        }
        double low = 0;
        double high = 1;
        while (refuted.test(high)) {
            low = high;
            high *= 2;
        }
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (refuted.test(middle)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }
}

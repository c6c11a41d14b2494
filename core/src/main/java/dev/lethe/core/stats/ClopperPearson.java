package dev.lethe.core.stats;

import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * The exact binomial interval (Clopper and Pearson 1934): covers the true rate with at least the stated confidence at
 * every rate and sample size.
 */
public final class ClopperPearson {
    private ClopperPearson() {}

    /**
     * The two-sided interval for {@code successes} of {@code trials}; half of 1 - confidence in each tail.
     *
     * @param confidence in (0, 1), for example 0.95
     */
    public static Interval interval(long successes, long trials, double confidence) {
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("confidence " + confidence + " must lie in (0, 1)");
        }
        double tail = (1 - confidence) / 2;
        return new Interval(lower(successes, trials, tail), upper(successes, trials, tail));
    }

    /** The one-sided lower bound that fails with probability at most {@code tail}. */
    public static double lower(long successes, long trials, double tail) {
        check(successes, trials, tail);
        return successes == 0
                ? 0
                : BetaDistribution.of((double) successes, trials - successes + 1.0)
                        .inverseCumulativeProbability(tail);
    }

    /** The one-sided upper bound that fails with probability at most {@code tail}. */
    public static double upper(long successes, long trials, double tail) {
        check(successes, trials, tail);
        return successes == trials
                ? 1
                : BetaDistribution.of(successes + 1.0, (double) (trials - successes))
                        .inverseSurvivalProbability(tail);
    }

    private static void check(long successes, long trials, double tail) {
        if (trials < 1 || successes < 0 || successes > trials) {
            throw new IllegalArgumentException(successes + " successes of " + trials + " trials is not a count");
        }
        if (!(tail > 0 && tail < 1)) {
            throw new IllegalArgumentException("tail probability " + tail + " must lie in (0, 1)");
        }
    }
}

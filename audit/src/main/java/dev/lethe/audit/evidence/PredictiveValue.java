package dev.lethe.audit.evidence;

import dev.lethe.core.stats.Interval;
import java.util.Optional;

/**
 * How often a flag is right where a share {@code prior} of the people are members:
 * prior TPR / (prior TPR + (1 - prior) FPR).
 *
 * @param value from the rates as measured
 * @param low from a bound below on the one rate and one above on the other, which hold together
 * @param unresolved whether no false alarm was seen: {@code value} is then 1 for want of people, and the statement to make
 *     is "at least {@code low}"
 */
public record PredictiveValue(double prior, double value, double low, double high, boolean unresolved) {
    public PredictiveValue {
        checkPrior(prior);
        if (!(0 <= low && low <= value && value <= high && high <= 1)) {
            throw new IllegalArgumentException(low + " <= " + value + " <= " + high + " must hold within [0, 1]");
        }
    }

    /**
     * At a threshold that was fixed without looking at these people, by exact bounds on both rates.
     *
     * @param prior in (0, 1)
     * @param confidence of the interval, half of the error in each rate
     * @return empty if nobody is flagged, or a side has no people
     */
    public static Optional<PredictiveValue> of(Flags flags, double prior, double confidence) {
        if (flags.members() == 0 || flags.nonMembers() == 0) {
            return Optional.empty();
        }
        double truePositives = (double) flags.truePositives() / flags.members();
        double falsePositives = (double) flags.falsePositives() / flags.nonMembers();
        double split = 1 - (1 - confidence) / 2;
        return of(
                prior,
                truePositives,
                Evidence.exact(truePositives, flags.members(), split),
                falsePositives,
                Evidence.exact(falsePositives, flags.nonMembers(), split));
    }

    /** From two rates and intervals that hold together. */
    static Optional<PredictiveValue> of(
            double prior,
            double truePositiveRate,
            Interval truePositives,
            double falsePositiveRate,
            Interval falsePositives) {
        checkPrior(prior);
        if (truePositiveRate == 0 && falsePositiveRate == 0) {
            return Optional.empty();
        }
        // The value rises with the one rate and falls with the other.
        return Optional.of(new PredictiveValue(
                prior,
                value(prior, truePositiveRate, falsePositiveRate),
                value(prior, truePositives.low(), falsePositives.high()),
                value(prior, truePositives.high(), falsePositives.low()),
                falsePositiveRate == 0));
    }

    private static double value(double prior, double truePositiveRate, double falsePositiveRate) {
        double right = prior * truePositiveRate;
        return right == 0 ? 0 : right / (right + (1 - prior) * falsePositiveRate);
    }

    private static void checkPrior(double prior) {
        if (!(prior > 0 && prior < 1)) {
            throw new IllegalArgumentException("prior " + prior + " must lie in (0, 1)");
        }
    }
}

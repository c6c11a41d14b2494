package dev.lethe.core.query;

/**
 * A noisy number and what its noise leaves open.
 *
 * @param value the answer
 * @param low from here
 * @param high to here lies the number without noise, with the confidence of the release. Clipping, sampling of contributions, and
 *     the people whom nobody asked are not in it
 */
public record Estimate(double value, double low, double high) {
    public Estimate {
        if (!(low <= value && value <= high)) {
            throw new IllegalArgumentException("value " + value + " must lie in [low " + low + ", high " + high + "]");
        }
    }

    /** Within bounds that are known. */
    Estimate clip(double least, double most) {
        return new Estimate(
                Math.min(most, Math.max(least, value)),
                Math.min(most, Math.max(least, low)),
                Math.min(most, Math.max(least, high)));
    }
}

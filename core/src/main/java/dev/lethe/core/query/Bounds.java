package dev.lethe.core.query;

/**
 * What values of a column are clipped to. They are public: chosen without looking at the data, or found privately.
 *
 * @param low finite
 * @param high finite, above low
 */
public record Bounds(double low, double high) {
    private static final double LARGEST = 0x1p900;
    private static final double NARROWEST = 0x1p-900;

    public Bounds {
        if (!(Math.abs(low) <= LARGEST && Math.abs(high) <= LARGEST)) {
            throw new IllegalArgumentException(
                    "bounds " + low + ":" + high + " must be numbers of at most 2^900 in size");
        }
        if (!(low < high)) {
            throw new IllegalArgumentException("bounds " + low + ":" + high + ": the lower must be below the upper");
        }
        if (high - low < Math.max(NARROWEST, Math.max(Math.abs(low), Math.abs(high)) * 0x1p-28)) {
            throw new IllegalArgumentException(
                    "bounds " + low + ":" + high + " are too close together; choose wider ones");
        }
        low += 0.0;
        high += 0.0;
    }

    double largest() {
        return Math.max(Math.abs(low), Math.abs(high));
    }

    double clip(double value) {
        return Math.min(high, Math.max(low, value));
    }
}

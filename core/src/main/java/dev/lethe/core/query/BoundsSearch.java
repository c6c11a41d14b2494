package dev.lethe.core.query;

import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;

/**
 * Bounds of a column from a noisy histogram of orders of magnitude (as ApproximateBounds in Wilson et al. 2020): from the lowest
 * to the highest bin that noise alone would hardly fill. The bins are fixed, every one gets noise, and so no delta is needed.
 *
 * <p>In: all values, NaN for a missing one, contributions being bounded already.
 */
public record BoundsSearch(NoisyEntries entries) implements Mechanism<double[], BoundsSearch.Found> {
    /** Magnitudes between 2 to the minus this and 2 to this have bins of their own. */
    private static final int EXPONENTS = 64;

    private static final int ZERO = 2 * EXPONENTS + 1;
    private static final int BINS = 2 * ZERO + 1;

    /** Chance that noise alone fills any bin. */
    private static final double FALSE_BIN = 0.01;

    /**
     * What was found.
     *
     * @param sure whether any bin held more than noise; if none did, the bounds are those of the fullest, and worth little
     */
    public record Found(Bounds bounds, boolean sure) {}

    static Sensitivity sensitivity(ContributionBounds contributions) {
        return Sensitivity.spread(1, contributions.rows());
    }

    /** Rows of one order of magnitude that it takes to be found. */
    static double threshold(Noise noise) {
        return noise.halfWidth(1 - 2 * FALSE_BIN / BINS);
    }

    @Override
    public PrivacyEvent event() {
        return entries.event();
    }

    @Override
    public Found release(double[] values, NoiseSource source) {
        long[] exact = new long[BINS];
        for (double value : values) {
            if (!Double.isNaN(value)) {
                exact[bin(value)]++;
            }
        }
        long[] noisy = entries.release(exact, source);
        double threshold = threshold(entries.noise());
        int lowest = -1;
        int highest = -1;
        int fullest = 0;
        for (int bin = 0; bin < BINS; bin++) {
            fullest = noisy[bin] > noisy[fullest] ? bin : fullest;
            if (noisy[bin] > threshold) {
                lowest = lowest < 0 ? bin : lowest;
                highest = bin;
            }
        }
        return lowest < 0 ? new Found(bounds(fullest, fullest), false) : new Found(bounds(lowest, highest), true);
    }

    /** Bin ZERO + 1 + k is for values up to 2^(k - EXPONENTS), and ZERO - 1 - k for their negatives. */
    private static int bin(double value) {
        double size = Math.abs(value);
        if (size < Math.scalb(1.0, -EXPONENTS - 1)) {
            return ZERO;
        }
        int exponent = Math.getExponent(size);
        int ceiling = size == Math.scalb(1.0, exponent) ? exponent : exponent + 1;
        int distance = 1 + Math.min(2 * EXPONENTS, Math.max(0, ceiling + EXPONENTS));
        return value > 0 ? ZERO + distance : ZERO - distance;
    }

    private static Bounds bounds(int lowest, int highest) {
        double low = lowest <= ZERO ? -outer(ZERO - lowest) : outer(lowest - ZERO) / 2;
        double high = highest >= ZERO ? outer(highest - ZERO) : -outer(ZERO - highest) / 2;
        return low < high ? new Bounds(low, high) : new Bounds(0, 1);
    }

    /** The larger end of a bin at this distance from the bin of zero. */
    private static double outer(int distance) {
        return distance == 0 ? 0 : Math.scalb(1.0, distance - 1 - EXPONENTS);
    }
}

package dev.lethe.core.query;

/**
 * Values as integers: clipped, taken from an origin, and rounded to multiples of a power of two that depends on the bounds alone.
 * Everything that is summed is an integer, so that sums are exact in any order and the sensitivity is what it is said to be
 * (Mironov 2012; Casacuberta et al. 2022 show what happens otherwise).
 */
final class ValueGrid {
    private static final int BITS = 24;
    /** No value is further from the origin than this many steps. 2^31 rows of it fill 55 bits: a sum cannot overflow. */
    static final long MOST_STEPS = 1L << BITS;

    /** The same for steps from the middle, which have a bit to spare. */
    static final long MOST_CENTRED_STEPS = MOST_STEPS / 2 + 1;

    private final Bounds bounds;
    private final int exponent;
    private final long origin;
    private final long reach;

    private ValueGrid(Bounds bounds, boolean centred) {
        this.bounds = bounds;
        double size = centred ? (bounds.high() - bounds.low()) / 2 : bounds.largest();
        int ceiling = Math.getExponent(size) + (size == Double.MIN_NORMAL || isPowerOfTwo(size) ? 0 : 1);
        // One bit to spare where both ends and the middle are rounded.
        this.exponent = ceiling - BITS + (centred ? 1 : 0);
        this.origin = centred ? round(bounds.low() / 2 + bounds.high() / 2) : 0;
        this.reach = Math.max(Math.abs(round(bounds.low()) - origin), Math.abs(round(bounds.high()) - origin));
        if (reach < 1 || reach > MOST_STEPS) {
            throw new AssertionError("reach " + reach);
        }
    }

    /** Steps from zero, for sums. */
    static ValueGrid fromZero(Bounds bounds) {
        return new ValueGrid(bounds, false);
    }

    /** Steps from the middle of the bounds, for means. */
    static ValueGrid fromMiddle(Bounds bounds) {
        return new ValueGrid(bounds, true);
    }

    Bounds bounds() {
        return bounds;
    }

    /** The furthest that any value is from the origin, in steps. */
    long reach() {
        return reach;
    }

    double step() {
        return Math.scalb(1.0, exponent);
    }

    double origin() {
        return Math.scalb((double) origin, exponent);
    }

    /** Sum of all values that are not missing, in steps from the origin: exact. */
    long sum(double[] values) {
        long sum = 0;
        for (double value : values) {
            if (!Double.isNaN(value)) {
                sum += round(bounds.clip(value)) - origin;
            }
        }
        return sum;
    }

    private long round(double value) {
        return (long) Math.rint(Math.scalb(value, -exponent));
    }

    private static boolean isPowerOfTwo(double value) {
        return value == Math.scalb(1.0, Math.getExponent(value));
    }
}

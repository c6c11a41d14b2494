package dev.lethe.core.noise;

/**
 * The multiples of a power of two, onto which real values are rounded before exact noise is added: nothing of a value is left
 * below the step of the grid, where floating-point noise gives it away (Mironov 2012).
 *
 * @param step a power of two
 */
record Grid(double step) {
    /** Values are clamped to this many steps, so that noise can be added without overflow. */
    static final long LARGEST = 1L << 61;

    /** The finest grid of which {@code scale} is less than 2<sup>bits + 1</sup> steps, at least 2<sup>bits</sup>. */
    static Grid under(double scale, int bits) {
        return new Grid(Math.scalb(1.0, Math.getExponent(scale) - bits));
    }

    /** Nearest multiple, as a number of steps; NaN, of which an exception would tell, is 0. */
    long steps(double value) {
        return nearest(value * (1 / step));
    }

    /** Nearest integer, clamped; NaN is 0. */
    static long nearest(double steps) {
        if (Math.abs(steps) < LARGEST) {
            return (long) Math.rint(steps);
        }
        return steps > 0 ? LARGEST : steps < 0 ? -LARGEST : 0;
    }

    double value(long steps) {
        return steps * step;
    }

    /** The sum, or the nearest long to it: clamped after the noise, which tells nothing more. */
    static long plus(long value, long noise) {
        long sum = value + noise;
        boolean overflow = ((value ^ sum) & (noise ^ sum)) < 0;
        return overflow ? (value < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
    }
}

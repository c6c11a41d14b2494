package dev.lethe.core.privacy;

import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.numbers.gamma.Erfcx;

/** The standard normal distribution, with tails that stay accurate to a few units in the last place. */
final class Normal {
    private static final double ROOT_HALF = Math.sqrt(0.5);

    private Normal() {}

    /** The mass above z. */
    static double above(double z) {
        return 0.5 * Erfc.value(z * ROOT_HALF);
    }

    /** The logarithm of the mass above z, also where that is below the smallest double. */
    static double logAbove(double z) {
        return z < 1 ? Math.log(above(z)) : Math.log(0.5 * Erfcx.value(z * ROOT_HALF)) - z * z / 2;
    }

    /** The mass between; at most 4 units in the last place of the larger tail off. */
    static double between(double low, double high) {
        return low + high > 0 ? above(low) - above(high) : above(-high) - above(-low);
    }

    /** The larger of the two tails that {@link #between} subtracts. */
    static double larger(double low, double high) {
        return low + high > 0 ? above(low) : above(-high);
    }
}

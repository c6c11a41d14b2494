package dev.lethe.audit.membership;

/**
 * The logarithm of 1 + y, which confidence is bent by and likelihoods end in. Attacks take it of every record under every shadow,
 * and {@link Math#log1p} is slow; this one costs one logarithm and one division.
 */
public final class LogOnePlus {
    private LogOnePlus() {}

    /**
     * What rounding takes from 1 + y, it takes from the logarithm in nearly the same proportion as from the sum's distance to 1,
     * so that their ratio keeps every digit (Goldberg: What Every Computer Scientist Should Know About Floating-Point
     * Arithmetic, 1991, theorem 4).
     *
     * @param y at least 0
     * @return ln(1 + y), within 5 units in the last place
     */
    public static double of(double y) {
        double sum = 1 + y;
        return sum == 1 || sum == Double.POSITIVE_INFINITY ? y : y * (Math.log(sum) / (sum - 1));
    }

    /**
     * Neither overflows where x is large, nor rounds to 0 where it is small.
     *
     * @return ln(1 + e^x), within 5 units in the last place; NaN for NaN
     */
    public static double ofExp(double x) {
        return Math.max(x, 0) + of(Math.exp(-Math.abs(x)));
    }
}

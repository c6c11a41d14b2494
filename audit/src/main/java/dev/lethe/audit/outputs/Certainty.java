package dev.lethe.audit.outputs;

/** The error probability that every statistical rule of this package keeps, and the bounds that keep it. */
final class Certainty {
    /** A rule names a condition that is not there with at most this probability. */
    static final double FALSE_ALARM = 1e-6;

    static final double LOG_FALSE_ALARM = Math.log(FALSE_ALARM);

    private Certainty() {}

    /**
     * How far a mean of {@code n} independent values within a range may stand above its expectation, but for
     * {@link #FALSE_ALARM} (Hoeffding 1963, theorem 2).
     */
    static double radius(double range, double n) {
        return range * Math.sqrt(-LOG_FALSE_ALARM / (2 * n));
    }

    /** Bounds ln P(Poisson(mean) >= count) from above (Chernoff); 0 where that says nothing. */
    static double logPoissonTail(double mean, double count) {
        return count <= mean ? 0 : count - mean + count * Math.log(mean / count);
    }
}

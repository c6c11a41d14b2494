package dev.lethe.core.privacy;

/**
 * The exact curve of Gaussian noise: two normal distributions of variance 1 whose means are mu apart (Balle and Wang 2018, theorem 8;
 * Dong, Roth and Su 2022).
 *
 * @param mu at least 0 and finite
 */
public record GaussianCurve(double mu) implements PrivacyCurve {
    /** The formulas round by far less. */
    private static final double ROUNDING = 1e-13;

    public GaussianCurve {
        if (!(mu >= 0 && mu < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("mu " + mu + " must be at least 0 and finite");
        }
    }

    @Override
    public double delta(double epsilon) {
        if (!Double.isFinite(epsilon)) {
            throw new IllegalArgumentException("epsilon " + epsilon + " must be finite");
        }
        if (mu == 0) {
            return Math.max(0, -Math.expm1(epsilon));
        }
        double a = epsilon / mu - mu / 2;
        double b = epsilon / mu + mu / 2;
        double first = Normal.above(a);
        // In logarithms, where e^epsilon would be no double and the tail none either.
        double second = Math.exp(epsilon + Normal.logAbove(b));
        double exact = first - second;
        if (a > 4) {
            // phi(a) times a difference of two ratios that are alike: relative to that, nothing is lost but what they
            // share.
            double scale = Math.exp(Normal.logAbove(a));
            exact = -scale * Math.expm1(epsilon + Normal.logAbove(b) - Normal.logAbove(a));
        }
        return Math.max(0, Math.min(1, exact + ROUNDING * first));
    }

    @Override
    public double epsilon(double delta) {
        if (!(delta >= 0 && delta < 1)) {
            throw new IllegalArgumentException("delta " + delta + " must lie in [0, 1)");
        }
        if (mu == 0) {
            return 0;
        }
        if (delta == 0) {
            return Double.POSITIVE_INFINITY;
        }
        if (delta(0) <= delta) {
            return 0;
        }
        double low = 0;
        double high = 1;
        while (delta(high) > delta) {
            low = high;
            high *= 2;
        }
        while (high - low > 1e-15 * high) {
            double middle = low + (high - low) / 2;
            if (middle <= low || middle >= high) {
                break;
            }
            if (delta(middle) <= delta) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }
}

package dev.lethe.core.query;

/** From (epsilon, delta) to a zero-concentrated rho that keeps it (Bun and Steinke 2016; Canonne, Kamath and Steinke 2020). */
final class ZeroConcentration {
    private ZeroConcentration() {}

    /** A rho that keeps (epsilon, delta), the largest but for the last digits. */
    static double rho(double epsilon, double delta) {
        double low = 0;
        double high = 1;
        while (delta(high, epsilon) <= delta) {
            high *= 2;
        }
        for (int i = 0; i < 100; i++) {
            double middle = (low + high) / 2;
            if (delta(middle, epsilon) <= delta) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Holds at every order above 1, so that a search which misses the best of them is safe. */
    private static double delta(double rho, double epsilon) {
        double low = -20;
        double high = 20;
        for (int i = 0; i < 100; i++) {
            double left = low + (high - low) / 3;
            double right = high - (high - low) / 3;
            if (logDelta(rho, epsilon, left) < logDelta(rho, epsilon, right)) {
                high = right;
            } else {
                low = left;
            }
        }
        return Math.min(1, Math.exp(logDelta(rho, epsilon, low)));
    }

    private static double logDelta(double rho, double epsilon, double logOrderLessOne) {
        double less = Math.exp(logOrderLessOne);
        double order = 1 + less;
        return less * (order * rho - epsilon) + order * Math.log1p(-1 / order) - logOrderLessOne;
    }
}

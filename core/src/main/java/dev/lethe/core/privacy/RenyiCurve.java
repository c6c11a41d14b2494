package dev.lethe.core.privacy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Epsilon and delta from Rényi divergences, by the conversion of Canonne, Kamath and Steinke (2020, proposition 12), at the order that
 * suits best. Any order gives a claim that holds; those between and beyond the ones recommended are searched too.
 */
public final class RenyiCurve implements PrivacyCurve {
    /** Orders at which a search begins. */
    private static final double[] ORDERS = {
        1.01, 1.05, 1.1, 1.2, 1.35, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48,
        56, 64, 80, 96, 128, 192, 256, 512, 1024
    };

    private static final double SMALLEST_ORDER = 1 + 1e-6;

    /** The Rényi divergence of an event, of every order above 1. */
    interface Divergence {
        /** An upper bound; infinite if there is none. */
        double at(double order);

        /** Whether orders that are no whole numbers are as good. */
        default boolean fractional(double order) {
            return true;
        }

        /** Beyond it, an order costs too much to compute, or says nothing new. */
        default double largestOrder() {
            return 1 << 18;
        }
    }

    /** A divergence that happens several times. */
    record Part(Divergence divergence, double times) {}

    private final List<Part> parts;

    RenyiCurve(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    /**
     * The Rényi divergence of this order, between the answers on neighbours: at most.
     *
     * @param order above 1
     */
    public double divergence(double order) {
        if (!(order > 1)) {
            throw new IllegalArgumentException("order " + order + " must be above 1");
        }
        double sum = 0;
        for (Part part : parts) {
            sum += part.times * part.divergence.at(order);
        }
        // Infinity less infinity, of noise so weak that no double holds its cost: nothing is known.
        return Double.isNaN(sum) ? Double.POSITIVE_INFINITY : sum * (1 + 1e-13);
    }

    @Override
    public double epsilon(double delta) {
        if (!(delta >= 0 && delta < 1)) {
            throw new IllegalArgumentException("delta " + delta + " must lie in [0, 1)");
        }
        if (parts.isEmpty()) {
            return 0;
        }
        if (delta == 0) {
            return divergence(Double.POSITIVE_INFINITY);
        }
        return Math.max(0, best(order -> epsilon(order, delta))[1]);
    }

    /** The order at which {@link #epsilon} is smallest, as far as searched. */
    public double order(double delta) {
        return best(order -> epsilon(order, delta))[0];
    }

    @Override
    public double delta(double epsilon) {
        if (!(epsilon >= 0 && epsilon < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("epsilon " + epsilon + " must be at least 0 and finite");
        }
        if (parts.isEmpty()) {
            return 0;
        }
        if (divergence(Double.POSITIVE_INFINITY) <= epsilon) {
            return 0;
        }
        return Math.min(1, Math.exp(best(order -> logDelta(order, epsilon))[1]) * (1 + 1e-12));
    }

    private double epsilon(double order, double delta) {
        double divergence = divergence(order);
        return (divergence + Math.log1p(-1 / order) - (Math.log(delta) + Math.log(order)) / (order - 1)) * (1 + 1e-13);
    }

    private double logDelta(double order, double epsilon) {
        return (order - 1) * (divergence(order) - epsilon + Math.log1p(-1 / order)) - Math.log(order);
    }

    private interface Objective {
        double at(double order);
    }

    /** The order and the value where it is smallest. */
    private double[] best(Objective objective) {
        Map<Double, Double> known = new HashMap<>();
        int best = 0;
        double value = Double.POSITIVE_INFINITY;
        // All of them: a divergence that is the smaller of two bounds may have two places where it is best.
        for (int i = 0; i < ORDERS.length; i++) {
            double now = objective.at(ORDERS[i]);
            known.put(ORDERS[i], now);
            if (now < value) {
                best = i;
                value = now;
            }
        }
        double low = best == 0 ? SMALLEST_ORDER : ORDERS[best - 1];
        double high = best == ORDERS.length - 1 ? largestOrder() : ORDERS[best + 1];
        double order = ORDERS[best];
        boolean whole =
                parts.stream().anyMatch(part -> !part.divergence.fractional(ORDERS[Math.max(0, ORDERS.length - 1)]))
                        && high > 64;
        // Golden section on the logarithm of the order less 1.
        double a = Math.log(low - 1);
        double b = Math.log(high - 1);
        double golden = (Math.sqrt(5) - 1) / 2;
        while (b - a > 1e-3) {
            double x = round(1 + Math.exp(b - golden * (b - a)), whole);
            double y = round(1 + Math.exp(a + golden * (b - a)), whole);
            double fx = known.computeIfAbsent(x, objective::at);
            double fy = known.computeIfAbsent(y, objective::at);
            if (fx < value) {
                value = fx;
                order = x;
            }
            if (fy < value) {
                value = fy;
                order = y;
            }
            if (fx <= fy) {
                b = a + golden * (b - a);
            } else {
                a = b - golden * (b - a);
            }
            if (whole && x == y) {
                break;
            }
        }
        return new double[] {order, value};
    }

    private double largestOrder() {
        return parts.stream()
                .mapToDouble(part -> part.divergence.largestOrder())
                .min()
                .orElseThrow();
    }

    private static double round(double order, boolean whole) {
        return whole && order > 2 ? Math.rint(order) : order;
    }
}

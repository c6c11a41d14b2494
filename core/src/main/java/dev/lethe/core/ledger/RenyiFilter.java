package dev.lethe.core.ledger;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * From summed Rényi divergences of many orders to the epsilon that holds, where every event may have been chosen after seeing the
 * answers to all before it. For each order the exponential of the privacy loss less what was charged is a supermartingale (Feldman
 * and Zrnic 2021; Lecuyer 2021); so is their weighted mean. That mean bounds the loss at every time at once, so no order has to be
 * chosen in advance, and none is chosen with hindsight either: taking the best order after the fact is proven for events fixed in
 * advance only. Statement and proof: docs/math/ledger.md.
 */
final class RenyiFilter {
    /** Stored with each entry: another pricing gets another name. */
    static final String NAME = "renyi-mixture-3";

    /** Decimal places of a stored epsilon. */
    static final int PLACES = 9;

    /** Covers rounding in the sums and exponentials, which is below 1e-13 of the result. */
    private static final double SLACK = 1e-11;
    /** Most of the weight lies a little below the order that is best for Gaussian noise at the budget. */
    private static final double NEAR = 0.9;

    private static final double SPREAD = 0.7;

    private final double[] lambdas;
    private final double[] logWeights;

    /**
     * @param orders increasing, above 1
     * @param opened the budget that the account began with; it says which orders are likely to matter, before any answer is known
     */
    RenyiFilter(double[] orders, Budget opened) {
        int count = orders.length;
        lambdas = new double[count];
        for (int k = 0; k < count; k++) {
            lambdas[k] = orders[k] - 1;
        }
        double centre = Math.log(
                2 * -Math.log(opened.rest().doubleValue()) / opened.epsilon().doubleValue());
        double[] near = new double[count];
        double[] wide = new double[count];
        for (int k = 0; k < count; k++) {
            double left = Math.log(lambdas[Math.max(k - 1, 0)]);
            double right = Math.log(lambdas[Math.min(k + 1, count - 1)]);
            wide[k] = count == 1 ? 1 : (right - left) / 2;
            double z = (Math.log(lambdas[k]) - centre) / SPREAD;
            near[k] = wide[k] * Math.exp(-z * z / 2);
        }
        double sumWide = sum(wide);
        double sumNear = sum(near);
        logWeights = new double[count];
        for (int k = 0; k < count; k++) {
            // Far from every order, nothing is near: then the wide part has all the weight.
            double weight =
                    sumNear > 1e-100 ? NEAR * near[k] / sumNear + (1 - NEAR) * wide[k] / sumWide : wide[k] / sumWide;
            logWeights[k] = Math.log(weight * (1 - SLACK));
        }
    }

    /**
     * The smallest epsilon that is known to hold at delta, rounded up: the largest y + log(1 - F(y)) with F(y) = delta · Σ w e^(λ (y -
     * divergence)). The function is concave.
     *
     * @param divergences at each order, summed over all events; infinite where none is known
     * @param delta without what is kept for events that have one of their own
     * @return finite or infinite, at least 0
     */
    double epsilon(double[] divergences, BigDecimal delta) {
        double logDelta = Math.log(Math.nextDown(delta.doubleValue()));
        double high = Double.POSITIVE_INFINITY;
        for (int k = 0; k < lambdas.length; k++) {
            // Where one term alone reaches 1, F does.
            high = Math.min(high, divergences[k] - (logDelta + logWeights[k]) / lambdas[k]);
        }
        if (!(high < Double.POSITIVE_INFINITY)) {
            return Double.POSITIVE_INFINITY;
        }
        // At -1 the value is below -1; if it falls from there on, epsilon is 0.
        double low = -1;
        for (int i = 0; i < 200 && low < high; i++) {
            double middle = low + (high - low) / 2;
            if (middle <= low || middle >= high) {
                break;
            }
            if (rises(middle, divergences, logDelta)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        // The maximum lies in [low, high], where y is at most high and F at least F(low).
        double bound = high + Math.log1p(-Math.min(1, Math.exp(logDelta + logSum(low, divergences, false))));
        return Math.max(0, bound + SLACK * (1 + Math.abs(bound)));
    }

    double[] logWeights() {
        return logWeights.clone();
    }

    /** An epsilon as it is stored and compared: rounded up. */
    static BigDecimal rounded(double epsilon) {
        return new BigDecimal(epsilon).setScale(PLACES, RoundingMode.CEILING);
    }

    private boolean rises(double y, double[] divergences, double logDelta) {
        double f = Math.exp(logDelta + logSum(y, divergences, false));
        double slope = Math.exp(logDelta + logSum(y, divergences, true));
        return f < 1 && slope < 1 - f;
    }

    private double logSum(double y, double[] divergences, boolean slope) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < lambdas.length; k++) {
            largest = Math.max(largest, term(k, y, divergences, slope));
        }
        if (largest == Double.NEGATIVE_INFINITY || largest > 700) {
            return largest;
        }
        double sum = 0;
        for (int k = 0; k < lambdas.length; k++) {
            sum += Math.exp(term(k, y, divergences, slope) - largest);
        }
        return largest + Math.log(sum);
    }

    private double term(int k, double y, double[] divergences, boolean slope) {
        double value = logWeights[k] + lambdas[k] * (y - divergences[k]);
        return slope ? value + Math.log(lambdas[k]) : value;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}

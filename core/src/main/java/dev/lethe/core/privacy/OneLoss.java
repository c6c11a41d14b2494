package dev.lethe.core.privacy;

import dev.lethe.core.privacy.LossPair.Masses;

/**
 * The loss of a pair that is shown once: delta is P less e^epsilon times Q where the loss exceeds epsilon, and no lattice is needed.
 * For epsilons of at least 0.
 *
 * @param reversed whether Q is looked at against P
 */
record OneLoss(LossPair pair, boolean reversed) {
    /** How far masses may be off, relatively: tails by the square of their place, sums by their count. */
    private static final double ROUNDING = 1e-11;
    /** How far a boundary may be from where it should be, as a loss: relatively, where the loss is above 1. */
    private static final double MISPLACED = 1e-12;
    /** Where masses end being doubles. */
    private static final double LEAST = 1e-305;

    private static final double PRECISION = 1e-13;

    double deltaAbove(double epsilon) {
        if (epsilon > pair.largest(reversed) * (1 + MISPLACED)) {
            return 0;
        }
        double off = off(epsilon);
        Masses masses = around(epsilon, off);
        double p = (p(masses) + LEAST) * (1 + ROUNDING);
        double q = q(masses) * (1 - ROUNDING);
        // P and Q are asked for one event, which is not quite the worst: what is missing lies within the boundaries.
        double missing = 2 * off * (reversed ? masses.q[0] : masses.p[0]) * (1 + masses.rounding[0]);
        return Math.min(1, Math.max(0, p - LatticeLoss.scaled(q, epsilon)) + missing);
    }

    double deltaBelow(double epsilon) {
        Masses masses = around(epsilon, off(epsilon));
        double p = p(masses) * (1 - ROUNDING);
        double q = (q(masses) + LEAST) * (1 + ROUNDING);
        return Math.max(0, p - LatticeLoss.scaled(q, epsilon));
    }

    /** An epsilon that holds at delta; infinite if that is above {@code most}. */
    double epsilonAbove(double delta, double most) {
        if (deltaAbove(0) <= delta) {
            return 0;
        }
        double low = 0;
        double high = most;
        if (deltaAbove(high) > delta) {
            return Double.POSITIVE_INFINITY;
        }
        while (high - low > PRECISION * high) {
            double middle = middle(low, high);
            if (deltaAbove(middle) <= delta) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    /** An epsilon that does not hold at delta, or 0; at most {@code most}. */
    double epsilonBelow(double delta, double most) {
        if (deltaBelow(0) <= delta) {
            return 0;
        }
        double low = 0;
        double high = most;
        while (high - low > PRECISION * high) {
            double middle = middle(low, high);
            if (deltaBelow(middle) <= delta) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return low;
    }

    private static double middle(double low, double high) {
        // The answer may be small beside the largest.
        return low == 0 ? (high > 1e-12 ? high / 8 : high / 2) : low + (high - low) / 2;
    }

    private double off(double epsilon) {
        // The loss of a sample from that of the whole, where it is far below 0, is the difference of numbers near 1.
        return MISPLACED * (1 + epsilon) + (reversed ? 1e-15 * Math.exp(Math.min(epsilon, 100)) : 0);
    }

    private Masses around(double epsilon, double off) {
        double loss = reversed ? -epsilon : epsilon;
        return pair.masses(new double[] {loss - off, loss + off});
    }

    private double p(Masses masses) {
        return reversed ? masses.qBelow + masses.qInfinite : masses.pAbove + masses.pInfinite;
    }

    private double q(Masses masses) {
        return reversed ? masses.pBelow : masses.qAbove;
    }
}

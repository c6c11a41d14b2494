package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.membership.LogOnePlus;

/**
 * A bent scale for confidence x on the logit scale, since beyond some point more of it is noise. It keeps the order.
 *
 * @param scale s, where it bends; infinity leaves confidence as it is
 * @param oneSided x counts as -s ln(1 + exp(-x/s)), never above 0: for s = 1 this is ln p, for two classes the likelihood at
 *     temperature s. Otherwise x counts as x/sqrt(1 + (x/s)^2), within (-s, s)
 */
record Saturation(double scale, boolean oneSided) {
    /** Bent at both ends. */
    Saturation(double scale) {
        this(scale, false);
    }

    double of(double value) {
        if (scale == Double.POSITIVE_INFINITY) {
            return value;
        }
        if (oneSided) {
            return -scale * LogOnePlus.ofExp(-value / scale);
        }
        return value / Math.sqrt(1 + value * value / (scale * scale));
    }

    double[] of(double[] values) {
        double[] bent = new double[values.length];
        if (oneSided || scale == Double.POSITIVE_INFINITY) {
            for (int i = 0; i < bent.length; i++) {
                bent[i] = of(values[i]);
            }
        } else {
            // The same without a branch, so that several are done at once.
            double squared = scale * scale;
            for (int i = 0; i < bent.length; i++) {
                bent[i] = values[i] / Math.sqrt(1 + values[i] * values[i] / squared);
            }
        }
        return bent;
    }
}

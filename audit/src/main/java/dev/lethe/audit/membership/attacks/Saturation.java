package dev.lethe.audit.membership.attacks;

/**
 * A bent scale: confidence x on the logit scale counts as x/sqrt(1 + (x/s)^2), since beyond some point more of it is noise.
 * It keeps the order, and never leaves (-s, s).
 *
 * @param scale s; infinity leaves confidence as it is
 */
record Saturation(double scale) {
    double of(double value) {
        return scale == Double.POSITIVE_INFINITY ? value : value / Math.sqrt(1 + value * value / (scale * scale));
    }

    double[] of(double[] values) {
        double[] bent = new double[values.length];
        for (int i = 0; i < bent.length; i++) {
            bent[i] = of(values[i]);
        }
        return bent;
    }
}

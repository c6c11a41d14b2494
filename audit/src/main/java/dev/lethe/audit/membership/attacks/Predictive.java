package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.membership.LogOnePlus;
import org.apache.commons.numbers.gamma.LogGamma;

/**
 * What one more model would say of each record, when mean and variance have a normal-inverse-gamma posterior.
 *
 * @param location posterior mean of the mean
 * @param weight how many models that mean is worth; infinity if it is known
 * @param freedom degrees of freedom of the variance, twice the shape of the inverse gamma; above 2
 * @param squares twice its rate: freedom times the variance, roughly
 */
record Predictive(double[] location, double[] weight, double[] freedom, double[] squares) {
    /** Natural logarithm of the density at what each record has, up to a constant that all records share. */
    double[] logDensity(double[] observed, Bavaria.Tails tails) {
        double[] values = new double[observed.length];
        double known = Double.NaN;
        double constant = 0;
        for (int record = 0; record < values.length; record++) {
            double nu = freedom[record];
            double away = observed[record] - location[record];
            if (tails == Bavaria.Tails.STUDENT) {
                if (nu != known) {
                    known = nu;
                    constant = LogGamma.value((nu + 1) / 2) - LogGamma.value(nu / 2) - 0.5 * Math.log(nu);
                }
                double scale = squares[record] / nu * (1 + 1 / weight[record]);
                values[record] =
                        constant - 0.5 * Math.log(scale) - (nu + 1) / 2 * LogOnePlus.of(away * away / (nu * scale));
            } else {
                double variance = variance(record);
                values[record] = -0.5 * Math.log(variance) - 0.5 * away * away / variance;
            }
        }
        return values;
    }

    /** Of one more model's confidence. */
    double variance(int record) {
        return squares[record] / (freedom[record] - 2) * (1 + 1 / weight[record]);
    }
}

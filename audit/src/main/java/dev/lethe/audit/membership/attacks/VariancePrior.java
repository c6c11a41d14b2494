package dev.lethe.audit.membership.attacks;

import java.util.Arrays;
import org.apache.commons.numbers.gamma.LogGamma;

/**
 * What all records teach about one record's variance over models, before its own models are looked at: inverse gamma, with a
 * mean that depends on the record's level of confidence.
 *
 * @param mean variance at a level
 * @param weight degrees of freedom: how many models of a record's own the prior counts for; above 2
 */
record VariancePrior(LevelCurve mean, double weight) {
    private static final double[] WEIGHTS = {3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128};

    /** The product of two such numbers is finite. */
    private static final double LARGE = 1e150;

    static final double SMALLEST = Moments.SMALLEST_DEVIATION * Moments.SMALLEST_DEVIATION;

    /**
     * Sums of squared deviations, one a record, each worth as many degrees of freedom: what a variance is estimated from.
     */
    record Scatter(double[] squares, int[] freedom) {
        /** A record's models around their own mean. */
        static Scatter of(Moments moments) {
            return new Scatter(
                    moments.squares(),
                    Arrays.stream(moments.count()).map(n -> Math.max(0, n - 1)).toArray());
        }

        /** Both, where they share a variance. */
        Scatter and(Scatter other) {
            double[] sums = new double[squares.length];
            int[] sum = new int[squares.length];
            for (int record = 0; record < sums.length; record++) {
                sums[record] = squares[record] + other.squares[record];
                sum[record] = freedom[record] + other.freedom[record];
            }
            return new Scatter(sums, sum);
        }

        /** Whether there is anything to estimate from. */
        boolean isEmpty() {
            return Arrays.stream(freedom).allMatch(f -> f == 0);
        }
    }

    /** Fits the mean at these levels; and the weight, by the largest marginal likelihood, unless it is given (above 0). */
    static VariancePrior of(Scatter scatter, double[] level, double weight) {
        double[] variance = new double[level.length];
        for (int record = 0; record < variance.length; record++) {
            variance[record] = scatter.squares[record] / Math.max(1, scatter.freedom[record]);
        }
        LevelCurve.Grouped byLevel = new LevelCurve.Grouped(level);
        return new VariancePrior(
                byLevel.curve(variance), weight > 0 ? weight : likeliestWeight(scatter, byLevel.smoothed(variance)));
    }

    /** The weight under which the scatter is likeliest, given each record's mean variance. */
    static double likeliestWeight(Scatter scatter, double[] mean) {
        double best = WEIGHTS[0];
        double largest = Double.NEGATIVE_INFINITY;
        for (double weight : WEIGHTS) {
            double likelihood = logLikelihood(scatter, mean, weight);
            if (likelihood > largest) {
                largest = likelihood;
                best = weight;
            }
        }
        return best;
    }

    /**
     * With k degrees of freedom, weight w and mean m, a sum of squares S has the density of k m (w-2)/w times an F variate of k
     * and w degrees of freedom. Its logarithm over all records, up to a term that does not depend on the weight.
     */
    static double logLikelihood(Scatter scatter, double[] mean, double weight) {
        int most = Arrays.stream(scatter.freedom).max().orElse(0);
        double[] constant = new double[most + 1];
        for (int k = 0; k <= most; k++) {
            constant[k] =
                    LogGamma.value((k + weight) / 2) - LogGamma.value(weight / 2) - k / 2.0 * Math.log(weight - 2);
        }
        double sum = 0;
        // Of each k, a product of terms 1 + ratio: one logarithm of many instead of many.
        double[] product = new double[most + 1];
        Arrays.fill(product, 1);
        for (int record = 0; record < mean.length; record++) {
            int k = scatter.freedom[record];
            sum += constant[k];
            if (k > 0) {
                double ratio = scatter.squares[record] / (Math.max(mean[record], SMALLEST) * (weight - 2));
                if (product[k] > LARGE || ratio > LARGE) {
                    sum -= (k + weight) / 2 * (Math.log(product[k]) + Math.log1p(ratio));
                    product[k] = 1;
                } else {
                    product[k] *= 1 + ratio;
                }
            }
        }
        for (int k = 1; k <= most; k++) {
            sum -= (k + weight) / 2 * Math.log(product[k]);
        }
        return sum;
    }

    /** The mean variance at a level, never zero. */
    double at(double level) {
        return Math.max(mean.at(level), SMALLEST);
    }

    /** The sum of squares that the prior stands for where the mean variance is this: twice the rate of the inverse gamma. */
    double squares(double variance) {
        return variance * (weight - 2);
    }
}

package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Part;
import dev.lethe.audit.membership.Signal;
import java.util.Arrays;

/** One normal distribution a record: its (saturated) logit-scaled confidence over the shadows that have it IN, or OUT. */
final class Gaussians {
    /** Keeps densities finite where all shadows agree to the bit. */
    private static final double SMALLEST_DEVIATION = 1e-6;

    private final double saturation;
    private final double[] mean;
    private final double[] deviation;

    Gaussians(double saturation, double[] mean, double[] deviation) {
        this.saturation = saturation;
        this.mean = mean;
        this.deviation = deviation;
    }

    /**
     * What one pass over the shadows gathers: the centre of each record and the squared deviations from it, of which every
     * kind of spread is made.
     */
    record Moments(double saturation, double[] mean, double[] squares, int[] count) {
        private double sumOfSquares() {
            return Arrays.stream(squares).sum();
        }

        private long freedom() {
            return Arrays.stream(count).mapToLong(n -> Math.max(0, n - 1)).sum();
        }

        /** One spread for all records. */
        Gaussians global() {
            return withSpread(sumOfSquares() / Math.max(1, freedom()));
        }

        /** One spread for all records, and for {@code other} too. */
        Gaussians common(Moments other) {
            return withSpread((sumOfSquares() + other.sumOfSquares()) / Math.max(1, freedom() + other.freedom()));
        }

        /** A spread for each record. */
        Gaussians perRecord() {
            double[] deviation = new double[mean.length];
            for (int record = 0; record < deviation.length; record++) {
                deviation[record] = bounded(squares[record] / Math.max(1, count[record] - 1));
            }
            return new Gaussians(saturation, mean, deviation);
        }

        private Gaussians withSpread(double variance) {
            double[] deviation = new double[mean.length];
            Arrays.fill(deviation, bounded(variance));
            return new Gaussians(saturation, mean, deviation);
        }
    }

    /**
     * One pass over the shadows that have each record IN, or OUT.
     *
     * @param saturation confidence x counts as x/sqrt(1 + (x/s)^2); infinity leaves it as it is
     */
    static Moments moments(MembershipView view, Part part, double saturation) {
        int records = view.records();
        double[] mean = new double[records];
        double[] squares = new double[records];
        int[] count = new int[records];
        // Welford's update: one pass, no cancellation.
        for (int shadow = 0; shadow < view.shadows(); shadow++) {
            double[] signal = view.shadow(shadow, Signal.LOGIT_MARGIN);
            for (int record = 0; record < records; record++) {
                if (view.part(shadow, record) == part) {
                    double value = saturate(signal[record], saturation);
                    double delta = value - mean[record];
                    mean[record] += delta / ++count[record];
                    squares[record] += delta * (value - mean[record]);
                }
            }
        }
        return new Moments(saturation, mean, squares, count);
    }

    private static double saturate(double value, double saturation) {
        return saturation == Double.POSITIVE_INFINITY
                ? value
                : value / Math.sqrt(1 + value * value / (saturation * saturation));
    }

    private static double bounded(double variance) {
        return Math.max(Math.sqrt(variance), SMALLEST_DEVIATION);
    }

    /** Natural logarithm of the density at a confidence, up to the constant that all records share. */
    double logDensity(int record, double confidence) {
        double z = deviations(record, confidence);
        return -0.5 * z * z - Math.log(deviation[record]);
    }

    /** How many standard deviations a confidence is above the mean. */
    double deviations(int record, double confidence) {
        return (saturate(confidence, saturation) - mean[record]) / deviation[record];
    }
}

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
     * @param perRecord a spread for each record; else one for all, from deviations from each record's own mean
     * @param saturation confidence x counts as s tanh(x/s); infinity leaves it as it is
     */
    static Gaussians fit(MembershipView view, Part part, boolean perRecord, double saturation) {
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
        double[] deviation = new double[records];
        if (perRecord) {
            for (int record = 0; record < records; record++) {
                deviation[record] = bounded(squares[record] / Math.max(1, count[record] - 1));
            }
        } else {
            double sum = 0;
            long freedom = 0;
            for (int record = 0; record < records; record++) {
                sum += squares[record];
                freedom += Math.max(0, count[record] - 1);
            }
            Arrays.fill(deviation, bounded(sum / Math.max(1, freedom)));
        }
        return new Gaussians(saturation, mean, deviation);
    }

    private static double saturate(double value, double saturation) {
        return saturation == Double.POSITIVE_INFINITY ? value : saturation * Math.tanh(value / saturation);
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

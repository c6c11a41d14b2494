package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Part;
import dev.lethe.audit.membership.Signal;
import java.util.Arrays;

/** One normal distribution a record: its logit-scaled confidence over the shadows that have it IN, or OUT. */
final class Gaussians {
    /** From this many shadow models on, a spread of its own for each record beats a common one (LiRA, section VI). */
    private static final int CROSSOVER = 64;

    /** Keeps densities finite where all shadows agree to the bit. */
    private static final double SMALLEST_DEVIATION = 1e-6;

    private final double[] mean;
    private final double[] deviation;

    private Gaussians(double[] mean, double[] deviation) {
        this.mean = mean;
        this.deviation = deviation;
    }

    static Gaussians fit(MembershipView view, Part part, Lira.Variance variance) {
        int records = view.records();
        double[] mean = new double[records];
        double[] squares = new double[records];
        int[] count = new int[records];
        // Welford's update: one pass, no cancellation.
        for (int shadow = 0; shadow < view.shadows(); shadow++) {
            double[] signal = view.shadow(shadow, Signal.LOGIT_MARGIN);
            for (int record = 0; record < records; record++) {
                if (view.part(shadow, record) == part) {
                    double delta = signal[record] - mean[record];
                    mean[record] += delta / ++count[record];
                    squares[record] += delta * (signal[record] - mean[record]);
                }
            }
        }
        double[] deviation = new double[records];
        if (variance == Lira.Variance.PER_RECORD || (variance == Lira.Variance.AUTO && view.shadows() >= CROSSOVER)) {
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
        return new Gaussians(mean, deviation);
    }

    private static double bounded(double variance) {
        return Math.max(Math.sqrt(variance), SMALLEST_DEVIATION);
    }

    /** Natural logarithm of the density, up to the constant that all records share. */
    double logDensity(int record, double value) {
        double z = deviation(record, value);
        return -0.5 * z * z - Math.log(deviation[record]);
    }

    /** Distance from the mean in standard deviations. */
    double deviation(int record, double value) {
        return (value - mean[record]) / deviation[record];
    }
}

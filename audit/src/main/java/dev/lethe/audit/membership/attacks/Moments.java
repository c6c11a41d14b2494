package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Part;
import dev.lethe.audit.membership.Signal;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * What a record's confidence is over the shadows that have it IN, or OUT: how many, their mean, and the sum of squared
 * deviations from it, of which every kind of spread is made.
 */
record Moments(double[] mean, double[] squares, int[] count) {
    /** Keeps densities finite where all shadows agree to the bit. */
    static final double SMALLEST_DEVIATION = 1e-6;

    private Moments(int records) {
        this(new double[records], new double[records], new int[records]);
    }

    /** Both sides, of one pass over the shadows that holds one of them at a time. */
    record Sides(Moments in, Moments out) {
        /** Of the logit-scaled confidence in a version of every record, on a bent scale. */
        static Sides of(MembershipView view, int query, Saturation scale) {
            Sides sides = new Sides(new Moments(view.records()), new Moments(view.records()));
            each(view, query, Map.of(scale, sides));
            return sides;
        }

        /** On several scales at once. */
        static Map<Saturation, Sides> of(MembershipView view, int query, Collection<Saturation> scales) {
            Map<Saturation, Sides> sides = new HashMap<>();
            for (Saturation scale : scales) {
                sides.put(scale, new Sides(new Moments(view.records()), new Moments(view.records())));
            }
            each(view, query, sides);
            return sides;
        }

        private static void each(MembershipView view, int query, Map<Saturation, Sides> sides) {
            for (int shadow = 0; shadow < view.shadows(); shadow++) {
                double[] signal = view.shadow(shadow, Signal.LOGIT_MARGIN, query);
                for (Map.Entry<Saturation, Sides> entry : sides.entrySet()) {
                    entry.getValue().add(view, shadow, entry.getKey(), signal);
                }
            }
        }

        private void add(MembershipView view, int shadow, Saturation scale, double[] signal) {
            for (int record = 0; record < signal.length; record++) {
                Part part = view.part(shadow, record);
                if (part != Part.WITHHELD) {
                    (part == Part.IN ? in : out).add(record, scale.of(signal[record]));
                }
            }
        }
    }

    /** Welford's update: one pass, no cancellation. */
    private void add(int record, double value) {
        double delta = value - mean[record];
        mean[record] += delta / ++count[record];
        squares[record] += delta * (value - mean[record]);
    }

    int records() {
        return mean.length;
    }

    double sumOfSquares() {
        return Arrays.stream(squares).sum();
    }

    /** How many squared deviations those sums are worth. */
    long freedom() {
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
        double[] deviation = new double[records()];
        for (int record = 0; record < deviation.length; record++) {
            deviation[record] = bounded(squares[record] / Math.max(1, count[record] - 1));
        }
        return new Gaussians(mean, deviation);
    }

    private Gaussians withSpread(double variance) {
        double[] deviation = new double[records()];
        Arrays.fill(deviation, bounded(variance));
        return new Gaussians(mean, deviation);
    }

    private static double bounded(double variance) {
        return Math.max(Math.sqrt(variance), SMALLEST_DEVIATION);
    }
}

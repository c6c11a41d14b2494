package dev.lethe.core.privacy;

import java.util.List;

/** What one record can add, in L2 norm, to a stream of sums that it enters several times. */
final class StreamSensitivity {
    static final int MOST_STEPS = 1 << 22;

    private StreamSensitivity() {}

    /**
     * An upper bound for complete binary trees, level by level. On a level whose nodes hold {@code size} leaves, one node sees a
     * record at most ceil(size / separation) times, and the sum of squares is largest where the participations crowd into as few
     * nodes as that allows.
     */
    static double ofTree(long steps, long participations, long separation) {
        long possible = Math.min(participations, 1 + (steps - 1) / separation);
        double squares = 0;
        for (long size = 1; size <= steps && size > 0; size *= 2) {
            long crowd = Math.min(possible, 1 + (size - 1) / separation);
            double rest = possible % crowd;
            long full = possible / crowd;
            squares += (double) full * crowd * crowd + rest * rest;
        }
        return Math.sqrt(squares);
    }

    /** A lower bound for the same: a record that enters at the first step and then as soon and as often as it may. */
    static double attainedByTree(long steps, long participations, long separation) {
        long possible = Math.min(participations, 1 + (steps - 1) / separation);
        double squares = 0;
        for (long size = 1; size <= steps && size > 0; size *= 2) {
            long node = -1;
            double count = 0;
            for (long j = 0; j < possible; j++) {
                long in = j * separation / size;
                if (in != node) {
                    squares += count * count;
                    node = in;
                    count = 0;
                }
                // A node that the stream does not fill is never released.
                count += (in + 1) * size <= steps ? 1 : 0;
            }
            squares += count * count;
        }
        return Math.sqrt(squares);
    }

    /** Refuses a strategy whose sensitivity is not known exactly. */
    static void checkStrategy(List<Double> coefficients, int steps, long participations, long separation) {
        if (steps > MOST_STEPS) {
            throw new IllegalArgumentException("steps " + steps + " must be at most " + MOST_STEPS);
        }
        if (coefficients.isEmpty() || coefficients.size() > steps) {
            throw new IllegalArgumentException(
                    "coefficients: " + coefficients.size() + " of them, must be 1 to steps " + steps);
        }
        if (!(coefficients.get(0) > 0)) {
            throw new IllegalArgumentException("coefficients[0] " + coefficients.get(0) + " must be above 0");
        }
        boolean falling = true;
        double before = Double.POSITIVE_INFINITY;
        for (int k = 0; k < coefficients.size(); k++) {
            double coefficient = coefficients.get(k);
            if (!Double.isFinite(coefficient)) {
                throw new IllegalArgumentException("coefficients[" + k + "] " + coefficient + " must be finite");
            }
            falling &= coefficient >= 0 && coefficient <= before;
            before = coefficient;
        }
        if (!falling && participations > 1 && separation < coefficients.size()) {
            throw new IllegalArgumentException("coefficients: with " + participations + " participations " + separation
                    + " steps apart, " + coefficients.size()
                    + " coefficients must be at least 0 and never rise, or be at most "
                    + separation + " of them");
        }
    }

    /**
     * Exact under {@link #checkStrategy}. Columns of one record that do not overlap are orthogonal. Where coefficients are at least
     * 0 and never rise, the worst record enters at the first step and then as soon and as often as it may (Kalinin and Lampert 2024,
     * theorem 2).
     */
    static double ofToeplitz(List<Double> coefficients, int steps, long participations, long separation) {
        int width = coefficients.size();
        long possible = Math.min(participations, 1 + (steps - 1) / separation);
        double[] sums = new double[steps];
        for (long j = 0; j < possible; j++) {
            int start = (int) (j * separation);
            for (int k = 0; k < width && start + k < steps; k++) {
                sums[start + k] += coefficients.get(k);
            }
        }
        double squares = 0;
        for (double sum : sums) {
            squares += sum * sum;
        }
        return Math.sqrt(squares);
    }
}

package dev.lethe.audit.outputs;

import java.util.Arrays;

/** Whether the labels stand in the right rows and number the classes as the columns do. */
final class LabelAlignment {
    private static final int FARTHEST_SHIFT = 3;

    /** A better alignment must gain this much accuracy, however sure the gain is. */
    private static final double LEAST_GAIN = 0.1;

    private LabelAlignment() {}

    /**
     * A better reading of the labels.
     *
     * @param shift rows by which they are off; 0 if none does better
     * @param before accuracy as they stand
     * @param after accuracy when read so, on the rows that the reading was not chosen on
     */
    record Reading(int shift, double before, double after) {
        boolean better() {
            return after > before;
        }
    }

    /** The shift by up to three rows with the largest gain, if the gain is sure in one of so many looks. */
    static Reading shift(int[] answered, int[] labels, int looks) {
        Reading best = new Reading(0, 0, 0);
        for (int shift = -FARTHEST_SHIFT; shift <= FARTHEST_SHIFT; shift++) {
            int from = Math.max(0, -shift);
            int to = answered.length - Math.max(0, shift);
            if (shift != 0 && from < to) {
                int before = 0;
                int after = 0;
                for (int row = from; row < to; row++) {
                    before += answered[row] == labels[row] ? 1 : 0;
                    after += answered[row] == labels[row + shift] ? 1 : 0;
                }
                double n = to - from;
                double gain = (after - before) / n;
                // Differences of rows that are shift apart share a label, so every second one is independent (Janson
                // 2004, theorem 2.1); six shifts are tried in each look.
                double sure = 2 * Math.sqrt((Math.log(2.0 * FARTHEST_SHIFT * looks) - Certainty.LOG_FALSE_ALARM) / n);
                if (gain >= Math.max(LEAST_GAIN, sure) && gain > best.after - best.before) {
                    best = new Reading(shift, before / n, after / n);
                }
            }
        }
        return best;
    }

    /** The renumbering of classes that fits the even rows, tried on the odd ones; better only if the gain is sure. */
    static Reading renumbering(int[] answered, int[] labels, int classes) {
        int[] labelOf = matching(answered, labels, classes);
        int n = answered.length / 2;
        int before = 0;
        int after = 0;
        for (int row = 1; row < answered.length; row += 2) {
            before += answered[row] == labels[row] ? 1 : 0;
            after += labelOf[answered[row]] == labels[row] ? 1 : 0;
        }
        double gain = n == 0 ? 0 : (double) (after - before) / n;
        boolean sure = n > 0 && gain >= Math.max(LEAST_GAIN, Certainty.radius(2, n));
        return sure ? new Reading(0, (double) before / n, (double) after / n) : new Reading(0, 0, 0);
    }

    /** A label for each answered class, each label once: the commonest pairs of the even rows first. */
    private static int[] matching(int[] answered, int[] labels, int classes) {
        long[] pairs = new long[(answered.length + 1) / 2];
        for (int row = 0; row < answered.length; row += 2) {
            pairs[row / 2] = (long) answered[row] * classes + labels[row];
        }
        Arrays.sort(pairs);
        // Count above, pair below, so that sorting orders by count.
        long[] counted = new long[pairs.length];
        int distinct = 0;
        long square = (long) classes * classes;
        for (int i = 0, start = 0; i < pairs.length; i++) {
            if (i + 1 == pairs.length || pairs[i + 1] != pairs[i]) {
                counted[distinct++] = (i + 1L - start) * square + pairs[i];
                start = i + 1;
            }
        }
        Arrays.sort(counted, 0, distinct);
        int[] labelOf = new int[classes];
        Arrays.fill(labelOf, -1);
        boolean[] taken = new boolean[classes];
        for (int i = distinct - 1; i >= 0; i--) {
            int answer = (int) (counted[i] % square / classes);
            int label = (int) (counted[i] % classes);
            if (labelOf[answer] < 0 && !taken[label]) {
                labelOf[answer] = label;
                taken[label] = true;
            }
        }
        return labelOf;
    }

    /** The accuracy that answers and labels of the same frequencies would have without any relation. */
    static double chance(int[] answered, int[] labels, int[] rows, int classes) {
        double[] answers = new double[classes];
        double[] truths = new double[classes];
        for (int row : rows) {
            answers[answered[row]]++;
            truths[labels[row]]++;
        }
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            sum += answers[k] / rows.length * (truths[k] / rows.length);
        }
        return sum;
    }
}

package dev.lethe.audit.membership.attacks;

import java.util.Arrays;

/**
 * The mean of a quantity over records, as a function of their level: means over groups of neighbouring levels, equal in
 * number, straight lines between, flat outside.
 */
record LevelCurve(double[] levels, double[] means) {
    private static final int MOST_GROUPS = 40;
    /** Enough for a mean of squares to be within a fifth of the truth. */
    private static final int FEWEST_IN_GROUP = 50;

    /** The curve of {@code values} at {@code level}, one each a record. */
    static LevelCurve of(double[] level, double[] values) {
        double[] sorted = level.clone();
        Arrays.sort(sorted);
        int groups = Math.max(1, Math.min(MOST_GROUPS, level.length / FEWEST_IN_GROUP));
        double[] last = new double[groups];
        for (int g = 0; g < groups; g++) {
            last[g] = sorted[(int) ((g + 1L) * sorted.length / groups) - 1];
        }
        double[] levels = new double[groups];
        double[] sums = new double[groups];
        int[] count = new int[groups];
        for (int record = 0; record < level.length; record++) {
            int g = group(last, level[record]);
            levels[g] += level[record];
            sums[g] += values[record];
            count[g]++;
        }
        return smooth(levels, sums, count);
    }

    /** The first group that reaches a level; equal levels share one, and leave others empty. */
    private static int group(double[] last, double level) {
        int low = 0;
        int high = last.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (last[middle] < level) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Each group's mean with its two neighbours'. */
    private static LevelCurve smooth(double[] levels, double[] sums, int[] count) {
        int filled = 0;
        for (int g = 0; g < count.length; g++) {
            if (count[g] > 0) {
                levels[filled] = levels[g] / count[g];
                sums[filled] = sums[g];
                count[filled++] = count[g];
            }
        }
        double[] means = new double[filled];
        for (int g = 0; g < filled; g++) {
            double sum = 0;
            int n = 0;
            for (int near = Math.max(0, g - 1); near <= Math.min(filled - 1, g + 1); near++) {
                sum += sums[near];
                n += count[near];
            }
            means[g] = sum / n;
        }
        return new LevelCurve(Arrays.copyOf(levels, filled), means);
    }

    double at(double level) {
        int found = Arrays.binarySearch(levels, level);
        if (found >= 0) {
            return means[found];
        }
        int above = -found - 1;
        if (above == 0) {
            return means[0];
        }
        if (above == levels.length) {
            return means[above - 1];
        }
        double share = (level - levels[above - 1]) / (levels[above] - levels[above - 1]);
        return means[above - 1] + share * (means[above] - means[above - 1]);
    }

    double[] at(double[] level) {
        double[] values = new double[level.length];
        for (int record = 0; record < values.length; record++) {
            values[record] = at(level[record]);
        }
        return values;
    }
}

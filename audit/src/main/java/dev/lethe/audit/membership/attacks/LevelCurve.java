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

    private static final int ENOUGH_TO_SORT = 4096;

    /** The curve of {@code values} at {@code level}, one each a record. */
    static LevelCurve of(double[] level, double[] values) {
        return new Grouped(level).curve(values);
    }

    /** Records in groups by their level: found once, these serve every quantity of the same records. */
    static final class Grouped {
        /** The group of each record, among those that are not empty. */
        private final int[] group;

        private final int[] count;
        /** Mean level of each group. */
        private final double[] levels;
        /** For each record the group from which a line leads to its level, and how far along; its own if flat. */
        private final int[] from;

        private final double[] share;

        Grouped(double[] level) {
            double[] sorted = some(level);
            Arrays.sort(sorted);
            int groups = Math.max(1, Math.min(MOST_GROUPS, level.length / FEWEST_IN_GROUP));
            double[] last = new double[groups];
            for (int g = 0; g < groups; g++) {
                last[g] = sorted[(int) ((g + 1L) * sorted.length / groups) - 1];
            }
            int[] rough = new int[level.length];
            double[] sums = new double[groups];
            int[] counts = new int[groups];
            for (int record = 0; record < level.length; record++) {
                int g = firstThatReaches(last, level[record]);
                rough[record] = g;
                sums[g] += level[record];
                counts[g]++;
            }
            // Equal levels share a group, and leave others empty.
            int[] number = new int[groups];
            int filled = 0;
            for (int g = 0; g < groups; g++) {
                number[g] = filled;
                if (counts[g] > 0) {
                    sums[filled] = sums[g] / counts[g];
                    counts[filled++] = counts[g];
                }
            }
            levels = Arrays.copyOf(sums, filled);
            count = Arrays.copyOf(counts, filled);
            group = new int[level.length];
            from = new int[level.length];
            share = new double[level.length];
            for (int record = 0; record < level.length; record++) {
                group[record] = number[rough[record]];
                // Between the means of its own group and of the next, or of the one before.
                from[record] = level[record] >= levels[group[record]] ? group[record] : Math.max(0, group[record] - 1);
                share[record] = along(levels, from[record], level[record]);
            }
        }

        /** The levels, or enough of them to tell where groups of about equal size end; what is above the last, is in the last. */
        private static double[] some(double[] level) {
            int step = Math.max(1, level.length / ENOUGH_TO_SORT);
            double[] some = new double[(level.length + step - 1) / step];
            for (int i = 0; i < some.length; i++) {
                some[i] = level[i * step];
            }
            return some;
        }

        private static int firstThatReaches(double[] last, double level) {
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

        LevelCurve curve(double[] values) {
            return new LevelCurve(levels, means(values));
        }

        /** The curve of {@code values}, at the level of each record. */
        double[] smoothed(double[] values) {
            double[] means = means(values);
            double[] smooth = new double[values.length];
            for (int record = 0; record < smooth.length; record++) {
                smooth[record] = between(means, from[record], share[record]);
            }
            return smooth;
        }

        /** Each group's mean with its two neighbours'. */
        private double[] means(double[] values) {
            double[] sums = new double[count.length];
            for (int record = 0; record < values.length; record++) {
                sums[group[record]] += values[record];
            }
            double[] means = new double[count.length];
            for (int g = 0; g < means.length; g++) {
                double sum = 0;
                int n = 0;
                for (int near = Math.max(0, g - 1); near <= Math.min(means.length - 1, g + 1); near++) {
                    sum += sums[near];
                    n += count[near];
                }
                means[g] = sum / n;
            }
            return means;
        }
    }

    /** The last group whose level is not above this one; the first group if all are. */
    private static int segment(double[] levels, double level) {
        int found = Arrays.binarySearch(levels, level);
        return found >= 0 ? found : Math.max(0, -found - 2);
    }

    /** How far a level is on the line from one group to the next; 0 outside. */
    private static double along(double[] levels, int from, double level) {
        return from + 1 == levels.length || level <= levels[from]
                ? 0
                : (level - levels[from]) / (levels[from + 1] - levels[from]);
    }

    private static double between(double[] means, int from, double share) {
        return share == 0 ? means[from] : means[from] + share * (means[from + 1] - means[from]);
    }

    double at(double level) {
        int from = segment(levels, level);
        return between(means, from, along(levels, from, level));
    }
}

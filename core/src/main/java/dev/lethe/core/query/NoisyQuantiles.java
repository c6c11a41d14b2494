package dev.lethe.core.query;

import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Quantiles of clipped values from a tree of noisy counts over equal ranges between the bounds. In: the values of each group, NaN
 * for a missing one, contributions being bounded already. Out: for each group an estimate a rank, within the bounds and never
 * falling from one rank to the next.
 *
 * <p>Every node of the tree has noise; that of a node that no answer looks at is not drawn.
 */
record NoisyQuantiles(NoisyEntries entries, Bounds bounds, List<Double> ranks)
        implements Mechanism<List<double[]>, List<List<Estimate>>> {
    /** Levels of the tree: each row is counted once on each. */
    static final int HEIGHT = 4;

    private static final int BRANCHING = 16;
    private static final int LEAVES = 1 << 16;

    /** What a unit can change, if it has up to {@code maxRows} rows in each of up to {@code maxGroups} groups. */
    static Sensitivity sensitivity(ContributionBounds contributions) {
        return Sensitivity.ofEntries(HEIGHT * contributions.maxGroups(), contributions.maxRows());
    }

    /**
     * How many ranks an answer is off, at most, with the confidence of the release. On each level the sum of sixteen noisy counts
     * is compared with a share of the sum of all, which is off by the noise of sixteen counts at most.
     */
    static double rankError(Noise noise) {
        double level = Math.sqrt(BRANCHING) * noise.deviation();
        return 1.96 * level * Math.sqrt(HEIGHT) + level;
    }

    @Override
    public PrivacyEvent event() {
        return entries.event();
    }

    @Override
    public List<List<Estimate>> release(List<double[]> groups, NoiseSource source) {
        List<List<Estimate>> all = new ArrayList<>();
        for (double[] values : groups) {
            all.add(new Tree(values, source).estimates());
        }
        return all;
    }

    private final class Tree {
        private final int[] leaves;
        private final NoiseSource source;
        private final Map<Long, Long> noisy = new HashMap<>();

        Tree(double[] values, NoiseSource source) {
            this.leaves = Arrays.stream(values)
                    .filter(value -> !Double.isNaN(value))
                    .mapToInt(this::leaf)
                    .sorted()
                    .toArray();
            this.source = source;
        }

        private int leaf(double value) {
            double share = (bounds.clip(value) / 2 - bounds.low() / 2) / (bounds.high() / 2 - bounds.low() / 2);
            return (int) Math.min(LEAVES - 1, Math.floor(share * LEAVES));
        }

        List<Estimate> estimates() {
            List<Estimate> estimates = new ArrayList<>();
            double width = (bounds.high() / LEAVES - bounds.low() / LEAVES);
            double total = cumulated(0, LEAVES)[BRANCHING - 1];
            double error = rankError(entries.noise()) / Math.max(1, total);
            double value = bounds.low();
            double low = bounds.low();
            double high = bounds.low();
            for (double rank : ranks) {
                // The running maximum is for the last bit: the tree itself is monotone.
                value = Math.max(value, quantile(rank));
                low = Math.max(low, Math.min(value, quantile(Math.max(0, rank - error)) - width));
                high = Math.max(high, Math.max(value, quantile(Math.min(1, rank + error)) + width));
                estimates.add(new Estimate(value, low, high).clip(bounds.low(), bounds.high()));
            }
            return estimates;
        }

        private double quantile(double rank) {
            int first = 0;
            int size = LEAVES;
            double share = rank;
            while (size > 1) {
                double[] upTo = cumulated(first, size);
                double total = upTo[BRANCHING - 1];
                if (!(total > Math.sqrt(BRANCHING) * entries.noise().deviation())) {
                    break;
                }
                double wanted = Math.max(share * total, Math.min(1, total) / 2);
                int child = 0;
                while (upTo[child] < wanted) {
                    child++;
                }
                double before = child == 0 ? 0 : upTo[child - 1];
                share = (wanted - before) / (upTo[child] - before);
                size /= BRANCHING;
                first += child * size;
            }
            double at = (first + share * size) / LEAVES;
            return bounds.low() * (1 - at) + bounds.high() * at;
        }

        /** Noisy number of rows in the first one, two, ... children of a node; made to rise, and at least 0. */
        private double[] cumulated(int first, int size) {
            double[] upTo = new double[BRANCHING];
            int child = size / BRANCHING;
            double sum = 0;
            double most = 0;
            for (int i = 0; i < BRANCHING; i++) {
                sum += count(first + i * child, child);
                most = Math.max(most, sum);
                upTo[i] = most;
            }
            return upTo;
        }

        private long count(int first, int size) {
            return noisy.computeIfAbsent(
                    (long) first * (LEAVES + 1) + size,
                    node -> entries.add(below(first + size) - (long) below(first), source));
        }

        /** How many rows are in leaves before this one. */
        private int below(int leaf) {
            int low = 0;
            int high = leaves.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (leaves[middle] < leaf) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }
    }
}

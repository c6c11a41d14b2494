package dev.lethe.core.query;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What is computed in each group. */
public sealed interface Aggregate {
    /** The name that plan and release give it. */
    String name();

    /** How many rows. */
    record Count() implements Aggregate {
        @Override
        public String name() {
            return "count";
        }
    }

    /** The sum of a numeric column, each value clipped to the column's bounds. */
    record Sum(String column) implements Aggregate {
        @Override
        public String name() {
            return "sum(" + column + ")";
        }
    }

    /** The mean of a numeric column, each value clipped to the column's bounds. */
    record Mean(String column) implements Aggregate {
        @Override
        public String name() {
            return "mean(" + column + ")";
        }
    }

    /**
     * Quantiles of a numeric column.
     *
     * @param ranks in [0, 1], ascending, at least one
     */
    record Quantiles(String column, List<Double> ranks) implements Aggregate {
        public Quantiles {
            ranks = List.copyOf(ranks);
            if (ranks.isEmpty()) {
                throw new IllegalArgumentException(
                        "quantiles of '" + column + "': name at least one rank, such as 0.5");
            }
            double before = -1;
            for (double rank : ranks) {
                if (!(rank >= 0 && rank <= 1)) {
                    throw new IllegalArgumentException(
                            "quantiles of '" + column + "': rank " + rank + " must lie in [0, 1]");
                }
                if (rank <= before) {
                    throw new IllegalArgumentException(
                            "quantiles of '" + column + "': ranks must ascend; " + rank + " follows " + before);
                }
                before = rank;
            }
        }

        @Override
        public String name() {
            return "quantiles(" + column + ")";
        }
    }

    /** How many rows in each of several equal ranges of a numeric column. The first and the last hold what lies outside. */
    record Histogram(String column, int bins) implements Aggregate {
        static final int MOST_BINS = 1000;

        public Histogram {
            if (bins < 1 || bins > MOST_BINS) {
                throw new IllegalArgumentException(
                        "histogram of '" + column + "': bins " + bins + " must lie in 1.." + MOST_BINS);
            }
        }

        @Override
        public String name() {
            return "histogram(" + column + ")";
        }
    }

    /**
     * How many rows with each category of a column.
     *
     * @param categories known in advance, each counted whether it occurs or not, in this order; empty to show those that
     *     partition selection finds
     */
    record Categories(String column, List<String> categories) implements Aggregate {
        public Categories {
            categories = List.copyOf(categories);
            Set<String> seen = new HashSet<>();
            for (String category : categories) {
                if (category.isEmpty() || !seen.add(category)) {
                    throw new IllegalArgumentException(
                            "histogram of '" + column + "': the categories asked for must be different and not empty");
                }
            }
        }

        @Override
        public String name() {
            return "histogram(" + column + ")";
        }
    }

    /** The numeric columns that it needs bounds for. */
    default Stream<String> bounded() {
        if (this instanceof Sum sum) {
            return Stream.of(sum.column());
        } else if (this instanceof Mean mean) {
            return Stream.of(mean.column());
        } else if (this instanceof Quantiles quantiles) {
            return Stream.of(quantiles.column());
        } else if (this instanceof Histogram histogram) {
            return Stream.of(histogram.column());
        }
        return Stream.empty();
    }
}

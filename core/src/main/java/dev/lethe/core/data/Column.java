package dev.lethe.core.data;

import java.util.List;

/** One typed column of a {@link Table}. Arrays are shared, not to be written. */
public sealed interface Column {
    String name();

    int size();

    /** The cell as text, empty where missing. */
    String text(int row);

    /** Numbers; NaN marks a missing cell, infinities are refused. */
    record Numeric(String name, double[] values) implements Column {
        public Numeric {
            for (int row = 0; row < values.length; row++) {
                if (Double.isInfinite(values[row])) {
                    throw new IllegalArgumentException("column '" + name + "' holds an infinity in row " + row);
                }
            }
        }

        @Override
        public int size() {
            return values.length;
        }

        @Override
        public String text(int row) {
            double value = values[row];
            if (Double.isNaN(value)) {
                return "";
            }
            return value == Math.rint(value) && Math.abs(value) < 1e15
                    ? Long.toString((long) value)
                    : Double.toString(value);
        }
    }

    /** Categories: codes index {@code categories}, in order of first appearance; -1 marks a missing cell. */
    record Categorical(String name, int[] codes, List<String> categories) implements Column {
        public Categorical {
            categories = List.copyOf(categories);
            for (int row = 0; row < codes.length; row++) {
                if (codes[row] < -1 || codes[row] >= categories.size()) {
                    throw new IllegalArgumentException(
                            "column '" + name + "': code " + codes[row] + " in row " + row + " has no category");
                }
            }
        }

        @Override
        public int size() {
            return codes.length;
        }

        @Override
        public String text(int row) {
            return codes[row] < 0 ? "" : categories.get(codes[row]);
        }
    }
}

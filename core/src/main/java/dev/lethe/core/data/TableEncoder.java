package dev.lethe.core.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns the rows of a table into float vectors: numbers standardised, categories one-hot.
 *
 * <p>Everything that a {@linkplain #fit fitted} encoder knows (means, deviations, categories, whether a cell can be missing) comes from the rows it
 * was fitted on. Fit it on training rows only: an encoder that has seen the non-members hides who was in.
 *
 * <ul>
 *   <li>A number becomes (x - mean) / standard deviation, clipped to [-10, 10] so that an outlier outside the fitted
 *       rows stays harmless; 0 where missing, and 0 throughout where the fitted rows hold one value only.
 *   <li>A category becomes one 0/1 feature for each category of the fitted rows; one not among them sets none.
 *   <li>Where the fitted rows miss cells of a column, one 0/1 feature more says that the cell is missing.
 *   <li>A column missing in every fitted row has no features.
 * </ul>
 */
public final class TableEncoder {
    private static final float CLIP = 10;

    /** Rows written before the next column is taken up; keeps the lines of a wide matrix in the cache. */
    private static final int BLOCK = 64;

    private final List<Feature> features;
    private final List<String> featureNames;
    private final List<String> classes;

    private TableEncoder(List<Feature> features, List<String> featureNames, List<String> classes) {
        this.features = features;
        this.featureNames = List.copyOf(featureNames);
        this.classes = classes;
    }

    /**
     * Learns the encoding from some rows and looks at no others.
     *
     * @param rows row numbers, at least one
     * @throws IllegalArgumentException if there are no rows, or every feature column is missing in all of them
     */
    public static TableEncoder fit(LabelledTable data, int[] rows) {
        if (rows.length == 0) {
            throw new IllegalArgumentException("an encoder needs at least one row to be fitted on");
        }
        List<Feature> features = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (Column column : data.features().columns()) {
            if (column instanceof Column.Numeric numeric) {
                features.add(NumberFeature.fit(numeric, rows, names));
            } else if (column instanceof Column.Categorical categorical) {
                features.add(CategoryFeature.fit(categorical, rows, names));
            }
        }
        if (names.isEmpty()) {
            throw new IllegalArgumentException("every feature column is missing in all " + rows.length
                    + " rows the encoder is fitted on; fit on more rows or fill the missing cells");
        }
        return new TableEncoder(List.copyOf(features), names, data.classes());
    }

    /**
     * An encoder of constants that owe nothing to the rows at hand.
     *
     * @param columns in the order of the table's feature columns
     * @throws IllegalArgumentException if there are none
     */
    public static TableEncoder of(List<ColumnEncoding> columns, List<String> classes) {
        if (columns.isEmpty()) {
            throw new IllegalArgumentException("columns must hold at least one encoding");
        }
        List<Feature> features = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (ColumnEncoding column : columns) {
            if (column instanceof ColumnEncoding.Scaled scaled) {
                int at = names.size();
                names.add(scaled.column());
                features.add(
                        new NumberFeature(scaled.column(), 1, scaled.centre(), 1 / scaled.scale(), at, names.size()));
            } else if (column instanceof ColumnEncoding.OneHot oneHot) {
                Map<String, Integer> places = new HashMap<>();
                for (String category : oneHot.categories()) {
                    places.put(category, names.size());
                    names.add(oneHot.column() + "=" + category);
                }
                features.add(new CategoryFeature(oneHot.column(), places, names.size()));
            }
            names.add(column.column() + " is missing");
        }
        return new TableEncoder(List.copyOf(features), names, List.copyOf(classes));
    }

    /** Values in an encoded row; at least 1. */
    public int width() {
        return featureNames.size();
    }

    /** What each value of an encoded row says: {@code age}, {@code job=teacher}, {@code age is missing}. */
    public List<String> featureNames() {
        return featureNames;
    }

    /** Whether a table has the columns and classes that this encoder was made for. */
    public boolean fits(LabelledTable data) {
        List<Column> columns = data.features().columns();
        boolean fits = data.classes().equals(classes) && columns.size() == features.size();
        for (int i = 0; fits && i < columns.size(); i++) {
            fits = features.get(i).takes(columns.get(i));
        }
        return fits;
    }

    /** In words, complete: equal encoders, equal words. */
    public String describe() {
        return features + " " + classes;
    }

    /**
     * All rows of a table, encoded.
     *
     * @throws IllegalArgumentException if the columns (names, kinds, order) or classes are not those of the table fitted
     *     on, or the result would hold more than 2<sup>31</sup> - 1 values
     */
    public Examples encode(LabelledTable data) {
        if (!data.classes().equals(classes)) {
            throw new IllegalArgumentException("the table has " + data.classes().size()
                    + " classes that differ from the " + classes.size() + " the encoder was fitted on");
        }
        List<Column> columns = data.features().columns();
        if (columns.size() != features.size()) {
            throw new IllegalArgumentException("the table has " + columns.size()
                    + " feature columns, the encoder was fitted on " + features.size());
        }
        int size = data.size();
        int width = width();
        if ((long) size * width > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(size + " rows of width " + width
                    + " do not fit one matrix; encode fewer rows, or drop the column with the most categories");
        }
        List<Writer> writers = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            writers.add(features.get(i).writer(columns.get(i)));
        }
        float[] values = new float[size * width];
        for (int from = 0; from < size; from += BLOCK) {
            int to = Math.min(size, from + BLOCK);
            for (Writer writer : writers) {
                writer.write(values, width, from, to);
            }
        }
        return new Examples(values, new int[] {width}, data.labels(), classes).groupedBy(data.people());
    }

    /** What was learned of one column. */
    private sealed interface Feature {
        /** Whether it is of this column. */
        boolean takes(Column column);

        Writer writer(Column column);
    }

    /** One column of the table at hand, ready to be written into its places of rows from..to-1. */
    private interface Writer {
        void write(float[] values, int width, int from, int to);
    }

    private static IllegalArgumentException mismatch(Column column, String kind, String name) {
        return new IllegalArgumentException("column '" + column.name() + "' stands where the encoder was fitted on the "
                + kind + " column '" + name + "'");
    }

    /**
     * @param unit a power of two that brings the largest fitted value near 1, so that squares of huge values stay finite
     * @param factor 1 / standard deviation, 0 for a constant column
     * @param at place of the number, -1 if the column has none
     * @param missingAt place of the missing indicator, -1 if the column has none
     */
    private record NumberFeature(String name, double unit, double mean, double factor, int at, int missingAt)
            implements Feature {

        static NumberFeature fit(Column.Numeric column, int[] rows, List<String> names) {
            double[] values = column.values();
            int count = 0;
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (int row : rows) {
                double value = values[row];
                if (!Double.isNaN(value)) {
                    count++;
                    low = Math.min(low, value);
                    high = Math.max(high, value);
                }
            }
            if (count == 0) {
                return new NumberFeature(column.name(), 1, 0, 0, -1, -1);
            }
            double unit = Math.scalb(1.0, -Math.getExponent(Math.max(Math.abs(low), Math.abs(high))));
            double sum = 0;
            for (int row : rows) {
                if (!Double.isNaN(values[row])) {
                    sum += values[row] * unit;
                }
            }
            double mean = sum / count;
            double squares = 0;
            for (int row : rows) {
                if (!Double.isNaN(values[row])) {
                    double difference = values[row] * unit - mean;
                    squares += difference * difference;
                }
            }
            int at = names.size();
            names.add(column.name());
            int missingAt = -1;
            if (count < rows.length) {
                missingAt = names.size();
                names.add(column.name() + " is missing");
            }
            double factor = low == high ? 0 : 1 / Math.sqrt(squares / count);
            return new NumberFeature(column.name(), unit, mean, factor, at, missingAt);
        }

        @Override
        public boolean takes(Column column) {
            return column instanceof Column.Numeric && column.name().equals(name);
        }

        @Override
        public Writer writer(Column column) {
            if (!(column instanceof Column.Numeric numeric) || !takes(column)) {
                throw mismatch(column, "numeric", name);
            }
            return at < 0
                    ? (values, width, from, to) -> {}
                    : (values, width, from, to) -> write(numeric.values(), values, width, from, to);
        }

        private void write(double[] cells, float[] values, int width, int from, int to) {
            for (int row = from; row < to; row++) {
                double cell = cells[row];
                if (Double.isNaN(cell)) {
                    if (missingAt >= 0) {
                        values[row * width + missingAt] = 1;
                    }
                } else if (factor > 0) {
                    float scaled = (float) ((cell * unit - mean) * factor);
                    values[row * width + at] = Math.max(-CLIP, Math.min(CLIP, scaled));
                }
            }
        }
    }

    /**
     * @param places place of each category seen, by name: another table may number its categories differently
     * @param missingAt place of the missing indicator, -1 if the column has none
     */
    private record CategoryFeature(String name, Map<String, Integer> places, int missingAt) implements Feature {

        static CategoryFeature fit(Column.Categorical column, int[] rows, List<String> names) {
            boolean[] seen = new boolean[column.categories().size()];
            boolean missing = false;
            boolean any = false;
            for (int row : rows) {
                int code = column.codes()[row];
                if (code < 0) {
                    missing = true;
                } else {
                    seen[code] = true;
                    any = true;
                }
            }
            Map<String, Integer> places = new HashMap<>();
            for (int code = 0; code < seen.length; code++) {
                if (seen[code]) {
                    places.put(column.categories().get(code), names.size());
                    names.add(column.name() + "=" + column.categories().get(code));
                }
            }
            int missingAt = -1;
            if (missing && any) {
                missingAt = names.size();
                names.add(column.name() + " is missing");
            }
            return new CategoryFeature(column.name(), places, missingAt);
        }

        @Override
        public boolean takes(Column column) {
            return column instanceof Column.Categorical && column.name().equals(name);
        }

        @Override
        public Writer writer(Column column) {
            if (!(column instanceof Column.Categorical categorical) || !takes(column)) {
                throw mismatch(column, "categorical", name);
            }
            int[] placeOfCode = new int[categorical.categories().size()];
            Arrays.setAll(
                    placeOfCode,
                    code -> places.getOrDefault(categorical.categories().get(code), -1));
            int[] codes = categorical.codes();
            return (values, width, from, to) -> {
                for (int row = from; row < to; row++) {
                    int place = codes[row] < 0 ? missingAt : placeOfCode[codes[row]];
                    if (place >= 0) {
                        values[row * width + place] = 1;
                    }
                }
            };
        }
    }
}

package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.membership.NotApplicableException;
import dev.lethe.core.data.Column;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.data.Records;
import dev.lethe.core.data.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Records made of two: some columns of one row, the others of another. Every value is one that a column really has. */
final class MixedRows {
    private MixedRows() {}

    /** How many columns the records have: the columns of a table, the values of an example. */
    static int columns(Records data) {
        if (data instanceof Examples examples) {
            return examples.width();
        }
        if (data instanceof LabelledTable table) {
            return table.features().columns().size();
        }
        throw unknown(data);
    }

    static NotApplicableException unknown(Records data) {
        return new NotApplicableException("records of type " + data.getClass().getSimpleName()
                + " cannot be perturbed: label-only attacks know tables and examples");
    }

    /** The columns in which two rows differ. */
    static IntStream differing(Records data, int row, int other) {
        if (data instanceof Examples examples) {
            int width = examples.width();
            float[] values = examples.features();
            return IntStream.range(0, width).filter(c -> values[row * width + c] != values[other * width + c]);
        }
        if (data instanceof LabelledTable table) {
            List<Column> columns = table.features().columns();
            return IntStream.range(0, columns.size())
                    .filter(c -> !columns.get(c).text(row).equals(columns.get(c).text(other)));
        }
        throw unknown(data);
    }

    /**
     * One mixed record for each of {@code rows}.
     *
     * @param others the row that lends columns to each
     * @param lent {@code [record][column]}, whether the other's value is taken
     */
    @SuppressWarnings("unchecked") // Of each type the same type is made.
    static <D extends Records> D of(D data, int[] rows, int[] others, boolean[][] lent) {
        if (data instanceof Examples examples) {
            return (D) examples(examples, rows, others, lent);
        }
        if (data instanceof LabelledTable table) {
            return (D) table(table, rows, others, lent);
        }
        throw unknown(data);
    }

    private static Examples examples(Examples data, int[] rows, int[] others, boolean[][] lent) {
        int width = data.width();
        float[] from = data.features();
        float[] into = new float[rows.length * width];
        int[] labels = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            labels[i] = data.labels()[rows[i]];
            for (int c = 0; c < width; c++) {
                into[i * width + c] = from[(lent[i][c] ? others[i] : rows[i]) * width + c];
            }
        }
        return new Examples(into, data.shape(), labels, data.classes());
    }

    private static LabelledTable table(LabelledTable data, int[] rows, int[] others, boolean[][] lent) {
        int[] labels = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            labels[i] = data.labels()[rows[i]];
        }
        List<Column> columns = new ArrayList<>();
        for (int c = 0; c < data.features().columns().size(); c++) {
            Column column = data.features().columns().get(c);
            if (column instanceof Column.Numeric numeric) {
                double[] values = new double[rows.length];
                for (int i = 0; i < rows.length; i++) {
                    values[i] = numeric.values()[lent[i][c] ? others[i] : rows[i]];
                }
                columns.add(new Column.Numeric(numeric.name(), values));
            } else if (column instanceof Column.Categorical categorical) {
                int[] codes = new int[rows.length];
                for (int i = 0; i < rows.length; i++) {
                    codes[i] = categorical.codes()[lent[i][c] ? others[i] : rows[i]];
                }
                columns.add(new Column.Categorical(categorical.name(), codes, categorical.categories()));
            }
        }
        return new LabelledTable(new Table(columns), labels, data.classes(), data.label());
    }
}

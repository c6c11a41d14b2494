package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.membership.NotApplicableException;
import dev.lethe.core.data.Column;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.data.Records;
import dev.lethe.core.data.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Records of which every cell is that of some real record, the donor: new records of the same columns and values, whatever
 * the type. A cell is a column of a table, or one number of an example.
 */
final class Mosaic<D extends Records> {
    private final D donors;
    private final int columns;
    /** For each column the first row with each of its values. */
    private final int[][] values;
    /** For each column and row, the place of its value in {@code values}. */
    private final int[][] value;

    private Mosaic(D donors, int columns) {
        this.donors = donors;
        this.columns = columns;
        values = new int[columns][];
        value = new int[columns][donors.size()];
        for (int column = 0; column < columns; column++) {
            Map<Object, Integer> places = new LinkedHashMap<>();
            List<Integer> first = new ArrayList<>();
            for (int row = 0; row < donors.size(); row++) {
                Integer place = places.putIfAbsent(cell(column, row), first.size());
                if (place == null) {
                    first.add(row);
                }
                value[column][row] = place == null ? first.size() - 1 : place;
            }
            values[column] = first.stream().mapToInt(row -> row).toArray();
        }
    }

    /** @throws NotApplicableException if the records are neither examples nor a table */
    static <D extends Records> Mosaic<D> of(D donors) {
        if (donors instanceof Examples examples) {
            return new Mosaic<>(donors, examples.width());
        }
        if (donors instanceof LabelledTable table) {
            return new Mosaic<>(donors, table.features().columns().size());
        }
        throw new NotApplicableException("shadow data can be made from examples and tables, not from "
                + donors.getClass().getSimpleName());
    }

    private Object cell(int column, int row) {
        if (donors instanceof Examples examples) {
            return examples.features()[row * columns + column];
        }
        return ((LabelledTable) donors).features().columns().get(column).text(row);
    }

    /** Cells of a record. */
    int columns() {
        return columns;
    }

    /** How many donors there are. */
    int size() {
        return donors.size();
    }

    /** A donor for this column with a value drawn uniformly from those that occur, however rare. */
    int anyValue(int column, UniformRandomProvider random) {
        return values[column][random.nextInt(values[column].length)];
    }

    /**
     * A donor whose value in this column differs from that of {@code row}, drawn as values occur: the flip of a bit where
     * there are two values; {@code row} itself where there is one.
     */
    int otherValue(int column, int row, UniformRandomProvider random) {
        int[] all = values[column];
        if (all.length < 2) {
            return row;
        }
        int own = value[column][row];
        if (all.length == 2) {
            return all[1 - own];
        }
        int donor = random.nextInt(size());
        while (value[column][donor] == own) {
            donor = random.nextInt(size());
        }
        return donor;
    }

    /**
     * New records.
     *
     * @param from donor of each cell, {@code [record][column]}
     * @param labels class of each record
     */
    @SuppressWarnings("unchecked") // Examples become examples, a table becomes a table.
    D assemble(int[][] from, int[] labels) {
        if (donors instanceof Examples examples) {
            float[] features = new float[from.length * columns];
            for (int record = 0; record < from.length; record++) {
                for (int column = 0; column < columns; column++) {
                    features[record * columns + column] = examples.features()[from[record][column] * columns + column];
                }
            }
            return (D) new Examples(features, examples.shape(), labels, examples.classes());
        }
        LabelledTable table = (LabelledTable) donors;
        List<Column> made = new ArrayList<>();
        for (int column = 0; column < columns; column++) {
            int[] rows = new int[from.length];
            for (int record = 0; record < rows.length; record++) {
                rows[record] = from[record][column];
            }
            made.add(new Table(List.of(table.features().columns().get(column)))
                    .select(rows)
                    .columns()
                    .get(0));
        }
        return (D) new LabelledTable(new Table(made), labels, table.classes(), table.label());
    }
}

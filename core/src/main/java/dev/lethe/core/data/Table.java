package dev.lethe.core.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** People's records with typed columns, all of one length. */
public record Table(List<Column> columns) {
    public Table {
        columns = List.copyOf(columns);
        if (columns.isEmpty()) {
            throw new IllegalArgumentException("a table needs at least one column");
        }
        Set<String> names = new java.util.HashSet<>();
        for (Column column : columns) {
            if (column.size() != columns.get(0).size()) {
                throw new IllegalArgumentException("column '" + column.name() + "' has " + column.size()
                        + " rows, column '" + columns.get(0).name() + "' has "
                        + columns.get(0).size());
            }
            if (!names.add(column.name())) {
                throw new IllegalArgumentException("two columns are named '" + column.name() + "'");
            }
        }
    }

    /** How many rows. */
    public int size() {
        return columns.get(0).size();
    }

    public Optional<Column> column(String name) {
        return columns.stream().filter(c -> c.name().equals(name)).findFirst();
    }

    /** A copy of some rows, in the order given; categories are kept even where none of the rows has them. */
    public Table select(int[] rows) {
        List<Column> some = new ArrayList<>();
        for (Column column : columns) {
            if (column instanceof Column.Numeric numeric) {
                double[] values = new double[rows.length];
                for (int i = 0; i < rows.length; i++) {
                    values[i] = numeric.values()[rows[i]];
                }
                some.add(new Column.Numeric(numeric.name(), values));
            } else if (column instanceof Column.Categorical categorical) {
                int[] codes = new int[rows.length];
                for (int i = 0; i < rows.length; i++) {
                    codes[i] = categorical.codes()[rows[i]];
                }
                some.add(new Column.Categorical(categorical.name(), codes, categorical.categories()));
            }
        }
        return new Table(some);
    }

    /**
     * This table as a classification task: {@code label} leaves the features and becomes the class.
     *
     * @throws IllegalArgumentException if there is no such column, it has a missing cell, fewer than two values, or is
     *     the only column
     */
    public LabelledTable labelled(String label) {
        Column target = column(label)
                .orElseThrow(() -> new IllegalArgumentException("no column '" + label + "'; the columns are "
                        + columns.stream().map(Column::name).toList()));
        if (columns.size() == 1) {
            throw new IllegalArgumentException(
                    "column '" + label + "' is the only one, so nothing is left to predict from");
        }
        Map<String, Integer> codes = new LinkedHashMap<>();
        if (target instanceof Column.Categorical categorical) {
            categorical.categories().stream().sorted().forEach(name -> codes.put(name, codes.size()));
        } else {
            java.util.stream.IntStream.range(0, size())
                    .filter(row -> !target.text(row).isEmpty())
                    .mapToDouble(row -> ((Column.Numeric) target).values()[row])
                    .distinct()
                    .sorted()
                    // 0 and -0 are two doubles with one text, hence one class.
                    .forEach(value ->
                            codes.putIfAbsent(new Column.Numeric("", new double[] {value}).text(0), codes.size()));
        }
        Map<String, Integer> used = new HashMap<>();
        int[] labels = new int[size()];
        for (int row = 0; row < labels.length; row++) {
            String text = target.text(row);
            if (text.isEmpty()) {
                throw new IllegalArgumentException("label column '" + label + "' is empty in row " + row);
            }
            labels[row] = codes.get(text);
            used.put(text, labels[row]);
        }
        if (used.size() < 2) {
            throw new IllegalArgumentException(
                    "label column '" + label + "' has only one value, " + used.keySet() + "; a classifier needs two");
        }
        List<Column> features =
                columns.stream().filter(c -> !c.name().equals(label)).toList();
        return new LabelledTable(new Table(features), labels, List.copyOf(codes.keySet()), label);
    }
}

package dev.lethe.core.data;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A classification task on a table: feature columns beside the class of each row.
 *
 * @param label name of the column that became the class
 * @param people whose row is this, numbered from 0 in order of first appearance
 */
public record LabelledTable(Table features, int[] labels, List<String> classes, String label, int[] people)
        implements Records {
    public LabelledTable {
        classes = List.copyOf(classes);
        if (features.size() != labels.length) {
            throw new IllegalArgumentException(labels.length + " labels for " + features.size() + " rows");
        }
        requirePeople(people, labels.length);
    }

    static void requirePeople(int[] people, int rows) {
        if (people.length != rows) {
            throw new IllegalArgumentException(people.length + " people for " + rows + " rows");
        }
        int next = 0;
        for (int row = 0; row < people.length; row++) {
            if (people[row] < 0 || people[row] > next) {
                throw new IllegalArgumentException("person " + people[row] + " in row " + row + " should be at most "
                        + next + ": people are numbered in order of first appearance");
            }
            next = Math.max(next, people[row] + 1);
        }
    }

    /** Whose some rows are, numbered anew in order of first appearance. */
    static int[] renumbered(int[] people, int[] rows) {
        int[] whose = new int[rows.length];
        Map<Integer, Integer> numbers = new HashMap<>();
        for (int i = 0; i < rows.length; i++) {
            whose[i] = numbers.computeIfAbsent(people[rows[i]], unseen -> numbers.size());
        }
        return whose;
    }

    /** Each row a person of its own. */
    public LabelledTable(Table features, int[] labels, List<String> classes, String label) {
        this(features, labels, classes, label, IntStream.range(0, labels.length).toArray());
    }

    /**
     * The same task with rows grouped into people by the value of a column, which leaves the features: it names people and
     * is nothing to learn from.
     *
     * @throws IllegalArgumentException if there is no such feature, it is the only one, or a cell of it is missing
     */
    public LabelledTable groupedBy(String unit) {
        Column column = features.column(unit)
                .orElseThrow(
                        () -> new IllegalArgumentException("no column '" + unit + "' to group rows by; the columns are "
                                + features.columns().stream().map(Column::name).toList()));
        if (features.columns().size() == 1) {
            throw new IllegalArgumentException(
                    "column '" + unit + "' is the only feature, so nothing is left to predict from");
        }
        Map<String, Integer> numbers = new HashMap<>();
        int[] grouped = new int[size()];
        for (int row = 0; row < grouped.length; row++) {
            String name = column.text(row);
            if (name.isEmpty()) {
                throw new IllegalArgumentException(
                        "column '" + unit + "' is empty in row " + (row + 1) + ", so nobody knows whose row that is");
            }
            grouped[row] = numbers.computeIfAbsent(name, unseen -> numbers.size());
        }
        Table rest = new Table(
                features.columns().stream().filter(c -> !c.name().equals(unit)).toList());
        return new LabelledTable(rest, labels, classes, label, grouped);
    }

    /**
     * The same rows with classes numbered as in another table.
     *
     * @throws IllegalArgumentException if there is a class that the other does not know
     */
    public LabelledTable withClasses(List<String> others) {
        int[] numbers = new int[classes.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = others.indexOf(classes.get(i));
            if (numbers[i] < 0) {
                throw new IllegalArgumentException(
                        "class '" + classes.get(i) + "' of '" + label + "' is not among the classes " + others);
            }
        }
        int[] renumbered = new int[labels.length];
        for (int row = 0; row < labels.length; row++) {
            renumbered[row] = numbers[labels[row]];
        }
        return new LabelledTable(features, renumbered, others, label, people);
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public Examples encode(int[] fitted) {
        return TableEncoder.fit(this, fitted).encode(this);
    }

    @Override
    public LabelledTable select(int[] rows) {
        int[] some = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            some[i] = labels[rows[i]];
        }
        return new LabelledTable(features.select(rows), some, classes, label, renumbered(people, rows));
    }

    @Override
    public String fingerprint() {
        Fingerprint fingerprint =
                new Fingerprint().add("table").add(label).add(classes).add(labels);
        for (Column column : features.columns()) {
            fingerprint.add(column.name());
            if (column instanceof Column.Numeric numeric) {
                fingerprint.add(numeric.values());
            } else if (column instanceof Column.Categorical categorical) {
                fingerprint.add(categorical.categories()).add(categorical.codes());
            }
        }
        if (Arrays.stream(people).max().orElse(-1) + 1 < size()) {
            fingerprint.add("people").add(people);
        }
        return fingerprint.hex();
    }
}

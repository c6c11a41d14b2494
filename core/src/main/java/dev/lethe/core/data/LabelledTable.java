package dev.lethe.core.data;

import java.util.List;

/**
 * A classification task on a table: feature columns beside the class of each row.
 *
 * @param label name of the column that became the class
 */
public record LabelledTable(Table features, int[] labels, List<String> classes, String label) implements Records {
    public LabelledTable {
        classes = List.copyOf(classes);
        if (features.size() != labels.length) {
            throw new IllegalArgumentException(labels.length + " labels for " + features.size() + " rows");
        }
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public LabelledTable select(int[] rows) {
        int[] some = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            some[i] = labels[rows[i]];
        }
        return new LabelledTable(features.select(rows), some, classes, label);
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
        return fingerprint.hex();
    }
}

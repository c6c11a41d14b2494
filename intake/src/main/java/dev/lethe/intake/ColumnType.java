package dev.lethe.intake;

/** How the cells of a column are to be read, for a user who knows better than the detection. */
public enum ColumnType {
    /** Every cell that is not missing must be a finite number. */
    NUMERIC,
    /** Cells are names, however much they look like numbers: post codes, class numbers. */
    CATEGORICAL
}

package dev.lethe.intake;

/**
 * Bounds on what one reading may take; data files are hostile, and a small one can unpack to a large one.
 *
 * @param bytes of one file after decompression
 * @param columns of a table
 * @param cellCharacters in one cell of a table, quotes included
 * @param values in all: cells of a table, or pixels of all images
 * @param categories of one feature column of a task, unless that column was declared categorical
 * @param classes of a task
 */
public record Limits(long bytes, int columns, int cellCharacters, int values, int categories, int classes) {
    /** 2 GiB, 100,000 columns, 1 Mi characters a cell, 200 million values, 1,000 categories, 1,000 classes. */
    public static final Limits DEFAULT = new Limits(2L << 30, 100_000, 1 << 20, 200_000_000, 1000, 1000);

    public Limits {
        positive("bytes", bytes);
        positive("columns", columns);
        positive("cellCharacters", cellCharacters);
        positive("values", values);
        positive("categories", categories);
        positive("classes", classes);
    }

    private static void positive(String component, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(component + " must be at least 1, not " + value);
        }
    }
}

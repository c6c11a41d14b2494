package dev.lethe.core.data;

import java.util.List;

/**
 * Labelled records of people, one row a record, row numbers from 0. The privacy unit is the row.
 *
 * <p>Implementations are immutable in effect: arrays handed out are shared, not copied, and must not be written.
 */
public interface Records {
    /** How many rows. */
    int size();

    /** The class of each row, an index into {@link #classes()}. Shared, not to be written. */
    int[] labels();

    /** Class names; at least two. */
    List<String> classes();

    /** Some rows, in the order given, as records of the same type, columns or shape, and classes. */
    Records select(int[] rows);

    /** SHA-256 (hex) over content, labels and class names; equal data, equal fingerprint. */
    String fingerprint();
}

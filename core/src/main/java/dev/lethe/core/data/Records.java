package dev.lethe.core.data;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Labelled records of people, one row a record, row numbers from 0. The privacy unit is the person: by default each row is
 * a person of its own.
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

    /**
     * Whose row is this: a number for each person, from 0, in order of first appearance. Shared, not to be written.
     */
    default int[] people() {
        return IntStream.range(0, size()).toArray();
    }

    /**
     * The rows as numbers, for whoever wants to learn from them.
     *
     * @param fitted rows that alone set scales and categories, at least one
     */
    Examples encode(int[] fitted);

    /** Some rows, in the order given, as records of the same type, columns or shape, and classes. */
    Records select(int[] rows);

    /** SHA-256 (hex) over content, labels and class names; equal data, equal fingerprint. */
    String fingerprint();
}

package dev.lethe.intake;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How to read a table: start from {@link #DEFAULT} and change what differs.
 *
 * @param delimiter between cells; null to detect tab, semicolon, bar, comma or, where none of these splits, space
 * @param header whether the first line names the columns; if not they are c1, c2, ...
 * @param missing texts that stand for a missing cell, compared after trimming; an empty cell is always missing
 * @param types of columns, by name, where the detection is to be overridden
 * @param drop names of columns to leave out
 */
public record CsvOptions(
        @Nullable Character delimiter,
        boolean header,
        Set<String> missing,
        Map<String, ColumnType> types,
        Set<String> drop,
        Limits limits) {

    /** Delimiter and types detected, a header, and the usual spellings of a missing cell. */
    public static final CsvOptions DEFAULT = new CsvOptions(
            null,
            true,
            Set.of("?", "NA", "N/A", "n/a", "null", "NULL", "NaN", "nan"),
            Map.of(),
            Set.of(),
            Limits.DEFAULT);

    public CsvOptions {
        if (delimiter != null
                && (delimiter == '"'
                        || delimiter == '\n'
                        || delimiter == '\r'
                        || Character.isLetterOrDigit(delimiter))) {
            throw new IllegalArgumentException(
                    "delimiter must not be a quote, a line end, a letter or a digit; it is U+"
                            + String.format("%04X", (int) delimiter));
        }
        missing = Set.copyOf(missing);
        types = Map.copyOf(types);
        drop = Set.copyOf(drop);
    }

    public CsvOptions withDelimiter(char delimiter) {
        return new CsvOptions(delimiter, header, missing, types, drop, limits);
    }

    public CsvOptions withHeader(boolean header) {
        return new CsvOptions(delimiter, header, missing, types, drop, limits);
    }

    /** Replaces the texts that stand for a missing cell. */
    public CsvOptions withMissing(Set<String> missing) {
        return new CsvOptions(delimiter, header, missing, types, drop, limits);
    }

    /** Adds the type of one column. */
    public CsvOptions withType(String column, ColumnType type) {
        Map<String, ColumnType> more = new HashMap<>(types);
        more.put(column, type);
        return new CsvOptions(delimiter, header, missing, more, drop, limits);
    }

    /** Replaces the columns to leave out. */
    public CsvOptions withDrop(Set<String> drop) {
        return new CsvOptions(delimiter, header, missing, types, drop, limits);
    }

    public CsvOptions withLimits(Limits limits) {
        return new CsvOptions(delimiter, header, missing, types, drop, limits);
    }
}

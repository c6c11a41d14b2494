package dev.lethe.app;

import dev.lethe.intake.ColumnType;
import dev.lethe.intake.CsvOptions;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/**
 * How a CSV file is read. Shared by extension, since picocli takes no mixin within a group; the order puts these flags behind those of
 * the class that extends it.
 */
class CsvFlags {
    @Option(
            order = 91,
            names = "--delimiter",
            paramLabel = "CHAR",
            description = "Between cells; found out if not given.")
    String delimiter;

    @Option(order = 92, names = "--no-header", description = "The first line is data; columns are c1, c2, ...")
    boolean noHeader;

    @Option(
            order = 93,
            names = "--missing",
            paramLabel = "TEXT,...",
            split = ",",
            hideParamSyntax = true,
            description = "Texts that stand for a missing cell, instead of the usual ones.")
    List<String> missing;

    @Option(
            order = 94,
            names = "--categorical",
            paramLabel = "COLUMN,...",
            split = ",",
            hideParamSyntax = true,
            description = "Read these columns as categories, though they look like numbers.")
    List<String> categorical = List.of();

    @Option(
            order = 95,
            names = "--numeric",
            paramLabel = "COLUMN,...",
            split = ",",
            hideParamSyntax = true,
            description = "Read these columns as numbers.")
    List<String> numeric = List.of();

    @Option(
            order = 96,
            names = "--drop",
            paramLabel = "COLUMN,...",
            split = ",",
            hideParamSyntax = true,
            description = "Leave these columns out.")
    List<String> drop = List.of();

    /** Whether any of these flags was given. */
    boolean speaksOfCsv() {
        return delimiter != null
                || noHeader
                || missing != null
                || !(categorical.isEmpty() && numeric.isEmpty() && drop.isEmpty());
    }

    /** Another file, read the same way. */
    <F extends CsvFlags> F copyTo(F other) {
        other.delimiter = delimiter;
        other.noHeader = noHeader;
        other.missing = missing;
        other.categorical = categorical;
        other.numeric = numeric;
        other.drop = drop;
        return other;
    }

    CsvOptions csv() {
        CsvOptions options = CsvOptions.DEFAULT.withHeader(!noHeader).withDrop(Set.copyOf(drop));
        if (delimiter != null) {
            options = options.withDelimiter(delimiter(delimiter));
        }
        if (missing != null) {
            options = options.withMissing(Set.copyOf(missing));
        }
        for (String column : numeric) {
            if (categorical.contains(column)) {
                throw new IllegalArgumentException(
                        "column '" + column + "' is in --numeric and in --categorical; choose one");
            }
        }
        for (String column : categorical) {
            options = options.withType(column, ColumnType.CATEGORICAL);
        }
        for (String column : numeric) {
            options = options.withType(column, ColumnType.NUMERIC);
        }
        return options;
    }

    /** The character that a flag names. */
    private static char delimiter(String flag) {
        String one = flag.equals("\\t") || flag.equals("tab") ? "\t" : flag;
        if (one.length() != 1) {
            throw new IllegalArgumentException("--delimiter must be one character, or tab; got '" + flag + "'");
        }
        return one.charAt(0);
    }
}

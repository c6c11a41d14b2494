package dev.lethe.app;

import dev.lethe.core.data.LabelledTable;
import dev.lethe.intake.ColumnType;
import dev.lethe.intake.Csv;
import dev.lethe.intake.CsvOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** What data, and how to read it. */
class TableFlags {
    @Option(names = "--table", paramLabel = "FILE", description = "A CSV file, gzipped or not.")
    Path table;

    @Option(names = "--label", paramLabel = "COLUMN", description = "The column that the model predicts.")
    String label;

    @Option(
            names = "--images",
            paramLabel = "FILE,...",
            split = ",",
            hideParamSyntax = true,
            description = "Images instead of a table: an IDX file beside its labels, or CIFAR binary batches.")
    List<Path> images;

    @Option(names = "--rows", paramLabel = "N", description = "Read at most so many images.")
    Integer rows;

    @Option(
            names = "--unit",
            paramLabel = "COLUMN",
            description =
                    "The column that says whose row this is, where a person has several rows. They are trained on,"
                            + " and scored, together; the column is not learned from.")
    String unit;

    @Option(names = "--delimiter", paramLabel = "CHAR", description = "Between cells; found out if not given.")
    String delimiter;

    @Option(names = "--no-header", description = "The first line is data; columns are c1, c2, ...")
    boolean noHeader;

    @Option(
            names = "--missing",
            paramLabel = "TEXT,...",
            split = ",",
            hideParamSyntax = true,
            description = "Texts that stand for a missing cell, instead of the usual ones.")
    List<String> missing;

    @Option(
            names = "--categorical",
            paramLabel = "COLUMN,...",
            split = ",",
            hideParamSyntax = true,
            description = "Read these columns as categories, though they look like numbers.")
    List<String> categorical = List.of();

    @Option(
            names = "--numeric",
            paramLabel = "COLUMN,...",
            split = ",",
            hideParamSyntax = true,
            description = "Read these columns as numbers.")
    List<String> numeric = List.of();

    @Option(
            names = "--drop",
            paramLabel = "COLUMN,...",
            split = ",",
            hideParamSyntax = true,
            description = "Leave these columns out.")
    List<String> drop = List.of();

    /** Whether any flag was given that only a table has a use for. */
    boolean speaksOfColumns() {
        return label != null
                || unit != null
                || delimiter != null
                || noHeader
                || missing != null
                || !(categorical.isEmpty() && numeric.isEmpty() && drop.isEmpty());
    }

    /** The table as a task; a column that names people must be read as names, and may hold as many as there are rows. */
    LabelledTable task() throws IOException {
        CsvOptions options = csv();
        if (unit == null) {
            return Csv.task(table, label, options);
        }
        if (unit.equals(label)) {
            throw new IllegalArgumentException("--unit and --label are both '" + unit + "'; choose two columns");
        }
        return Csv.task(table, label, options.withType(unit, ColumnType.CATEGORICAL))
                .groupedBy(unit);
    }

    /** Another table, read the same way. */
    TableFlags withTable(Path other) {
        TableFlags flags = new TableFlags();
        flags.table = other;
        flags.label = label;
        flags.unit = unit;
        flags.delimiter = delimiter;
        flags.noHeader = noHeader;
        flags.missing = missing;
        flags.categorical = categorical;
        flags.numeric = numeric;
        flags.drop = drop;
        return flags;
    }

    private CsvOptions csv() {
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
    static char delimiter(String flag) {
        String one = flag.equals("\\t") || flag.equals("tab") ? "\t" : flag;
        if (one.length() != 1) {
            throw new IllegalArgumentException("--delimiter must be one character, or tab; got '" + flag + "'");
        }
        return one.charAt(0);
    }
}

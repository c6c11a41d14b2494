package dev.lethe.app;

import dev.lethe.core.data.LabelledTable;
import dev.lethe.intake.ColumnType;
import dev.lethe.intake.Csv;
import dev.lethe.intake.CsvOptions;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which table, what is predicted from it, and how it is read. */
class TableFlags extends CsvFlags {
    @Option(names = "--table", paramLabel = "FILE", description = "A CSV file, gzipped or not.")
    Path table;

    @Option(names = "--label", paramLabel = "COLUMN", description = "The column that the model predicts.")
    String label;

    @Option(
            names = "--unit",
            paramLabel = "COLUMN",
            description =
                    "The column that says whose row this is, where a person has several rows. They are trained on,"
                            + " and scored, together; the column is not learned from.")
    String unit;

    /** Whether any flag was given that only a table has a use for. */
    boolean speaksOfColumns() {
        return label != null || unit != null || speaksOfCsv();
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
        TableFlags flags = copyTo(new TableFlags());
        flags.table = other;
        flags.label = label;
        flags.unit = unit;
        return flags;
    }
}

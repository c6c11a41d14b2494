package dev.lethe.intake;

import static dev.lethe.intake.BadInputException.quoted;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import dev.lethe.core.data.Column;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.data.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Tables in delimited text: UTF-8, plain or gzip, quoted or not, any line end, cells trimmed.
 *
 * <p>A column is numeric if all its cells that are not missing are finite decimal numbers, otherwise categorical;
 * {@link CsvOptions#types} overrides. Quotes follow RFC 4180; blank lines are skipped. A file is read once, front to
 * back, so a pipe will do.
 */
public final class Csv {
    private static final int MOST_NAMES = 12;

    private Csv() {}

    /**
     * Reads a table.
     *
     * @throws BadInputException if the file or an option does not fit: missing, empty, ragged, not UTF-8, a column
     *     without a name or a value, an infinite number, ...
     * @throws IOException if the file could not be read for reasons that are not its own
     */
    public static Table read(Path file, CsvOptions options) throws IOException {
        return load(file, options).table();
    }

    /**
     * Reads a table as a classification task.
     *
     * @param label name of the column to predict
     * @throws BadInputException as {@link #read}; also if there is no such column, it misses a value, holds one value
     *     only or more than {@link Limits#classes}, nothing is left to predict from, or a feature that was not declared
     *     categorical holds more than {@link Limits#categories}
     * @throws IOException if the file could not be read for reasons that are not its own
     */
    public static LabelledTable task(Path file, String label, CsvOptions options) throws IOException {
        if (options.drop().contains(label)) {
            throw new BadInputException(
                    file, "column " + quoted(label) + " is both the label and to be dropped; choose one");
        }
        Loaded loaded = load(file, options);
        Table table = loaded.table();
        Column target = table.column(label)
                .orElseThrow(() -> new BadInputException(
                        file, "no column " + quoted(label) + " to predict; the columns are " + names(table)));
        if (table.columns().size() == 1) {
            throw new BadInputException(
                    file,
                    "column " + quoted(label)
                            + " is the only one, so nothing is left to predict from; check the delimiter");
        }
        checkLabel(file, target, loaded.lines(), options.limits().classes());
        for (Column column : table.columns()) {
            if (!column.name().equals(label)) {
                checkFeature(file, column, options);
            }
        }
        return table.labelled(label);
    }

    private static void checkLabel(Path file, Column target, int[] lines, int most) {
        Set<String> classes = new HashSet<>();
        for (int row = 0; row < target.size(); row++) {
            String name = target.text(row);
            if (name.isEmpty()) {
                throw new BadInputException(
                        file,
                        lines[row],
                        "label column " + quoted(target.name()) + " is empty; fill it or delete the line");
            }
            classes.add(name);
        }
        if (classes.size() > most) {
            throw new BadInputException(
                    file,
                    "label column " + quoted(target.name()) + " has " + classes.size()
                            + " different values; a classifier needs classes with several records each, " + most
                            + " at most; choose another label or group its values");
        }
        if (classes.size() < 2) {
            throw new BadInputException(
                    file,
                    "label column " + quoted(target.name())
                            + " has only one value; a classifier needs two, so choose another label");
        }
    }

    private static void checkFeature(Path file, Column column, CsvOptions options) {
        if (column instanceof Column.Categorical categorical
                && categorical.categories().size() > options.limits().categories()
                && options.types().get(column.name()) != ColumnType.CATEGORICAL) {
            throw new BadInputException(
                    file,
                    "column " + quoted(column.name()) + " has "
                            + categorical.categories().size()
                            + " different texts, as names and free text do; leave it out with --drop, or declare it with"
                            + " --categorical");
        }
    }

    /** @param lines on which the rows start */
    private record Loaded(Table table, int[] lines) {}

    private static Loaded load(Path file, CsvOptions options) throws IOException {
        try (Utf8Reader text = new Utf8Reader(file, Source.open(file, options.limits()))) {
            String start = text.start();
            Character given = options.delimiter();
            char delimiter = given != null ? given : Delimiter.detect(file, start, text.ended());
            RecordCollector collector = new RecordCollector(file, options.limits());
            try {
                return load(
                        file,
                        CsvReader.builder()
                                .fieldSeparator(delimiter)
                                .trimWhitespacesAroundQuotes(true)
                                .maxBufferSize(options.limits().cellCharacters())
                                .build(collector, text)
                                .iterator(),
                        delimiter,
                        options);
            } catch (CsvParseException e) {
                // The library's own message may quote the cell.
                throw new BadInputException(
                        file,
                        collector.line(),
                        "a quoted cell does not end, has text after its closing quote, or is longer than "
                                + options.limits().cellCharacters()
                                + " characters; double every quote inside a quoted cell");
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }
    }

    private static Loaded load(Path file, Iterator<RecordCollector.Line> records, char delimiter, CsvOptions options) {
        RecordCollector.Line first = nextRecord(records);
        if (first == null) {
            throw new BadInputException(file, "is empty; export it again with a header and records");
        }
        int width = first.cells().size();
        List<String> names = options.header()
                ? first.cells()
                : IntStream.rangeClosed(1, width).mapToObj(i -> "c" + i).toList();
        checkNames(file, first.number(), names, options);
        ColumnBuilder[] columns = new ColumnBuilder[width];
        Arrays.setAll(columns, i -> new ColumnBuilder(file, names.get(i), options));

        int[] lines = new int[16];
        int rows = 0;
        RecordCollector.Line record = options.header() ? nextRecord(records) : first;
        for (; record != null; record = nextRecord(records)) {
            if (record.cells().size() != width) {
                throw new BadInputException(
                        file,
                        record.number(),
                        record.cells().size() + (record.cells().size() == 1 ? " cell" : " cells") + " where the "
                                + (options.header() ? "header" : "first record") + " has " + width + ", split at "
                                + shown(delimiter) + "; repair the line, or name another --delimiter");
            }
            if ((long) (rows + 1) * width > options.limits().values()) {
                throw new BadInputException(
                        file,
                        record.number(),
                        "more than " + options.limits().values() + " cells, the limit set; take fewer records");
            }
            for (int i = 0; i < width; i++) {
                if (!options.drop().contains(names.get(i))) {
                    columns[i].add(record.cells().get(i), record.number());
                }
            }
            if (rows == lines.length) {
                lines = Arrays.copyOf(lines, 2 * rows);
            }
            lines[rows++] = (int) record.number();
        }
        if (rows == 0) {
            throw new BadInputException(
                    file, "has a header but no records; export it again, or say --no-header if the line is a record");
        }
        List<ColumnBuilder> kept = Arrays.stream(columns)
                .filter(column -> !options.drop().contains(column.name()))
                .toList();
        checkValues(file, kept);
        return new Loaded(new Table(kept.stream().map(ColumnBuilder::build).toList()), lines);
    }

    private static void checkNames(Path file, long line, List<String> names, CsvOptions options) {
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).isEmpty()) {
                throw new BadInputException(
                        file,
                        line,
                        "column " + (i + 1) + " has no name; write one into the header, or say --no-header if the line"
                                + " is a record");
            }
            Integer other = places.put(names.get(i), i);
            if (other != null) {
                throw new BadInputException(
                        file,
                        line,
                        "columns " + (other + 1) + " and " + (i + 1) + " are both named " + quoted(names.get(i))
                                + "; rename one, or say --no-header if the line is a record");
            }
        }
        Set<String> unknown = new TreeSet<>(options.drop());
        unknown.addAll(options.types().keySet());
        unknown.removeAll(places.keySet());
        if (!unknown.isEmpty()) {
            throw new BadInputException(
                    file, "no column " + names(unknown) + " to drop or type; the columns are " + names(names));
        }
        if (options.drop().size() == names.size()) {
            throw new BadInputException(file, "every column is to be dropped; keep a label and a feature");
        }
    }

    private static void checkValues(Path file, List<ColumnBuilder> columns) {
        List<String> empty = columns.stream()
                .filter(ColumnBuilder::isEmpty)
                .map(ColumnBuilder::name)
                .toList();
        if (!empty.isEmpty()) {
            throw new BadInputException(
                    file,
                    (empty.size() == 1 ? "column " : "columns ") + names(empty)
                            + " without a single value; leave out with --drop");
        }
    }

    private static RecordCollector.@Nullable Line nextRecord(Iterator<RecordCollector.Line> records) {
        while (records.hasNext()) {
            RecordCollector.Line line = records.next();
            if (!line.isBlank()) {
                return line;
            }
        }
        return null;
    }

    private static String names(Table table) {
        return names(table.columns().stream().map(Column::name).toList());
    }

    private static String names(Collection<String> names) {
        String some =
                names.stream().limit(MOST_NAMES).map(BadInputException::quoted).collect(Collectors.joining(", "));
        return names.size() > MOST_NAMES ? some + " and " + (names.size() - MOST_NAMES) + " more" : some;
    }

    private static String shown(char delimiter) {
        return switch (delimiter) {
            case ',' -> "commas";
            case ';' -> "semicolons";
            case '\t' -> "tabs";
            case '|' -> "bars";
            case ' ' -> "spaces";
            default -> quoted(String.valueOf(delimiter));
        };
    }
}

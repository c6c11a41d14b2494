package dev.lethe.intake;

import static dev.lethe.intake.BadInputException.quoted;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** Answers in delimited text. Cells are parsed where they lie, without a string for each: a file has millions of numbers. */
final class CsvAnswers implements AnswerReader {
    /** Records that tell what a column holds. */
    private static final int SAMPLE = 200;

    private static final int SKIPPED = -1;

    private final Path file;
    private final CsvOptions options;
    private final List<AnswerField> fields = new ArrayList<>();
    private final char delimiter;

    CsvAnswers(Path file, CsvOptions options) throws IOException {
        this.file = file;
        this.options = options;
        try (Utf8Reader text = new Utf8Reader(file, Source.open(file, options.limits()))) {
            String start = text.start();
            Character given = options.delimiter();
            delimiter = given != null ? given : Delimiter.detect(file, start, text.ended());
            name(sample(start, text.ended()));
        }
    }

    @Override
    public List<AnswerField> fields() {
        return fields;
    }

    @Override
    public boolean hasLines() {
        return true;
    }

    /** The first records, the header among them. */
    private List<List<String>> sample(String start, boolean whole) {
        List<List<String>> records = new ArrayList<>();
        boolean cut = !whole;
        RecordCollector collector = new RecordCollector(file, options.limits());
        try {
            for (RecordCollector.Line line : builder().build(collector, start)) {
                if (!line.isBlank()) {
                    records.add(line.cells());
                }
                if (records.size() == SAMPLE) {
                    cut = false;
                    break;
                }
            }
        } catch (CsvParseException e) {
            if (e.getCause() instanceof BadInputException ours) {
                throw ours;
            }
            if (!cut) {
                throw badQuotes(collector.line());
            }
        }
        return cut && records.size() > 1 ? records.subList(0, records.size() - 1) : records;
    }

    private void name(List<List<String>> records) {
        if (records.isEmpty()) {
            throw new BadInputException(file, "is empty; export it again with one row a record");
        }
        List<String> first = records.get(0);
        if (options.header()) {
            if (records.size() == 1) {
                throw new BadInputException(
                        file,
                        "has a header but no records; export it again, or say --no-header if the line is a record");
            }
            if (first.stream().allMatch(cell -> !Double.isNaN(Numbers.parse(cell))) && !isClasses(first)) {
                throw new BadInputException(
                        file,
                        1,
                        "the first line holds numbers only, no names of columns; say --no-header if it is a record");
            }
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < first.size(); i++) {
            String name = options.header() ? first.get(i) : "c" + (i + 1);
            if (name.isEmpty()) {
                // Pandas writes its index so.
                name = "column " + (i + 1);
            }
            if (!seen.add(name)) {
                throw new BadInputException(file, 1, "two columns are named " + quoted(name) + "; rename one");
            }
            fields.add(
                    new AnswerField(name, kind(name, i, records.subList(options.header() ? 1 : 0, records.size())), 1));
        }
    }

    /** Whether a header is the numbers of the classes, 0, 1, 2 and so on. */
    private static boolean isClasses(List<String> header) {
        for (int i = 0; i < header.size(); i++) {
            if (!header.get(i).equals(Integer.toString(i))) {
                return false;
            }
        }
        return true;
    }

    private AnswerField.Kind kind(String name, int column, List<List<String>> records) {
        int numbers = 0;
        int texts = 0;
        boolean whole = true;
        boolean commas = true;
        for (List<String> record : records) {
            String cell = column < record.size() ? record.get(column) : "";
            if (cell.isEmpty()) {
                continue;
            }
            double value = Numbers.parse(cell);
            if (Double.isNaN(value) && !cell.equalsIgnoreCase("nan")) {
                texts++;
            } else {
                numbers++;
            }
            whole &= value == Math.rint(value);
            commas &= !Double.isNaN(Numbers.parse(cell.replaceFirst(",", ".")));
        }
        if (texts > 0 && commas) {
            throw new BadInputException(
                    file,
                    "column " + quoted(name) + " writes its numbers with a decimal comma; write them with a point");
        }
        // A word among numbers is a fault of its line, and said when it is read.
        return texts > numbers ? AnswerField.Kind.TEXT : whole ? AnswerField.Kind.WHOLE : AnswerField.Kind.NUMBERS;
    }

    private CsvReader.CsvReaderBuilder builder() {
        return CsvReader.builder()
                .fieldSeparator(delimiter)
                .trimWhitespacesAroundQuotes(true)
                .allowUnclosedQuote(false)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .maxBufferSize(options.limits().cellCharacters());
    }

    @Override
    public void read(int[] numbers, int[] texts, List<TextCodes> codes, long most, AnswerFile.Rows rows)
            throws IOException {
        Cells cells = new Cells(numbers, texts, codes);
        try (Utf8Reader text = new Utf8Reader(file, Source.open(file, options.limits()))) {
            Iterator<Cells> records = builder().build(cells, text).iterator();
            boolean header = options.header();
            long count = 0;
            while (count < most && records.hasNext()) {
                records.next();
                if (cells.isBlank()) {
                    continue;
                }
                if (header) {
                    header = false;
                    cells.parsing = true;
                    continue;
                }
                if (cells.found != fields.size()) {
                    throw new BadInputException(
                            file,
                            cells.line,
                            cells.found + (cells.found == 1 ? " cell" : " cells") + " where the "
                                    + (options.header() ? "header" : "first record") + " has " + fields.size()
                                    + "; repair the line, or name another --delimiter");
                }
                if (cells.unreadable != SKIPPED) {
                    throw unreadable(cells);
                }
                rows.row(cells.line, cells.values, cells.codesOfRow);
                count++;
            }
        } catch (CsvParseException e) {
            if (e.getCause() instanceof BadInputException ours) {
                throw ours;
            }
            throw badQuotes(cells.line);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private BadInputException unreadable(Cells cells) {
        return new BadInputException(
                file,
                cells.line,
                "not a number in column " + quoted(fields.get(cells.unreadable).name())
                        + (cells.comma
                                ? ": it has a decimal comma; write numbers with a point"
                                : "; correct it, or leave the column out with --drop"));
    }

    private BadInputException badQuotes(long line) {
        return new BadInputException(
                file,
                line,
                "a quoted cell does not end, has text after its closing quote, or is longer than "
                        + options.limits().cellCharacters() + " characters; double every quote inside a quoted cell");
    }

    /** One record at a time, in arrays that are used again. */
    private final class Cells extends AbstractBaseCsvCallbackHandler<Cells> {
        /** Where the number of a column goes, or {@link #SKIPPED}. */
        private final int[] slot;

        private final int[] textSlot;
        private final List<TextCodes> codes;
        private final float[] values;
        private final int[] codesOfRow;
        private boolean parsing = !options.header();
        private int found;
        private boolean empty;
        private int unreadable;
        private boolean comma;
        private long line = 1;

        Cells(int[] numbers, int[] texts, List<TextCodes> codes) {
            this.codes = codes;
            slot = new int[fields.size()];
            textSlot = new int[fields.size()];
            Arrays.fill(slot, SKIPPED);
            Arrays.fill(textSlot, SKIPPED);
            for (int i = 0; i < numbers.length; i++) {
                slot[numbers[i]] = i;
            }
            for (int i = 0; i < texts.length; i++) {
                textSlot[texts[i]] = i;
            }
            values = new float[numbers.length];
            codesOfRow = new int[texts.length];
        }

        boolean isBlank() {
            return found == 0 || (found == 1 && empty);
        }

        @Override
        protected void handleBegin(long startingLineNumber) {
            line = startingLineNumber;
            found = 0;
            empty = true;
            unreadable = SKIPPED;
            comma = false;
        }

        @Override
        protected void handleField(int index, char[] buffer, int offset, int length, boolean quoted) {
            found = index + 1;
            int from = offset;
            int to = offset + length;
            while (from < to && buffer[from] <= ' ') {
                from++;
            }
            while (from < to && buffer[to - 1] <= ' ') {
                to--;
            }
            empty &= from == to;
            if (!parsing || index >= slot.length) {
                return;
            }
            if (slot[index] != SKIPPED) {
                float value = Numbers.parseFloat(buffer, from, to - from);
                if (Float.isNaN(value) && from < to && !isNan(buffer, from, to)) {
                    unreadable = index;
                    comma = !Double.isNaN(Numbers.parse(new String(buffer, from, to - from).replaceFirst(",", ".")));
                }
                values[slot[index]] = value;
            }
            if (textSlot[index] != SKIPPED) {
                codesOfRow[textSlot[index]] = codes.get(textSlot[index]).code(new String(buffer, from, to - from));
            }
        }

        private static boolean isNan(char[] buffer, int from, int to) {
            return to - from == 3 && new String(buffer, from, 3).equalsIgnoreCase("nan");
        }

        @Override
        protected Cells buildRecord() {
            return this;
        }
    }
}

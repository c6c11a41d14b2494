package dev.lethe.intake;

import dev.lethe.core.data.Column;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes the cells of one column as they come and finds out what the column is.
 *
 * <p>Cells are first kept as numbers into a list of the different texts. A column that has shown many texts, all of them
 * numbers, is taken for numeric from there on and its texts are let go; that bounds what a long column of measurements
 * costs.
 */
final class ColumnBuilder {
    /** An undeclared column may hold this many times the texts that a feature may have, so that a label can be judged. */
    private static final int TEXTS_PER_CATEGORY = 100;

    private final Path file;
    private final String name;
    private final @Nullable ColumnType declared;
    private final Set<String> missing;
    private final int manyTexts;
    private final long mostTexts;

    private final Map<String, Integer> codeOfText = new HashMap<>();
    private final List<String> texts = new ArrayList<>();
    private int[] codes = new int[16];
    private double[] numberOfCode = new double[16];
    private double[] numbers = new double[0];
    private boolean numeric;
    private int size;
    private int present;
    private int notNumbers;
    private long notNumberLine;
    private long infiniteLine;

    ColumnBuilder(Path file, String name, CsvOptions options) {
        this.file = file;
        this.name = name;
        this.declared = options.types().get(name);
        this.missing = options.missing();
        this.manyTexts = options.limits().categories();
        this.mostTexts = (long) TEXTS_PER_CATEGORY * manyTexts;
        if (declared == ColumnType.NUMERIC) {
            becomeNumeric();
        }
    }

    String name() {
        return name;
    }

    /** Whether no cell has a value. */
    boolean isEmpty() {
        return present == 0;
    }

    void add(String cell, long line) {
        if (numeric) {
            addNumber(cell, line);
            size++;
            return;
        }
        addText(cell, line);
        size++;
        if (texts.size() > manyTexts && declared == null && notNumbers == 0) {
            if (infiniteLine > 0) {
                throw infinite(infiniteLine);
            }
            becomeNumeric();
        }
    }

    private void addNumber(String cell, long line) {
        if (size == numbers.length) {
            numbers = Arrays.copyOf(numbers, grown(size));
        }
        if (cell.isEmpty() || missing.contains(cell)) {
            numbers[size] = Double.NaN;
            return;
        }
        double number = Numbers.parse(cell);
        if (Double.isNaN(number)) {
            throw notNumber(line);
        }
        if (Double.isInfinite(number)) {
            throw infinite(line);
        }
        numbers[size] = number;
        present++;
    }

    private void addText(String cell, long line) {
        if (size == codes.length) {
            codes = Arrays.copyOf(codes, grown(size));
        }
        Integer known = codeOfText.get(cell);
        if (known == null) {
            known = cell.isEmpty() || missing.contains(cell) ? -1 : newText(cell, line);
            codeOfText.put(cell, known);
        }
        codes[size] = known;
        if (known >= 0) {
            present++;
        }
    }

    private int newText(String cell, long line) {
        int code = texts.size();
        if (declared == null) {
            if (code == mostTexts) {
                throw new BadInputException(
                        file,
                        line,
                        "column " + BadInputException.quoted(name) + " has shown " + code
                                + " different texts, as names and free text do; leave it out with --drop, or declare it"
                                + " with --categorical");
            }
            double number = Numbers.parse(cell);
            if (Double.isNaN(number)) {
                notNumbers++;
                notNumberLine = notNumberLine == 0 ? line : notNumberLine;
            } else if (Double.isInfinite(number)) {
                infiniteLine = infiniteLine == 0 ? line : infiniteLine;
            }
            if (code == numberOfCode.length) {
                numberOfCode = Arrays.copyOf(numberOfCode, grown(code));
            }
            numberOfCode[code] = number;
        }
        texts.add(cell);
        return code;
    }

    /** The column; at least one cell must have a value. */
    Column build() {
        if (!numeric && declared == null) {
            decide();
        }
        return numeric
                ? new Column.Numeric(name, Arrays.copyOf(numbers, size))
                : new Column.Categorical(name, Arrays.copyOf(codes, size), texts);
    }

    private void decide() {
        if (notNumbers == 0) {
            if (infiniteLine > 0) {
                throw infinite(infiniteLine);
            }
            becomeNumeric();
        } else if (texts.size() > manyTexts && notNumbers * 10L < texts.size()) {
            // Too many texts for a category, and nearly all are numbers: numbers with a word among them.
            throw notNumber(notNumberLine);
        } else if (texts.stream().allMatch(ColumnBuilder::isNumberWithComma)) {
            throw new BadInputException(
                    file,
                    notNumberLine,
                    "column " + BadInputException.quoted(name) + " writes its numbers with a decimal comma; write them"
                            + " with a point, or declare the column with --categorical");
        }
    }

    private static boolean isNumberWithComma(String text) {
        return Double.isFinite(Numbers.parse(text.replaceFirst(",", ".")));
    }

    private void becomeNumeric() {
        numeric = true;
        numbers = new double[Math.max(16, codes.length)];
        for (int row = 0; row < size; row++) {
            numbers[row] = codes[row] < 0 ? Double.NaN : numberOfCode[codes[row]];
        }
        codes = new int[0];
        numberOfCode = new double[0];
        codeOfText.clear();
        texts.clear();
    }

    private static int grown(int length) {
        return (int) Math.min(Integer.MAX_VALUE - 8L, 2L * length);
    }

    private BadInputException notNumber(long line) {
        String known = declared == ColumnType.NUMERIC ? "is declared numeric" : "otherwise holds numbers";
        return new BadInputException(
                file,
                line,
                "not a number in column " + BadInputException.quoted(name) + ", which " + known
                        + "; if it stands for a missing value name it with --missing, else declare the column with"
                        + " --categorical or leave it out with --drop");
    }

    private BadInputException infinite(long line) {
        return new BadInputException(
                file,
                line,
                "infinite or too large a number in column " + BadInputException.quoted(name)
                        + "; correct it, or name it with --missing if it stands for a missing value");
    }
}

package dev.lethe.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.core.data.Column;
import dev.lethe.core.data.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written as CSV, in any of its dialects, is read back as it was. */
final class CsvRoundTripTest {
    private static final String[] WORDS = {
        "clerk", "smith, master", "said \"no\"", "two\nlines", "a;b", "café", "\ud83d\ude00", "007x", "x|y"
    };
    private static final String[] MISSING = {"", "?", "NA", "null"};

    @TempDir
    private Path folder;

    @Test
    void everyDialectIsReadBack() {
        PropertyTrials.check(300, seed -> {
            UniformRandomProvider random = seed.stream();
            int rows = 1 + random.nextInt(40);
            int columns = 2 + random.nextInt(6);
            boolean[] numeric = new boolean[columns];
            List<List<String>> cells = new ArrayList<>();
            for (int column = 0; column < columns; column++) {
                numeric[column] = random.nextBoolean();
            }
            for (int row = 0; row < rows; row++) {
                List<String> line = new ArrayList<>();
                for (int column = 0; column < columns; column++) {
                    // The first row is whole, so that no column is empty and each shows its type.
                    boolean missing = row > 0 && random.nextInt(5) == 0;
                    String value = numeric[column]
                            ? Double.toString((random.nextInt(2001) - 1000) / 8.0)
                            : WORDS[random.nextInt(WORDS.length)];
                    line.add(missing ? "" : value);
                }
                cells.add(line);
            }
            char delimiter = ",;\t|".charAt(random.nextInt(4));
            boolean told = random.nextBoolean();
            CsvOptions options = told ? CsvOptions.DEFAULT.withDelimiter(delimiter) : CsvOptions.DEFAULT;
            Table table = read(text(cells, delimiter, random), options);

            assertThat(table.columns()).hasSize(columns);
            assertThat(table.size()).isEqualTo(rows);
            for (int column = 0; column < columns; column++) {
                Column actual = table.columns().get(column);
                assertThat(actual.name()).isEqualTo("column " + column);
                assertThat(actual instanceof Column.Numeric).isEqualTo(numeric[column]);
                for (int row = 0; row < rows; row++) {
                    String expected = cells.get(row).get(column);
                    String text = numeric[column] && !expected.isEmpty()
                            ? new Column.Numeric("", new double[] {Double.parseDouble(expected)}).text(0)
                            : expected;
                    assertThat(actual.text(row))
                            .as("row %d of column %d", row, column)
                            .isEqualTo(text);
                }
            }
        });
    }

    private static String text(List<List<String>> cells, char delimiter, UniformRandomProvider random) {
        String end = random.nextBoolean() ? "\n" : "\r\n";
        StringBuilder text = new StringBuilder(random.nextInt(4) == 0 ? "\uFEFF" : "");
        for (int column = 0; column < cells.get(0).size(); column++) {
            text.append(column == 0 ? "" : delimiter).append("column ").append(column);
        }
        for (List<String> line : cells) {
            text.append(end);
            for (int column = 0; column < line.size(); column++) {
                String cell = line.get(column).isEmpty() ? MISSING[random.nextInt(4)] : line.get(column);
                boolean quoted = cell.matches("(?s).*[\",;|\t\n].*") || random.nextInt(4) == 0;
                String space = random.nextInt(5) == 0 ? " " : "";
                text.append(column == 0 ? "" : delimiter)
                        .append(space)
                        .append(quoted ? '"' + cell.replace("\"", "\"\"") + '"' : cell)
                        .append(space);
            }
        }
        return text.append(random.nextBoolean() ? end : "").toString();
    }

    private Table read(String text, CsvOptions options) {
        try {
            return Csv.read(Files.write(folder.resolve("table.csv"), text.getBytes(StandardCharsets.UTF_8)), options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

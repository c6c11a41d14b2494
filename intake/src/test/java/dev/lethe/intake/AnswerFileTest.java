package dev.lethe.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.random.Seed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerFileTest {
    private static final int ROWS = 5000;
    private static final int COLUMNS = 7;

    @TempDir
    private Path folder;

    private final float[][] values = AnswerFiles.draw(ROWS, COLUMNS, Seed.of(1));
    private final int[] labels = AnswerFiles.labels(ROWS, 5);

    private record Read(float[][] numbers, List<String> texts) {}

    private static Read read(Path file, List<String> numbers, String label) throws IOException {
        AnswerFile answers = AnswerFile.open(file, CsvOptions.DEFAULT);
        List<float[]> rows = new ArrayList<>();
        List<Integer> codes = new ArrayList<>();
        AnswerFile.Texts texts = answers.read(
                numbers, label.isEmpty() ? List.of() : List.of(label), Long.MAX_VALUE, (place, row, of) -> {
                    rows.add(row.clone());
                    if (of.length > 0) {
                        codes.add(of[0]);
                    }
                });
        return new Read(
                rows.toArray(float[][]::new),
                codes.stream().map(code -> texts.of().get(0).get(code)).toList());
    }

    private static List<String> columns() {
        return IntStream.range(0, COLUMNS).mapToObj(i -> "p_" + i).toList();
    }

    private Path file(String name, byte[] bytes) throws IOException {
        return AnswerFiles.write(folder.resolve(name), bytes);
    }

    /** The same answers in every format: bit for bit the same floats, the same labels. */
    private void assertSame(Read read) {
        assertThat(read.numbers.length).isEqualTo(ROWS);
        for (int row = 0; row < ROWS; row++) {
            if (!Arrays.equals(read.numbers[row], values[row])) {
                throw new AssertionError("row " + row + " is " + Arrays.toString(read.numbers[row]) + " instead of "
                        + Arrays.toString(values[row]));
            }
        }
        assertThat(read.texts)
                .isEqualTo(Arrays.stream(labels).mapToObj(Integer::toString).toList());
    }

    @Test
    void readsTheSameFromEveryFormat() throws Exception {
        for (char delimiter : new char[] {',', ';', '\t'}) {
            assertSame(read(file("a.csv", AnswerFiles.csv(values, labels, delimiter)), columns(), "y"));
        }
        assertSame(read(file("a.csv.gz", AnswerFiles.gzip(AnswerFiles.csv(values, labels, ','))), columns(), "y"));
        assertSame(read(file("a.jsonl", AnswerFiles.json(values, labels)), List.of("p"), "y"));
        assertSame(read(file("a.npz", AnswerFiles.npz(values, labels)), List.of("p"), "y"));
        Path csv = file("b.csv", AnswerFiles.csv(values, labels, ','));
        String floats = String.join(
                ", ",
                columns().stream().map(c -> "CAST(" + c + " AS FLOAT) AS " + c).toList());
        assertSame(read(AnswerFiles.parquet(csv, folder.resolve("a.parquet"), "y, " + floats), columns(), "y"));
        Path lists = AnswerFiles.parquet(
                csv,
                folder.resolve("list.parquet"),
                "CAST(y AS VARCHAR) AS y, [" + String.join(", ", columns()) + "]::DOUBLE[] AS p");
        assertThat(AnswerFile.open(lists, CsvOptions.DEFAULT).fields())
                .containsExactly(
                        new AnswerField("y", AnswerField.Kind.TEXT, 1),
                        new AnswerField("p", AnswerField.Kind.NUMBERS, COLUMNS));
        assertSame(read(lists, List.of("p"), "y"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<f4", ">f4", "<f8", ">f8"})
    void readsNumpyFloats(String type) throws Exception {
        for (boolean fortran : new boolean[] {false, true}) {
            Path file = file("x.npy", AnswerFiles.npy(AnswerFiles.doubles(values), type, fortran));
            file("x.labels.npy", AnswerFiles.npy(AnswerFiles.column(labels), "<i4", false));
            assertSame(read(file, List.of(AnswerFile.VALUES), AnswerFile.LABELS));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<i8", ">i4", "<i2", "|i1", "<u8", ">u4", "<u2", "|u1"})
    void readsNumpyIntegers(String type) throws Exception {
        double[][] whole = {{0, 1, 100}, {type.contains("i") ? -7 : 7, 127, 3}};
        Path file = file("x.npy", AnswerFiles.npy(whole, type, true));
        assertThat(AnswerFiles.doubles(read(file, List.of(AnswerFile.VALUES), "").numbers))
                .isDeepEqualTo(whole);
    }

    @Test
    void readsHalvesAndBooleans() throws Exception {
        // 1, -2, the smallest one above 0, the largest.
        byte[] halves = {0x00, 0x3c, 0x00, (byte) 0xc0, 0x01, 0x00, (byte) 0xff, 0x7b};
        Path file = file("h.npy", AnswerFiles.npy("<f2", false, "(4,)", halves));
        assertThat(read(file, List.of(AnswerFile.VALUES), "").numbers)
                .isDeepEqualTo(new float[][] {{1}, {-2}, {0x1p-24f}, {65504}});
        Path flags = file("b.npy", AnswerFiles.npy("|b1", false, "(2, 2)", new byte[] {1, 0, 0, 1}));
        assertThat(read(flags, List.of(AnswerFile.VALUES), "").numbers).isDeepEqualTo(new float[][] {{1, 0}, {0, 1}});
    }

    @Test
    void knowsWhatColumnsHold() throws Exception {
        Path file = file(
                "kinds.csv", "id,name,p,label,whole\n0,x,0.5,yes,3.0\n1,,0.25,no,4\n".getBytes(StandardCharsets.UTF_8));
        assertThat(AnswerFile.open(file, CsvOptions.DEFAULT).fields())
                .extracting(AnswerField::kind)
                .containsExactly(
                        AnswerField.Kind.WHOLE,
                        AnswerField.Kind.TEXT,
                        AnswerField.Kind.NUMBERS,
                        AnswerField.Kind.TEXT,
                        AnswerField.Kind.WHOLE);
        assertThat(read(file, List.of("p"), "whole").texts).as("3.0 is class 3").containsExactly("3", "4");
    }

    /** The fast parser beside the JDK's own, on numbers as programs print them and on the borders of floats. */
    @Test
    void parsesFloatsExactly() {
        UniformRandomProvider random = Seed.of(3).stream();
        for (int i = 0; i < 400_000; i++) {
            double value =
                    i % 2 == 0 ? Float.intBitsToFloat(random.nextInt()) : Double.longBitsToDouble(random.nextLong());
            if (!Double.isFinite(value)) {
                continue;
            }
            float near = (float) value;
            double border = i % 5 == 0 && Float.isFinite(near) ? ((double) near + Math.nextUp(near)) / 2 : value;
            assertParsed(Double.toString(border));
            assertParsed(Float.toString(near));
        }
        for (String text : List.of(
                "0",
                "-0.0",
                "1",
                "+3",
                ".5",
                "5.",
                "00012",
                "1e-45",
                "7e-46",
                "3.4028236e38",
                "1e39",
                "inf",
                "-Infinity",
                "0.000000000000000000000000000000000000000000000000000000001e40",
                "123456789012345678901234567890",
                "9007199254740993",
                "1e0000000001",
                "1E+05",
                "0." + "0".repeat(400) + "1")) {
            assertParsed(text);
        }
        for (String text :
                List.of("", "-", ".", "e5", "1e", "1e+", "1,5", "0x10", "1f", "1d", "NaN", "1 2", "--1", "1e5.0")) {
            char[] characters = ("<" + text + ">").toCharArray();
            assertThat(Numbers.parseFloat(characters, 1, text.length()))
                    .as(text)
                    .isNaN();
        }
    }

    private static void assertParsed(String text) {
        char[] characters = ("9" + text + "9").toCharArray();
        float expected = text.contains("nf")
                ? (text.startsWith("-") ? Float.NEGATIVE_INFINITY : Float.POSITIVE_INFINITY)
                : Float.parseFloat(text);
        float parsed = Numbers.parseFloat(characters, 1, text.length());
        if (Float.floatToIntBits(parsed) != Float.floatToIntBits(expected)) {
            throw new AssertionError(text + " was read as " + parsed);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            y,p_0,p_1§0,0.5,0.5§1,x,0.5                | h.csv:3: not a number in column 'p_0'; correct it
            y,p_0,p_1§0,0.5,0.5§1,,0.5                 | h.csv:3: a value of column 'p_0' is missing or not finite
            y,p_0,p_1§0,0.5,0.5§1,inf,0.5              | h.csv:3: a value of column 'p_0' is missing or not finite
            y,p_0,p_1§0,-inf,0§1,-1,-1                 | hand over logits or a log-softmax
            y,p_0,p_1§0,0.5,0.5§1,0.5                  | h.csv:3: 2 cells where the header has 3; repair the line
            y,p_0,p_1§,0.5,0.5§1,0.5,0.5               | h.csv:2: column 'y' is empty; fill it or delete the record
            y;p_0;p_1§0;0,5;0,5§1;0,25;0,75            | column 'p_0' writes its numbers with a decimal comma
            y,p_0,p_0§0,0.5,0.5                        | two columns are named 'p_0'; rename one
            y,p_0,p_1                                  | has a header but no records
            0,0.5,0.5§1,0.5,0.5                        | the first line holds numbers only
            y,p_0,p_1§0,"0.5,0.5§1,0.5,0.5             | a quoted cell does not end
            {"y":0,"p_0":0.5,"p_1":1}§{"y":1,"p_0":1}  | h.csv:2: no key 'p_1', which the first line has
            {"y":0,"p_0":0.5,"p_1":1}§{"y":1,"p_0":"a","p_1":2} | h.csv:2: not a number under 'p_0'
            {"y":0,"p_0":0.5,"p_1":1}§{"y":1,"p_0":NaN,"p_1":2} | h.csv:2: is not one JSON object on a line
            {"y":0,"p_0":0.5,"p_1":1}§{"y":1,"p_0":0.5,"p_0":0.5,"p_1":0.5} | h.csv:2: key 'p_0' stands there twice
            {"y":0,"p_0":0.5,"p_1":1}§{"y":1,"p_0":0.5,"p_1":0.5} {} | h.csv:2: is not one JSON object on a line
            {"y":0,"p_0":0.5,"p_1":1}§{"y":1,"p_0":[0.5],"p_1":0.5,"z":[1,2]}§{"y":1,"p_0":[0.5,1],"p_1":1} | h.csv:3: not the 1 numbers under 'p_0'
            """)
    void saysWhereAndWhatToDo(String text, String message) throws Exception {
        Path file = file("h.csv", text.replace('§', '\n').getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> read(file, List.of("p_0", "p_1"), "y"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(message)
                .hasMessageContaining(";");
    }

    private void refuses(byte[] bytes, String... message) throws IOException {
        Path file = file("hostile.npy", bytes);
        assertThatThrownBy(() -> {
                    AnswerFile answers = AnswerFile.open(file, CsvOptions.DEFAULT);
                    answers.read(List.of(answers.fields().get(0).name()), List.of(), Long.MAX_VALUE, (p, n, c) -> {});
                })
                .isInstanceOf(BadInputException.class)
                .hasMessageContainingAll(message);
    }

    @Test
    void refusesHostileArrays() throws Exception {
        byte[] eight = new byte[8];
        refuses(AnswerFiles.npy("|O", false, "(1,)", eight), "Python objects", "not; save an array of numbers");
        refuses(AnswerFiles.npy("<U5", false, "(1,)", eight), "holds values of type '<U5'");
        refuses(AnswerFiles.npy("<c8", false, "(1,)", eight), "holds values of type '<c8'");
        refuses(AnswerFiles.npy("<f1", false, "(8,)", eight), "holds values of type '<f1'");
        refuses(AnswerFiles.npy("<f4", false, "()", eight), "0 dimensions");
        refuses(AnswerFiles.npy("<f4", false, "(1, 1, 2)", eight), "3 dimensions");
        refuses(AnswerFiles.npy("<f4", false, "(3,)", eight), "ends before the 3 rows");
        refuses(AnswerFiles.npy("<f4", false, "(1,)", eight), "goes on after the 1 rows");
        refuses(AnswerFiles.npy("<f8", false, "(999999999, 1000)", eight), "the limit set");
        refuses(AnswerFiles.npy("<f8", true, "(999999, 250)", eight), "in Fortran order and too large");
        refuses(AnswerFiles.npy("<f8", false, "(99999999999,)", eight), "beyond what is read");
        refuses(AnswerFiles.npy("<f8", false, "(1, 0)", new byte[0]), "beyond what is read");
        refuses(
                AnswerFiles.npy("<f8", false, "(__import__('os').system('x'),)", eight),
                "has a header that NumPy would not write");
        refuses(new byte[] {(byte) 0x80, 4, (byte) 0x95, 0, 0, 0, 0, 0, 0}, "is a pickle", "numpy.save");
    }

    @Test
    void refusesHostileArchives() throws Exception {
        byte[] array = AnswerFiles.npy(new double[][] {{1, 2}}, "<f4", false);
        for (String name : List.of("../p.npy", "/etc/p.npy", "a\\b.npy", "..npy", "p.txt", "dir/")) {
            refuses(
                    AnswerFiles.zip(Map.of(name, name.equals("dir/") ? new byte[0] : array)),
                    "which is no array of an NPZ");
        }
        Map<String, byte[]> many = new LinkedHashMap<>();
        IntStream.range(0, 101).forEach(i -> many.put("p" + i + ".npy", array));
        refuses(AnswerFiles.zip(many), "more than 100");
        // A bomb: 300 MB of zeros behind a header of one row pack into 300 kB.
        byte[] bomb = AnswerFiles.npy("<f4", false, "(1,)", new byte[300_000_000]);
        byte[] packed = AnswerFiles.zip(Map.of("p.npy", bomb));
        assertThat(packed.length).isLessThan(400_000);
        refuses(packed, "goes on after the 1 rows");
        byte[] sound = AnswerFiles.npz(values, labels);
        refuses(Arrays.copyOf(sound, sound.length / 2), "damaged archive");
        Path uneven = file(
                "uneven.npz",
                AnswerFiles.zip(
                        Map.of("p.npy", array, "y.npy", AnswerFiles.npy(new double[][] {{1}, {2}}, "<i8", false))));
        assertThatThrownBy(() -> read(uneven, List.of("p"), "y"))
                .hasMessageContaining("save both from the same records");
    }

    @Test
    void refusesOtherFormatsByName() throws Exception {
        refuses(new byte[0], "is empty");
        refuses("ARROW1\0\0".getBytes(StandardCharsets.US_ASCII), "of a format that is not read here");
        refuses("PAR1 and no more".getBytes(StandardCharsets.US_ASCII), "cannot be read as Parquet");
        Path glob = Files.createDirectories(folder.resolve("a*b")).resolve("x.parquet");
        Files.write(glob, "PAR1PAR1".getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> AnswerFile.open(glob, CsvOptions.DEFAULT))
                .hasMessageContaining("stands for several files");
    }

    @Test
    void parquetListsMustHaveOneLengthAndNoGaps() throws Exception {
        Path csv = file("c.csv", "y,a,b\n0,0.5,0.5\n1,0.1,0.9\n2,0.1,0.9\n".getBytes(StandardCharsets.UTF_8));
        Path uneven = AnswerFiles.parquet(
                csv, folder.resolve("u.parquet"), "y, CASE WHEN y = 2 THEN [a] ELSE [a, b] END AS p");
        assertThatThrownBy(() -> read(uneven, List.of("p"), "y")).hasMessageContaining("row 3: ");
        Path gap = AnswerFiles.parquet(
                csv, folder.resolve("g.parquet"), "y, CASE WHEN y = 1 THEN NULL ELSE a END AS a, b");
        assertThatThrownBy(() -> read(gap, List.of("a", "b"), "y"))
                .hasMessageContaining("row 2: a value of column 'a' is missing");
    }
}

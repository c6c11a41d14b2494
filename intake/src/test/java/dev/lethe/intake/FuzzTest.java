package dev.lethe.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.core.data.Column;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.data.Table;
import dev.lethe.core.random.Seed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever the bytes: a parser answers, or throws {@link BadInputException}. A failure leaves the bytes in
 * target/fuzz-FORMAT; kept under src/test/resources/fuzz they are tried again in every build. The time limit only ends
 * a parser that would never end.
 */
@Timeout(600)
final class FuzzTest {
    /** A longer hunt: -Dtrials=300000. */
    private static final int TRIALS = Integer.getInteger("trials", 3000);

    private static final Limits SMALL = new Limits(1 << 16, 100, 1000, 10_000, 20, 20);

    private static final List<byte[]> TABLES = Stream.of(
                    "age,job,y\n30,clerk,no\n41,smith,yes\n?,,no\n",
                    "\uFEFF\"a\";\"b\"\r\n1,5;\"x\"\"y\"\r\n2;\"two\nlines\"\r\n\r\n",
                    "a b c\n1 2 3\n4 5 6\n",
                    "x\ty|z\n-1.5e3\tinf\nNaN\t1e999\n",
                    "n,m\n" + "1,a\n2,b\n".repeat(200),
                    "n,m\n"
                            + Stream.iterate(0, i -> i + 1)
                                    .limit(300)
                                    .map(i -> i + ",p" + i % 7 + "\n")
                                    .reduce("", String::concat))
            .map(text -> text.getBytes(StandardCharsets.UTF_8))
            .toList();

    private static final List<byte[]> TOKENS = Stream.of(
                    "\"",
                    "\"\"",
                    ",",
                    ";",
                    "\t",
                    "|",
                    "\r",
                    "\n",
                    "\r\n",
                    "\0",
                    "\uFEFF",
                    " ",
                    "NaN",
                    "inf",
                    "1e999",
                    "-",
                    ".",
                    "\u00e9",
                    "\ud83d\ude00",
                    "x".repeat(1200))
            .map(text -> text.getBytes(StandardCharsets.UTF_8))
            .toList();

    @TempDir
    private Path folder;

    @Test
    void tables() {
        PropertyTrials.check(
                TRIALS, seed -> withBytes("csv", mutated(TABLES, seed), file -> readTable(file, seed.fork("options"))));
    }

    @Test
    void packedTables() {
        List<byte[]> packed = TABLES.stream().map(FuzzTest::gzip).toList();
        PropertyTrials.check(TRIALS / 3, seed -> withBytes("gz", mutated(packed, seed), file -> readTable(file, seed)));
    }

    @Test
    void images() {
        List<byte[]> images = List.of(ImagesTest.idxImages(5), ImagesTest.idxImages(1), gzip(ImagesTest.idxImages(5)));
        byte[] labels = ImagesTest.idxLabels(0, 1, 2, 1, 0);
        PropertyTrials.check(
                TRIALS,
                seed -> withBytes("idx", mutated(images, seed), file -> readIdx(file, write("labels", labels))));
    }

    @Test
    void labels() {
        List<byte[]> labels = List.of(ImagesTest.idxLabels(0, 1, 2, 1, 0), gzip(ImagesTest.idxLabels(0, 1)));
        byte[] images = ImagesTest.idxImages(5);
        PropertyTrials.check(
                TRIALS,
                seed -> withBytes("labels", mutated(labels, seed), file -> readIdx(write("images", images), file)));
    }

    @Test
    void cifar() {
        List<byte[]> batches =
                List.of(ImagesTest.cifar(1, 0, 9, 3), ImagesTest.cifar(2, 0, 99), gzip(ImagesTest.cifar(1, 0, 1)));
        PropertyTrials.check(TRIALS / 3, seed -> withBytes("cifar", mutated(batches, seed), this::readCifar));
    }

    private static final float[][] ANSWERS = AnswerFiles.draw(6, 3, Seed.of(9));

    private static final int[] CLASSES = AnswerFiles.labels(6, 3);

    @Test
    void answersInText() {
        List<byte[]> texts = List.of(
                AnswerFiles.csv(ANSWERS, CLASSES, ','),
                AnswerFiles.csv(ANSWERS, CLASSES, ';'),
                AnswerFiles.json(ANSWERS, CLASSES),
                "{\"y\":\"a\",\"p\":0.5}\n\n{\"p\":1e-3,\"y\":\"b\",\"z\":{\"q\":[[]]}}"
                        .getBytes(StandardCharsets.UTF_8),
                gzip(AnswerFiles.json(ANSWERS, CLASSES)));
        PropertyTrials.check(
                TRIALS, seed -> withBytes("answers", mutated(texts, seed), file -> readAnswers(file, seed)));
    }

    @Test
    void arrays() {
        List<byte[]> arrays = List.of(
                AnswerFiles.npy(AnswerFiles.doubles(ANSWERS), "<f4", false),
                AnswerFiles.npy(AnswerFiles.doubles(ANSWERS), ">f8", true),
                AnswerFiles.npy(AnswerFiles.column(CLASSES), "|u1", false),
                AnswerFiles.npz(ANSWERS, CLASSES));
        PropertyTrials.check(TRIALS, seed -> withBytes("npy", mutated(arrays, seed), file -> readAnswers(file, seed)));
    }

    /** The engine is native: a fault of its own would end this process, not fail this test. */
    @Test
    void parquet() throws Exception {
        Path csv = write("answers.csv", AnswerFiles.csv(ANSWERS, CLASSES, ','));
        List<byte[]> files = List.of(
                Files.readAllBytes(AnswerFiles.parquet(csv, folder.resolve("flat.parquet"), "*")),
                Files.readAllBytes(AnswerFiles.parquet(
                        csv, folder.resolve("list.parquet"), "CAST(y AS VARCHAR) AS y, [p_0, p_1, p_2] AS p")));
        PropertyTrials.check(
                TRIALS / 30, seed -> withBytes("parquet", mutated(files, seed), file -> readAnswers(file, seed)));
    }

    private void readAnswers(Path file, Seed seed) throws IOException {
        try {
            AnswerFile answers = AnswerFile.open(
                    file,
                    CsvOptions.DEFAULT
                            .withLimits(SMALL)
                            .withHeader(seed.fork("header").stream().nextInt(4) > 0));
            List<String> names = answers.fields().stream()
                    .filter(AnswerField::isNumeric)
                    .map(AnswerField::name)
                    .toList();
            List<String> texts = answers.fields().stream()
                    .filter(field -> field.width() == 1 && field.kind() != AnswerField.Kind.OTHER)
                    .limit(1)
                    .map(AnswerField::name)
                    .toList();
            if (names.isEmpty() && texts.isEmpty()) {
                return;
            }
            answers.read(names, texts, Long.MAX_VALUE, (place, numbers, codes) -> {
                assertThat(place).isPositive();
                for (float number : numbers) {
                    assertThat(number).isFinite();
                }
            });
        } catch (BadInputException e) {
            assertOneLine(e);
        }
    }

    static Stream<Path> kept() throws IOException, URISyntaxException {
        Path kept = Path.of(FuzzTest.class.getResource("/fuzz").toURI());
        try (Stream<Path> files = Files.list(kept)) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource
    void kept(Path file) throws IOException {
        Path labels = write("labels", ImagesTest.idxLabels(0, 1));
        for (int i = 0; i < 20; i++) {
            readTable(file, Seed.of(i));
        }
        readIdx(file, labels);
        readIdx(write("images", ImagesTest.idxImages(2)), file);
        readCifar(file);
        readAnswers(file, Seed.of(1));
    }

    private void readTable(Path file, Seed seed) throws IOException {
        UniformRandomProvider random = seed.stream();
        CsvOptions options = CsvOptions.DEFAULT
                .withLimits(SMALL)
                .withHeader(random.nextInt(3) > 0)
                .withDrop(random.nextInt(9) == 0 ? Set.of("a") : Set.of());
        if (random.nextInt(3) == 0) {
            options = options.withDelimiter(",;\t| ".charAt(random.nextInt(5)));
        }
        if (random.nextInt(9) == 0) {
            options = options.withType("n", random.nextBoolean() ? ColumnType.NUMERIC : ColumnType.CATEGORICAL);
        }
        try {
            Table table = Csv.read(file, options);
            assertThat(table.size()).isPositive();
            for (Column column : table.columns()) {
                assertThat(IntStream.range(0, table.size()).mapToObj(column::text))
                        .anyMatch(text -> !text.isEmpty());
            }
            LabelledTable task = Csv.task(
                    file,
                    table.columns().get(random.nextInt(table.columns().size())).name(),
                    options);
            assertThat(task.classes()).hasSizeBetween(2, 20);
        } catch (BadInputException e) {
            assertOneLine(e);
        }
    }

    private void readIdx(Path images, Path labels) throws IOException {
        try {
            Examples examples = Idx.read(images, labels, Integer.MAX_VALUE, SMALL);
            assertThat(examples.size()).isPositive();
        } catch (BadInputException e) {
            assertOneLine(e);
        }
    }

    private void readCifar(Path file) throws IOException {
        try {
            assertThat(Images.read(List.of(file), Integer.MAX_VALUE, SMALL).size())
                    .isPositive();
        } catch (BadInputException e) {
            assertOneLine(e);
        }
        for (Cifar.Kind kind : Cifar.Kind.values()) {
            try {
                assertThat(Cifar.read(List.of(file), kind, 2, SMALL).shape()).containsExactly(3, 32, 32);
            } catch (BadInputException e) {
                assertOneLine(e);
            }
        }
    }

    private static void assertOneLine(BadInputException e) {
        assertThat(e).message().contains("; ").doesNotContain("\n", "\r", "\0").hasSizeLessThan(2500);
    }

    private interface Reading {
        void of(Path file) throws IOException;
    }

    private void withBytes(String format, byte[] bytes, Reading reading) {
        try {
            reading.of(write("fuzzed", bytes));
        } catch (IOException | RuntimeException | AssertionError e) {
            try {
                Files.write(Path.of("target", "fuzz-" + format), bytes);
            } catch (IOException full) {
                e.addSuppressed(full);
            }
            throw new AssertionError(format + " with " + bytes.length + " bytes", e);
        }
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    private static byte[] mutated(List<byte[]> valid, Seed seed) {
        UniformRandomProvider random = seed.stream();
        if (random.nextInt(10) == 0) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            return noise;
        }
        byte[] bytes = valid.get(random.nextInt(valid.size()));
        for (int times = random.nextInt(6); times >= 0; times--) {
            int from = random.nextInt(bytes.length + 1);
            int to = Math.min(bytes.length, from + random.nextInt(20));
            byte[] between =
                    switch (random.nextInt(5)) {
                        case 0 -> new byte[0];
                        case 1 -> TOKENS.get(random.nextInt(TOKENS.size()));
                        case 2 -> joined(Arrays.copyOfRange(bytes, from, to), Arrays.copyOfRange(bytes, from, to));
                        case 3 -> new byte[] {(byte) random.nextInt()};
                        default -> {
                            byte[] noise = new byte[to - from];
                            random.nextBytes(noise);
                            yield noise;
                        }
                    };
            // Every tenth mutation cuts the rest off.
            byte[] rest = random.nextInt(10) == 0 ? new byte[0] : Arrays.copyOfRange(bytes, to, bytes.length);
            bytes = joined(Arrays.copyOf(bytes, from), between, rest);
        }
        return bytes;
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }
}

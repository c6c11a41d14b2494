package dev.lethe.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code lethe audit predictions}: one model in every format, shadow models as arrays, coins, and what is refused of these. */
@Execution(ExecutionMode.CONCURRENT)
class PredictionFormatsTest {
    private static final int ROWS = 400;
    private static final int CLASSES = 3;
    private static final int SHADOWS = 6;

    @TempDir
    private static Path folder;

    /** Logits of the target and of the shadows, {@code [model][row][class]}; members first. */
    private static final double[][][] LOGITS = new double[SHADOWS + 1][2 * ROWS][CLASSES];

    private static final boolean[][] IN = new boolean[SHADOWS][2 * ROWS];
    private static final int[] LABELS = new int[2 * ROWS];

    /** A model that is surer of the records it was trained on, where some are harder than others. */
    @BeforeAll
    static void write() throws Exception {
        UniformRandomProvider random = Seed.of(5).fork("predictions").stream();
        for (int row = 0; row < 2 * ROWS; row++) {
            LABELS[row] = random.nextInt(CLASSES);
            double ease = 6 * random.nextDouble();
            int[] order = Shuffle.permutation(SHADOWS, random);
            for (int model = 0; model <= SHADOWS; model++) {
                boolean in = row < ROWS;
                if (model > 0) {
                    in = order[model - 1] < SHADOWS / 2;
                    IN[model - 1][row] = in;
                }
                for (int k = 0; k < CLASSES; k++) {
                    LOGITS[model][row][k] = 2 * random.nextDouble() + (k == LABELS[row] ? ease + (in ? 2.5 : 0) : 0);
                }
            }
        }
        for (int side = 0; side < 2; side++) {
            String stem = side == 0 ? "members" : "others";
            int from = side * ROWS;
            text(stem + ".csv", "y,p_0,p_1,p_2", from, row -> LABELS[row] + "," + commas(softmax(0, row)));
            text(
                    stem + "-turned.csv",
                    "id,p_2,note,p_0,p_1,y",
                    from,
                    row -> row + "," + (float) softmax(0, row)[2] + ",x," + (float) softmax(0, row)[0] + ","
                            + (float) softmax(0, row)[1] + "," + LABELS[row]);
            text(
                    stem + "-named.csv",
                    "class,p_no,p_so,p_yes",
                    from,
                    row -> List.of("no", "so", "yes").get(LABELS[row]) + "," + commas(softmax(0, row)));
            text(stem + "-logits.csv", "y,z0,z1,z2", from, row -> LABELS[row] + "," + commas(LOGITS[0][row]));
            text(
                    stem + ".jsonl",
                    "",
                    from,
                    row -> "{\"y\": " + LABELS[row] + ", \"p\": [" + commas(softmax(0, row)) + "]}");
            double[][] p = IntStream.range(from, from + ROWS)
                    .mapToObj(row -> softmax(0, row))
                    .toArray(double[][]::new);
            double[][] y = IntStream.range(from, from + ROWS)
                    .mapToObj(row -> new double[] {LABELS[row]})
                    .toArray(double[][]::new);
            Files.write(folder.resolve(stem + ".npy"), npy(p));
            Files.write(folder.resolve(stem + ".labels.npy"), npy(y));
            Files.write(folder.resolve(stem + ".npz"), npz(Map.of("p", npy(p), "y", npy(y))));
            try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                    Statement statement = connection.createStatement()) {
                statement.execute(
                        "COPY (SELECT y, CAST(p_0 AS FLOAT) AS p_0, CAST(p_1 AS FLOAT) AS p_1, CAST(p_2 AS FLOAT) AS p_2"
                                + " FROM read_csv('" + folder.resolve(stem + ".csv") + "')) TO '"
                                + folder.resolve(stem + ".parquet") + "' (FORMAT parquet)");
            }
        }
        shadows("shadows", false);
        shadows("shadows-turned", true);
        spoil();
    }

    private static void shadows(String name, boolean turned) throws IOException {
        Path shadows = Files.createDirectory(folder.resolve(name));
        for (int s = 0; s < SHADOWS; s++) {
            Files.write(shadows.resolve("model-" + s + ".npy"), npy(LOGITS[s + 1]));
        }
        double[][] rows = new double[turned ? SHADOWS : 2 * ROWS][turned ? 2 * ROWS : SHADOWS];
        for (int s = 0; s < SHADOWS; s++) {
            for (int row = 0; row < 2 * ROWS; row++) {
                rows[turned ? s : row][turned ? row : s] = IN[s][row] ? 1 : 0;
            }
        }
        if (turned) {
            Files.write(shadows.resolve("membership.npy"), npy(rows));
        } else {
            // Named by the files, in another order than theirs.
            String text = IntStream.range(0, SHADOWS)
                            .mapToObj(s -> "model-" + (SHADOWS - 1 - s))
                            .collect(Collectors.joining(","))
                    + "\n"
                    + Arrays.stream(rows)
                            .map(row -> IntStream.range(0, SHADOWS)
                                    .mapToObj(s -> Integer.toString((int) row[SHADOWS - 1 - s]))
                                    .collect(Collectors.joining(",")))
                            .collect(Collectors.joining("\n"));
            Files.writeString(shadows.resolve("membership.csv"), text);
        }
    }

    private static double[] softmax(int model, int row) {
        double sum = Arrays.stream(LOGITS[model][row]).map(Math::exp).sum();
        return Arrays.stream(LOGITS[model][row]).map(z -> Math.exp(z) / sum).toArray();
    }

    private static String commas(double[] values) {
        return Arrays.stream(values).mapToObj(v -> Float.toString((float) v)).collect(Collectors.joining(","));
    }

    private static void text(String name, String header, int from, IntFunction<String> line) throws IOException {
        Stream<String> lines = IntStream.range(from, from + ROWS).mapToObj(line);
        Files.write(
                folder.resolve(name), (header.isEmpty() ? lines : Stream.concat(Stream.of(header), lines)).toList());
    }

    private static byte[] npy(double[][] values) {
        int columns = values[0].length;
        String shape = columns == 1 ? "(" + values.length + ",)" : "(" + values.length + ", " + columns + ")";
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }";
        int padded = (10 + header.length() + 1 + 63) / 64 * 64 - 10;
        ByteBuffer bytes =
                ByteBuffer.allocate(10 + padded + values.length * columns * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 0x93)
                .put("NUMPY\1\0".getBytes(StandardCharsets.US_ASCII))
                .putShort((short) padded);
        bytes.put((header + " ".repeat(padded - header.length() - 1) + "\n").getBytes(StandardCharsets.US_ASCII));
        for (double[] row : values) {
            for (double value : row) {
                bytes.putFloat((float) value);
            }
        }
        return bytes.array();
    }

    private static byte[] npz(Map<String, byte[]> arrays) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(packed)) {
            for (Map.Entry<String, byte[]> array : new TreeMap<>(arrays).entrySet()) {
                zip.putNextEntry(new ZipEntry(array.getKey() + ".npy"));
                zip.write(array.getValue());
            }
        }
        return packed.toByteArray();
    }

    private static CommandLineRun audit(String flags) throws Exception {
        return CommandLineRun.of(folder, ("audit predictions --seed 7 " + flags).split(" +"));
    }

    private static JsonObject report(String flags, String out) throws Exception {
        CommandLineRun run = audit(flags + " --quiet --out " + out);
        assertThat(run.code()).as(run.err()).isZero();
        return JsonParser.parseString(Files.readString(folder.resolve(out).resolve("report.json")))
                .getAsJsonObject();
    }

    private static Map<String, Double> areas(JsonObject report) {
        Map<String, Double> areas = new TreeMap<>();
        for (JsonElement one : report.getAsJsonArray("findings")) {
            JsonObject finding = one.getAsJsonObject();
            if (finding.get("metric").getAsString().equals("auc")) {
                areas.put(
                        finding.get("attack").getAsString(),
                        finding.get("value").getAsDouble());
            }
        }
        return areas;
    }

    @Test
    void findsTheSameInEveryFormat() throws Exception {
        JsonObject first = report("--members members.csv --nonmembers others.csv --label y", "csv");
        assertThat(areas(first).keySet())
                .containsExactly(
                        "confidence-threshold", "entropy-threshold", "loss-threshold", "shokri", "tail-indicator");
        for (String other : List.of(
                "--members members.jsonl --nonmembers others.jsonl",
                "--members members.npy --nonmembers others.npy",
                "--members members.npz --nonmembers others.npz --label y",
                "--members members.parquet --nonmembers others.parquet",
                "--members members-turned.csv --nonmembers others-turned.csv --drop id --label y",
                "--members members-named.csv --nonmembers others-named.csv")) {
            JsonObject report = report(other, other.replaceAll("\\W+", "-"));
            assertThat(report.get("findings")).as(other).isEqualTo(first.get("findings"));
        }
    }

    @Test
    void readsShadowModelsWhicheverWayTheMatrixLies() throws Exception {
        String flags = "--members members-logits.csv --nonmembers others-logits.csv --shadows ";
        CommandLineRun different = audit(flags + "shadows --attacks lira --out different");
        // The shadows' arrays have no column z0: the layout is the target's.
        assertThat(different.code()).isEqualTo(4);
        for (int side = 0; side < 2; side++) {
            String stem = side == 0 ? "members" : "others";
            Files.write(
                    folder.resolve(stem + "-z.npy"),
                    npy(Arrays.copyOfRange(LOGITS[0], side * ROWS, (side + 1) * ROWS)));
            Files.copy(folder.resolve(stem + ".labels.npy"), folder.resolve(stem + "-z.labels.npy"));
        }
        String arrays = "--members members-z.npy --nonmembers others-z.npy --shadows ";
        JsonObject report = report(arrays + "shadows", "shadowed");
        assertThat(areas(report).keySet())
                .contains("lira", "lira-offline", "rmia", "base", "bavaria", "difficulty-calibration");
        assertThat(areas(report).get("bavaria"))
                .as("the ease of a record is known from its shadows")
                .isGreaterThan(areas(report).get("loss-threshold") + 0.05);
        assertThat(report.getAsJsonObject("subject").get("shadows").getAsInt()).isEqualTo(SHADOWS);
        assertThat(report("--attacks lira " + arrays + "shadows-turned", "turned-matrix")
                        .get("findings"))
                .isEqualTo(report("--attacks lira " + arrays + "shadows", "named-matrix")
                        .get("findings"));
    }

    @Test
    void boundsEpsilonWhereCoinsDecided() throws Exception {
        JsonObject coins = report("--members members.csv --nonmembers others.csv --coins --delta 1e-6", "coins");
        assertThat(coins.getAsJsonArray("epsilons")).isNotEmpty().allSatisfy(bound -> assertThat(
                        bound.getAsJsonObject().get("delta").getAsDouble())
                .isEqualTo(1e-6));
        assertThat(report("--members members.csv --nonmembers others.csv", "no-coins")
                        .getAsJsonArray("epsilons"))
                .isEmpty();
    }

    // --- What users get wrong ---

    private static void spoil() throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("others.csv"));
        edit("gap.csv", lines, 7, "0,0.2,,0.8");
        edit("word.csv", lines, 7, "0,0.2,many,0.8");
        edit("infinite.csv", lines, 7, "0,0.2,inf,0.8");
        edit("short.csv", lines, 7, "0,0.2,0.8");
        write(
                "more.csv",
                IntStream.range(0, 100)
                        .mapToObj(i -> i == 0 ? "y,p_0,p_1" : i % 5 + ",0." + i % 9 + "1,0." + (8 - i % 9) + "9")
                        .toList());
        Files.write(
                folder.resolve("object.npy"),
                new String(npy(new double[][] {{1}}), StandardCharsets.ISO_8859_1)
                        .replace("<f4", "|O8")
                        .getBytes(StandardCharsets.ISO_8859_1));
        Files.write(folder.resolve("model.pkl"), new byte[] {(byte) 0x80, 4, 1, 2, 3});
        Files.createDirectory(folder.resolve("no-matrix"));
        Path bad = Files.createDirectory(folder.resolve("bad-matrix"));
        Files.copy(folder.resolve("shadows/model-0.npy"), bad.resolve("model-0.npy"));
        Files.copy(folder.resolve("shadows/model-1.npy"), bad.resolve("model-1.npy"));
        Files.writeString(bad.resolve("membership.csv"), "a,b\n0,1\n1,2\n");
    }

    private static void write(String name, List<String> lines) throws IOException {
        Files.write(folder.resolve(name), lines);
    }

    private static void edit(String name, List<String> lines, int line, String text) throws IOException {
        List<String> edited = new ArrayList<>(lines);
        edited.set(line - 1, text);
        write(name, edited);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            # The files
            4 | members.csv | gap.csv        |                     | gap.csv:7: a value of column 'p_1' is missing or not finite
            4 | members.csv | word.csv       |                     | word.csv:7: not a number in column 'p_1'
            4 | members.csv | infinite.csv   |                     | infinite.csv:7: a value of column 'p_1' is missing or not finite
            4 | members.csv | short.csv      |                     | short.csv:7: 3 cells where the header has 4
            4 | more.csv    | members.csv    |                     | more.csv:3: a label is not a class number in 0..1
            4 | object.npy  | others.npy     |                     | Python objects
            4 | model.pkl   | others.npy     |                     | is a pickle, which runs code
            # The flags
            2 | members.csv | others.csv     | --attacks lyra      | attack 'lyra' is unknown
            2 | members.csv | others.csv     | --attacks gradient-norm | needs the model itself
            2 | members.csv | others.csv     | --delta 0.1         | which need --coins
            2 | members.csv | others.csv     | --coins --drop-overlap | give one of the two
            2 | members.csv | others.csv     | --rates 0.1,0.01    | must ascend
            2 | members.csv | others.csv     | --threads 0         | threads 0 must be at least 1
            # Shadow models
            4 | members.csv | others.csv     | --shadows no-matrix | must hold one membership.csv or membership.npy
            4 | members.csv | others.csv     | --shadows bad-matrix | membership.csv:3: a value is neither 0 nor 1
            """)
    void refuses(int code, String members, String others, String flags, String line) throws Exception {
        CommandLineRun run = audit("--quiet --out refused --members " + members + " --nonmembers " + others + " "
                + (flags == null ? "" : flags));
        assertThat(run.err()).startsWith("lethe: ").contains(line).hasSizeLessThan(600);
        assertThat(run.err().lines()).as("lines on standard error").hasSize(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.code()).isEqualTo(code);
        assertThat(folder.resolve("refused/report.json")).doesNotExist();
        assertThat(folder.resolve("refused/report.html")).doesNotExist();
    }
}

package dev.lethe.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.lethe.core.random.Seed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code lethe audit predictions} from files that others wrote to the report, and every way in which they can be wrong. */
@Execution(ExecutionMode.CONCURRENT)
class PredictionsCommandTest {
    private static final int ROWS = 600;
    private static final int CLASSES = 4;
    private static final int SHADOWS = 8;
    private static final String[] NAMES = {"ash", "birch", "cedar", "elm"};

    @TempDir
    private static Path folder;

    /** A model that remembers: surer of the class of what it was trained on. */
    private record Answers(double[][] logits, int[] labels) {
        static Answers draw(String fork, double memory) {
            UniformRandomProvider random = Seed.of(4).fork(fork).stream();
            ZigguratSampler normal = ZigguratSampler.NormalizedGaussian.of(random);
            double[][] logits = new double[ROWS][CLASSES];
            int[] labels = new int[ROWS];
            for (int row = 0; row < ROWS; row++) {
                labels[row] = random.nextInt(CLASSES);
                for (int k = 0; k < CLASSES; k++) {
                    logits[row][k] = (float) (1.5 * normal.sample() + (k == labels[row] ? 2 + memory : 0));
                }
            }
            return new Answers(logits, labels);
        }

        double probability(int row, int k) {
            double sum = 0;
            for (double z : logits[row]) {
                sum += Math.exp(z - logits[row][k]);
            }
            return 1 / sum;
        }

        double loss(int row) {
            return -Math.log(probability(row, labels[row]));
        }

        int answered(int row) {
            int best = 0;
            for (int k = 1; k < CLASSES; k++) {
                best = logits[row][k] > logits[row][best] ? k : best;
            }
            return best;
        }

        String csv(ToDoubleBiFunction<Integer, Integer> value) {
            StringBuilder text = new StringBuilder(IntStream.range(0, CLASSES)
                    .mapToObj(k -> "p_" + k)
                    .collect(Collectors.joining(",", "", ",label\n")));
            for (int row = 0; row < ROWS; row++) {
                for (int k = 0; k < CLASSES; k++) {
                    text.append(value.applyAsDouble(row, k)).append(',');
                }
                text.append(labels[row]).append('\n');
            }
            return text.toString();
        }

        /** Other names, another order of columns, columns of no use. */
        String named(List<Integer> order) {
            StringBuilder text = new StringBuilder(
                    "id,tree" + order.stream().map(k -> ",p_" + NAMES[k]).collect(Collectors.joining()) + "\n");
            for (int row = 0; row < ROWS; row++) {
                text.append("r").append(row).append(',').append(NAMES[labels[row]]);
                for (int k : order) {
                    text.append(',').append(probability(row, k));
                }
                text.append('\n');
            }
            return text.toString();
        }

        String losses() {
            return IntStream.range(0, ROWS)
                    .mapToObj(row -> labels[row] + "," + loss(row) + "\n")
                    .collect(Collectors.joining("", "label,loss\n", ""));
        }

        String classes() {
            return IntStream.range(0, ROWS)
                    .mapToObj(row -> NAMES[labels[row]] + "," + NAMES[answered(row)] + "\n")
                    .collect(Collectors.joining("", "label,predicted\n", ""));
        }

        String json() {
            return IntStream.range(0, ROWS)
                    .mapToObj(row -> "{\"label\": " + labels[row] + ", \"probabilities\": "
                            + IntStream.range(0, CLASSES)
                                    .mapToObj(k -> Double.toString(probability(row, k)))
                                    .toList()
                            + "}\n")
                    .collect(Collectors.joining());
        }
    }

    private static final Answers IN = Answers.draw("in", 1.5);
    private static final Answers OUT = Answers.draw("out", 0);

    @BeforeAll
    static void files() throws IOException {
        both("probabilities", Answers::probability);
        both("logits", (answers, row, k) -> answers.logits()[row][k]);
        both("fractions", (answers, row, k) -> 1 / (1 + Math.exp(-answers.logits()[row][k])));
        both("faulty", (answers, row, k) -> answers.probability(row, k) + (row == 100 && k == 2 ? 0.2 : 0));
        write("in-named.csv", IN.named(List.of(0, 1, 2, 3)));
        write("out-named.csv", OUT.named(List.of(3, 1, 0, 2)));
        write("in-losses.csv", IN.losses());
        write("out-losses.csv", OUT.losses());
        write("in-classes.csv", IN.classes());
        write("out-classes.csv", OUT.classes());
        write("in.jsonl", IN.json());
        write("out.jsonl", OUT.json());
        write("in-z.npy", npy(IN));
        write("out-z.npy", npy(OUT));
        write("in-z.labels.npy", npy(IN.labels()));
        write("out-z.labels.npy", npy(OUT.labels()));
        List<String> lines = read("in-probabilities.csv");
        List<String> others = read("out-probabilities.csv");
        write("copy.csv", String.join("\n", lines));
        List<String> mixed = new ArrayList<>(others);
        Collections.copy(mixed.subList(1, 121), lines.subList(1, 121));
        write("overlap.csv", String.join("\n", mixed));
        write("empty.csv", "");
        write("header.csv", lines.get(0) + "\n");
        write("few.csv", String.join("\n", others.subList(0, 6)));
        write(
                "missing.csv",
                others.stream().map(line -> line.replaceFirst("^[^,]*,", "")).collect(Collectors.joining("\n")));
        write("comma.csv", "p_0;p_1;p_2;p_3;label\n" + "0,1;0,2;0,3;0,4;1\n".repeat(50));
        write("range.csv", String.join("\n", others).replaceFirst("(\n[^\n]*),\\d\n", "$1,7\n"));
        write("late.csv", String.join("\n", others) + "\n" + others.get(1).replaceFirst("^[^,]*", "0.99") + "\n");
        write("one-p.csv", two(IN));
        write("one-q.csv", two(OUT));
        shadows();
    }

    private interface Value {
        double of(Answers answers, int row, int k);
    }

    private static void both(String name, Value value) throws IOException {
        write("in-" + name + ".csv", IN.csv((row, k) -> value.of(IN, row, k)));
        write("out-" + name + ".csv", OUT.csv((row, k) -> value.of(OUT, row, k)));
    }

    private static String two(Answers answers) {
        return IntStream.range(0, ROWS)
                .mapToObj(row -> answers.labels()[row] % 2 + "," + answers.probability(row, 1) + "\n")
                .collect(Collectors.joining("", "label,score\n", ""));
    }

    /** Models of the same kind: surer of what each was trained on, on rows whose difficulty they share. */
    private static void shadows() throws IOException {
        Files.createDirectories(folder.resolve("shadows"));
        UniformRandomProvider random = Seed.of(6).stream();
        ZigguratSampler normal = ZigguratSampler.NormalizedGaussian.of(random);
        int[] labels = IntStream.concat(IntStream.of(IN.labels()), IntStream.of(OUT.labels()))
                .toArray();
        boolean[][] in = new boolean[SHADOWS + 1][2 * ROWS];
        double[] hard = normal.samples(2 * ROWS).map(x -> 2 * x).toArray();
        for (int row = 0; row < 2 * ROWS; row++) {
            in[SHADOWS][row] = row < ROWS;
            List<Boolean> coins = new ArrayList<>(Collections.nCopies(SHADOWS / 2, true));
            coins.addAll(Collections.nCopies(SHADOWS / 2, false));
            for (int s = 0; s < SHADOWS; s++) {
                in[s][row] = coins.remove(random.nextInt(coins.size()));
            }
        }
        for (int s = 0; s <= SHADOWS; s++) {
            String text = "p_0,p_1,p_2,p_3" + (s == SHADOWS ? ",label\n" : "\n");
            List<String> rows = new ArrayList<>();
            for (int row = 0; row < 2 * ROWS; row++) {
                StringBuilder line = new StringBuilder();
                for (int k = 0; k < CLASSES; k++) {
                    boolean own = k == labels[row];
                    line.append(k == 0 ? "" : ",").append((float)
                            ((own ? 3 + hard[row] + (in[s][row] ? 1.5 : 0) : 0) + 0.5 * normal.sample() - 1));
                }
                rows.add(line + (s == SHADOWS ? "," + labels[row] : ""));
            }
            if (s < SHADOWS) {
                write("shadows/model-" + s + ".csv", text + String.join("\n", rows) + "\n");
            } else {
                write("target-in.csv", text + String.join("\n", rows.subList(0, ROWS)) + "\n");
                write("target-out.csv", text + String.join("\n", rows.subList(ROWS, 2 * ROWS)) + "\n");
            }
        }
        // Columns in another order than the files.
        StringBuilder matrix = new StringBuilder(IntStream.range(0, SHADOWS)
                .mapToObj(s -> "model-" + (SHADOWS - 1 - s))
                .collect(Collectors.joining(",", "", "\n")));
        for (int row = 0; row < 2 * ROWS; row++) {
            int of = row;
            matrix.append(IntStream.range(0, SHADOWS)
                    .mapToObj(s -> in[SHADOWS - 1 - s][of] ? "1" : "0")
                    .collect(Collectors.joining(",", "", "\n")));
        }
        write("shadows/membership.csv", matrix.toString());
    }

    private static byte[] npy(Answers answers) {
        ByteBuffer body = ByteBuffer.allocate(ROWS * CLASSES * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int k = 0; k < CLASSES; k++) {
            for (int row = 0; row < ROWS; row++) {
                body.putFloat((float) answers.logits()[row][k]);
            }
        }
        return npy("{'descr': '<f4', 'fortran_order': True, 'shape': (" + ROWS + ", " + CLASSES + "), }", body.array());
    }

    private static byte[] npy(int[] labels) {
        ByteBuffer body = ByteBuffer.allocate(labels.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        IntStream.of(labels).forEach(body::putLong);
        return npy("{'descr': '<i8', 'fortran_order': False, 'shape': (" + labels.length + ",), }", body.array());
    }

    private static byte[] npy(String header, byte[] body) {
        byte[] text = (header + "\n").getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(10 + text.length + body.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
                .putShort((short) text.length)
                .put(text)
                .put(body)
                .array();
    }

    @Test
    void oneModelIsFoundTheSameWhateverItsAnswersAreWrittenAs() throws Exception {
        double expected = areaByPairs();
        List<Double> thresholds = new ArrayList<>();
        for (String files : List.of(
                "in-probabilities.csv out-probabilities.csv",
                "in-logits.csv out-logits.csv",
                "in-named.csv out-named.csv --label tree --drop id",
                "in.jsonl out.jsonl",
                "in-z.npy out-z.npy",
                "in-losses.csv out-losses.csv")) {
            String[] names = files.split(" ", 3);
            String out = "same-" + names[0].replaceAll("\\W", "-");
            CommandLineRun run =
                    audit(names[0], names[1], (names.length > 2 ? names[2] : "") + " --quiet --out " + out);
            assertThat(run.code()).as(files + ": " + run.err()).isZero();
            assertThat(run.err()).isEmpty();
            assertThat(value(report(out), "loss-threshold", "auc")).as(files).isCloseTo(expected, within(1e-6));
            thresholds.add(value(report(out), "confidence-threshold", "auc"));
        }
        assertThat(thresholds).allSatisfy(area -> assertThat(area).isCloseTo(thresholds.get(0), within(1e-6)));
    }

    /** The area by its definition. */
    private static double areaByPairs() {
        double above = 0;
        for (int i = 0; i < ROWS; i++) {
            for (int j = 0; j < ROWS; j++) {
                above += IN.loss(i) < OUT.loss(j) ? 1 : IN.loss(i) == OUT.loss(j) ? 0.5 : 0;
            }
        }
        return above / ROWS / ROWS;
    }

    @Test
    void writesTheSameReportAsOtherAudits() throws Exception {
        CommandLineRun run = audit("in-probabilities.csv", "out-probabilities.csv", "--json --out whole");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("The answers are probabilities: rows lie in 0..1 and sum to one");
        String json = Files.readString(folder.resolve("whole/report.json"));
        assertThat(run.out().strip()).isEqualTo(json.strip());
        assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(Files.readString(
                                Path.of(System.getProperty("lethe.root", ".."), "docs/report.schema.json")))
                        .validate(json, InputFormat.JSON))
                .isEmpty();
        JsonObject report = report("whole");
        assertThat(report.getAsJsonArray("findings")
                        .get(0)
                        .getAsJsonObject()
                        .get("verdict")
                        .getAsString())
                .isEqualTo("LEAKS");
        assertThat(texts(report, "refused"))
                .anyMatch(line -> line.startsWith("lira: needs shadow models") && line.contains("--shadows"))
                .anyMatch(line -> line.startsWith("label-only: needs the model itself"))
                .anyMatch(line -> line.startsWith("quantile-regression: needs the records themselves"));
        JsonObject settings = report.getAsJsonObject("provenance").getAsJsonObject("settings");
        assertThat(settings.get("SHA-256 of the members' file").getAsString())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256")
                                .digest(Files.readAllBytes(folder.resolve("in-probabilities.csv")))));
        assertThat(settings.get("form").getAsString()).isEqualTo("found out: probabilities");
        try (Stream<Path> files = Files.list(folder.resolve("whole"))) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())))
                    .containsExactlyInAnyOrder("report.html", "report.json");
        }
        String page = Files.readString(folder.resolve("whole/report.html"));
        assertThat(page.contains("trained elsewhere, known by probabilities")).isTrue();
        CommandLineRun again = audit("in-probabilities.csv", "out-probabilities.csv", "--quiet --out again");
        assertThat(again.code()).isZero();
        assertThat(report("again").get("findings")).isEqualTo(report.get("findings"));
    }

    @Test
    void bareLabelsLeaveTheAttackByRightAndWrong() throws Exception {
        CommandLineRun run = audit("in-classes.csv", "out-classes.csv", "--out classes");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("The answers are labels");
        double right = 0;
        for (int row = 0; row < ROWS; row++) {
            right += (IN.answered(row) == IN.labels()[row] ? 1.0 : 0)
                    - (OUT.answered(row) == OUT.labels()[row] ? 1.0 : 0);
        }
        assertThat(value(report("classes"), "loss-threshold", "auc"))
                .as("one half and half the gap in accuracy")
                .isCloseTo(0.5 + right / ROWS / 2, within(1e-9));
        assertThat(texts(report("classes"), "refused")).anyMatch(line -> line.startsWith("shokri: needs how sure"));
    }

    @Test
    void shadowModelsUnlockStrongerAttacks() throws Exception {
        CommandLineRun run = audit("target-in.csv", "target-out.csv", "--shadows shadows --quiet --out shadowed");
        assertThat(run.code()).as(run.err()).isZero();
        JsonObject report = report("shadowed");
        for (String attack : List.of("lira", "rmia", "base", "bavaria")) {
            assertThat(value(report, attack, "auc"))
                    .as(attack)
                    .isGreaterThan(value(report, "loss-threshold", "auc") + 0.1);
        }
        assertThat(report.getAsJsonObject("subject").get("shadows").getAsInt()).isEqualTo(SHADOWS);
        assertThat(report.getAsJsonObject("provenance")
                        .getAsJsonObject("settings")
                        .keySet())
                .contains("SHA-256 of membership.csv", "SHA-256 of model-7.csv");
    }

    @Test
    void countsAndDropsWhoStandsInBothFiles() throws Exception {
        CommandLineRun kept = audit("in-probabilities.csv", "overlap.csv", "--out kept");
        assertThat(kept.code()).isZero();
        assertThat(kept.err()).contains("voids the audit");
        assertThat(report("kept").getAsJsonObject("guard").toString())
                .contains("120 non-members stand among the members too", "--drop-overlap leaves them out");
        CommandLineRun dropped = audit("in-probabilities.csv", "overlap.csv", "--drop-overlap --out dropped");
        assertThat(dropped.code()).isZero();
        assertThat(dropped.err()).doesNotContain("voids the audit");
        assertThat(report("dropped")
                        .getAsJsonObject("subject")
                        .get("nonMembers")
                        .getAsInt())
                .isEqualTo(ROWS - 120);
    }

    @Test
    void saysThatFilesAreSwapped() throws Exception {
        CommandLineRun run = audit("out-probabilities.csv", "in-probabilities.csv", "--out swapped");
        assertThat(run.code()).isZero();
        assertThat(run.err()).contains("this voids the audit", "Check whether the two files are swapped");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            4 | in-probabilities.csv nowhere.csv              | nowhere.csv: no such file; check the path
            4 | in-probabilities.csv empty.csv                | empty.csv: is empty
            4 | in-probabilities.csv header.csv               | header.csv: has a header but no records
            4 | in-probabilities.csv few.csv                  | there are 5 non-members, and it takes 10
            4 | in-probabilities.csv copy.csv --drop-overlap  | there are 0 non-members, and it takes 10
            4 | in-probabilities.csv in-probabilities.csv     | are the same, byte for byte
            4 | in-probabilities.csv missing.csv              | missing.csv: no column 'p_0', which 'in-probabilities.csv' has
            4 | in-probabilities.csv comma.csv                | writes its numbers with a decimal comma; write them with a point
            4 | in-probabilities.csv range.csv                | a label is not a class number in 0..3
            4 | in-probabilities.csv late.csv                 | late.csv:602: the probabilities do not sum to one
            4 | in-faulty.csv out-faulty.csv                  | in-faulty.csv:102: the probabilities do not sum to one
            4 | in-probabilities.csv out-probabilities.csv --label y | no column 'y' of labels; the columns are 'p_0'
            4 | in-probabilities.csv out-probabilities.csv --drop y | no column 'y' to drop
            4 | in-named.csv out-named.csv                    | has no column that is called label; name it with --label
            2 | in-fractions.csv out-fractions.csv            | one sigmoid a class, or logits that happen to lie there; say --form
            2 | in-fractions.csv out-fractions.csv --form probabilities | rows do not sum to one
            2 | in-probabilities.csv out-probabilities.csv --form logits | a second softmax would hide
            2 | in-logits.csv out-logits.csv --form probabilities | rows go beyond 0..1
            2 | one-p.csv one-q.csv                           | say --form probabilities or --form losses
            2 | in-probabilities.csv out-probabilities.csv --form softmax | --form 'softmax' is unknown; the forms are
            2 | in-probabilities.csv out-probabilities.csv --attacks lira | none can be tried here; lira: needs shadow models
            4 | in-probabilities.csv out-probabilities.csv --shadows nowhere | nowhere is no folder
            4 | in-probabilities.csv out-probabilities.csv --shadows shadows | model-0.csv:2: a value leaves 0..1
            """)
    void refusesInOneLine(int code, String files, String line, @TempDir Path place) throws Exception {
        String[] names = files.strip().split(" ", 3);
        CommandLineRun run = audit(
                names[0], names[1], (names.length > 2 ? names[2] : "") + " --quiet --out " + place.resolve("out"));
        assertThat(run.err()).startsWith("lethe: ").contains(line).hasSizeLessThan(700);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.code()).isEqualTo(code);
    }

    @Test
    void asksForBothFiles() throws Exception {
        CommandLineRun run = CommandLineRun.of(folder, "audit", "predictions", "--members", "in.jsonl");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("give both --members FILE and --nonmembers FILE");
    }

    @Test
    void takesOneColumnOfTwoClassesWhenTold() throws Exception {
        CommandLineRun run = audit("one-p.csv", "one-q.csv", "--form probabilities --out one");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(report("one").getAsJsonObject("subject").get("classes").getAsInt())
                .isEqualTo(2);
    }

    private static CommandLineRun audit(String members, String others, String flags)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("audit", "predictions", "--members", members, "--nonmembers", others, "--seed", "3"));
        Stream.of(flags.strip().split(" +")).filter(flag -> !flag.isEmpty()).forEach(command::add);
        return CommandLineRun.of(folder, command.toArray(String[]::new));
    }

    private static JsonObject report(String out) throws IOException {
        return JsonParser.parseString(Files.readString(folder.resolve(out).resolve("report.json")))
                .getAsJsonObject();
    }

    private static double value(JsonObject report, String attack, String metric) {
        for (JsonElement finding : report.getAsJsonArray("findings")) {
            JsonObject one = finding.getAsJsonObject();
            if (one.get("attack").getAsString().equals(attack)
                    && one.get("metric").getAsString().equals(metric)) {
                return one.get("value").getAsDouble();
            }
        }
        throw new AssertionError("no " + metric + " of " + attack);
    }

    private static List<String> texts(JsonObject report, String list) {
        List<String> texts = new ArrayList<>();
        report.getAsJsonArray(list).forEach(text -> texts.add(text.getAsString()));
        return texts;
    }

    private static List<String> read(String name) throws IOException {
        return Files.readAllLines(folder.resolve(name));
    }

    private static void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private static void write(String name, byte[] bytes) throws IOException {
        Files.write(folder.resolve(name), bytes);
    }
}

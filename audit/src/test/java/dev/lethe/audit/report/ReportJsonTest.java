package dev.lethe.audit.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.lethe.audit.report.Report.Calibration;
import dev.lethe.audit.report.Report.Predictive;
import dev.lethe.audit.report.Report.Stability;
import dev.lethe.audit.report.Report.Training;
import dev.lethe.core.random.Seed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReportJsonTest {
    private static final Schema SCHEMA = schema();

    static Stream<Report> reports() {
        return Stream.of(
                SampleReport.realistic(),
                SampleReport.nothingFound(),
                SampleReport.oneAttack(),
                SampleReport.nothingMeasured(),
                SampleReport.battery(),
                SampleReport.blind(),
                SampleReport.voided(),
                SampleReport.hostile("</script><script>\"\\\u0000\u2028\n"));
    }

    @ParameterizedTest
    @MethodSource("reports")
    void whatIsWrittenValidates(Report report) {
        assertThat(SCHEMA.validate(ReportJson.write(report), InputFormat.JSON)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("reports")
    void readsWhatItWrote(Report report) {
        String json = ReportJson.write(report);

        Report read = ReportJson.read(json);

        assertThat(read).usingRecursiveComparison().isEqualTo(report);
        assertThat(ReportJson.write(read)).isEqualTo(json);
    }

    @Test
    void keysComeInTheOrderOfTheSchema() {
        assertThat(tree().keySet())
                .containsExactly(
                        "schemaVersion",
                        "subject",
                        "seed",
                        "provenance",
                        "training",
                        "findings",
                        "attacks",
                        "guard",
                        "calibrations",
                        "epsilons",
                        "stabilities",
                        "predictions",
                        "slices",
                        "exposed",
                        "refused",
                        "notTested",
                        "limits");
        assertThat(at(tree(), "findings[0]").getAsJsonObject().keySet())
                .containsExactly(
                        "attack",
                        "metric",
                        "slice",
                        "value",
                        "low",
                        "high",
                        "confidence",
                        "method",
                        "verdict",
                        "sentence");
    }

    @Test
    void everyObjectOfTheSchemaDescribesItsFieldsAndIgnoresUnknownKeys() {
        JsonObject definitions =
                JsonParser.parseString(schemaText()).getAsJsonObject().getAsJsonObject("$defs");
        List<String> silent = new ArrayList<>();
        for (Map.Entry<String, JsonElement> definition : definitions.entrySet()) {
            JsonObject properties = definition.getValue().getAsJsonObject().getAsJsonObject("properties");
            if (properties != null) {
                properties.entrySet().stream()
                        .filter(e -> !e.getValue().toString().contains("description")
                                && !e.getValue().toString().contains("$defs/confidence"))
                        .forEach(e -> silent.add(definition.getKey() + "." + e.getKey()));
            }
        }
        assertThat(silent).isEmpty();
        assertThat(schemaText()).doesNotContain("\"additionalProperties\": false");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "subject",
                "seed",
                "subject.members",
                "provenance.settings",
                "training.testAccuracy",
                "findings[0].verdict",
                "findings[2].value",
                "attacks[1].card.paper",
                "attacks[1].roc.fpr",
                "attacks[0].histogram.nonMembers",
                "subject.unit",
                "guard",
                "guard.blind",
                "guard.planted[1].outcome",
                "guard.outputs[0].severity",
                "calibrations",
                "calibrations[2].fprHigh",
                "calibrations[0].predictive[1].prior",
                "epsilons[4].condition",
                "stabilities[0].supportByChance",
                "slices[3].tprHigh",
                "exposed[19].row",
                "limits"
            })
    void aMissingKeyIsNamedByItsPathAndFailsTheSchema(String path) {
        JsonObject tree = tree();
        int dot = path.lastIndexOf('.');
        JsonObject parent = (dot < 0 ? tree : at(tree, path.substring(0, dot))).getAsJsonObject();
        assertThat(parent.remove(path.substring(dot + 1))).isNotNull();

        refuses(tree.toString(), path + " is missing");
        assertThat(SCHEMA.validate(tree.toString(), InputFormat.JSON)).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    subject                  | 7                    | subject must be an object
                    subject.title            | 7                    | subject.title must be a string
                    subject.members          | 1.5                  | subject.members must be a whole number that fits 32 bits
                    subject.members          | 3000000000           | subject.members must be a whole number that fits 32 bits
                    subject.members          | "5000"               | subject.members must be a number
                    seed                     | 9223372036854775808  | seed must be a whole number that fits 64 bits
                    provenance.settings      | {"a": 1}             | provenance.settings must be a string
                    training.trainLossNats   | null                 | training.trainLossNats must be a number
                    findings                 | {}                   | findings must be an array
                    findings[1].verdict      | "SAFE"               | findings[1].verdict must be one of [REFUTES_CLAIM, LEAKS, NOTHING_FOUND]
                    findings[1]              | null                 | findings[1] must be an object
                    attacks[0].roc.fpr[3]    | true                 | attacks[0].roc.fpr[3] must be a number
                    attacks[0].roc.fpr[3]    | 1.5                  | attacks[0].roc: point 3 has a rate outside [0, 1]
                    attacks[2].card.id       | "Not An Id"          | attacks[2].card: id 'Not An Id' must be lower-case words joined by hyphens
                    guard.planted[0].outcome | "GUESSED"            | guard.planted[0].outcome must be one of [SEEN, MISSED]
                    guard.outputs[0].severity | "FATAL"             | guard.outputs[0].severity must be one of [NOTE, WEAKENS, VOIDS]
                    guard.blind              | "no"                 | guard.blind must be an array
                    calibrations[0].predictive[0].value | "1"       | calibrations[0].predictive[0].value must be a number
                    stabilities[0].support[2] | 1.5                 | stabilities[0].support[2] must be a whole number that fits 32 bits
                    limits[0]                | []                   | limits[0] must be a string
                    """)
    void aWrongValueIsNamedByItsPathAndFailsTheSchema(String path, String value, String message) {
        JsonObject tree = tree();
        replace(tree, path, JsonParser.parseString(value));

        refuses(tree.toString(), message);
        assertThat(SCHEMA.validate(tree.toString(), InputFormat.JSON)).isNotEmpty();
    }

    @Test
    void refusesWhatTheRecordsRefuse() {
        JsonObject tree = tree();
        at(tree, "findings[0]").getAsJsonObject().addProperty("value", 0.9);

        refuses(tree.toString(), "findings[0]: lira tpr@fpr=0.01: value 0.9 is outside [0.1022, 0.1083]");

        JsonObject above = tree();
        at(above, "predictions[0]").getAsJsonObject().addProperty("tpr", 0.9);
        refuses(above.toString(), "predictions[0]: 0.0904 <= 0.9 <= 0.1402 must hold within [0, 1]");

        JsonObject shorter = tree();
        at(shorter, "stabilities[0].support").getAsJsonArray().remove(0);
        refuses(
                shorter.toString(),
                "stabilities[0]: support and supportByChance have 7 and 8 items; they must have the same number");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    1.0   | schemaVersion is 1.0; this version of Lethe reads 2.x only
                    3.0   | schemaVersion is 3.0; this version of Lethe reads 2.x only
                    20.0  | schemaVersion is 20.0; this version of Lethe reads 2.x only
                    2     | schemaVersion must look like 2.1
                    two   | schemaVersion must look like 2.1
                    """)
    void refusesAnotherMajorVersion(String version, String message) {
        JsonObject tree = tree();
        tree.addProperty("schemaVersion", version);

        refuses(tree.toString(), message);
        assertThat(SCHEMA.validate(tree.toString(), InputFormat.JSON)).isNotEmpty();
    }

    @Test
    void readsWhatWasWrittenBeforePredictions() {
        JsonObject tree = tree();
        tree.addProperty("schemaVersion", "2.0");
        tree.remove("predictions");

        Report report = ReportJson.read(tree.toString());
        assertThat(report.predictions()).isEmpty();
        assertThat(report.stabilities()).hasSameSizeAs(SampleReport.realistic().stabilities());
        assertThat(SCHEMA.validate(tree.toString(), InputFormat.JSON)).isEmpty();
    }

    @Test
    void aLaterMinorVersionMayAddKeys() {
        JsonObject tree = tree();
        tree.addProperty("schemaVersion", "2.7");
        tree.addProperty("mood", "calm");
        at(tree, "findings[0]").getAsJsonObject().add("extra", new JsonArray());

        assertThat(ReportJson.read(tree.toString())).usingRecursiveComparison().isEqualTo(SampleReport.realistic());
        assertThat(SCHEMA.validate(tree.toString(), InputFormat.JSON)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "   ", "null", "[]", "7", "\"report\"", "{}", "{\"schemaVersion\": 1}", "{\"a\":", "{} {}"})
    void refusesWhatIsNoReport(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReportJson.read(text))
                .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
    }

    @Test
    void refusesDepthLengthAndNumbersMadeToHurt() {
        refuses("[".repeat(1_000_000), "not JSON");
        refuses(" ".repeat((1 << 26) + 1), "at most 67108864 are read");
        JsonObject tree = tree();
        String json = tree.toString();
        String seed = "\"seed\":" + SampleReport.realistic().seed();
        assertThat(json).contains(seed);
        refuses(json.replace(seed, "\"seed\":" + "9".repeat(100)), "seed is a number of more than 64 characters");
        refuses(json.replace(seed, "\"seed\":" + "9".repeat(1_000_000)), "not JSON");
        refuses(json.replace(seed, "\"seed\":1e999999999"), "seed must be a whole number that fits 64 bits");
        refuses(json.replace(seed, "\"seed\":1e99999999999"), "seed must be a number with a sane exponent");
        refuses(
                json.replace("\"trainLossNats\":1.28403", "\"trainLossNats\":1e400"),
                "training.trainLossNats is beyond the range of a double");
        refuses(json.replace("\"trainLossNats\":1.28403", "\"trainLossNats\":NaN"), "not JSON");
    }

    @Test
    void refusesToWriteWhatJsonCannotHold() {
        Report report = SampleReport.realistic();

        refusesToWrite(
                copy(report, new Training(Double.NaN, 1, 1, 1), report.calibrations(), report.stabilities()),
                "training.trainLossNats is NaN, which JSON cannot hold");
        refusesToWrite(
                copy(
                        report,
                        report.training(),
                        List.of(new Calibration(
                                "lira",
                                "ORACLE",
                                0.01,
                                0.1,
                                0.1,
                                0.1,
                                0,
                                0,
                                0,
                                0.95,
                                List.of(new Predictive(0.01, 1, Double.NaN, 1)))),
                        report.stabilities()),
                "calibrations[0].predictive[0].low is NaN, which JSON cannot hold");
        refusesToWrite(
                copy(
                        report,
                        report.training(),
                        report.calibrations(),
                        List.of(new Stability(
                                "lira", 0.01, 2, 0, 0, new int[] {1}, new double[] {Double.POSITIVE_INFINITY}))),
                "stabilities[0].supportByChance[0] is Infinity, which JSON cannot hold");
    }

    private static void refusesToWrite(Report report, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReportJson.write(report))
                .withMessage(message);
    }

    private static Report copy(
            Report report, Training training, List<Calibration> calibrations, List<Stability> stabilities) {
        return new Report(
                report.subject(),
                report.seed(),
                report.provenance(),
                training,
                report.findings(),
                report.attacks(),
                report.guard(),
                calibrations,
                report.epsilons(),
                stabilities,
                report.predictions(),
                report.slices(),
                report.exposed(),
                report.refused(),
                report.notTested(),
                report.limits());
    }

    /** Text damaged at random either still reads or is refused in one line; nothing else ever comes out. */
    @Test
    void damagedTextIsRefusedInOneLine() {
        long number = Long.getLong("seed", 20_261_122);
        UniformRandomProvider random = Seed.of(number).fork("damage").stream();
        String json = ReportJson.write(SampleReport.oneAttack());
        String alphabet = "{}[]\",:0123456789.-eE nulltrue\\\u0000\uD800";
        int refused = 0;
        for (int i = 0; i < 500; i++) {
            StringBuilder damaged = new StringBuilder(json);
            for (int cut = random.nextInt(1, 4); cut > 0; cut--) {
                int from = random.nextInt(damaged.length());
                int to = Math.min(damaged.length(), from + random.nextInt(20));
                String patch = String.valueOf(alphabet.charAt(random.nextInt(alphabet.length())));
                damaged.replace(from, to, patch.repeat(random.nextInt(4)));
            }
            try {
                ReportJson.read(damaged.toString());
            } catch (IllegalArgumentException e) {
                refused++;
                assertThat(e.getMessage()).as("seed %s, try %s", number, i).hasLineCount(1);
            }
        }
        assertThat(refused).isGreaterThan(250);
    }

    /** The keys of the schema and of what is written are the same: neither promises what the other lacks. */
    @Test
    void theSchemaNamesEveryKeyThatIsWritten() {
        JsonObject schema = JsonParser.parseString(schemaText()).getAsJsonObject();
        List<String> undescribed = new ArrayList<>();
        compareKeys(tree(), schema, schema, "", undescribed);
        assertThat(undescribed).isEmpty();
    }

    private static void compareKeys(
            JsonElement value, JsonObject schema, JsonObject root, String path, List<String> undescribed) {
        JsonObject described = schema;
        if (schema.has("$ref")) {
            String name = schema.get("$ref").getAsString().replace("#/$defs/", "");
            described = root.getAsJsonObject("$defs").getAsJsonObject(name);
        }
        JsonObject properties = described.getAsJsonObject("properties");
        if (value instanceof JsonObject object && properties != null) {
            if (!object.keySet().equals(properties.keySet())) {
                undescribed.add(path + ": " + object.keySet() + " but the schema has " + properties.keySet());
            }
            for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
                if (properties.has(entry.getKey())) {
                    compareKeys(
                            entry.getValue(),
                            properties.getAsJsonObject(entry.getKey()),
                            root,
                            path + "." + entry.getKey(),
                            undescribed);
                }
            }
        } else if (value instanceof JsonArray array && described.has("items") && !array.isEmpty()) {
            compareKeys(array.get(0), described.getAsJsonObject("items"), root, path + "[]", undescribed);
        }
    }

    private static void refuses(String json, String message) {
        assertThatThrownBy(() -> ReportJson.read(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message)
                .satisfies((Consumer<Throwable>)
                        e -> assertThat(e.getMessage()).hasLineCount(1).hasSizeLessThan(300));
    }

    private static JsonObject tree() {
        return JsonParser.parseString(ReportJson.write(SampleReport.realistic()))
                .getAsJsonObject();
    }

    private static JsonElement at(JsonElement tree, String path) {
        JsonElement here = tree;
        for (String step : steps(path)) {
            here = here instanceof JsonArray array
                    ? array.get(Integer.parseInt(step))
                    : here.getAsJsonObject().get(step);
        }
        return here;
    }

    private static void replace(JsonObject tree, String path, JsonElement value) {
        List<String> steps = steps(path);
        String last = steps.get(steps.size() - 1);
        JsonElement parent = tree;
        for (String step : steps.subList(0, steps.size() - 1)) {
            parent = parent instanceof JsonArray array
                    ? array.get(Integer.parseInt(step))
                    : parent.getAsJsonObject().get(step);
        }
        if (parent instanceof JsonArray array) {
            array.set(Integer.parseInt(last), value);
        } else {
            parent.getAsJsonObject().add(last, value);
        }
    }

    private static List<String> steps(String path) {
        return List.of(path.replace("]", "").split("[.\\[]"));
    }

    private static Schema schema() {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schemaText(), InputFormat.JSON);
    }

    private static String schemaText() {
        try (InputStream in = ReportJson.class.getResourceAsStream("report.schema.json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

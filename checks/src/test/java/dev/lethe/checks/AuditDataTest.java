package dev.lethe.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.lethe.audit.membership.attacks.Attacks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** {@code lethe audit data} from the files that a user has to the report that a user gets. */
@Execution(ExecutionMode.CONCURRENT)
class AuditDataTest {
    private static final List<String> SMALL =
            List.of("--epochs", "3", "--shadows", "4", "--targets", "2", "--members", "100");

    @TempDir
    private static Path folder;

    @BeforeAll
    static void data() throws IOException {
        SmallData.people(folder.resolve("people.csv"), 240);
    }

    @Test
    void writesAReportThatProgramsCanRead() throws Exception {
        CommandLineRun run =
                audit("--table people.csv --label outcome --slices city,age --seed 7 --json --out contract".split(" "));
        assertThat(run.code()).as(run.err()).isZero();
        String json = Files.readString(folder.resolve("contract/report.json"));
        assertThat(run.out().strip()).as("what --json prints").isEqualTo(json.strip());
        assertThat(run.err()).contains("training 6 models", "attacking", "done in");
        assertThat(names(folder.resolve("contract"))).containsExactly("report.html", "report.json", "shadows");
        // Not handed to an assertion whole: a failure would print a megabyte.
        assertThat(Files.readString(folder.resolve("contract/report.html"))
                        .contains("predicting &#39;outcome&#39; from people.csv"))
                .isTrue();

        JsonObject report = JsonParser.parseString(json).getAsJsonObject();
        assertThat(report.keySet()).contains("schemaVersion", "subject", "seed", "provenance", "findings");
        assertThat(report.get("seed").getAsLong()).isEqualTo(7);
        assertThat(report.getAsJsonArray("findings")).isNotEmpty().allSatisfy(finding -> {
            JsonObject one = finding.getAsJsonObject();
            assertThat(one.keySet())
                    .contains("attack", "metric", "value", "low", "high", "confidence", "verdict", "sentence");
            assertThat(one.get("value").getAsDouble())
                    .isBetween(one.get("low").getAsDouble(), one.get("high").getAsDouble());
            assertThat(one.get("verdict").getAsString()).isIn("REFUTES_CLAIM", "LEAKS", "NOTHING_FOUND");
        });
        assertThat(attacks(report))
                .hasSize(17)
                .containsExactlyInAnyOrderElementsOf(
                        Attacks.all().stream().map(a -> a.card().id()).toList());
        assertThat(all(report, "slices", "column")).containsExactlyInAnyOrder("city", "age");
        assertThat(schema().validate(json, InputFormat.JSON)).isEmpty();
    }

    @Test
    void sameSeedSameFindingsWhetherByFlagsOrByFile() throws Exception {
        CommandLineRun flags = audit(
                "--table people.csv --label outcome --width 8 --attacks shokri,lira --seed 11 --out flags".split(" "));
        assertThat(flags.code()).as(flags.err()).isZero();
        assertThat(flags.out()).contains("Report: file:", "flags/report.json").doesNotContain("training 6 models");
        Files.writeString(folder.resolve("audit.yaml"), """
                table: people.csv
                label: outcome
                epochs: 3
                shadows: 4
                targets: 2
                width: [8]
                members: 100
                attacks:
                  - shokri
                  - lira
                seed: 11
                quiet: true
                out: file
                """);
        CommandLineRun file = CommandLineRun.of(folder, "audit", "data", "--config", "audit.yaml");
        assertThat(file.code()).isZero();
        assertThat(file.err()).as("of a quiet run").isEmpty();
        assertThat(report("file").get("findings")).isEqualTo(report("flags").get("findings"));
        assertThat(settings("file")).isEqualTo(settings("flags"));

        CommandLineRun both = CommandLineRun.of(
                folder,
                "audit",
                "data",
                "--config=audit.yaml",
                "--out=both",
                "--attacks=lira:variance=global,loss-threshold");
        assertThat(both.code()).as(both.err()).isZero();
        assertThat(attacks(report("both"))).as("a flag wins").containsExactlyInAnyOrder("lira", "loss-threshold");
        assertThat(both.err()).as("the file still counts").isEmpty();
        assertThat(settings("both").get("attacks").getAsString()).isEqualTo("lira:variance=global,loss-threshold");
    }

    @Test
    void drawsASeedAndSaysIt() throws Exception {
        CommandLineRun run = audit(
                "--table people.csv --label outcome --attacks loss-threshold --recipe logistic --out drawn".split(" "));
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("seed " + report("drawn").get("seed").getAsLong());
        assertThat(settings("drawn").get("recipe").getAsString()).isEqualTo("logistic");
        assertThat(report("drawn").getAsJsonObject("subject").get("model").getAsString())
                .contains("logistic");
    }

    @Test
    void readsTheTablesThatPeopleHave() throws Exception {
        List<String> lines = new ArrayList<>();
        lines.add("\"full name\"|\"zip\"|\"income\"|\"note\"|\"grade\"");
        for (int row = 0; row < 240; row++) {
            lines.add("\"Person, %d \"\"x\"\"\"|%s|%s|%s|%d"
                    .formatted(
                            row,
                            row % 2 == 0 ? "01234" : "99999",
                            row % 5 == 0 ? "none" : String.valueOf(1000 + row),
                            row % 3 == 0 ? "\"a | b\nsecond line\"" : row % 3 == 1 ? "12" : "",
                            row * 7 % 3));
        }
        Files.write(folder.resolve("odd.csv"), lines);
        CommandLineRun run = CommandLineRun.of(
                folder,
                ("audit data --table odd.csv --label grade --drop full§name --categorical zip --numeric income"
                                + " --missing none --slices zip,grade --epochs 2 --shadows 2 --targets 1 --width 4"
                                + " --attacks loss-threshold --quiet --out odd")
                        .replace(" ", "\n")
                        .replace('§', ' ')
                        .split("\n"));
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(report("odd").getAsJsonObject("subject").get("classes").getAsInt())
                .isEqualTo(3);
        assertThat(report("odd").getAsJsonArray("slices"))
                .as("post codes as categories, not as ranges")
                .extracting(slice -> slice.getAsJsonObject().get("value").getAsString())
                .contains("01234", "99999", "0", "1", "2");
        assertThat(settings("odd").keySet()).contains("drop", "categorical", "numeric", "missing", "slices", "members");

        CommandLineRun wrong = CommandLineRun.of(
                folder, "audit", "data", "--table", "odd.csv", "--label", "grade", "--delimiter", ",");
        assertThat(wrong.code()).as("another delimiter than asked for").isEqualTo(4);
    }

    @Test
    void auditsAConvolutionalNetworkOnImages() throws Exception {
        SmallData.images(folder, 220);
        CommandLineRun run =
                audit("--images small-images-idx3-ubyte --channels 4 --attacks lira --seed 3 --quiet --out images"
                        .split(" "));
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(settings("images").get("recipe").getAsString()).isEqualTo("cnn");
        assertThat(attacks(report("images"))).containsExactly("lira");
    }

    @Test
    void auditsAResidualNetworkOnImages() throws Exception {
        SmallData.images(folder, 220);
        CommandLineRun run = audit(("--images small-images-idx3-ubyte --recipe resnet --blocks 0 --mirror-images"
                        + " --move-images 1 --momentum 0.9 --cosine 0.2 --learning-rate 0.02 --attacks lira,gradient-norm --seed 3"
                        + " --quiet --out residual")
                .split(" "));
        assertThat(run.code()).as(run.err()).isZero();
        JsonObject settings = settings("residual");
        assertThat(settings.get("recipe").getAsString()).isEqualTo("resnet");
        assertThat(settings.keySet())
                .contains("channels", "blocks", "mirror-images", "move-images", "momentum", "cosine");
        assertThat(report("residual").getAsJsonObject("subject").get("model").getAsString())
                .startsWith("residual network, 16 channels, 0 blocks")
                .contains("SGD at 0.02 with momentum 0.9", "cosine after a rise over 0.2", "mirrored", "up to 1");
        assertThat(attacks(report("residual"))).contains("lira", "gradient-norm");
    }

    /** The one thing that it is for. The labels are coin flips, and every true positive is a memory. */
    @Test
    void findsWhatANetworkLearnedByHeart() throws Exception {
        SmallData.coins(folder.resolve("coins.csv"), 600);
        CommandLineRun run = CommandLineRun.of(
                folder,
                ("audit data --table coins.csv --label side --epochs 150 --learning-rate 0.01 --width 128 --shadows 8"
                                + " --targets 4 --attacks lira,loss-threshold --seed 5 --quiet --out coins")
                        .split(" "));
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).doesNotContain("NOTHING FOUND");
        JsonObject headline = report("coins").getAsJsonArray("findings").get(0).getAsJsonObject();
        assertThat(headline.get("verdict").getAsString()).isEqualTo("LEAKS");
    }

    private static CommandLineRun audit(String... flags) throws IOException, InterruptedException {
        return CommandLineRun.of(
                folder,
                Stream.of(List.of("audit", "data"), SMALL, Arrays.asList(flags))
                        .flatMap(List::stream)
                        .toArray(String[]::new));
    }

    private static JsonObject report(String out) throws IOException {
        return JsonParser.parseString(Files.readString(folder.resolve(out).resolve("report.json")))
                .getAsJsonObject();
    }

    private static JsonObject settings(String out) throws IOException {
        return report(out).getAsJsonObject("provenance").getAsJsonObject("settings");
    }

    private static Set<String> attacks(JsonObject report) {
        return all(report, "findings", "attack");
    }

    private static Set<String> all(JsonObject report, String list, String key) {
        Set<String> values = new TreeSet<>();
        for (JsonElement one : report.getAsJsonArray(list)) {
            values.add(one.getAsJsonObject().get(key).getAsString());
        }
        return values;
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private static Schema schema() throws IOException {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(
                        Files.readString(Path.of(System.getProperty("lethe.root", ".."), "docs/report.schema.json")));
    }
}

package dev.lethe.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.attacks.Attacks;
import dev.lethe.audit.report.ReportHtml;
import dev.lethe.audit.report.ReportJson;
import dev.lethe.audit.report.SampleReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands beside the audit itself. */
@Execution(ExecutionMode.CONCURRENT)
class CommandsTest {
    @TempDir
    private Path folder;

    @Test
    void listsEveryAttack() throws Exception {
        CommandLineRun text = lethe("list", "attacks");
        assertThat(text.code()).isZero();
        CommandLineRun json = lethe("list", "attacks", "--json", "--quiet", "--seed", "1");
        assertThat(json.code()).isZero();
        assertThat(json.err()).isEmpty();
        JsonArray listed = JsonParser.parseString(json.out()).getAsJsonArray();
        List<MembershipAttack> attacks = Attacks.all();
        assertThat(listed).hasSameSizeAs(attacks);
        for (int i = 0; i < attacks.size(); i++) {
            assertThat(listed.get(i).getAsJsonObject().get("id").getAsString())
                    .isEqualTo(attacks.get(i).card().id());
            assertThat(text.out())
                    .contains(
                            attacks.get(i).card().id(),
                            attacks.get(i).card().summary(),
                            attacks.get(i).card().paper(),
                            Attacks.settings(attacks.get(i)));
        }
    }

    @Test
    void listsEveryRecipe() throws Exception {
        assertThat(lethe("list", "recipes").out())
                .contains("logistic", "mlp", "cnn", "resnet", "--blocks", "--learning-rate", "--mirror-images");
        CommandLineRun json = lethe("list", "recipes", "--json", "--quiet", "--seed", "1");
        assertThat(JsonParser.parseString(json.out()).getAsJsonArray())
                .extracting(recipe -> recipe.getAsJsonObject().get("id").getAsString())
                .containsExactly("logistic", "mlp", "cnn", "resnet");
    }

    @Test
    void showsAReportAgain() throws Exception {
        String report = ReportJson.write(SampleReport.realistic());
        Files.writeString(folder.resolve("report.json"), report);
        CommandLineRun text = lethe("show", "report.json", "--quiet", "--seed", "1");
        assertThat(text.code()).as(text.err()).isZero();
        assertThat(text.out())
                .contains(
                        "Not tested:",
                        SampleReport.realistic().attacks().get(0).card().name());
        assertThat(text.err()).isEmpty();

        CommandLineRun page = lethe("show", "report.json", "--out", "again", "--json");
        assertThat(page.code()).as(page.err()).isZero();
        assertThat(page.out().strip()).isEqualTo(report.strip());
        // Not handed to an assertion whole: a failure would print a megabyte.
        assertThat(Files.readString(folder.resolve("again/report.html"))
                        .equals(ReportHtml.render(SampleReport.realistic())))
                .isTrue();
        assertThat(folder.resolve("again/report.html.partial")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "demo",
                "audit",
                "audit data",
                "audit predictions",
                "train",
                "fix",
                "share",
                "share statistics",
                "list",
                "list attacks",
                "list recipes",
                "show",
                "price",
                "ledger",
                "ledger open",
                "ledger charge",
                "ledger budget",
                "ledger show",
                "ledger verify",
                "ledger export",
                "ledger import",
                "generate-completion"
            })
    void helpsWithAnExample(String command) throws Exception {
        CommandLineRun run = lethe((command + " --help").strip().split(" "));
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        String name = ("lethe " + command).strip();
        assertThat(run.out()).contains("Usage: " + name, "Examples:");
        assertThat(run.out().substring(run.out().indexOf("Examples:"))).contains("  " + name);
        if (!List.of("", "audit", "share", "list", "ledger").contains(command)) {
            assertThat(run.out()).contains("--quiet", "--json");
            if (command.equals("share statistics")) {
                assertThat(run.out()).contains("There is no --seed").doesNotContain("--seed=");
            } else {
                assertThat(run.out()).contains("--seed");
            }
        }
    }

    @Test
    void saysItsVersion() throws Exception {
        CommandLineRun run = lethe("--version");
        assertThat(run.code()).isZero();
        assertThat(run.out()).matches("lethe \\S+\\R");
    }

    @Test
    void completesInBash() throws Exception {
        CommandLineRun run = lethe("generate-completion", "--quiet", "--seed", "1");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("lethe", "--learning-rate", "generate-completion");
        CommandLineRun json = lethe("generate-completion", "--json");
        assertThat(JsonParser.parseString(json.out())
                        .getAsJsonObject()
                        .get("script")
                        .getAsString()
                        .strip())
                .isEqualTo(run.out().strip());

        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no /bin/bash to read the script");
        Path script = Files.writeString(folder.resolve("completion"), run.out());
        Process bash = new ProcessBuilder("/bin/bash", "-n", script.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(bash.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(bash.waitFor()).isZero();
    }

    private CommandLineRun lethe(String... arguments) throws Exception {
        return CommandLineRun.of(folder, arguments);
    }
}

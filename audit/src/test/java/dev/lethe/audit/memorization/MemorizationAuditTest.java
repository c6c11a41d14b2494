package dev.lethe.audit.memorization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.lethe.audit.report.Verdict;
import dev.lethe.core.data.Vocabulary;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.Optimization;
import dev.lethe.nn.RecurrentRecipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

/** The whole walk on a small text: canaries that are learnt by heart are found, and where none can be, none is. */
class MemorizationAuditTest {
    private static final MemorizationAudit.Described DESCRIBED = new MemorizationAudit.Described(
            "LSTM on a made-up text", "recipe", "made-up.txt", "", "", Map.of("epochs", "20"), "0".repeat(64), "test");

    /** Sentences of a small grammar. */
    private static List<String> lines(int count) {
        String[][] words = {
            {"the", "a", "one"},
            {"cat", "dog", "fox", "hen"},
            {"sees", "likes", "eats"},
            {"the", "a"},
            {"nut", "egg", "fish"}
        };
        UniformRandomProvider random = Seed.of(3).stream();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<String> line = new ArrayList<>();
            for (String[] some : words) {
                line.add(some[random.nextInt(some.length)]);
            }
            lines.add(String.join(" ", line));
        }
        return lines;
    }

    private static MemorizationAudit audit(int copies) {
        Manifest manifest = Manifest.draw(
                List.of(CanaryFormat.parse("pin {digits:4}")), List.of(copies), 1, 4, List.of(), Seed.of(5));
        return new MemorizationAudit(manifest, 500, ExactRank.DEFAULT, Extraction.DEFAULT, 2);
    }

    private static MemorizationReport run(MemorizationAudit audit, int epochs) {
        MemorizationAudit.Text text = MemorizationAudit.Text.split(lines(220));
        RecurrentRecipe recipe = new RecurrentRecipe(16, 32, 1, 0, false, 20, new Optimization(epochs, 0.01, 4, 0, 0));
        return audit.run(text, audit.characters(text), recipe::train, 11, DESCRIBED, Progress.QUIET, model -> {
            assertThat(model.parameterCount()).isPositive();
        });
    }

    @Test
    void findsWhatIsLearntByHeart() {
        MemorizationReport report = run(audit(12), 25);
        assertThat(report.verdict()).isEqualTo(Verdict.LEAKS);
        MemorizationReport.Measured canary = report.ranked().get(0);
        assertThat(canary.rank()).isEqualTo("1");
        assertThat(canary.place()).isEqualTo(1);
        assertThat(canary.exposure().method()).isEqualTo(Exposure.Method.EXACT);
        assertThat(canary.leaks()).isTrue();
        MemorizationReport.Format format = report.formats().get(0);
        assertThat(format.extraction().complete()).isTrue();
        assertThat(format.extraction().candidates()).hasSize(10);
        assertThat(format.canaries()).hasSize(5);
        assertThat(format.canaries().stream().filter(one -> one.copies() == 0))
                .noneMatch(MemorizationReport.Measured::leaks);
        assertThat(report.epochs()).hasSize(25);
        assertThat(report.epochs().get(24).exposures().get("canary-1"))
                .isGreaterThan(report.epochs().get(0).exposures().get("canary-1"));
        assertThat(report.sentence()).contains("remembers 1 of 1").contains("12 times");
        assertThat(MemorizationText.summary(report)).contains("LEAKS").contains("1.44");
        JsonObject json = JsonParser.parseString(MemorizationJson.write(report)).getAsJsonObject();
        assertThat(json.get("verdict").getAsString()).isEqualTo("LEAKS");
        assertThat(json.getAsJsonArray("epochs")).hasSize(25);
        assertThat(json.toString()).doesNotContain("NaN");
    }

    /** One epoch of a small step learns letters, not secrets. Its canary is random: a false alarm has probability 0.05. */
    @Test
    void callsNothingALeakThatIsNone() {
        MemorizationReport report = run(audit(1), 1);
        assertThat(report.verdict()).isEqualTo(Verdict.NOTHING_FOUND);
        assertThat(report.sentence()).contains("None of 1 canaries").contains("1.44");
    }

    @Test
    void refusesWhatCannotBeAudited() {
        assertThatThrownBy(() -> MemorizationAudit.Text.split(List.of("one line")))
                .hasMessageContaining("1 lines");
        MemorizationAudit audit = audit(1);
        MemorizationAudit.Text text = MemorizationAudit.Text.split(lines(20));
        RecurrentRecipe recipe = new RecurrentRecipe(4, 4, 1, 0, false, 5, new Optimization(1, 0.01, 4, 0, 0));
        Vocabulary letters = Vocabulary.ofCharacters(String.join("", text.train()), "\n");
        assertThatThrownBy(() -> audit.run(text, letters, recipe::train, 1, DESCRIBED, Progress.QUIET, model -> {}))
                .hasMessageContaining("cannot write");
    }
}

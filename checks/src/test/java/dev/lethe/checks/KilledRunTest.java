package dev.lethe.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Kill -9 in the middle of training, then the same command: the findings of a run that nobody disturbed. */
@Execution(ExecutionMode.CONCURRENT)
class KilledRunTest {
    private static final String COMMAND = "audit data --table people.csv --label outcome --members 100 --shadows 4"
            + " --targets 2 --width 8 --epochs 3000 --threads 1 --attacks lira,loss-threshold";

    @TempDir
    private Path folder;

    @Test
    void goesOnWithTheSeedOfTheModelsThatAreThere() throws Exception {
        SmallData.people(folder.resolve("people.csv"), 200);
        String[] command = (COMMAND + " --out killed").split(" ");
        CommandLineRun killed = CommandLineRun.start(folder, command)
                .killWhenThereIs(folder.resolve("killed/shadows/model-0000.logits"));
        assertThat(killed.code()).as("killed, not ended: " + killed.err()).isNotZero();
        assertThat(folder.resolve("killed/report.json")).doesNotExist();
        long trained = models("killed");
        assertThat(trained).as("models before the kill").isBetween(1L, 5L);

        CommandLineRun resumed = CommandLineRun.of(folder, command);
        assertThat(resumed.code()).as(resumed.err()).isZero();
        assertThat(resumed.err()).contains("going on from the models in killed/shadows");

        String seed = report("killed").get("seed").getAsString();
        assertThat(killed.err()).contains("seed " + seed);
        CommandLineRun whole =
                CommandLineRun.of(folder, (COMMAND + " --quiet --seed " + seed + " --out whole").split(" "));
        assertThat(whole.code()).as(whole.err()).isZero();
        assertThat(report("killed").get("findings")).isEqualTo(report("whole").get("findings"));
        assertThat(storeHash("killed")).isEqualTo(storeHash("whole"));
    }

    private long models(String out) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(out).resolve("shadows"))) {
            return files.filter(file -> file.toString().endsWith(".logits")).count();
        }
    }

    private String storeHash(String out) throws IOException {
        return report(out).getAsJsonObject("provenance").get("storeHash").getAsString();
    }

    private JsonObject report(String out) throws IOException {
        return JsonParser.parseString(Files.readString(folder.resolve(out).resolve("report.json")))
                .getAsJsonObject();
    }
}

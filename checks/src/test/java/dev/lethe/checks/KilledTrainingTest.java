package dev.lethe.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Kill -9 in the middle of a private training, then the same command: one model, one charge. */
@Execution(ExecutionMode.CONCURRENT)
class KilledTrainingTest {
    private static final String COMMAND = "train --table people.csv --label outcome --epsilon 3 --delta 1e-5"
            + " --bounds age=18:90,visits=0:10 --categories city=north|south|east --epochs 400 --batch 20"
            + " --ledger l.db --dataset people --out model";

    @TempDir
    private Path folder;

    @Test
    void goesOnAndIsChargedOnce() throws Exception {
        SmallData.people(folder.resolve("people.csv"), 1000);
        assertThat(CommandLineRun.of(
                                folder,
                                "ledger open --ledger l.db --dataset people --epsilon 4 --delta 1e-4 --purpose test"
                                        .split(" "))
                        .code())
                .isZero();
        CommandLineRun killed = CommandLineRun.start(folder, COMMAND.split(" "))
                .killWhenThereIs(folder.resolve("model/training.checkpoint"));
        assertThat(killed.code()).as("killed, not ended: " + killed.err()).isNotZero();
        assertThat(folder.resolve("model/model.safetensors")).doesNotExist();
        String charged = ledger("show");
        assertThat(charged).contains("train a model of 'outcome'");

        CommandLineRun other = CommandLineRun.of(
                folder,
                COMMAND.replace("--epochs 400", "--epochs 300")
                        .replace("--out model", "--out other")
                        .split(" "));
        assertThat(other.code())
                .as("another training is another charge, for which there is no budget: " + other.err())
                .isEqualTo(3);
        CommandLineRun there = CommandLineRun.of(
                folder, COMMAND.replace("--epochs 400", "--epochs 300").split(" "));
        assertThat(there.code()).as(there.err()).isEqualTo(4);
        assertThat(there.err()).contains("is the checkpoint of another training");
        assertThat(ledger("show")).as("refused before the charge").isEqualTo(charged);
        CommandLineRun resumed = CommandLineRun.of(folder, (COMMAND + " --json").split(" "));
        assertThat(resumed.code()).as(resumed.err()).isZero();
        assertThat(resumed.err()).contains("going on from model/training.checkpoint");
        assertThat(ledger("show")).as("not charged again").isEqualTo(charged);
        assertThat(ledger("verify")).isNotEmpty();
        String hash = JsonParser.parseString(resumed.out())
                .getAsJsonObject()
                .getAsJsonObject("ledger")
                .get("charge")
                .getAsString();
        assertThat(charged).as("the card names the charge of the killed run").contains(hash);
        assertThat(folder.resolve("model/model.safetensors")).isRegularFile();
        assertThat(folder.resolve("model/training.checkpoint")).doesNotExist();
    }

    private String ledger(String command) throws Exception {
        CommandLineRun run = CommandLineRun.of(folder, "ledger", command, "--ledger", "l.db");
        assertThat(run.code()).as(run.err()).isZero();
        return run.out();
    }
}

package dev.lethe.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The ledger as a user runs it. */
@Execution(ExecutionMode.CONCURRENT)
class LedgerCommandTest {
    private static final String LEDGER = " --ledger people.ledger";
    private static final String PATIENTS = LEDGER + " --dataset patients";

    @TempDir
    private Path folder;

    private CommandLineRun ledger(String arguments) throws Exception {
        return CommandLineRun.of(folder, ("ledger " + arguments).split(" "));
    }

    /** Without what a logging library says that only the tests bring. */
    private static String said(CommandLineRun run) {
        return run.err().lines().filter(line -> !line.startsWith("SLF4J")).collect(Collectors.joining("\n"));
    }

    private void event(String name, String json) throws Exception {
        Files.writeString(folder.resolve(name), json);
    }

    @Test
    void keepsAccountAndRefusesWithAParameterThatFits() throws Exception {
        CommandLineRun opened = ledger("open" + PATIENTS + " --epsilon 4 --delta 1e-5");
        assertThat(opened.code()).as(opened.err()).isZero();
        event(
                "event.json",
                "{\"repeated\":{\"times\":1000,\"event\":{\"poissonSampled\":{\"rate\":0.01,\"event\":"
                        + "{\"gaussian\":{\"noiseMultiplier\":1.1}}}}}}");
        CommandLineRun dry = ledger("charge" + PATIENTS + " --event event.json --purpose train --dry-run");
        assertThat(dry.out()).contains("nothing was recorded");
        CommandLineRun charged = ledger("charge" + PATIENTS + " --event event.json --purpose train --json");
        assertThat(charged.code()).as(charged.err()).isZero();
        JsonObject said = JsonParser.parseString(charged.out()).getAsJsonObject();
        String spent = said.getAsJsonObject("account").get("spent").getAsString();
        String head = said.getAsJsonObject("entry").get("hash").getAsString();
        assertThat(dry.out()).contains(spent);

        event("dear.json", "{\"repeated\":{\"times\":1000,\"event\":{\"gaussian\":{\"noiseMultiplier\":2.0}}}}");
        CommandLineRun refused = ledger("charge" + PATIENTS + " --event dear.json --purpose more");
        assertThat(refused.code()).isEqualTo(3);
        assertThat(refused.out()).isEmpty();
        assertThat(said(refused))
                .contains(
                        "spent epsilon " + spent,
                        "budget of epsilon 4 at delta 0.00001",
                        "noiseMultiplier",
                        "instead of 2")
                .hasLineCount(1);
        String fits = refused.err().replaceAll("(?s).*noiseMultiplier ([0-9.]+) instead of.*", "$1");
        event(
                "advised.json",
                "{\"repeated\":{\"times\":1000,\"event\":{\"gaussian\":{\"noiseMultiplier\":" + fits + "}}}}");
        CommandLineRun advised = ledger("charge" + PATIENTS + " --event advised.json --purpose advised");
        assertThat(advised.code()).as(advised.err()).isZero();

        CommandLineRun raised = ledger("budget" + PATIENTS + " --raise 6 --reason agreed");
        assertThat(raised.code()).as(raised.err()).isZero();
        assertThat(ledger("show" + LEDGER).out()).contains("train", "advised", "agreed", head);
        assertThat(JsonParser.parseString(ledger("budget" + LEDGER + " --json").out())
                        .getAsJsonArray()
                        .get(0)
                        .getAsJsonObject()
                        .get("epsilon")
                        .getAsString())
                .isEqualTo("6");
        assertThat(ledger("verify" + LEDGER + " --head " + head).code()).isZero();

        Files.writeString(
                folder.resolve("people.json"), ledger("export" + LEDGER).out());
        CommandLineRun imported = ledger("import --ledger other.ledger --from people.json");
        assertThat(imported.code()).as(imported.err()).isZero();
        assertThat(ledger("export --ledger other.ledger").out())
                .isEqualTo(Files.readString(folder.resolve("people.json")));
    }

    @Test
    void namesWhatIsWrongWithALedger() throws Exception {
        event("event.json", "{\"gaussian\":{\"noiseMultiplier\":10.0}}");
        assertThat(ledger("verify" + LEDGER).code()).as("not there").isEqualTo(4);
        ledger("open" + PATIENTS + " --epsilon 4 --delta 1e-5");
        Files.copy(folder.resolve("people.ledger"), folder.resolve("copy"));
        ledger("charge" + PATIENTS + " --event event.json --purpose one");
        Files.copy(folder.resolve("people.ledger"), folder.resolve("newer"));
        Files.copy(folder.resolve("copy"), folder.resolve("people.ledger"), StandardCopyOption.REPLACE_EXISTING);
        for (String command : new String[] {"verify", "show", "budget", "export"}) {
            CommandLineRun run = ledger(command + LEDGER);
            assertThat(run.code()).as(command).isEqualTo(4);
            assertThat(said(run)).contains("older copy was put back").hasLineCount(1);
        }
        assertThat(ledger("charge" + PATIENTS + " --event event.json --purpose two")
                        .code())
                .isEqualTo(4);

        byte[] edited = new String(Files.readAllBytes(folder.resolve("newer")), StandardCharsets.ISO_8859_1)
                .replace("{\"gaussian\":{\"noiseMultiplier\":10.0}}", "{\"gaussian\":{\"noiseMultiplier\":99.0}}")
                .getBytes(StandardCharsets.ISO_8859_1);
        Files.write(folder.resolve("people.ledger"), edited);
        CommandLineRun run = ledger("verify" + LEDGER);
        assertThat(run.code()).isEqualTo(4);
        assertThat(run.err()).contains("entry 2 was edited");

        Files.write(folder.resolve("people.ledger"), java.util.Arrays.copyOf(edited, edited.length / 2));
        assertThat(ledger("verify" + LEDGER).code()).isEqualTo(4);
    }

    /** As 'lethe price' does, and before the ledger is touched. */
    @Test
    void refusesWhatIsNoEvent() throws Exception {
        ledger("open" + PATIENTS + " --epsilon 4 --delta 1e-5");
        for (String wrong : new String[] {
            "{\"gaussian\": {\"noiseMul",
            "{\"gausian\": {\"noiseMultiplier\": 1}}",
            "{\"gaussian\": {\"noiseMultiplier\": 1, \"extra\": 2}}",
            "{\"gaussian\": {\"noiseMultiplier\": NaN}}",
            "{\"gaussian\": {\"noiseMultiplier\": 1e999}}",
            "{\"pureDp\": {\"epsilon\": -10, \"neighbours\": \"add-remove\"}}",
            "{\"approximateDp\": {\"epsilon\": 1, \"delta\": -0.1, \"neighbours\": \"add-remove\"}}"
        }) {
            event("wrong.json", wrong);
            for (String more : new String[] {"", " --dry-run"}) {
                CommandLineRun run = ledger("charge" + PATIENTS + " --event wrong.json --purpose refill" + more);
                assertThat(run.code()).as(wrong).isEqualTo(2);
                assertThat(said(run)).contains("wrong.json").hasLineCount(1);
            }
        }
        assertThat(ledger("charge" + PATIENTS + " --event . --purpose x").code())
                .isEqualTo(4);
        assertThat(ledger("charge" + PATIENTS + " --event none.json --purpose x")
                        .code())
                .isEqualTo(4);
        assertThat(ledger("budget" + LEDGER).out()).contains("0 charges");
    }

    @Test
    void refusesNumbersThatAreNoBudgetAndPasswordsInAddresses() throws Exception {
        for (String epsilon : new String[] {"-1", "0", "NaN", "Infinity", "1e999999999"}) {
            assertThat(ledger("open" + PATIENTS + " --epsilon=" + epsilon + " --delta 1e-5")
                            .code())
                    .as(epsilon)
                    .isEqualTo(2);
        }
        for (String delta : new String[] {"-1e-5", "0", "1", "NaN", "Infinity"}) {
            assertThat(ledger("open" + PATIENTS + " --epsilon 1 --delta=" + delta)
                            .code())
                    .as(delta)
                    .isEqualTo(2);
        }
        assertThat(folder.resolve("people.ledger")).doesNotExist();
        CommandLineRun run = ledger("budget --ledger jdbc:postgresql://127.0.0.1:9/x?password=secret");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("PGPASSWORD").doesNotContain("secret");
        CommandLineRun nobody = ledger("budget --ledger jdbc:postgresql://127.0.0.1:9/x");
        assertThat(nobody.code()).isEqualTo(4);
        assertThat(said(nobody)).contains("cannot be reached").hasLineCount(1);
    }
}

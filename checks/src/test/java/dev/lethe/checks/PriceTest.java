package dev.lethe.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user learns about the price of a mechanism, and what is refused. */
@Execution(ExecutionMode.CONCURRENT)
class PriceTest {
    private static final String TRAINING = "price --rate 0.01 --noise-multiplier 1.0 --steps 1000 --delta 1e-5";

    @TempDir
    private Path folder;

    @Test
    void pricesNoisySteps() throws Exception {
        JsonObject price = json(TRAINING + " --json --quiet");
        // dp_accounting at interval 1e-4 and its Rényi accountant; ours are tighter.
        assertThat(price.get("epsilon").getAsDouble())
                .isCloseTo(1.828244, within(2e-5))
                .isLessThan(1.828245);
        assertThat(price.get("epsilonLower").getAsDouble())
                .isCloseTo(1.828244, within(1e-4))
                .isLessThan(1.828244);
        assertThat(price.get("rdpEpsilon").getAsDouble()).isCloseTo(2.101367, within(1e-4));
        assertThat(price.get("delta").getAsDouble()).isEqualTo(1e-5);
        assertThat(price.get("neighbours").getAsString()).isEqualTo("add-remove");
        assertThat(price.get("curve").getAsJsonArray()).hasSizeGreaterThanOrEqualTo(5);
        assertThat(price.get("warnings").getAsJsonArray()).isEmpty();

        CommandLineRun text = lethe(TRAINING + " --records 1000");
        assertThat(text.code()).as(text.err()).isZero();
        assertThat(text.out())
                .contains("epsilon 1.828", "2.1013", "add-remove", "1.0E-8")
                .doesNotContain("Warning");
        assertThat(lethe(TRAINING + " --records 1000000").out()).contains("Warning: delta is above 1 / 1000000");
    }

    @Test
    void pricesAnyEventAndEitherRelation() throws Exception {
        Files.writeString(folder.resolve("event.json"), """
                {"composed": [{"repeated": {"times": 1000, "event": {"poissonSampled": {"rate": 0.01, "event":
                  {"gaussian": {"noiseMultiplier": 1.1}}}}}}, {"laplace": {"noiseMultiplier": 20.0}}]}
                """);
        double add = json("price --event event.json --delta 1e-5 --json")
                .get("epsilon")
                .getAsDouble();
        JsonObject unnamed = json("price --event event.json --json");
        assertThat(unnamed.get("epsilon").getAsDouble()).isEqualTo(add);
        assertThat(unnamed.get("delta").getAsDouble()).isEqualTo(1e-5);
        assertThat(unnamed.get("warnings").toString()).contains("No --delta was named");
        double replace = json("price --event event.json --delta 1e-5 --neighbours replace --json")
                .get("epsilon")
                .getAsDouble();
        assertThat(add).isBetween(1.4, 1.8);
        assertThat(replace).isGreaterThan(1.2 * add);
    }

    @Test
    void calibratesWhatIsLeftOut() throws Exception {
        for (String left : new String[] {
            "--rate 0.01 --steps 1000", "--rate 0.01 --noise-multiplier 1.0", "--noise-multiplier 1.0 --steps 1000"
        }) {
            JsonObject price = json("price --target-epsilon 2 " + left + " --delta 1e-5 --json");
            assertThat(price.get("epsilon").getAsDouble()).as(left).isBetween(1.99, 2.0);
            assertThat(price.get("targetEpsilon").getAsDouble()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "price --delta 1e-5 | 2 | name --noise-multiplier",
                "price --noise-multiplier 1 --delta | 2 | --delta",
                "price --noise-multiplier 1 --delta Infinity | 2 | --delta Infinity must lie in [0, 1)",
                "price --target-epsilon NaN --rate 0.1 --steps 9 | 2 | --target-epsilon NaN must be above 0",
                "price --target-epsilon Infinity --rate 0.1 --steps 9 | 2 | --target-epsilon Infinity must be",
                "price --event unknown.json | 2 | unknown kind of event 'gausian'",
                "price --event surplus.json | 2 | it has noiseMultiplier, extra",
                "price --event nan.json | 2 | not valid JSON",
                "price --event . | 4 | is a directory",
                "price --noise-multiplier -1 --delta 1e-5 | 2 | --noise-multiplier -1.0 must be above 0",
                "price --noise-multiplier NaN --delta 1e-5 | 2 | --noise-multiplier NaN must be above 0",
                "price --noise-multiplier Infinity --delta 1e-5 | 2 | --noise-multiplier Infinity must be",
                "price --noise-multiplier 1 --delta -1e-5 | 2 | --delta",
                "price --noise-multiplier 1 --delta NaN | 2 | --delta NaN must lie in [0, 1)",
                "price --noise-multiplier 1 --delta 1 | 2 | --delta 1.0 must lie in [0, 1)",
                "price --noise-multiplier 1 --delta 1e-5 --rate 1.5 | 2 | --rate 1.5 must lie in [0, 1]",
                "price --noise-multiplier 1 --delta 1e-5 --steps 0 | 2 | --steps 0 must be at least 1",
                "price --noise-multiplier 1 --delta 1e-5 --neighbours some | 2 | neither add-remove nor replace",
                "price --target-epsilon -1 --rate 0.1 --steps 9 --delta 1e-5 | 2 | --target-epsilon -1.0 must be above 0",
                "price --target-epsilon 1 --rate 0.1 --delta 1e-5 | 2 | name two of",
                "price --event event.json --rate 0.1 --delta 1e-5 | 2 | --event stands alone",
                "price --event negative.json --delta 1e-5 | 2 | $.pureDp: epsilon -10.0 must be at least 0",
                "price --event torn.json --delta 1e-5 | 2 | not valid JSON",
                "price --event nowhere.json --delta 1e-5 | 4 | does not exist",
                "price --event replaced.json --delta 1e-5 | 3 | claimed for replacing one record",
            })
    void refusesInOneLine(String arguments, int code, String message) throws Exception {
        Files.writeString(folder.resolve("event.json"), "{\"laplace\": {\"noiseMultiplier\": 1}}");
        Files.writeString(
                folder.resolve("negative.json"), "{\"pureDp\": {\"epsilon\": -10, \"neighbours\": \"add-remove\"}}");
        Files.writeString(folder.resolve("unknown.json"), "{\"gausian\": {\"noiseMultiplier\": 1}}");
        Files.writeString(folder.resolve("surplus.json"), "{\"gaussian\": {\"noiseMultiplier\": 1, \"extra\": 2}}");
        Files.writeString(folder.resolve("nan.json"), "{\"gaussian\": {\"noiseMultiplier\": NaN}}");
        Files.writeString(folder.resolve("torn.json"), "{\"laplace\": {\"noiseMul");
        Files.writeString(
                folder.resolve("replaced.json"),
                "{\"repeated\": {\"times\": 2, \"event\": {\"pureDp\": {\"epsilon\": 1, \"neighbours\": \"replace\"}}}}");
        CommandLineRun run = lethe(arguments);
        assertThat(run.code()).as(run.err()).isEqualTo(code);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("lethe: ").contains(message).hasLineCount(1);
    }

    private JsonObject json(String arguments) throws Exception {
        CommandLineRun run = lethe(arguments);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        return JsonParser.parseString(run.out()).getAsJsonObject();
    }

    private CommandLineRun lethe(String arguments) throws Exception {
        return CommandLineRun.of(folder, arguments.strip().split(" +"));
    }
}

package dev.lethe.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code lethe share statistics} as a user runs it. */
@Execution(ExecutionMode.CONCURRENT)
class StatisticsTest {
    private static final String TABLE = "share statistics --table people.csv ";

    @TempDir
    private static Path folder;

    @BeforeAll
    static void write() throws IOException {
        SmallData.people(folder.resolve("people.csv"), 3000);
        // A city of one person: no answer may name it.
        Files.writeString(
                folder.resolve("people.csv"), Files.readString(folder.resolve("people.csv")) + "41,atlantis,3.5,yes\n");
        Files.writeString(folder.resolve("keys.csv"), "city\nsouth\nnowhere\n");
        Files.writeString(folder.resolve("wide.csv"), "city,age\nsouth,3\n");
        Files.writeString(folder.resolve("twice.csv"), "city\nsouth\nsouth\n");
        Files.writeString(folder.resolve("other.csv"), "town\nsouth\n");
    }

    @Test
    void saysTheCostAndTheErrorBeforeSpending() throws Exception {
        String asked =
                TABLE + "--group-by city --count --mean age --bounds age=0:100 --epsilon 2 --delta 1e-6 --dry-run";
        CommandLineRun text = lethe(asked);
        assertThat(text.code()).as(text.err()).isZero();
        assertThat(text.err()).isEmpty();
        assertThat(text.out())
                .contains("Nothing was drawn, nothing was charged", "groups", "mean(age)", "would keep epsilon 2")
                .doesNotContain("south");
        JsonObject plan = JsonParser.parseString(lethe(asked + " --json").out()).getAsJsonObject();
        double epsilon = 0;
        for (JsonElement part : plan.getAsJsonArray("plan")) {
            epsilon += part.getAsJsonObject().get("epsilonShare").getAsDouble();
            assertThat(part.getAsJsonObject().get("expectedError").getAsDouble())
                    .isPositive();
        }
        assertThat(epsilon).isBetween(1.999999, 2.0);
        assertThat(plan.has("figures")).isFalse();
    }

    @Test
    void showsGroupsThatAreLargeEnoughInTextJsonAndCsv() throws Exception {
        CommandLineRun run =
                lethe(TABLE + "--group-by city --count --sum visits --quantiles age:0.25,0.5 --histogram outcome"
                        + " --epsilon 20 --delta 1e-6 --json --out cities.csv");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("No ledger: nothing records").doesNotContain("atlantis");
        JsonObject root = JsonParser.parseString(run.out()).getAsJsonObject();
        assertThat(root.get("neighbours").getAsString()).isEqualTo("ADD_OR_REMOVE_ONE");
        assertThat(root.getAsJsonObject("boundsFound").keySet()).containsExactlyInAnyOrder("visits", "age");
        List<String> counts = new ArrayList<>();
        for (JsonElement element : root.getAsJsonArray("figures")) {
            JsonObject figure = element.getAsJsonObject();
            if (figure.get("statistic").getAsString().equals("count")) {
                counts.add(figure.getAsJsonArray("group").get(0).getAsString());
                // Epsilon 20 over 7 parts: off by 100 with probability exp(-285).
                assertThat(figure.get("value").getAsDouble())
                        .isBetween(
                                rows(counts.get(counts.size() - 1)) - 100.0,
                                rows(counts.get(counts.size() - 1)) + 100.0);
            }
        }
        assertThat(counts).containsExactly("east", "north", "south");
        String csv = Files.readString(folder.resolve("cities.csv"));
        assertThat(csv)
                .startsWith("city,statistic,at,value,low,high\neast,count,,")
                .doesNotContain("atlantis");
        assertThat(csv.lines()).hasSize(1 + root.getAsJsonArray("figures").size());
        assertThat(folder.resolve("cities.csv.partial")).doesNotExist();
    }

    @Test
    void groupsThatAreNamedNeedNoDeltaAndAreAllShown() throws Exception {
        CommandLineRun run = lethe(TABLE + "--group-by city --keys keys.csv --count --epsilon 1 --quiet");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("nowhere", "south", "delta 0").doesNotContain("north", "atlantis");
    }

    @Test
    void chargesTheLedgerFirstAndReleasesNothingThatItRefuses() throws Exception {
        assertThat(lethe("ledger open --ledger l.db --dataset people --epsilon 1 --delta 1e-6")
                        .code())
                .isZero();
        String paid = TABLE + "--count --sum age --bounds age=0:100 --ledger l.db --dataset people --purpose test";
        CommandLineRun before = lethe(paid + " --epsilon 0.75 --dry-run --json");
        assertThat(before.code()).as(before.err()).isZero();
        String spent = JsonParser.parseString(before.out())
                .getAsJsonObject()
                .get("ledgerSpent")
                .getAsString();
        assertThat(lethe(paid + " --epsilon 0.75 --dry-run").out()).contains("bring people to epsilon " + spent);
        assertThat(lethe("ledger budget --ledger l.db").out()).contains("0 charges");
        CommandLineRun first = lethe(paid + " --epsilon 0.75 --json");
        assertThat(first.code()).as(first.err()).isZero();
        String entry = JsonParser.parseString(first.out())
                .getAsJsonObject()
                .get("ledgerEntry")
                .getAsString();
        assertThat(lethe("ledger show --ledger l.db").out()).contains(entry);
        assertThat(lethe("ledger budget --ledger l.db").out()).contains("epsilon " + spent + " of 1", "1 charge");
        CommandLineRun dry = lethe(paid + " --epsilon 0.75 --dry-run");
        assertThat(dry.code()).as("what would be refused is no plan").isEqualTo(3);
        assertThat(dry.out()).isEmpty();
        assertThat(dry.err()).contains("budget");
        CommandLineRun second = lethe(paid + " --epsilon 0.75 --out refused.csv");
        assertThat(second.code()).as(second.err()).isEqualTo(3);
        assertThat(second.out()).isEmpty();
        assertThat(second.err()).contains("budget");
        assertThat(folder.resolve("refused.csv")).doesNotExist();
    }

    /** Groups that are found have a delta: it is taken from the reserve, and refused beyond it with one that fits. */
    @Test
    void groupsThatAreFoundAreChargedToTheReserve() throws Exception {
        CommandLineRun opened = lethe("ledger open --ledger found.db --dataset people --epsilon 20 --delta 1e-5");
        assertThat(opened.code()).as(opened.err()).isZero();
        assertThat(opened.out()).contains("delta 0 of a reserve of 0.000001");
        String paid = TABLE + "--group-by city --count --epsilon 4 --ledger found.db --dataset people --purpose test";
        CommandLineRun granted = lethe(paid + " --delta 7e-7 --json");
        assertThat(granted.code()).as(granted.err()).isZero();
        // Hundreds of people in each; one is missed with a probability below 1e-200.
        assertThat(granted.out()).contains("south").doesNotContain("atlantis");
        CommandLineRun refused = lethe(paid + " --delta 7e-7");
        assertThat(refused.code()).as(refused.err()).isEqualTo(3);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err())
                .contains(
                        "has spent delta 0.0000007 of the reserve",
                        "of which 0.000001 in reserve",
                        "What would fit: delta 0.0000003 instead of 0.0000007");
        JsonObject account = JsonParser.parseString(
                        lethe("ledger budget --ledger found.db --json").out())
                .getAsJsonArray()
                .get(0)
                .getAsJsonObject();
        assertThat(account.get("charges").getAsInt()).isEqualTo(1);
        assertThat(account.get("reserve").getAsString()).isEqualTo("0.000001");
        assertThat(account.get("spentDelta").getAsDouble()).isBetween(6.99e-7, 7e-7);
        assertThat(lethe(paid + " --delta 3e-7").code()).isZero();

        lethe("ledger open --ledger found.db --dataset none --epsilon 20 --delta 1e-5 --reserve 0");
        CommandLineRun none = lethe(paid.replace("dataset people", "dataset none") + " --delta 1e-9");
        assertThat(none.code()).isEqualTo(3);
        assertThat(none.err()).contains("without a reserve");
        assertThat(lethe("ledger open --ledger found.db --dataset all --epsilon 1 --delta 1e-5 --reserve 1e-5")
                        .code())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2 | --count --epsilon 0                                  | epsilon 0.0 must be above 0
            2 | --count --epsilon -1                                 | epsilon -1.0 must be above 0
            2 | --count --epsilon NaN                                | epsilon NaN must be above 0
            2 | --count                                              | Missing required option: '--epsilon=NUMBER'
            2 | --epsilon 1                                          | nothing is asked for
            2 | --sum wage --epsilon 1                               | no column 'wage'; the columns are
            2 | --sum city --epsilon 1                               | column 'city' holds text
            2 | --count --group-by city --epsilon 1                  | finding them needs a delta above 0
            2 | --histogram city --epsilon 1                         | finding them needs a delta above 0
            2 | --count --epsilon 1 --noise gaussian                 | needs a delta above 0
            2 | --count --epsilon 1 --delta 1                        | delta 1.0 must lie in [0, 1)
            4 | --count --group-by town --epsilon 1 --delta 1e-6     | no column 'town'
            4 | --count --group-by city --keys no.csv --epsilon 1    | no.csv: no such file
            4 | --count --group-by city --keys other.csv --epsilon 1 | other.csv: no column 'city'
            2 | --count --group-by city --keys wide.csv --epsilon 1  | has other columns than [city]
            2 | --count --group-by city --keys twice.csv --epsilon 1 | name a group twice
            2 | --count --keys keys.csv --epsilon 1                  | nothing to group by
            2 | --count --max-rows 2 --epsilon 1                     | give --unit COLUMN
            2 | --sum age --bounds age=9:1 --epsilon 1               | the lower must be below the upper
            2 | --sum age --bounds age --epsilon 1                   | must be COLUMN=LOW:HIGH
            2 | --sum age --bounds visits=0:9 --epsilon 1            | bounds of 'visits': nothing that is asked for needs them
            2 | --quantiles age --epsilon 1                          | must be a column, a colon and ranks
            2 | --quantiles age:0.5,0.2 --epsilon 1                  | ranks must ascend
            2 | --count --epsilon 1e-30                              | ask for a larger epsilon
            2 | --count --epsilon 1 --ledger l.db                    | go together
            4 | --count --epsilon 1 --ledger no.db --dataset a --purpose b | there is no ledger no.db
            4 | --count --epsilon 1 --out people.csv/x.csv           | cannot be made
            """)
    void refuses(int code, String flags, String line) throws Exception {
        CommandLineRun run = lethe(TABLE + flags);
        assertThat(run.code()).as(run.err()).isEqualTo(code);
        assertThat(run.err().lines().filter(one -> !one.startsWith("SLF4J")))
                .singleElement()
                .asString()
                .startsWith("lethe: ")
                .contains(line)
                .doesNotContain("atlantis", "south");
        assertThat(run.out()).isEmpty();
    }

    private static long rows(String city) throws IOException {
        try (Stream<String> lines = Files.lines(folder.resolve("people.csv"))) {
            return lines.filter(line -> line.contains("," + city + ",")).count();
        }
    }

    private static CommandLineRun lethe(String arguments) throws Exception {
        return CommandLineRun.of(folder, arguments.strip().split(" +"));
    }
}

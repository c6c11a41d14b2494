package dev.lethe.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.PrivacyEvent.Composed;
import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.Laplace;
import dev.lethe.core.privacy.PrivacyEvent.PoissonSampled;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import java.io.BufferedReader;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a ledger promises, wherever its entries lie. */
@Timeout(60)
interface LedgerContract {
    Budget FOUR = Budget.of("4", "0.00001");
    PrivacyEvent NOISE = new Gaussian(10);

    /** Of a ledger that no other test uses. */
    String address();

    default Properties credentials() {
        return new Properties();
    }

    /** Past the ledger, as somebody who can write to the database. */
    Connection raw() throws SQLException;

    private Ledger create() {
        return Ledger.create(address(), credentials());
    }

    private Ledger again() {
        return Ledger.at(address(), credentials());
    }

    @Test
    default void recordsWhatWasDoneWhenByWhomAndWhy() {
        Clock clock = Clock.fixed(Instant.parse("2026-01-02T03:04:05.123456789Z"), ZoneOffset.UTC);
        try (Ledger ledger = Ledger.create(address(), credentials(), clock)) {
            Entry opened = ledger.open("patients", FOUR, Neighbours.ADD_OR_REMOVE_ONE, "study 7", "ana");
            Entry charged = ledger.charge("patients", NOISE, "mean of age", "bob");
            assertThat(opened.previous()).isEqualTo("0".repeat(64));
            assertThat(opened.content())
                    .isEqualTo("{\"epsilon\":\"4\",\"delta\":\"0.00001\",\"neighbours\":\"add-remove\"}");
            assertThat(charged.sequence()).isEqualTo(2);
            assertThat(charged.previous()).isEqualTo(opened.hash());
            assertThat(charged.content()).isEqualTo("{\"gaussian\":{\"noiseMultiplier\":10.0}}");
            assertThat(charged.purpose()).isEqualTo("mean of age");
            assertThat(charged.who()).isEqualTo("bob");
            assertThat(charged.time()).isEqualTo("2026-01-02T03:04:05.123456Z");
        }
        try (Ledger ledger = again()) {
            assertThat(ledger.entries()).hasSize(2);
            Account account = ledger.account("patients");
            assertThat(account.charges()).isEqualTo(1);
            assertThat(account.spent())
                    .isEqualTo(ledger.entries().get(1).spent())
                    .isPositive();
            assertThat(account.budget()).isEqualTo(FOUR);
            assertThat(ledger.verify(ledger.entries().get(0).hash()))
                    .isEqualTo(ledger.entries().get(1).hash());
        }
    }

    @Test
    default void refusesWhatWouldOverspendAndSaysWhatWouldFit() {
        try (Ledger ledger = create()) {
            ledger.open("patients", FOUR, Neighbours.ADD_OR_REMOVE_ONE, "study", "ana");
            ledger.charge("patients", new Gaussian(2), "first", "ana");
            String spent = ledger.account("patients").spent().toPlainString();
            assertThatThrownBy(
                            () -> ledger.charge("patients", new Repeated(1000, new Gaussian(1.5)), "training", "ana"))
                    .isInstanceOf(BudgetExceededException.class)
                    .hasMessageContaining("'patients' has spent epsilon " + spent)
                    .hasMessageContaining("budget of epsilon 4 at delta 0.00001")
                    .hasMessageContaining("noiseMultiplier ")
                    .hasMessageContaining("instead of 1.5");
            assertThatThrownBy(() -> ledger.charge("patients", new Repeated(1000, new Gaussian(20)), "training", "ana"))
                    .hasMessageMatching(".* or [0-9]+ repetitions instead of 1000");
            assertThat(ledger.entries()).hasSize(2);

            String message = "";
            try {
                ledger.charge("patients", new Repeated(1000, new Gaussian(1.5)), "training", "ana");
            } catch (BudgetExceededException e) {
                message = e.getMessage();
            }
            double fits = Double.parseDouble(message.replaceAll(".*noiseMultiplier ([0-9.]+) instead.*", "$1"));
            assertThatThrownBy(() -> ledger.preview("patients", new Repeated(1000, new Gaussian(fits * 0.999))))
                    .isInstanceOf(BudgetExceededException.class);
            ledger.charge("patients", new Repeated(1000, new Gaussian(fits)), "as advised", "ana");
            assertThat(ledger.account("patients").spent()).isLessThanOrEqualTo(BigDecimal.valueOf(4));
            for (PrivacyEvent bare : List.of(
                    new Laplace(0.01),
                    new Laplace(Double.MIN_VALUE),
                    new Gaussian(Double.MIN_VALUE),
                    new PoissonSampled(0.5, new Gaussian(Double.MIN_VALUE)),
                    new Repeated(Long.MAX_VALUE, new Gaussian(1)))) {
                assertThatThrownBy(() -> ledger.charge("patients", bare, "no room", "ana"))
                        .isInstanceOf(BudgetExceededException.class);
            }
        }
    }

    @Test
    default void keepsAccountsApartAndRaisesOnlyInTheOpen() {
        try (Ledger ledger = create()) {
            ledger.open("a", FOUR, Neighbours.ADD_OR_REMOVE_ONE, "study", "ana");
            ledger.open("b", Budget.of("1", "1e-6"), Neighbours.REPLACE_ONE, "study", "ana");
            ledger.charge("a", NOISE, "x", "ana");
            assertThat(ledger.account("b").spent()).isZero();
            ledger.charge("b", NOISE, "x", "ana");
            assertThat(ledger.account("b").spent())
                    .as("replacing one is dearer than adding or removing one")
                    .isGreaterThan(ledger.account("a").spent());
            assertThatThrownBy(() -> ledger.open("a", FOUR, Neighbours.ADD_OR_REMOVE_ONE, "again", "eve"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("has an account already");
            assertThatThrownBy(() -> ledger.charge("c", NOISE, "x", "ana")).hasMessageContaining("there are a, b");
            assertThatThrownBy(() -> ledger.raise("b", Budget.of("0.5", "1e-6"), "less", "eve"))
                    .hasMessageContaining("must grow");
            assertThatThrownBy(() -> ledger.raise("b", Budget.of("2", "1e-5"), "more", "eve"))
                    .hasMessageContaining("delta stay");
            Entry raised = ledger.raise("b", Budget.of("2", "1e-6"), "the board agreed on 3 May", "ana");
            assertThat(raised.kind()).isEqualTo(Entry.Kind.RAISE);
            assertThat(ledger.account("b").budget()).isEqualTo(Budget.of("2", "1e-6"));
            assertThat(ledger.accounts()).extracting(Account::dataset).containsExactly("a", "b");
        }
    }

    @Test
    default void sixteenThreadsAreGrantedExactlyWhatFits() throws Exception {
        try (Ledger ledger = create()) {
            PrivacyEvent event = openForOneHundred(ledger);
            ExecutorService threads = Executors.newFixedThreadPool(16);
            CountDownLatch start = new CountDownLatch(1);
            List<Future<Integer>> granted = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                granted.add(threads.submit(() -> {
                    start.await();
                    return ChargeLoop.untilRefused(ledger, event);
                }));
            }
            start.countDown();
            int all = 0;
            for (Future<Integer> one : granted) {
                all += one.get();
            }
            threads.shutdown();
            assertThat(all).isEqualTo(100);
            assertThat(ledger.account("raced").charges()).isEqualTo(100);
            ledger.verify(null);
        }
    }

    @Test
    default void twoProcessesAreGrantedExactlyWhatFits() throws Exception {
        try (Ledger ledger = create()) {
            PrivacyEvent event = openForOneHundred(ledger);
            String noise = Double.toString(((Gaussian) event).noiseMultiplier());
            List<Process> processes = List.of(process("race", noise, "8"), process("race", noise, "8"));
            int all = 0;
            for (Process process : processes) {
                String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(process.waitFor()).as(said).isZero();
                all += Integer.parseInt(said.strip());
            }
            assertThat(all).isEqualTo(100);
            assertThat(ledger.account("raced").charges()).isEqualTo(100);
            ledger.verify(null);
        }
    }

    @Test
    default void aKillBetweenChargeAndNoiseLeavesTheCharge() throws Exception {
        try (Ledger ledger = create()) {
            ledger.open("raced", FOUR, Neighbours.ADD_OR_REMOVE_ONE, "study", "ana");
            Process process = process("charge-and-wait", "10", "1");
            // The line comes after the charge and before the noise.
            String hash = process.inputReader(StandardCharsets.UTF_8).readLine();
            process.destroyForcibly().waitFor();
            assertThat(process.exitValue()).isNotZero();
            assertThat(ledger.account("raced").charges()).isEqualTo(1);
            assertThat(ledger.verify(hash)).isEqualTo(hash);
            ledger.charge("raced", NOISE, "goes on", "ana");
            ledger.verify(hash);
        }
    }

    /** Whatever it was doing when it was killed: each charge that it had spoken of is there, and the chain is whole. */
    @Test
    default void aKillAtAnyMomentLosesNothingThatWasSpokenOf() throws Exception {
        try (Ledger ledger = create()) {
            ledger.open("raced", Budget.of("1000", "0.00001"), Neighbours.ADD_OR_REMOVE_ONE, "study", "ana");
            List<String> spokenOf = new ArrayList<>();
            for (int kill = 0; kill < 3; kill++) {
                Process process = process("charge-on", "10", "1");
                BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
                for (int line = 0; line < 3 + 4 * kill; line++) {
                    spokenOf.add(said.readLine());
                }
                // By its handle, which leaves us the pipe with its last words.
                process.toHandle().destroyForcibly();
                process.waitFor();
                // What it still said before it died counts too; a last half line does not.
                said.lines().filter(line -> line.length() == 64).forEach(spokenOf::add);
                ledger.verify(null);
            }
            List<String> held = ledger.entries().stream().map(Entry::hash).toList();
            assertThat(held).containsAll(spokenOf).hasSizeBetween(1 + spokenOf.size(), 1 + spokenOf.size() + 3);
            ledger.charge("raced", NOISE, "goes on", "ana");
        }
    }

    @Test
    default void everyColumnOfEveryRowThatIsEditedIsFound() throws Exception {
        try (Ledger ledger = create()) {
            ledger.open("a", FOUR, Neighbours.ADD_OR_REMOVE_ONE, "study", "ana");
            ledger.charge("a", NOISE, "one", "ana");
            ledger.raise("a", Budget.of("5", "1e-5"), "asked", "ana");
            ledger.charge("a", new Composed(List.of(NOISE, new Laplace(20))), "two", "ana");
            int edits = 0;
            for (String table : List.of("lethe_entry", "lethe_head")) {
                List<List<Object>> rows = rows(table);
                assertThat(rows).hasSize(table.equals("lethe_head") ? 1 : 4);
                for (int row = 0; row < rows.size(); row++) {
                    for (int column = 0; column < rows.get(row).size(); column++) {
                        edit(table, row, column);
                        String where = "row " + row + " column " + column + " of " + table;
                        assertThatThrownBy(() -> ledger.verify(null))
                                .as(where)
                                .isInstanceOf(DamagedLedgerException.class);
                        try (Ledger fresh = again()) {
                            assertThatThrownBy(() -> fresh.charge("a", NOISE, "on a damaged ledger", "eve"))
                                    .as(where)
                                    .isInstanceOf(DamagedLedgerException.class);
                        }
                        put(table, rows);
                        edits++;
                    }
                }
            }
            assertThat(edits).isEqualTo(4 * 11 + 3);
            ledger.verify(null);
        }
    }

    @Test
    default void rowsThatAreTakenAwayAreFound() throws Exception {
        try (Ledger ledger = create()) {
            ledger.open("a", FOUR, Neighbours.ADD_OR_REMOVE_ONE, "study", "ana");
            for (int i = 0; i < 3; i++) {
                ledger.charge("a", NOISE, "charge " + i, "ana");
            }
            List<List<Object>> rows = rows("lethe_entry");
            for (int row = 0; row < rows.size(); row++) {
                List<List<Object>> fewer = new ArrayList<>(rows);
                fewer.remove(row);
                put("lethe_entry", fewer);
                assertThatThrownBy(() -> ledger.verify(null)).isInstanceOf(DamagedLedgerException.class);
            }
            put("lethe_entry", List.of());
            assertThatThrownBy(() -> ledger.verify(null)).isInstanceOf(DamagedLedgerException.class);
            put("lethe_entry", rows);
            ledger.verify(null);
        }
    }

    /** Who knows the format can make a ledger that is sound in itself; not one with a hash that was written down elsewhere. */
    @Test
    default void aLedgerWrittenAnewIsFoundByAHeadKeptElsewhere() throws Exception {
        String kept;
        try (Ledger ledger = create()) {
            ledger.open("a", FOUR, Neighbours.ADD_OR_REMOVE_ONE, "study", "ana");
            kept = ledger.charge("a", new Gaussian(3), "dear", "ana").hash();
        }
        List<List<Object>> rows = rows("lethe_entry");
        Entry opened;
        try (Ledger ledger = again()) {
            opened = ledger.entries().get(0);
        }
        Entry cheap = Entry.after(
                2,
                opened.hash(),
                "a",
                Entry.Kind.CHARGE,
                "{\"gaussian\":{\"noiseMultiplier\":30.0}}",
                "dear",
                "ana",
                Instant.parse(rows.get(1).get(7).toString()),
                spending(30),
                RenyiFilter.NAME);
        try (Connection connection = raw();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE lethe_entry SET content = '" + cheap.content() + "', spent = '"
                    + cheap.spent().toPlainString() + "', hash = '" + cheap.hash() + "' WHERE sequence = 2");
            statement.executeUpdate("UPDATE lethe_head SET hash = '" + cheap.hash() + "'");
        }
        try (Ledger ledger = again()) {
            assertThatThrownBy(() -> ledger.verify(kept))
                    .isInstanceOf(DamagedLedgerException.class)
                    .hasMessageMatching("(?s).*(does not hold the head|is not the one that the head file).*");
        }
    }

    @Test
    default void exportsAndImportsWithTheSameHashes() {
        List<Entry> entries;
        try (Ledger ledger = create()) {
            ledger.open("a", FOUR, Neighbours.ADD_OR_REMOVE_ONE, "étude \uD83D\uDD12 'quoted'", "ana");
            ledger.charge("a", NOISE, "one", "ana");
            entries = ledger.entries();
            assertThat(LedgerJson.read(
                            new StringReader(LedgerJson.write(entries).toString())))
                    .isEqualTo(entries);
            assertThatThrownBy(() -> ledger.restore(entries)).hasMessageContaining("not empty");
        }
    }

    /** Opens an account into which an event fits one hundred times, and not once more. */
    private static PrivacyEvent openForOneHundred(Ledger ledger) {
        ledger.open("raced", FOUR, Neighbours.ADD_OR_REMOVE_ONE, "race", "ana");
        double low = 1;
        double high = 1000;
        while (high / low > 1.0001) {
            double middle = Math.sqrt(low * high);
            if (fits(ledger, new Repeated(100, new Gaussian(middle)))) {
                high = middle;
            } else {
                low = middle;
            }
        }
        assertThat(fits(ledger, new Repeated(101, new Gaussian(high)))).isFalse();
        return new Gaussian(high);
    }

    private static boolean fits(Ledger ledger, PrivacyEvent event) {
        try {
            ledger.preview("raced", event);
            return true;
        } catch (BudgetExceededException e) {
            return false;
        }
    }

    private static BigDecimal spending(double noise) {
        RdpCosts costs = new RdpCosts();
        double[] cost = costs.of(new Gaussian(noise), Neighbours.ADD_OR_REMOVE_ONE);
        return RenyiFilter.rounded(new RenyiFilter(costs.orders(), FOUR).epsilon(cost, FOUR.delta()));
    }

    private Process process(String... arguments) throws java.io.IOException {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ChargeLoop.class.getName(),
                address(),
                credentials().getProperty("user", "")));
        if (Runtime.version().feature() >= 22) {
            command.add(1, "--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private List<List<Object>> rows(String table) throws SQLException {
        List<List<Object>> rows = new ArrayList<>();
        try (Connection connection = raw();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT * FROM " + table + " ORDER BY sequence")) {
            while (result.next()) {
                List<Object> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getObject(i));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    private void put(String table, List<List<Object>> rows) throws SQLException {
        try (Connection connection = raw();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("DELETE FROM " + table);
            for (List<Object> row : rows) {
                String marks = "?, ".repeat(row.size() - 1) + "?";
                try (PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO " + table + " VALUES (" + marks + ")")) {
                    for (int i = 0; i < row.size(); i++) {
                        insert.setObject(i + 1, row.get(i));
                    }
                    insert.executeUpdate();
                }
            }
        }
    }

    /** A small change of one cell: another number, or another last character. */
    private void edit(String table, int row, int column) throws SQLException {
        List<List<Object>> rows = rows(table);
        Object value = rows.get(row).get(column);
        if (value instanceof Number number) {
            rows.get(row).set(column, number.longValue() + 100);
        } else {
            String text = value.toString();
            char last = text.charAt(text.length() - 1);
            rows.get(row).set(column, text.substring(0, text.length() - 1) + (last == '1' ? '2' : '1'));
        }
        put(table, rows);
    }
}

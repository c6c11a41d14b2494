package dev.lethe.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.data.PropertyTrials;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.PrivacyEvent.ApproximateDp;
import dev.lethe.core.privacy.PrivacyEvent.Composed;
import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.PureDp;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import dev.lethe.core.random.Seed;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events with a delta of their own: what is kept for them, and that it is never more. */
class ReserveTest {
    private static final Neighbours ADD = Neighbours.ADD_OR_REMOVE_ONE;
    private static final Budget HALF = Budget.of("4", "0.00001", "0.000005");

    @TempDir
    private Path folder;

    private Ledger open(Budget budget) {
        Ledger ledger = Ledger.create(folder.resolve("people.ledger").toString(), new Properties());
        ledger.open("a", budget, ADD, "study", "ana");
        return ledger;
    }

    private static PrivacyEvent claim(double epsilon, double delta) {
        return new ApproximateDp(epsilon, delta, ADD);
    }

    @Test
    void aReserveIsBelowDelta() {
        for (String wrong : List.of("0.00001", "0.1", "0.0000099999999999999")) {
            assertThatThrownBy(() -> Budget.of("4", "0.00001", wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("reserve " + wrong)
                    .hasMessageContaining("below delta 0.00001");
        }
        assertThat(Budget.of("4", "0.00001", "0")).isEqualTo(Budget.of("4", "0.00001"));
        assertThat(HALF.rest()).isBetween(new BigDecimal("0.00000499999"), new BigDecimal("0.000005"));
        assertThat(HALF.toString()).isEqualTo("epsilon 4 at delta 0.00001, of which 0.000005 in reserve");
    }

    /** By hand: deltas add up; epsilon is that of the epsilons alone, at half of delta. */
    @Test
    void deltasAreTakenFromTheReserveAndEpsilonsFromTheRest() {
        try (Ledger ledger = open(HALF)) {
            Entry opened = ledger.entries().get(0);
            assertThat(opened.content())
                    .isEqualTo("{\"epsilon\":\"4\",\"delta\":\"0.00001\",\"neighbours\":\"add-remove\","
                            + "\"reserve\":\"0.000005\"}");
            ledger.charge("a", new Composed(List.of(claim(0.5, 1e-6), new Gaussian(5))), "groups", "ana");
            ledger.charge("a", new Repeated(3, claim(0.1, 1e-6)), "more groups", "ana");
            Account account = ledger.account("a");
            assertThat(account.spentDelta()).isEqualByComparingTo("0.000004");
            double[] sum = RenyiCosts.of(
                            new Composed(List.of(
                                    new PureDp(0.5, ADD), new Gaussian(5), new Repeated(3, new PureDp(0.1, ADD)))),
                            ADD)
                    .divergences();
            double epsilon = new RenyiFilter(RenyiCosts.orders(), HALF).epsilon(sum, new BigDecimal("0.000005"));
            assertThat(account.spent().doubleValue()).isBetween(epsilon - 1e-8, epsilon + 1e-8);
            ledger.raise("a", Budget.of("5", "0.00001"), "agreed", "ana");
            assertThat(ledger.account("a").budget()).isEqualTo(Budget.of("5", "0.00001", "0.000005"));
            assertThat(ledger.account("a").spentDelta()).isEqualByComparingTo("0.000004");
            ledger.verify(null);
        }
    }

    @Test
    void refusesWhatIsMoreThanTheReserveAndSaysWhatWouldFit() {
        try (Ledger ledger = open(HALF)) {
            ledger.charge("a", claim(0.1, 4e-6), "groups", "ana");
            PrivacyEvent query = new Composed(List.of(claim(0.1, 3e-6), new Gaussian(10)));
            assertThatThrownBy(() -> ledger.charge("a", query, "more groups", "ana"))
                    .isInstanceOf(BudgetExceededException.class)
                    .hasMessageContaining("has spent delta 0.000004 of the reserve in its budget of epsilon 4 at delta"
                            + " 0.00001, of which 0.000005 in reserve")
                    .hasMessageContaining("would bring it to delta 0.000007")
                    .hasMessageContaining("What would fit: delta 0.000001 instead of 0.000003");
            assertThatThrownBy(() -> ledger.charge("a", new Repeated(9, claim(0.1, 2e-7)), "loop", "ana"))
                    .hasMessageContaining("delta 0.0000001111 instead of 0.0000002, or 5 repetitions instead of 9");
            assertThatThrownBy(() -> ledger.charge("a", claim(9, 3e-6), "both", "ana"))
                    .hasMessageMatching(".*delta 0.000001 instead of 0.000003 with epsilon [0-9.]+ instead of 9.*");
            assertThatThrownBy(() ->
                            ledger.charge("a", new Composed(List.of(claim(0.1, 3e-6), claim(0.1, 1e-6))), "two", "ana"))
                    .hasMessageContaining("all deltas times 0.25");
            assertThatThrownBy(() -> ledger.charge("a", claim(9, 1e-7), "epsilon alone", "ana"))
                    .hasMessageContaining("has spent epsilon")
                    .hasMessageMatching(".*What would fit: epsilon [0-9.]+ instead of 9.*");
            ledger.charge("a", new Composed(List.of(claim(0.1, 1e-6), new Gaussian(10))), "as advised", "ana");
            assertThat(ledger.account("a").spentDelta()).isEqualByComparingTo(HALF.reserve());
            assertThatThrownBy(() -> ledger.charge("a", claim(0.1, 1e-30), "no more", "ana"))
                    .hasMessageContaining("named beforehand");
            ledger.charge("a", new Gaussian(50), "epsilon is left", "ana");
        }
    }

    @Test
    void anAccountWithoutAReserveSaysSo() {
        try (Ledger ledger = open(Budget.of("4", "0.00001"))) {
            assertThatThrownBy(() -> ledger.charge("a", claim(0.1, 1e-9), "groups", "ana"))
                    .isInstanceOf(BudgetExceededException.class)
                    .hasMessageContaining("without a reserve")
                    .hasMessageContaining("set when an account is opened");
            assertThat(ledger.entries()).hasSize(1);
        }
    }

    /** Whatever is asked, what was granted adds up to no more than the budget, in both its parts. */
    @Test
    void whateverIsAskedNothingExceedsTheBudget() {
        int[] counts = new int[2];
        try (Ledger ledger = Ledger.create(folder.resolve("people.ledger").toString(), new Properties())) {
            PropertyTrials.check(6, seed -> {
                UniformRandomProvider random = seed.stream();
                String dataset = "data " + counts[0] + " " + counts[1];
                ledger.open(dataset, Budget.of("3", "0.00001", "0.000004"), ADD, "study", "ana");
                BigDecimal deltas = BigDecimal.ZERO;
                double epsilons = 0;
                for (int i = 0; i < 25; i++) {
                    double delta = 1e-9 * (1 + random.nextInt(1000));
                    double epsilon = 0.01 * (1 + random.nextInt(40));
                    int times = 1 + random.nextInt(4);
                    try {
                        ledger.charge(dataset, new Repeated(times, claim(epsilon, delta)), "query", "ana");
                        deltas = deltas.add(BigDecimal.valueOf(delta).multiply(BigDecimal.valueOf(times)));
                        epsilons += times * epsilon;
                        counts[0]++;
                    } catch (BudgetExceededException e) {
                        counts[1]++;
                    }
                }
                Account account = ledger.account(dataset);
                assertThat(account.spentDelta())
                        .isEqualByComparingTo(deltas)
                        .isLessThanOrEqualTo(new BigDecimal("0.000004"));
                // Basic composition is no bound of ours, but what it grants is granted.
                assertThat(account.spent()).isLessThanOrEqualTo(new BigDecimal("3"));
                assertThat(account.spent().doubleValue()).isLessThanOrEqualTo(epsilons + 1e-6);
            });
        }
        // The first of each trial always fits; how many more do is chance.
        assertThat(counts[0]).isGreaterThanOrEqualTo(6);
        assertThat(counts[1]).isGreaterThan(25);
    }

    @Test
    void manyThreadsAreGrantedExactlyWhatTheReserveHolds() throws Exception {
        try (Ledger ledger = open(HALF)) {
            ExecutorService threads = Executors.newFixedThreadPool(8);
            List<Future<Integer>> granted = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                granted.add(threads.submit(() -> {
                    int mine = 0;
                    while (true) {
                        try {
                            ledger.charge("a", claim(0.001, 2e-7), "race", "ana");
                            mine++;
                        } catch (BudgetExceededException e) {
                            return mine;
                        }
                    }
                }));
            }
            int all = 0;
            for (Future<Integer> one : granted) {
                all += one.get();
            }
            threads.shutdown();
            assertThat(all).as("0.000005 over 0.0000002").isEqualTo(25);
            ledger.verify(null);
        }
    }

    /** Sound hashes, and more delta than there is. */
    @Test
    void aLedgerThatSpentMoreThanItsReserveIsDamaged() {
        List<Entry> entries;
        try (Ledger ledger = open(HALF)) {
            ledger.charge("a", claim(0, 4e-6), "groups", "ana");
            entries = new ArrayList<>(ledger.entries());
        }
        Entry last = entries.get(1);
        new Chain().replay(entries);
        entries.add(Entry.after(
                3,
                last.hash(),
                "a",
                Entry.Kind.CHARGE,
                "{\"approximateDp\":{\"epsilon\":0.0,\"delta\":2.0E-6,\"neighbours\":\"add-remove\"}}",
                "groups",
                "eve",
                Instant.parse("2026-01-02T03:04:06Z"),
                last.spent(),
                RenyiFilter.NAME));
        assertThatThrownBy(() -> new Chain().replay(entries))
                .isInstanceOf(DamagedLedgerException.class)
                .hasMessageContaining("entry 3")
                .hasMessageContaining("more delta than the reserve");
    }

    /**
     * The theorem with failures: an adversary who chooses by the answers so far among what is epsilon private and what is (epsilon,
     * delta) private at its very worst, which tells all with probability delta. Transcripts are enumerated, so that both probabilities
     * are exact: the sum of (P - e^epsilon Q)+ must not exceed delta. Not minding the reserve breaks it (the saboteur).
     */
    @Test
    void holdsAgainstEveryChoiceMadeAfterTheAnswers() {
        Budget budget = Budget.of("2", "0.1", "0.06");
        double[] worst = new double[2];
        for (int tree = 0; tree < 40; tree++) {
            Seed seed = Seed.of(2016).fork("tree-" + tree);
            double[] nothing = new double[RenyiCosts.orders().length];
            double honest = excess(seed.stream(), budget, nothing, BigDecimal.ZERO, 1, 1, 6, true);
            assertThat(honest).as("tree " + tree).isLessThanOrEqualTo(0.1);
            worst[0] = Math.max(worst[0], honest);
            worst[1] = Math.max(worst[1], excess(seed.stream(), budget, nothing, BigDecimal.ZERO, 1, 1, 6, false));
        }
        assertThat(worst[0]).as("the reserve is spent").isGreaterThan(0.05);
        assertThat(worst[1])
                .as("more than the reserve is too much, and it shows")
                .isGreaterThan(0.1);
    }

    private static double excess(
            UniformRandomProvider random,
            Budget budget,
            double[] sum,
            BigDecimal spentDelta,
            double p,
            double q,
            int left,
            boolean minds) {
        if (left == 0 || random.nextInt(12) == 0) {
            double epsilon = new RenyiFilter(RenyiCosts.orders(), budget).epsilon(sum, budget.rest());
            return Math.max(0, p - Math.exp(epsilon) * q);
        }
        double epsilon = new double[] {0.1, 0.4, 0.9, 1.6}[random.nextInt(4)];
        double delta = new double[] {0, 0.01, 0.02, 0.04}[random.nextInt(4)];
        if (minds && spentDelta.add(BigDecimal.valueOf(delta)).compareTo(budget.reserve()) > 0) {
            delta = 0;
        }
        RenyiCosts.Cost cost = RenyiCosts.of(new ApproximateDp(epsilon, delta, ADD), ADD);
        double[] next = sum.clone();
        for (int k = 0; k < next.length; k++) {
            next[k] += cost.divergences()[k];
        }
        BigDecimal nextDelta = spentDelta.add(cost.delta());
        double likely = (1 - delta) / (1 + Math.exp(-epsilon));
        double unlikely = (1 - delta) - likely;
        // Told which: Q is 0, and nothing that follows matters. Or told the other, where P is 0.
        return p * delta
                + excess(random, budget, next, nextDelta, p * likely, q * unlikely, left - 1, minds)
                + excess(random, budget, next, nextDelta, p * unlikely, q * likely, left - 1, minds);
    }
}

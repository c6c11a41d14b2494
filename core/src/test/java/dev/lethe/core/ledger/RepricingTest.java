package dev.lethe.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.PrivacyEvent.ApproximateDp;
import dev.lethe.core.privacy.PrivacyEvent.Composed;
import dev.lethe.core.privacy.PrivacyEvent.DiscreteGaussian;
import dev.lethe.core.privacy.PrivacyEvent.DiscreteLaplace;
import dev.lethe.core.privacy.PrivacyEvent.ExponentialMechanism;
import dev.lethe.core.privacy.PrivacyEvent.FixedBatch;
import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.Laplace;
import dev.lethe.core.privacy.PrivacyEvent.PoissonSampled;
import dev.lethe.core.privacy.PrivacyEvent.PureDp;
import dev.lethe.core.privacy.PrivacyEvent.RandomizedResponse;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import dev.lethe.core.privacy.PrivacyEvent.Shuffled;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ledgers of yesterday under the prices of today. */
class RepricingTest {
    private static final Neighbours ADD = Neighbours.ADD_OR_REMOVE_ONE;

    @TempDir
    private Path folder;

    /** Written by the version of Lethe that priced by closed forms of its own (renyi-mixture-1), and exported. */
    private static List<Entry> old() throws IOException {
        try (Reader text = new InputStreamReader(
                RepricingTest.class.getResourceAsStream("renyi-mixture-1.json"), StandardCharsets.UTF_8)) {
            return LedgerJson.read(text);
        }
    }

    @Test
    void anOldLedgerIsReadPricedAnewAndGoesOn() throws IOException {
        List<Entry> old = old();
        assertThat(old).extracting(Entry::accountant).containsOnly("renyi-mixture-1");
        try (Ledger ledger = Ledger.create(folder.resolve("old.ledger").toString(), new Properties())) {
            ledger.restore(old);
            assertThat(ledger.verify(old.get(old.size() - 1).hash()))
                    .isEqualTo(old.get(old.size() - 1).hash());
            Account patients = ledger.account("patients");
            assertThat(patients.charges()).isEqualTo(4);
            assertThat(patients.budget()).isEqualTo(Budget.of("5", "0.00001"));
            assertThat(patients.spent())
                    .as("the accountant knows more of a batch")
                    .isLessThan(spent(old, "patients"))
                    .isGreaterThan(BigDecimal.ONE);
            assertThat(ledger.account("visits").spent()).isLessThanOrEqualTo(spent(old, "visits"));
            assertThat(ledger.account("shuffled").spent())
                    .as("adding a record to a shuffle moves others from batch to batch, which was not charged")
                    .isGreaterThan(spent(old, "shuffled").multiply(new BigDecimal("1.9")));
            // What was granted then may be beyond the budget now: it stands, and nothing more is granted.
            assertThat(ledger.account("shuffled").spent()).isGreaterThan(new BigDecimal("2"));
            assertThatThrownBy(() -> ledger.charge("shuffled", new Gaussian(1000), "x", "ana"))
                    .isInstanceOf(BudgetExceededException.class)
                    .hasMessageContaining("of its budget of epsilon 2");
            assertThatThrownBy(() -> ledger.charge("patients", new ApproximateDp(0.1, 1e-9, ADD), "x", "ana"))
                    .isInstanceOf(BudgetExceededException.class)
                    .hasMessageContaining("without a reserve");
            Entry next = ledger.charge("patients", new Gaussian(10), "goes on", "ana");
            assertThat(next.accountant()).isEqualTo("renyi-mixture-3");
            ledger.raise("patients", Budget.of("6", "1e-5"), "agreed", "ana");
            ledger.verify(next.hash());
        }
    }

    /** What is written down as done no times is free, and makes nothing else free. */
    @Test
    void whatNeverHappensIsNoDiscount() {
        PrivacyEvent noise = new Gaussian(5);
        for (PrivacyEvent never : List.of(
                new Repeated(0, new Gaussian(Double.MIN_VALUE)),
                new Repeated(0, new PoissonSampled(0.5, new Gaussian(Double.MIN_VALUE))),
                new PoissonSampled(0, new Gaussian(Double.MIN_VALUE)),
                new Shuffled(0, new DiscreteGaussian(Double.MIN_VALUE, 1)))) {
            for (Neighbours neighbours : Neighbours.values()) {
                assertThat(RenyiCosts.of(new Composed(List.of(never, noise)), neighbours)
                                .divergences())
                        .as(never + " " + neighbours)
                        .isEqualTo(RenyiCosts.of(noise, neighbours).divergences());
            }
        }
    }

    private static BigDecimal spent(List<Entry> entries, String dataset) {
        BigDecimal spent = BigDecimal.ZERO;
        for (Entry entry : entries) {
            spent = entry.dataset().equals(dataset) ? entry.spent() : spent;
        }
        return spent;
    }

    /**
     * Entries are checked against prices of the same method, to seven digits. Whoever changes a price of the accountant by more than that
     * gives {@link RenyiFilter#NAME} another number, and writes the new figures here; else ledgers that are sound would be called damaged.
     */
    @Test
    void aPriceThatChangesNeedsAnotherName() {
        assertThat(RenyiFilter.NAME).isEqualTo("renyi-mixture-3");
        Map<PrivacyEvent, Double> prices = new LinkedHashMap<>();
        prices.put(new Gaussian(5), 0.9289274523);
        prices.put(new Laplace(4), 0.2500235192);
        prices.put(new DiscreteLaplace(12, 3), 0.2500240939);
        prices.put(new DiscreteLaplace(4000, 1000), 0.2500255554);
        prices.put(new DiscreteGaussian(20, 3), 0.7083485289);
        prices.put(new RandomizedResponse(1, 5), 1.0000155288);
        prices.put(new ExponentialMechanism(0.5), 0.4998779317);
        prices.put(new PureDp(0.5, ADD), 0.5000272806);
        prices.put(new Repeated(1000, new PoissonSampled(0.01, new Gaussian(1))), 2.3998887148);
        prices.put(new Repeated(20, new PoissonSampled(0.05, new Laplace(2))), 0.6595942890);
        prices.put(new Repeated(100, new FixedBatch(1000, 10, new Gaussian(2))), 1.7531340803);
        prices.put(new Shuffled(2, new Gaussian(8)), 1.8262842684);
        prices.put(new Shuffled(2, new DiscreteLaplace(12, 3)), 1.4999281114);
        prices.put(new Composed(List.of(new Gaussian(9), new ApproximateDp(0.3, 1e-7, ADD))), 0.8193120541);
        Budget budget = Budget.of("4", "0.00001", "0.000001");
        prices.forEach((event, price) -> assertThat(new RenyiFilter(RenyiCosts.orders(), budget)
                        .epsilon(
                                RenyiCosts.of(event, Neighbours.ADD_OR_REMOVE_ONE)
                                        .divergences(),
                                budget.rest()))
                .as(event.toString())
                .isCloseTo(price, within(1e-7 * Math.max(1, price))));
    }
}

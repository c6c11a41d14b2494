package dev.lethe.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.PrivacyEvent.ApproximateDp;
import dev.lethe.core.privacy.PrivacyEvent.Composed;
import dev.lethe.core.privacy.PrivacyEvent.FixedBatch;
import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.PoissonSampled;
import dev.lethe.core.privacy.PrivacyEvent.PureDp;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import dev.lethe.core.privacy.PrivacyEvent.Shuffled;
import dev.lethe.core.privacy.UnpricedEventException;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

/** By hand: which events and which deltas. */
class FailureSplitTest {
    private static final Neighbours ADD = Neighbours.ADD_OR_REMOVE_ONE;
    private static final Neighbours REPLACE = Neighbours.REPLACE_ONE;
    private static final PrivacyEvent CLAIM = new ApproximateDp(0.5, 1e-7, ADD);
    private static final PrivacyEvent PURE = new PureDp(0.5, ADD);
    private static final PrivacyEvent NOISE = new Gaussian(3);

    private static void check(PrivacyEvent event, Neighbours neighbours, PrivacyEvent without, String delta) {
        FailureSplit split = FailureSplit.of(event, neighbours);
        assertThat(split.event()).isEqualTo(without);
        assertThat(split.delta()).isEqualByComparingTo(delta);
    }

    @Test
    void deltasAddUpExactly() {
        check(CLAIM, ADD, PURE, "0.0000001");
        check(NOISE, ADD, NOISE, "0");
        check(new ApproximateDp(0.5, 0, ADD), ADD, new ApproximateDp(0.5, 0, ADD), "0");
        check(
                new Composed(List.of(CLAIM, NOISE, new Repeated(3, CLAIM))),
                ADD,
                new Composed(List.of(PURE, NOISE, new Repeated(3, PURE))),
                "0.0000004");
        // Three times 0.1 is more than 0.3 in doubles.
        check(new Repeated(3, new ApproximateDp(0, 0.1, ADD)), ADD, new Repeated(3, new PureDp(0, ADD)), "0.3");
        check(new Repeated(0, CLAIM), ADD, new Repeated(0, PURE), "0");
    }

    /** e^0.5 + 1 = 2.6487212707..., for the two steps that make a replacement. */
    @Test
    void aReplacementIsTwoStepsOfAClaimForAdding() {
        FailureSplit split = FailureSplit.of(CLAIM, REPLACE);
        assertThat(split.event()).isEqualTo(PURE);
        assertThat(split.delta()).isBetween(new BigDecimal("2.64872127070e-7"), new BigDecimal("2.64872127071e-7"));
        // A shuffle makes a replacement and an addition of an addition: 2.6487... + 1.
        assertThat(FailureSplit.of(new Shuffled(2, CLAIM), ADD).delta())
                .isBetween(new BigDecimal("7.29744254140e-7"), new BigDecimal("7.29744254142e-7"));
        assertThat(FailureSplit.of(new ApproximateDp(1000, 1e-7, ADD), REPLACE).delta())
                .isEqualByComparingTo("1");
    }

    @Test
    void aSampleOfWhatMayFailGetsNoCredit() {
        check(
                new PoissonSampled(0.1, new Composed(List.of(CLAIM, NOISE))),
                ADD,
                new Composed(List.of(PURE, NOISE)),
                "1e-7");
        check(new PoissonSampled(0.1, NOISE), ADD, new PoissonSampled(0.1, NOISE), "0");
        check(new PoissonSampled(0, CLAIM), ADD, new Composed(List.of()), "0");
        FailureSplit batch = FailureSplit.of(new FixedBatch(100, 10, CLAIM), ADD);
        assertThat(batch.event()).isEqualTo(new FixedBatch(100, 100, PURE));
        assertThat(batch.delta()).isGreaterThan(new BigDecimal("2.6e-7"));
        check(new FixedBatch(100, 10, NOISE), ADD, new FixedBatch(100, 10, NOISE), "0");
    }

    @Test
    void aClaimForReplacingSaysNothingOfAdding() {
        assertThatThrownBy(() -> RenyiCosts.of(new ApproximateDp(0.5, 1e-7, REPLACE), ADD))
                .isInstanceOf(UnpricedEventException.class)
                .hasMessageContaining("replacing one record");
        assertThat(RenyiCosts.of(CLAIM, ADD).divergences())
                .isEqualTo(RenyiCosts.of(PURE, ADD).divergences());
    }
}

package dev.lethe.core.ledger;

import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.PrivacyEvent.ApproximateDp;
import dev.lethe.core.privacy.PrivacyEvent.Composed;
import dev.lethe.core.privacy.PrivacyEvent.FixedBatch;
import dev.lethe.core.privacy.PrivacyEvent.PoissonSampled;
import dev.lethe.core.privacy.PrivacyEvent.PureDp;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import dev.lethe.core.privacy.PrivacyEvent.Shuffled;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * An event as one that has Rényi divergences, but for a failure that strikes with a chance that does not depend on the data: whatever
 * is (epsilon, delta) private is a blend, delta to 1 - delta, of anything at all and of what is epsilon private (Kairouz, Oh and
 * Viswanath 2015). A sample of what may fail gets no credit for being one. docs/math/ledger.md has the argument.
 *
 * @param event without claims that have a delta
 * @param delta chance of any failure, at most; in shortest decimals, so that sums are exact
 */
record FailureSplit(PrivacyEvent event, BigDecimal delta) {
    static FailureSplit of(PrivacyEvent event, Neighbours neighbours) {
        if (event instanceof ApproximateDp e && e.delta() > 0) {
            return new FailureSplit(new PureDp(e.epsilon(), e.neighbours()), claimed(e, neighbours));
        } else if (event instanceof Composed e) {
            List<PrivacyEvent> parts = new ArrayList<>();
            BigDecimal sum = BigDecimal.ZERO;
            for (PrivacyEvent part : e.events()) {
                FailureSplit split = of(part, neighbours);
                parts.add(split.event);
                sum = sum.add(split.delta);
            }
            return new FailureSplit(new Composed(parts), sum);
        } else if (event instanceof Repeated e) {
            FailureSplit inner = of(e.event(), neighbours);
            return new FailureSplit(
                    new Repeated(e.times(), inner.event), inner.delta.multiply(BigDecimal.valueOf(e.times())));
        } else if (event instanceof Shuffled e) {
            // A record that is added moves others from batch to batch, and makes one batch larger.
            FailureSplit inner = of(e.event(), Neighbours.REPLACE_ONE);
            BigDecimal each = neighbours == Neighbours.REPLACE_ONE
                    ? inner.delta
                    : inner.delta.add(of(e.event(), neighbours).delta);
            return new FailureSplit(
                    new Shuffled(e.epochs(), inner.event), each.multiply(BigDecimal.valueOf(e.epochs())));
        } else if (event instanceof PoissonSampled e) {
            FailureSplit inner = of(e.event(), neighbours);
            if (e.rate() == 0) {
                return new FailureSplit(RenyiCosts.NOTHING, BigDecimal.ZERO);
            }
            return inner.delta.signum() == 0 ? new FailureSplit(event, BigDecimal.ZERO) : inner;
        } else if (event instanceof FixedBatch e) {
            FailureSplit inner = of(e.event(), Neighbours.REPLACE_ONE);
            return inner.delta.signum() == 0
                    ? new FailureSplit(event, BigDecimal.ZERO)
                    : new FailureSplit(new FixedBatch(e.records(), e.records(), inner.event), inner.delta);
        }
        return new FailureSplit(event, BigDecimal.ZERO);
    }

    /** For two steps of the claimed relation: P(E) is at most e^epsilon (e^epsilon Q(E) + delta) + delta. */
    private static BigDecimal claimed(ApproximateDp claim, Neighbours neighbours) {
        if (claim.neighbours() == neighbours) {
            return BigDecimal.valueOf(claim.delta());
        }
        return BigDecimal.valueOf(Math.min(1, claim.delta() * (1 + Math.exp(claim.epsilon())) * (1 + 1e-14)));
    }
}

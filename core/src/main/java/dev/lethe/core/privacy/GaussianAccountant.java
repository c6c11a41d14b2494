package dev.lethe.core.privacy;

import dev.lethe.core.privacy.PrivacyEvent.Composed;
import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.MatrixMechanism;
import dev.lethe.core.privacy.PrivacyEvent.PoissonSampled;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import dev.lethe.core.privacy.PrivacyEvent.Shuffled;
import dev.lethe.core.privacy.PrivacyEvent.TreeAggregation;

/**
 * Prices Gaussian noise exactly, and what consists of it: several are one whose signal-to-noise ratio is the root of the sum of
 * squares. Knows no sampling.
 */
public final class GaussianAccountant implements Accountant {
    @Override
    public GaussianCurve price(PrivacyEvent event, Neighbours neighbours) {
        double mu = Math.sqrt(squared(event, neighbours));
        if (!Double.isFinite(mu)) {
            throw LossParts.refused(event, "its noise is so weak that no number holds its cost");
        }
        return new GaussianCurve(mu);
    }

    /** The sum of squares of sensitivity over noise. */
    private static double squared(PrivacyEvent event, Neighbours neighbours) {
        int moves = neighbours == Neighbours.REPLACE_ONE ? 2 : 1;
        if (event instanceof Gaussian e) {
            double ratio = moves / e.noiseMultiplier();
            return ratio * ratio;
        } else if (event instanceof TreeAggregation e) {
            double ratio = moves * e.sensitivity() / e.noiseMultiplier();
            return ratio * ratio;
        } else if (event instanceof MatrixMechanism e) {
            double ratio = moves * e.sensitivity() / e.noiseMultiplier();
            return ratio * ratio;
        } else if (event instanceof Repeated e) {
            return e.times() * squared(e.event(), neighbours);
        } else if (event instanceof Shuffled e) {
            // An added record takes another's place in a batch, and that other is added to the last.
            double replaced = squared(e.event(), Neighbours.REPLACE_ONE);
            return e.epochs() * (moves == 2 ? replaced : replaced + squared(e.event(), neighbours));
        } else if (event instanceof Composed e) {
            return e.events().stream()
                    .mapToDouble(part -> squared(part, neighbours))
                    .sum();
        } else if (event instanceof PoissonSampled e && (e.rate() == 0 || e.rate() == 1)) {
            return e.rate() * squared(e.event(), neighbours);
        }
        throw LossParts.refused(event, "it is not Gaussian noise on all records");
    }
}

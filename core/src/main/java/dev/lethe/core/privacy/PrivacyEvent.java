package dev.lethe.core.privacy;

import java.util.List;

/**
 * What was done to the data, in exactly the detail that an accountant needs. Noise is relative to what one record, or one
 * privacy unit, can add: under {@link Neighbours#ADD_OR_REMOVE_ONE} the sensitivity is 1 multiplier, and a replacement, which
 * removes one and adds another, is charged for both.
 */
public sealed interface PrivacyEvent {
    /**
     * Gaussian noise.
     *
     * @param noiseMultiplier standard deviation over L2 sensitivity, above 0
     */
    record Gaussian(double noiseMultiplier) implements PrivacyEvent {
        public Gaussian {
            requirePositive("noiseMultiplier", noiseMultiplier);
        }
    }

    /**
     * Laplace noise.
     *
     * @param noiseMultiplier scale over L1 sensitivity, above 0
     */
    record Laplace(double noiseMultiplier) implements PrivacyEvent {
        public Laplace {
            requirePositive("noiseMultiplier", noiseMultiplier);
        }
    }

    /**
     * An event on a part of the records that was drawn by a coin for each.
     *
     * @param rate probability of each record to take part, in [0, 1]
     */
    record PoissonSampled(double rate, PrivacyEvent event) implements PrivacyEvent {
        public PoissonSampled {
            if (!(rate >= 0 && rate <= 1)) {
                throw new IllegalArgumentException("rate " + rate + " must lie in [0, 1]");
            }
        }
    }

    /**
     * An event done several times, each with fresh noise and, where sampled, a fresh sample.
     *
     * @param times at least 0
     */
    record Repeated(long times, PrivacyEvent event) implements PrivacyEvent {
        public Repeated {
            if (times < 0) {
                throw new IllegalArgumentException("times " + times + " must be at least 0");
            }
        }
    }

    /** Events one after the other; none means that nothing was released. */
    record Composed(List<PrivacyEvent> events) implements PrivacyEvent {
        public Composed {
            events = List.copyOf(events);
        }
    }

    private static void requirePositive(String component, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(component + " " + value + " must be above 0 and finite");
        }
    }
}

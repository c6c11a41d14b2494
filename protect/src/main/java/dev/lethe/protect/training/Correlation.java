package dev.lethe.protect.training;

import dev.lethe.core.privacy.PrivacyEvent;

/** How the noise of a step takes back some of that of earlier steps, so that running sums of gradients carry less of it. */
public sealed interface Correlation {
    /** In words: equal settings, equal words. */
    String describe();

    /** What running sums over these epochs cost, each record being in one step of each. */
    PrivacyEvent event(double noiseMultiplier, int epochs, long stepsAnEpoch);

    /**
     * A binary tree of partial sums, each with noise of its own (Kairouz et al., "Practical and private (deep) learning without sampling
     * or shuffling", ICML 2021). The sum after t steps carries as many draws as t has binary ones.
     *
     * @param restart whether each epoch begins another tree, so that a record is in each tree once, at the price of noise that adds
     *     up over epochs; else one tree spans them all
     */
    record Tree(boolean restart) implements Correlation {
        @Override
        public String describe() {
            return restart ? "a tree of partial sums each epoch" : "a tree of partial sums";
        }

        @Override
        public PrivacyEvent event(double noiseMultiplier, int epochs, long stepsAnEpoch) {
            return restart
                    ? new PrivacyEvent.Repeated(
                            epochs, new PrivacyEvent.TreeAggregation(noiseMultiplier, stepsAnEpoch, 1, stepsAnEpoch))
                    : new PrivacyEvent.TreeAggregation(noiseMultiplier, epochs * stepsAnEpoch, epochs, stepsAnEpoch);
        }
    }

    /**
     * The square root of the matrix of running sums, cut to a band (Henzinger et al. 2023; Kalinin and Lampert, "Banded square root matrix
     * factorization for differentially private model training", NeurIPS 2024). Less noise than the tree's at the same price, for the
     * memory of two vectors a step of the band.
     *
     * @param band steps that remember each other, at least 1, which is independent noise; about as many as an epoch has is a good
     *     choice, and more than there are steps is as many
     */
    record SquareRoot(int band) implements Correlation {
        public SquareRoot {
            if (band < 1) {
                throw new IllegalArgumentException("band " + band + " must be at least 1");
            }
        }

        @Override
        public String describe() {
            return "the square root of running sums in a band of " + band;
        }

        @Override
        public PrivacyEvent.MatrixMechanism event(double noiseMultiplier, int epochs, long stepsAnEpoch) {
            int steps = Math.toIntExact(epochs * stepsAnEpoch);
            return new PrivacyEvent.MatrixMechanism(
                    noiseMultiplier,
                    PrivacyEvent.MatrixMechanism.squareRoot(Math.min(band, steps)),
                    steps,
                    epochs,
                    stepsAnEpoch);
        }
    }
}

package dev.lethe.nn;

import java.util.Arrays;

/**
 * How each example's gradient is made short before it is added to those of others, so that one example moves the sum by at
 * most {@link #sensitivity} in the L2 norm.
 */
public sealed interface Clipping {
    /** The largest L2 norm that an example contributes to the sum. */
    double sensitivity();

    /** In words: equal settings, equal words. */
    String describe();

    /**
     * What each example's gradient is multiplied by in each layer.
     *
     * @param squares squared norm by layer, then by example; no infinity, no NaN
     */
    float[][] factors(float[][] squares);

    /**
     * A float's share of doubt: norms are computed in floats, and another way than the sums, so that contributions are kept
     * this much below the bound.
     */
    double MARGIN = 0x1p-12;

    /** Shortened to {@code norm} where it is longer (Abadi et al. 2016, Algorithm 1). */
    record Flat(double norm) implements Clipping {
        public Flat {
            requireNorm(norm);
        }

        @Override
        public double sensitivity() {
            return norm;
        }

        @Override
        public String describe() {
            return "clipped to norm " + norm;
        }

        @Override
        public float[][] factors(float[][] squares) {
            return everywhere(squares, length -> Math.min(1, norm * (1 - MARGIN) / length));
        }
    }

    /**
     * Each layer's part shortened by itself, all to the same norm, {@code norm} / sqrt(layers), so that the whole is never
     * longer than {@code norm} (McMahan et al. 2018).
     */
    record PerLayer(double norm) implements Clipping {
        public PerLayer {
            requireNorm(norm);
        }

        @Override
        public double sensitivity() {
            return norm;
        }

        @Override
        public String describe() {
            return "clipped layer by layer to norm " + norm + " in all";
        }

        @Override
        public float[][] factors(float[][] squares) {
            double each = norm / Math.sqrt(squares.length) * (1 - MARGIN);
            float[][] factors = new float[squares.length][];
            for (int layer = 0; layer < squares.length; layer++) {
                factors[layer] = new float[squares[layer].length];
                for (int i = 0; i < factors[layer].length; i++) {
                    factors[layer][i] = (float) Math.min(1, each / Math.sqrt(squares[layer][i]));
                }
            }
            return factors;
        }
    }

    /**
     * Divided by its norm plus {@code stability}, so that there is no threshold to choose (Bu et al., "Automatic clipping",
     * NeurIPS 2023). Contributions are shorter than 1.
     *
     * @param stability keeps short gradients short; 0.01 in the paper
     */
    record Automatic(double stability) implements Clipping {
        public Automatic {
            if (!(stability > 0 && stability <= 1)) {
                throw new IllegalArgumentException("stability " + stability + " must lie in (0, 1]");
            }
        }

        @Override
        public double sensitivity() {
            return 1;
        }

        @Override
        public String describe() {
            return "divided by norm plus " + stability;
        }

        @Override
        public float[][] factors(float[][] squares) {
            return everywhere(squares, length -> (1 - MARGIN) / (length + stability));
        }
    }

    /** The factor of an example of which the gradient has this length. */
    interface OfLength {
        double factor(double length);
    }

    private static float[][] everywhere(float[][] squares, OfLength rule) {
        float[] factors = new float[squares[0].length];
        for (int i = 0; i < factors.length; i++) {
            double square = 0;
            for (float[] layer : squares) {
                square += layer[i];
            }
            factors[i] = (float) rule.factor(Math.sqrt(Math.max(0, square)));
        }
        float[][] all = new float[squares.length][];
        Arrays.fill(all, factors);
        return all;
    }

    private static void requireNorm(double norm) {
        if (!(norm > 0 && norm <= 1e6)) {
            throw new IllegalArgumentException("clipping norm " + norm + " must lie in (0, 1000000]");
        }
    }
}

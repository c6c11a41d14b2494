package dev.lethe.protect.training;

/**
 * A clipping norm that follows a quantile of the gradients' norms (Andrew et al., "Differentially private learning with adaptive
 * clipping", NeurIPS 2021): each step moves it by the factor exp(-rate (b - quantile)), b being the noisy share of the batch that
 * was not clipped.
 *
 * @param initial the norm before the first step
 * @param quantile of norms that is aimed at, in (0, 1); 0.5 in the paper
 * @param rate of learning; 0.2 in the paper
 * @param countNoise standard deviation of the noise on the number of unclipped examples, each of which counts plus or minus one half;
 *     a twentieth of the expected batch in the paper
 */
public record AdaptiveNorm(double initial, double quantile, double rate, double countNoise) {
    public AdaptiveNorm {
        if (!(initial > 0 && initial <= 1e6)) {
            throw new IllegalArgumentException("initial clipping norm " + initial + " must lie in (0, 1000000]");
        }
        if (!(quantile > 0 && quantile < 1)) {
            throw new IllegalArgumentException("quantile " + quantile + " must lie in (0, 1)");
        }
        if (!(rate > 0 && rate <= 10)) {
            throw new IllegalArgumentException("rate " + rate + " must lie in (0, 10]");
        }
        if (!(countNoise > 0 && countNoise < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("countNoise " + countNoise + " must be above 0 and finite");
        }
    }

    /** As the paper sets it, for batches of this expected size. */
    public static AdaptiveNorm of(double initial, double expectedBatch) {
        return new AdaptiveNorm(initial, 0.5, 0.2, expectedBatch / 20);
    }

    /**
     * The noise multiplier of the gradient that, together with the noise on the count, costs what {@code noiseMultiplier} alone
     * would: (z<sup>-2</sup> - (2 countNoise)<sup>-2</sup>)<sup>-1/2</sup> (Theorem 1 there).
     */
    double gradientNoise(double noiseMultiplier) {
        double left = 1 / (noiseMultiplier * noiseMultiplier) - 1 / (4 * countNoise * countNoise);
        if (!(left > 0)) {
            throw new IllegalArgumentException("countNoise " + countNoise + " leaves nothing of noise multiplier "
                    + noiseMultiplier + " for the gradient; it must be above half of it");
        }
        // Rounded up.
        return Math.sqrt(1 / left) * (1 + 0x1p-50);
    }

    double next(double norm, double noisyUnclippedShare) {
        double moved = norm * Math.exp(-rate * (noisyUnclippedShare - quantile));
        return Math.max(1e-6, Math.min(1e6, moved));
    }
}

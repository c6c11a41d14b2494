package dev.lethe.bench;

import dev.lethe.core.random.Seed;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/**
 * Logistic regression by noisy gradient descent on all records at once: each record's gradient is clipped to norm 1, and the
 * sum gets normal noise of deviation sigma. A step hides a record as a Gaussian mechanism with mu = 1/sigma does, and
 * {@code steps} of them together as one with mu = sqrt(steps)/sigma, exactly (Dong, Roth and Su 2022, corollary 2).
 *
 * <p>The noise is seeded and the bits are floating-point: this serves to be audited, and protects nobody.
 *
 * @param clips false for the defect that must be caught: the sum of gradients as they are
 */
record NoisyDescent(int steps, double sigma, double learningRate, boolean clips) {
    /**
     * Records by their values that are not 0.
     *
     * @param columns where they are, one array a record, and {@code values} what they are
     * @param labels 0 or 1
     */
    record Sparse(int width, int[][] columns, float[][] values, int[] labels) {}

    /** What {@code steps} of {@code sigma} keep. */
    double mu() {
        return Math.sqrt(steps) / sigma;
    }

    /** The weights after the last step, from 0, trained on the records that are {@code in}. */
    double[] train(Sparse data, boolean[] in, Seed seed) {
        UniformRandomProvider random = seed.stream();
        ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(random);
        double[] weights = new double[data.width()];
        double[] sum = new double[data.width()];
        for (int step = 0; step < steps; step++) {
            for (int j = 0; j < sum.length; j++) {
                sum[j] = sigma * gaussian.sample();
            }
            for (int i = 0; i < in.length; i++) {
                if (in[i]) {
                    addGradient(data, i, weights, sum);
                }
            }
            for (int j = 0; j < sum.length; j++) {
                weights[j] -= learningRate * sum[j];
            }
        }
        return weights;
    }

    private void addGradient(Sparse data, int record, double[] weights, double[] sum) {
        int[] columns = data.columns()[record];
        float[] values = data.values()[record];
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        double slope = 1 / (1 + Math.exp(-logit(data, record, weights))) - data.labels()[record];
        double norm = Math.abs(slope) * Math.sqrt(squares);
        double scale = clips && norm > 1 ? slope / norm : slope;
        for (int k = 0; k < columns.length; k++) {
            sum[columns[k]] += scale * values[k];
        }
    }

    /** Of label 1: all that an audit asks of the model. */
    static double logit(Sparse data, int record, double[] weights) {
        double logit = 0;
        for (int k = 0; k < data.columns()[record].length; k++) {
            logit += weights[data.columns()[record][k]] * data.values()[record][k];
        }
        return logit;
    }
}

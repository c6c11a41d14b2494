package dev.lethe.bench;

import dev.lethe.protect.training.DpSgd;
import dev.lethe.protect.training.Watcher;
import java.util.Arrays;

/**
 * Sees all noisy gradients of a logistic regression by {@link DpSgd} with plain steps, knows its settings and first weights, and looks at
 * each step's gradient where a canary alone moves it: in the weights of the canary's own feature, which is 0 for everybody else. There
 * the step is Gaussian noise, plus what the canary adds if its coin showed heads; the sum of the logarithms of likelihood ratios is the
 * best score there is of these values.
 *
 * <p>What a canary would add it works out by itself, from these weights as the steps move them and the constants as they were at first,
 * so that the score of a canary that is out is a function of noise alone, whoever stands in its row.
 */
final class TranscriptAdversary implements Watcher {
    private final int[] features;
    private final int[] labels;
    private final double value;
    private final int width;
    private final double[] constants;
    private final double[][] weights;
    private final double learningRate;
    private final double clip;
    private final double rate;
    private final double divisor;
    private final double variance;
    private final double[] scores;

    /**
     * @param people how many there are in the training
     * @param features each canary's own feature, its others being 0
     * @param labels of canaries
     * @param value of a canary's feature
     * @param width features in all
     * @param first weights: those of each class in turn, then a constant a class
     */
    TranscriptAdversary(
            DpSgd how, int people, int[] features, int[] labels, double value, int width, int classes, float[] first) {
        this.features = features.clone();
        this.labels = labels.clone();
        this.value = value;
        this.width = width;
        constants = new double[classes];
        weights = new double[features.length][classes];
        for (int c = 0; c < classes; c++) {
            constants[c] = first[classes * width + c];
            for (int k = 0; k < features.length; k++) {
                weights[k][c] = first[c * width + features[k]];
            }
        }
        learningRate = how.recipe().optimization().learningRate();
        clip = how.clipping().sensitivity();
        rate = how.rate(people);
        divisor = rate * people;
        double sigma = how.noiseMultiplier() * clip;
        variance = sigma * sigma;
        scores = new double[features.length];
    }

    @Override
    public void step(long step, float[] gradient) {
        for (int k = 0; k < features.length; k++) {
            double[] canary = clippedGradient(k);
            double along = 0;
            double square = 0;
            for (int c = 0; c < canary.length; c++) {
                float moved = gradient[c * width + features[k]];
                along += canary[c] * divisor * moved;
                square += canary[c] * canary[c];
                weights[k][c] -= learningRate * moved;
            }
            double ratio = (along - square / 2) / variance;
            // ln(1 - q + q e^ratio), where e^ratio may be no double.
            scores[k] += ratio > 0
                    ? ratio + Math.log(rate + (1 - rate) * Math.exp(-ratio))
                    : Math.log1p(rate * Math.expm1(ratio));
        }
    }

    /** In the weights of its own feature: (p - y) value, shortened with what it adds to the constants, p - y. */
    private double[] clippedGradient(int k) {
        double[] difference = new double[constants.length];
        double most = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < difference.length; c++) {
            difference[c] = constants[c] + value * weights[k][c];
            most = Math.max(most, difference[c]);
        }
        double sum = 0;
        for (int c = 0; c < difference.length; c++) {
            difference[c] = Math.exp(difference[c] - most);
            sum += difference[c];
        }
        double square = 0;
        for (int c = 0; c < difference.length; c++) {
            difference[c] = difference[c] / sum - (c == labels[k] ? 1 : 0);
            square += difference[c] * difference[c];
        }
        double norm = Math.sqrt(square * (value * value + 1));
        double shortened = norm > clip ? clip / norm : 1;
        for (int c = 0; c < difference.length; c++) {
            difference[c] *= value * shortened;
        }
        return difference;
    }

    /** One a canary, larger where it more surely took part. */
    double[] scores() {
        return Arrays.copyOf(scores, scores.length);
    }
}

package dev.lethe.bench;

import dev.lethe.core.data.Examples;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.ClippedTraining;
import dev.lethe.protect.training.DpSgd;
import dev.lethe.protect.training.Watcher;
import java.util.Arrays;

/**
 * Sees all noisy gradients of a training by {@link DpSgd}, knows its settings and first weights, and looks at each step's gradient where a
 * canary alone moves it: in the first layer's weights of the canary's own feature, which is 0 for everybody else. There the step is
 * Gaussian noise, plus what the canary adds if its coin showed heads; the sum of the logarithms of likelihood ratios is the best score
 * there is of these values.
 *
 * <p>It computes what a canary would add from a replica that takes these steps in those weights only. The others stay as they were at
 * first, so that the score of a canary that is out is a function of noise alone, whoever stands in its row.
 */
final class TranscriptAdversary implements Watcher, AutoCloseable {
    private final DpSgd how;
    private final int[] canaries;
    private final int[][] own;
    private final ClippedTraining replica;
    private final double rate;
    private final double divisor;
    private final double variance;
    private final long steps;
    private final double[] scores;

    /**
     * @param known each canary, in its row, whether it was trained on or not; as many rows as there were
     * @param canaries rows of the canaries
     * @param features each canary's own feature
     * @param outputs of the first layer, which is linear
     * @param seed of the first weights
     */
    TranscriptAdversary(DpSgd how, Examples known, int[] canaries, int[] features, int outputs, Seed seed) {
        this.how = how;
        this.canaries = canaries.clone();
        own = new int[canaries.length][outputs];
        for (int k = 0; k < canaries.length; k++) {
            for (int i = 0; i < outputs; i++) {
                own[k][i] = i * known.width() + features[k];
            }
        }
        replica = ClippedTraining.begin(how.recipe(), known, seed);
        rate = how.rate(known.size());
        divisor = rate * known.size();
        double sigma = how.noiseMultiplier() * how.clipping().sensitivity();
        variance = sigma * sigma;
        steps = how.steps(known.size());
        scores = new double[canaries.length];
    }

    @Override
    public void step(long step, float[] gradient) {
        // The sum is each canary's own gradient where the others have none.
        float[] canary = replica.sum(canaries, how.clipping(), how.copies()).values();
        float[] moved = new float[gradient.length];
        for (int k = 0; k < canaries.length; k++) {
            double along = 0;
            double square = 0;
            for (int i : own[k]) {
                along += canary[i] * divisor * gradient[i];
                square += (double) canary[i] * canary[i];
                moved[i] = gradient[i];
            }
            double ratio = (along - square / 2) / variance;
            // ln(1 - q + q e^ratio), where e^ratio may be no double.
            scores[k] += ratio > 0
                    ? ratio + Math.log(rate + (1 - rate) * Math.exp(-ratio))
                    : Math.log1p(rate * Math.expm1(ratio));
        }
        replica.step(moved, (double) step / steps);
    }

    /** One a canary, larger where it more surely took part. */
    double[] scores() {
        return Arrays.copyOf(scores, scores.length);
    }

    @Override
    public void close() {
        replica.close();
    }
}

package dev.lethe.audit.membership.attacks;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.Optimization;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The distribution of a score given covariates, learned from examples: all quantiles at once. The range is cut at the
 * examples' quantiles, finer towards the top, and a small network learns which part a score falls into; inside a part the
 * distribution is uniform, beyond the outermost cuts exponential. Derivation: {@code docs/math/quantile-regression.md}.
 */
final class ScoreDistribution implements AutoCloseable {
    /** Parts of equal weight; the topmost is halved again and again. */
    private static final int PARTS = 20;

    /** Examples in a part, at least: fewer would say nothing about its weight. */
    private static final int FEWEST = 10;

    private static final Mlp NETWORK = new Mlp(List.of(32), 0, new Optimization(60, 2e-3, 128, 0, 5));
    private static final double LEAST = 1e-300;

    private final double[] cuts;
    /** Mean distance from the outermost cuts of the examples beyond them: below the first, above the last. */
    private final double below;

    private final double above;
    private final Predictor<Examples> network;
    private final List<String> parts;

    private ScoreDistribution(
            double[] cuts, double below, double above, Predictor<Examples> network, List<String> parts) {
        this.cuts = cuts;
        this.below = below;
        this.above = above;
        this.network = network;
        this.parts = parts;
    }

    /** Whether there is anything to learn: enough scores that are not all equal. */
    static boolean canLearn(double[] scores) {
        return scores.length >= 2 * FEWEST && cuts(scores).length > 0;
    }

    /**
     * Learns from some rows.
     *
     * @param covariates row-major, of {@code width} values a row
     */
    static ScoreDistribution learn(double[] scores, float[] covariates, int width, int[] rows, Seed seed) {
        double[] cuts = cuts(Arrays.stream(rows).mapToDouble(row -> scores[row]).toArray());
        List<String> parts = names(cuts.length + 1);
        int[] part = Arrays.stream(scores).mapToInt(score -> part(cuts, score)).toArray();
        Examples examples = new Examples(covariates, new int[] {width}, part, parts);
        double below = meanDistance(scores, rows, part, 0, cuts[0]);
        double above = meanDistance(scores, rows, part, cuts.length, cuts[cuts.length - 1]);
        return new ScoreDistribution(cuts, below, above, NETWORK.train(examples, rows, seed, Progress.QUIET), parts);
    }

    private static List<String> names(int parts) {
        return IntStream.range(0, parts).mapToObj(Integer::toString).toList();
    }

    /** Ascending, above the least score, so that no part is empty. */
    private static double[] cuts(double[] scores) {
        double[] sorted = scores.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        int equal = Math.max(2, Math.min(PARTS, n / FEWEST));
        IntStream.Builder ranks = IntStream.builder();
        for (int part = 1; part < equal; part++) {
            ranks.add((int) ((long) part * n / equal));
        }
        for (int top = n / equal / 2; top >= FEWEST; top /= 2) {
            ranks.add(n - top);
        }
        return ranks.build()
                .mapToDouble(rank -> sorted[rank])
                .filter(cut -> cut > sorted[0])
                .distinct()
                .toArray();
    }

    private static int part(double[] cuts, double score) {
        int at = Arrays.binarySearch(cuts, score);
        return at >= 0 ? at + 1 : -at - 1;
    }

    private static double meanDistance(double[] scores, int[] rows, int[] part, int wanted, double cut) {
        double mean = Arrays.stream(rows)
                .filter(row -> part[row] == wanted)
                .mapToDouble(row -> Math.abs(scores[row] - cut))
                .average()
                .orElse(0);
        return mean > 0 ? mean : 1;
    }

    /**
     * Where each score stands in its own distribution: the log-odds ln F/(1 - F) of its quantile F.
     *
     * @param covariates row-major, one row a score
     */
    double[] logOdds(double[] scores, float[] covariates) {
        Examples examples =
                new Examples(covariates, new int[] {covariates.length / scores.length}, new int[scores.length], parts);
        Logits weights = network.logits(examples);
        double[] odds = new double[scores.length];
        double[] p = new double[parts.size()];
        for (int row = 0; row < odds.length; row++) {
            weights.probabilities(row, p);
            odds[row] = logOdds(scores[row], p);
        }
        return odds;
    }

    /** The log-odds of the quantile of {@code score} where the parts have weights {@code p}. */
    private double logOdds(double score, double[] p) {
        int part = part(cuts, score);
        int last = cuts.length;
        if (part == last) {
            double survival = Math.log(Math.max(p[last], LEAST)) - (score - cuts[last - 1]) / above;
            return Math.log1p(-Math.min(Math.exp(survival), 1 - 1e-9)) - survival;
        }
        if (part == 0) {
            double quantile = Math.log(Math.max(p[0], LEAST)) - (cuts[0] - score) / below;
            return quantile - Math.log1p(-Math.min(Math.exp(quantile), 1 - 1e-9));
        }
        double share = (score - cuts[part - 1]) / (cuts[part] - cuts[part - 1]);
        double lower = share * p[part];
        double upper = (1 - share) * p[part];
        for (int k = 0; k < p.length; k++) {
            lower += k < part ? p[k] : 0;
            upper += k > part ? p[k] : 0;
        }
        return Math.log(Math.max(lower, LEAST)) - Math.log(Math.max(upper, LEAST));
    }

    @Override
    public void close() {
        network.close();
    }
}

package dev.lethe.core.stats;

import java.util.Arrays;
import java.util.function.LongToDoubleFunction;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/** Pearson's test of counts against exact probabilities; cells that expect fewer than 10 are joined with their neighbour. */
public final class GoodnessOfFit {
    private GoodnessOfFit() {}

    /** p-value of the counts under the probabilities, which sum to 1. */
    public static double pValue(long[] counts, double[] probabilities) {
        long trials = Arrays.stream(counts).sum();
        double statistic = 0;
        int cells = 0;
        double expected = 0;
        long seen = 0;
        double left = trials;
        for (int i = 0; i < counts.length; i++) {
            if (probabilities[i] == 0 && counts[i] > 0) {
                return 0;
            }
            expected += trials * probabilities[i];
            seen += counts[i];
            left -= trials * probabilities[i];
            if ((expected >= 10 && left >= 10) || i == counts.length - 1) {
                statistic += expected > 0 ? (seen - expected) * (seen - expected) / expected : 0;
                cells++;
                expected = 0;
                seen = 0;
            }
        }
        return cells == 1 ? 1 : ChiSquaredDistribution.of(cells - 1).survivalProbability(statistic);
    }

    /** p-value of equal probabilities. */
    public static double uniform(long[] counts) {
        double[] probabilities = new double[counts.length];
        Arrays.fill(probabilities, 1.0 / counts.length);
        return pValue(counts, probabilities);
    }

    /** p-value of integer samples under a mass function; all beyond -limit..limit is one cell at each end. */
    public static double pValue(long[] samples, int limit, LongToDoubleFunction mass) {
        long[] counts = new long[2 * limit + 1];
        for (long sample : samples) {
            counts[(int) (Math.max(-limit, Math.min(limit, sample)) + limit)]++;
        }
        double[] probabilities = new double[counts.length];
        double inside = 0;
        for (int i = 1; i < counts.length - 1; i++) {
            probabilities[i] = mass.applyAsDouble(i - limit);
            inside += probabilities[i];
        }
        probabilities[0] = (1 - inside) / 2;
        probabilities[counts.length - 1] = (1 - inside) / 2;
        return pValue(counts, probabilities);
    }
}

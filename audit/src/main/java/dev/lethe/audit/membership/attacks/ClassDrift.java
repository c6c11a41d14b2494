package dev.lethe.audit.membership.attacks;

import java.util.Arrays;

/**
 * How far one model's confidence is from other models' on all records of a class, in training or not: each model has its own
 * leanings, which say nothing about a record.
 */
final class ClassDrift {
    /** In a class of fewer records a mean is mostly who was in. */
    private static final int FEWEST = 5;

    private ClassDrift() {}

    /**
     * What was observed, less the drift of each record's class. Who was in is not known, so each record counts towards where
     * it would be with and without training as likely as each is; and a class's mean is taken to be drift by the share of the
     * spread of such means that chance does not explain.
     */
    static double[] removed(double[] observed, int[] labels, int classes, Hierarchy.Both models, Bavaria.Tails tails) {
        double[] in = models.in().logDensity(observed, tails);
        double[] out = models.out().logDensity(observed, tails);
        double[] away = new double[observed.length];
        double[] precision = new double[observed.length];
        double[] mean = new double[classes];
        double[] sum = new double[classes];
        int[] count = new int[classes];
        for (int record = 0; record < observed.length; record++) {
            double member = 1 / (1 + Math.exp(out[record] - in[record]));
            double precisionIn = member / models.in().variance(record);
            double precisionOut = (1 - member) / models.out().variance(record);
            precision[record] = precisionIn + precisionOut;
            away[record] = (precisionIn * (observed[record] - models.in().location()[record])
                            + precisionOut * (observed[record] - models.out().location()[record]))
                    / precision[record];
            mean[labels[record]] += precision[record] * away[record];
            sum[labels[record]] += precision[record];
            count[labels[record]]++;
        }
        for (int c = 0; c < classes; c++) {
            mean[c] /= Math.max(sum[c], Double.MIN_NORMAL);
        }
        double[] chance = new double[classes];
        for (int record = 0; record < observed.length; record++) {
            int c = labels[record];
            double share = precision[record] / sum[c];
            double rest = away[record] - mean[c];
            chance[c] += share * share * rest * rest;
        }
        double[] drift = shrunk(mean, chance, count);
        double[] rest = new double[observed.length];
        for (int record = 0; record < rest.length; record++) {
            rest[record] = observed[record] - drift[labels[record]];
        }
        return rest;
    }

    private static double[] shrunk(double[] mean, double[] chance, int[] count) {
        double real = 0;
        int classes = 0;
        for (int c = 0; c < mean.length; c++) {
            if (count[c] >= FEWEST) {
                real += mean[c] * mean[c] - chance[c];
                classes++;
            }
        }
        double variance = Math.max(0, real / Math.max(1, classes));
        double[] drift = new double[mean.length];
        Arrays.setAll(drift, c -> count[c] < FEWEST || variance == 0 ? 0 : mean[c] * variance / (variance + chance[c]));
        return drift;
    }
}

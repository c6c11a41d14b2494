package dev.lethe.audit.membership.attacks;

/** One normal distribution a record: its confidence over the shadows that have it IN, or OUT. */
record Gaussians(double[] mean, double[] deviation) {
    /** Natural logarithm of the density at a confidence, up to the constant that all records share. */
    double logDensity(int record, double confidence) {
        double z = deviations(record, confidence);
        return -0.5 * z * z - Math.log(deviation[record]);
    }

    /** How many standard deviations a confidence is above the mean. */
    double deviations(int record, double confidence) {
        return (confidence - mean[record]) / deviation[record];
    }
}

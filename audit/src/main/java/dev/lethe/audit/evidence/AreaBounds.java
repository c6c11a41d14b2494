package dev.lethe.audit.evidence;

import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Bounds on an area under the ROC that hold for few people and for areas near 1, where a bootstrap claims too much: from 20
 * members that all score above 20 others it concludes an area of exactly 1.
 *
 * <p>R. G. Newcombe: Confidence intervals for an effect size measure based on the Mann-Whitney statistic, part 2.
 * Statistics in Medicine 25(4):559-573, 2006, method 5: the area that is as many of <em>its own</em> standard deviations
 * away as the tail allows.
 */
final class AreaBounds {
    private static final int HALVINGS = 60;

    private AreaBounds() {}

    /** The largest area below {@code area} that it refutes with error probability {@code tail}. */
    static double lower(double area, int members, int nonMembers, double tail) {
        double deviations = NormalDistribution.of(0, 1).inverseSurvivalProbability(tail);
        double low = 0;
        double high = area;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (area - middle > deviations * deviation(middle, members, nonMembers)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The smallest area above {@code area} that it refutes: the mirror image. */
    static double upper(double area, int members, int nonMembers, double tail) {
        return 1 - lower(1 - area, members, nonMembers, tail);
    }

    /** Of the measured area, where {@code area} is true (Hanley and McNeil 1982, both sides of equal size). */
    private static double deviation(double area, int members, int nonMembers) {
        double others = (members + nonMembers) / 2.0 - 1;
        double variance = area
                * (1 - area)
                * (1 + others * ((1 - area) / (2 - area) + area / (1 + area)))
                / ((double) members * nonMembers);
        return Math.sqrt(variance);
    }
}

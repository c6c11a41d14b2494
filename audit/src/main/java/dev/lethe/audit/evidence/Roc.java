package dev.lethe.audit.evidence;

import java.util.Arrays;

/**
 * The receiver operating characteristic of one trial, exact, ties taken as one block. Definitions:
 * {@code docs/math/roc-and-auc.md}.
 */
public final class Roc {
    private final Trial trial;
    private final Ranking ranking;
    private final int[] once;

    public Roc(Trial trial) {
        if (trial.members() == 0 || trial.nonMembers() == 0) {
            throw new IllegalArgumentException(
                    "a ROC needs members and non-members, got " + trial.members() + " and " + trial.nonMembers());
        }
        this.trial = trial;
        ranking = new Ranking(trial);
        once = new int[trial.scores().length];
        Arrays.fill(once, 1);
    }

    /** Mann-Whitney: the chance that a member scores above a non-member, ties counting half. */
    public double auc() {
        return measure(new double[0]).auc;
    }

    /** The largest true-positive rate over thresholds whose false-positive rate is at most {@code rate}. */
    public double tprAt(double rate) {
        return measure(new double[] {rate}).tpr[0];
    }

    /** {@link #tprAt} for several ascending rates in one pass. */
    public double[] tprAt(double[] rates) {
        return measure(rates).tpr;
    }

    /** The smallest threshold whose false-positive rate is at most {@code rate}; infinity if only calling nobody is. */
    public double thresholdAt(double rate) {
        return ranking.thresholdAt(rate, trial.scores());
    }

    /** The share of members, or of non-members, that score at least {@code threshold}. */
    public double rateAtLeast(double threshold, boolean members) {
        int of = 0;
        int hits = 0;
        for (int i = 0; i < once.length; i++) {
            if (trial.member()[i] == members) {
                of++;
                if (trial.scores()[i] >= threshold) {
                    hits++;
                }
            }
        }
        return (double) hits / of;
    }

    /** (TPR + 1 - FPR)/2 at a threshold that was fixed on other data. */
    public double balancedAccuracy(double threshold) {
        return (rateAtLeast(threshold, true) + 1 - rateAtLeast(threshold, false)) / 2;
    }

    /** The threshold with the largest balanced accuracy on this trial; for use on another one. */
    public double bestThreshold() {
        return ranking.bestThreshold(trial.scores());
    }

    Ranking ranking() {
        return ranking;
    }

    private Ranking.Measured measure(double[] rates) {
        Ranking.Measured measured = ranking.measure(once, rates);
        if (measured == null) {
            throw new AssertionError("the constructor saw members and non-members");
        }
        return measured;
    }
}

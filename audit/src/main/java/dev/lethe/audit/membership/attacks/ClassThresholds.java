package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Part;
import dev.lethe.audit.membership.Scores;
import dev.lethe.audit.membership.Signal;
import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * Thresholds on a signal, one a class, each with the best balanced accuracy on the shadows (Song and Mittal 2021). A
 * record scores by how far it is above the threshold of its class.
 */
final class ClassThresholds {
    /** A class with fewer members or non-members than this over all shadows shares the threshold of all classes. */
    private static final int FEWEST = 30;

    /** Enough shadows to place a threshold; more would cost memory and move nothing. */
    private static final int MOST_SHADOWS = 16;

    private ClassThresholds() {}

    static Scores score(MembershipView view, Signal signal) {
        int shadows = Math.min(view.shadows(), MOST_SHADOWS);
        double[] thresholds = new double[view.classes()];
        Arrays.fill(thresholds, threshold(view, signal, shadows, -1));
        for (int label = 0; label < thresholds.length; label++) {
            double own = threshold(view, signal, shadows, label);
            if (!Double.isNaN(own)) {
                thresholds[label] = own;
            }
        }
        double[] scores = view.target(signal);
        for (int record = 0; record < scores.length; record++) {
            scores[record] -= thresholds[view.labels()[record]];
        }
        return Scores.of(scores, 0);
    }

    /** The best threshold for one class, or for all if {@code label} is -1; NaN if the class is too small. */
    private static double threshold(MembershipView view, Signal signal, int shadows, int label) {
        double[] scores = new double[shadows * view.records()];
        boolean[] member = new boolean[scores.length];
        int count = 0;
        int members = 0;
        for (int shadow = 0; shadow < shadows; shadow++) {
            double[] values = view.shadow(shadow, signal);
            for (int record = 0; record < values.length; record++) {
                boolean wanted = label < 0 || view.labels()[record] == label;
                if (wanted && view.part(shadow, record) != Part.WITHHELD) {
                    scores[count] = values[record];
                    member[count] = view.part(shadow, record) == Part.IN;
                    members += member[count++] ? 1 : 0;
                }
            }
        }
        if (label >= 0 && Math.min(members, count - members) < FEWEST) {
            return Double.NaN;
        }
        Trial trial = new Trial(Arrays.copyOf(scores, count), Arrays.copyOf(member, count), OptionalDouble.empty());
        return new Roc(trial).bestThreshold();
    }
}

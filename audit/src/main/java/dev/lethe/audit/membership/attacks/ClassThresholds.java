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
        int[] labels = view.labels();
        Known[] known = known(view, signal);
        boolean isRare = Arrays.stream(known).anyMatch(Known::isFew);
        double shared = isRare ? threshold(Known.together(known)) : 0;
        double[] thresholds = new double[known.length];
        for (int label = 0; label < known.length; label++) {
            thresholds[label] = known[label].isFew() ? shared : threshold(known[label]);
        }
        double[] scores = view.target(signal);
        for (int record = 0; record < scores.length; record++) {
            scores[record] -= thresholds[labels[record]];
        }
        return Scores.of(scores, 0);
    }

    private static double threshold(Known known) {
        double[] scores = Arrays.copyOf(known.scores, known.count);
        boolean[] member = Arrays.copyOf(known.member, known.count);
        return new Roc(new Trial(scores, member, OptionalDouble.empty())).bestThreshold();
    }

    /** What the shadows say of the records of each class. */
    private static Known[] known(MembershipView view, Signal signal) {
        Known[] known = new Known[view.classes()];
        Arrays.setAll(known, label -> new Known());
        for (int shadow = 0; shadow < Math.min(view.shadows(), MOST_SHADOWS); shadow++) {
            double[] values = view.shadow(shadow, signal);
            for (int record = 0; record < values.length; record++) {
                if (view.part(shadow, record) != Part.WITHHELD) {
                    known[view.labels()[record]].add(values[record], view.part(shadow, record) == Part.IN);
                }
            }
        }
        return known;
    }

    /** A growing list of signals beside the truth. */
    private static final class Known {
        private double[] scores = new double[64];
        private boolean[] member = new boolean[64];
        private int count;
        private int members;

        void add(double score, boolean in) {
            if (count == scores.length) {
                scores = Arrays.copyOf(scores, 2 * count);
                member = Arrays.copyOf(member, 2 * count);
            }
            scores[count] = score;
            member[count++] = in;
            members += in ? 1 : 0;
        }

        boolean isFew() {
            return Math.min(members, count - members) < FEWEST;
        }

        static Known together(Known[] parts) {
            Known all = new Known();
            for (Known part : parts) {
                for (int i = 0; i < part.count; i++) {
                    all.add(part.scores[i], part.member[i]);
                }
            }
            return all;
        }
    }
}

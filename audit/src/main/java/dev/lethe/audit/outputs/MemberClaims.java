package dev.lethe.audit.outputs;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.audit.outputs.OutputCondition.Kind;
import dev.lethe.audit.outputs.OutputCondition.Severity;
import dev.lethe.core.model.Logits;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Whether the rows claimed as members can be the members, and the others can be others. */
final class MemberClaims {
    /** Keys held by more rows than this say more of the answers than of the files. */
    static final int RARE = 4;

    private MemberClaims() {}

    static int[] rows(boolean[] member, boolean side) {
        return IntStream.range(0, member.length)
                .filter(row -> member[row] == side)
                .toArray();
    }

    /** The chance that a claimed member has a smaller loss than a claimed non-member, ties counting half. */
    static double lossAuc(Logits logits, int[] labels, boolean[] member) {
        double[] scores = new double[labels.length];
        for (int row = 0; row < labels.length; row++) {
            scores[row] = -logits.lossNats(row, labels[row]);
        }
        return new Roc(new Trial(scores, member, OptionalDouble.empty())).auc();
    }

    /**
     * Whether an area is so far below 1/2 that the claim is the wrong way round. A mean over pairs of two samples strays
     * as one over as many independent pairs as the smaller holds rows (Hoeffding 1963, section 5b).
     */
    static boolean swapped(double auc, int smaller) {
        return auc <= 0.5 - Certainty.radius(1, smaller);
    }

    /**
     * The share of the smaller side whose rows stand in the other, answers and label alike; 0 if that may be chance.
     *
     * <p>A key that two rows hold is split between the sides with probability at most 1/2 if rows are drawn
     * independently, whatever from; one that c rows hold, with probability at most 1 - 2^(1-c).
     */
    static double repeated(RawAnswers raw, int[] labels, boolean[] member) {
        return repeated(keys(raw, labels, rows(member, true)), keys(raw, labels, rows(member, false)));
    }

    /** The same of keys of answers and labels, which are sorted afterwards. */
    static double repeated(long[] in, long[] out) {
        int smaller = Math.min(in.length, out.length);
        if (sameSequence(in, out)) {
            return 1;
        }
        Arrays.sort(in);
        Arrays.sort(out);
        double expected = 0;
        int rare = 0;
        int split = 0;
        int shared = 0;
        for (int i = 0, j = 0; i < in.length || j < out.length; ) {
            long key = j == out.length || (i < in.length && in[i] <= out[j]) ? in[i] : out[j];
            int startIn = i;
            int startOut = j;
            while (i < in.length && in[i] == key) {
                i++;
            }
            while (j < out.length && out[j] == key) {
                j++;
            }
            int ins = i - startIn;
            int outs = j - startOut;
            if (ins + outs >= 2 && ins + outs <= RARE) {
                rare++;
                expected += 1 - Math.scalb(1.0, 1 - ins - outs);
                if (ins > 0 && outs > 0) {
                    split++;
                    shared += in.length <= out.length ? ins : outs;
                }
            }
        }
        boolean sure = rare > 0 && split - expected >= rare * Certainty.radius(1, rare);
        return sure ? (double) shared / smaller : 0;
    }

    /** Whether both sides are one file in one order, and answers are not so few that any two files would be. */
    private static boolean sameSequence(long[] in, long[] out) {
        if (!Arrays.equals(in, out)) {
            return false;
        }
        long[] sorted = in.clone();
        Arrays.sort(sorted);
        double pairs = 0;
        for (int i = 0, start = 0; i < sorted.length; i++) {
            if (i + 1 == sorted.length || sorted[i + 1] != sorted[i]) {
                pairs += Math.pow((i + 1.0 - start) / sorted.length, 2);
                start = i + 1;
            }
        }
        return sorted.length * Math.log(pairs) <= Certainty.LOG_FALSE_ALARM;
    }

    /** What is said of claims that are the wrong way round, by the area of the loss threshold; empty if they are not. */
    static Optional<OutputCondition> swap(double auc, int members, int others) {
        return swapped(auc, Math.min(members, others))
                ? Optional.of(new OutputCondition(
                        Kind.MEMBERS_SWAPPED,
                        Severity.MEANINGLESS,
                        auc,
                        "Claimed members are answered worse than claimed non-members: the loss threshold has an area of "
                                + OutputInspection.number(auc) + ", far below one half.",
                        "Check whether the two files are swapped, and whether the members' labels are theirs; if neither, these"
                                + " are not people of one kind."))
                : Optional.empty();
    }

    /** What is said of a share of the smaller side that stands on the other side too; empty if it is 0. */
    static Optional<OutputCondition> repetition(double repeated) {
        return repeated > 0
                ? Optional.of(
                        new OutputCondition(
                                Kind.MEMBERS_REPEATED,
                                repeated >= 0.1 ? Severity.MEANINGLESS : Severity.WEAKENS,
                                repeated,
                                OutputInspection.percent(repeated)
                                        + " of the smaller side, members or non-members, stands on the other side too,"
                                        + " answers and label alike. Nobody is both.",
                                "Check that the two files are different ones, and remove from the non-members whoever is a member."))
                : Optional.empty();
    }

    private static long[] keys(RawAnswers raw, int[] labels, int[] rows) {
        return Arrays.stream(rows)
                .mapToLong(row -> RawAnswers.mix(raw.keys[row], labels[row]))
                .toArray();
    }
}

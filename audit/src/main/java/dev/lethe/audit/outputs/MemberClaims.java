package dev.lethe.audit.outputs;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.core.model.Logits;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Whether the rows claimed as members can be the members, and the others can be others. */
final class MemberClaims {
    /** Keys held by more rows than this say more of the answers than of the files. */
    private static final int RARE = 4;

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
        long[] in = keys(raw, labels, rows(member, true));
        long[] out = keys(raw, labels, rows(member, false));
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

    private static long[] keys(RawAnswers raw, int[] labels, int[] rows) {
        return Arrays.stream(rows)
                .mapToLong(row -> RawAnswers.mix(raw.keys[row], labels[row]))
                .toArray();
    }
}

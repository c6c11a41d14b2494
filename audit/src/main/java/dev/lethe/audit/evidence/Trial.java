package dev.lethe.audit.evidence;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * One attack against one target: guesses beside the truth, nothing judged.
 *
 * @param scores one a record, larger means more surely a member; finite or infinite, never NaN
 * @param member the truth
 * @param threshold members score at least this much, fixed without the target; empty if the attack has none
 */
public record Trial(double[] scores, boolean[] member, OptionalDouble threshold) {
    public Trial {
        if (scores.length != member.length) {
            throw new IllegalArgumentException(scores.length + " scores for " + member.length + " records");
        }
        for (int i = 0; i < scores.length; i++) {
            if (Double.isNaN(scores[i])) {
                throw new IllegalArgumentException("score of record " + i + " is not a number");
            }
        }
    }

    public int members() {
        int count = 0;
        for (boolean in : member) {
            if (in) {
                count++;
            }
        }
        return count;
    }

    public int nonMembers() {
        return member.length - members();
    }

    /**
     * The game of finding non-members: the lowest scores become the highest, and who was out is now sought. Its true-positive
     * rate at a false-positive rate is this trial's true-negative rate at that false-negative rate.
     */
    public Trial mirrored() {
        double[] negated = Arrays.stream(scores).map(score -> -score).toArray();
        boolean[] out = new boolean[member.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = !member[i];
        }
        return new Trial(negated, out, OptionalDouble.empty());
    }

    /** This trial on some records only. */
    public Trial select(int[] records) {
        double[] some = Arrays.stream(records).mapToDouble(i -> scores[i]).toArray();
        boolean[] truth = new boolean[records.length];
        for (int i = 0; i < records.length; i++) {
            truth[i] = member[records[i]];
        }
        return new Trial(some, truth, threshold);
    }
}

package dev.lethe.audit.outputs;

import java.util.Arrays;
import java.util.Optional;

/** What all rows of two files say of the claim that one holds the members and the other does not. */
public final class Claims {
    private Claims() {}

    /** A key of one row's answers and label: equal rows, equal key, and in practice the reverse. */
    public static long key(float[] row, int label) {
        long key = 0;
        for (float value : row) {
            // Adding 0 makes one of the two zeros.
            key = RawAnswers.mix(key, Float.floatToRawIntBits(value + 0f));
        }
        return RawAnswers.mix(key, label);
    }

    /**
     * Rows of the second file that stand in the first too, if there are more of them than chance would bring; what more than a
     * few rows have in common, as an answer that was rounded to certainty, says nothing of who they are.
     *
     * @param members keys of the first file's rows; not written
     * @param others keys of the second file's rows
     * @return one a row of the second file
     */
    public static boolean[] repeated(long[] members, long[] others) {
        long[] sorted = members.clone();
        Arrays.sort(sorted);
        long[] sortedOthers = others.clone();
        Arrays.sort(sortedOthers);
        boolean[] repeated = new boolean[others.length];
        if (MemberClaims.repeated(members.clone(), others.clone()) == 0) {
            return repeated;
        }
        for (int row = 0; row < others.length; row++) {
            repeated[row] = Arrays.binarySearch(sorted, others[row]) >= 0
                    && count(sorted, others[row]) + count(sortedOthers, others[row]) <= MemberClaims.RARE;
        }
        return repeated;
    }

    private static int count(long[] sorted, long key) {
        int at = Arrays.binarySearch(sorted, key);
        int from = at;
        int to = at;
        while (from > 0 && sorted[from - 1] == key && to - from <= MemberClaims.RARE) {
            from--;
        }
        while (to >= 0 && to + 1 < sorted.length && sorted[to + 1] == key && to - from <= MemberClaims.RARE) {
            to++;
        }
        return at < 0 ? 0 : to - from + 1;
    }

    /** Whether the files hold the same people; empty if that cannot be said with an error of 10^-6. */
    public static Optional<OutputCondition> overlap(long[] members, long[] others) {
        return MemberClaims.repetition(MemberClaims.repeated(members.clone(), others.clone()));
    }

    /**
     * Whether the files are swapped; empty if that cannot be said with an error of 10^-6.
     *
     * @param auc the area of the loss threshold
     */
    public static Optional<OutputCondition> swap(double auc, int members, int others) {
        return MemberClaims.swap(auc, members, others);
    }

    /** Whether fair coins can have put so many records on each side; they do not with a probability of at most 10^-6. */
    public static boolean canBeCoins(int members, int others) {
        double all = (double) members + others;
        return Math.abs(members / all - 0.5) <= Certainty.radius(1, all);
    }
}

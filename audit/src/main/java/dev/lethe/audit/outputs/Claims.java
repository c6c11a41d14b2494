package dev.lethe.audit.outputs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
     * Rows of the second file that stand in the first too; what more than a few rows have in common, as an answer that was
     * rounded to certainty, says nothing of who they are.
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

    /**
     * Whether the files hold the same people, or are swapped; empty if neither can be said with an error of 10^-6.
     *
     * @param auc the area of the loss threshold
     * @param members keys of the first file's rows
     * @param others keys of the second file's rows
     */
    public static List<OutputCondition> conditions(double auc, long[] members, long[] others) {
        List<OutputCondition> conditions = new ArrayList<>();
        MemberClaims.repetition(MemberClaims.repeated(members.clone(), others.clone()))
                .ifPresent(conditions::add);
        MemberClaims.swap(auc, members.length, others.length).ifPresent(conditions::add);
        return conditions;
    }
}

package dev.lethe.core.query;

/**
 * How far one privacy unit can move a vector of integers by being added or removed.
 *
 * @param l1 sum of the changes of all entries, at least 1
 * @param l2 root of the sum of their squares, rounded up
 * @param oneEntry whether all of the change is in one entry
 */
public record Sensitivity(long l1, double l2, boolean oneEntry) {
    public Sensitivity {
        if (l1 < 1) {
            throw new IllegalArgumentException("l1 " + l1 + " must be at least 1");
        }
        if (!(l2 > 0 && l2 <= l1)) {
            throw new IllegalArgumentException("l2 " + l2 + " must be above 0 and at most l1 " + l1);
        }
        if (oneEntry && l2 != l1) {
            throw new IllegalArgumentException("l2 " + l2 + " of a change in one entry must be l1 " + l1);
        }
    }

    /** Up to {@code entries} entries change, each by up to {@code each}. */
    static Sensitivity ofEntries(int entries, long each) {
        long l1 = Math.multiplyExact(entries, each);
        if (entries == 1) {
            return new Sensitivity(l1, (double) l1, true);
        }
        return new Sensitivity(l1, Math.min((double) l1, Math.nextUp(Math.nextUp(Math.sqrt(entries)) * each)), false);
    }

    /**
     * Every one of up to {@code groups} groups has entries of its own, and up to {@code each} steps of change spread over them:
     * the L2 norm is largest where each group spends them on one entry.
     */
    static Sensitivity spread(int groups, long each) {
        Sensitivity crowded = ofEntries(groups, each);
        return new Sensitivity(crowded.l1(), crowded.l2(), groups == 1 && each == 1);
    }
}

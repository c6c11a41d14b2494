package dev.lethe.audit.evidence;

/**
 * Numbers sorted from large to small, equal ones in the order in which they came, both zeros being equal: by their digits,
 * least significant first, which takes as many passes for a million numbers as for ten.
 */
final class DescendingOrder {
    private static final int DIGIT_BITS = 11;
    private static final int DIGITS = (Long.SIZE + DIGIT_BITS - 1) / DIGIT_BITS;
    private static final int VALUES = 1 << DIGIT_BITS;

    /** The place in the unsorted numbers of each sorted one. */
    private final int[] places;

    /** Of each sorted number; equal where the numbers are, larger where they are smaller. */
    private final long[] keys;

    /** @param numbers none of them NaN; not changed */
    DescendingOrder(double[] numbers) {
        int n = numbers.length;
        long[] from = new long[n];
        int[] fromPlaces = new int[n];
        int[][] counts = new int[DIGITS][VALUES];
        for (int i = 0; i < n; i++) {
            from[i] = key(numbers[i]);
            fromPlaces[i] = i;
            for (int digit = 0; digit < DIGITS; digit++) {
                counts[digit][digit(from[i], digit)]++;
            }
        }
        long[] into = new long[n];
        int[] intoPlaces = new int[n];
        for (int digit = 0; digit < DIGITS; digit++) {
            int[] next = counts[digit];
            if (n == 0 || next[digit(from[0], digit)] == n) {
                // All have the same digit here.
                continue;
            }
            int sum = 0;
            for (int value = 0; value < VALUES; value++) {
                int count = next[value];
                next[value] = sum;
                sum += count;
            }
            for (int i = 0; i < n; i++) {
                int to = next[digit(from[i], digit)]++;
                into[to] = from[i];
                intoPlaces[to] = fromPlaces[i];
            }
            long[] keysDone = from;
            from = into;
            into = keysDone;
            int[] placesDone = fromPlaces;
            fromPlaces = intoPlaces;
            intoPlaces = placesDone;
        }
        keys = from;
        places = fromPlaces;
    }

    /** Ascends, without a sign, where the number descends. */
    private static long key(double number) {
        long bits = Double.doubleToRawLongBits(number == 0 ? 0.0 : number);
        return ~(bits ^ ((bits >> (Long.SIZE - 1)) | Long.MIN_VALUE));
    }

    private static int digit(long key, int digit) {
        return (int) (key >>> (digit * DIGIT_BITS)) & (VALUES - 1);
    }

    /** The places in the unsorted numbers, of the largest first. Owned by the caller. */
    int[] places() {
        return places;
    }

    /** Whether the number after the one at this position is smaller; so it is after the last. */
    boolean isLastOfEquals(int position) {
        return position + 1 == keys.length || keys[position] != keys[position + 1];
    }
}

package dev.lethe.audit.outputs;

import java.util.Arrays;

/** Answers as they were handed over: finite, with their range, and with repeated rows marked. */
final class RawAnswers {
    final float[] values;
    final int columns;
    final int rows;
    final float low;
    final float high;
    /** A hash of each row's values: equal rows, equal hash, and in practice the reverse. */
    final long[] keys;
    /** Whether no earlier row has the same values. */
    final boolean[] first;

    /** How many rows have these values, this one included. */
    final int[] copies;

    final int distinct;

    RawAnswers(float[] values, int columns) {
        this.values = values;
        this.columns = columns;
        rows = values.length / columns;
        keys = new long[rows];
        float min = Float.POSITIVE_INFINITY;
        float max = Float.NEGATIVE_INFINITY;
        for (int row = 0, i = 0; row < rows; row++) {
            long key = 0;
            for (int column = 0; column < columns; column++, i++) {
                float value = values[i];
                if (!Float.isFinite(value)) {
                    throw new IllegalArgumentException("the answer in row " + row + ", column " + column + " is "
                            + value + ", not finite (rows and columns count from 0)"
                            + (value == Float.NEGATIVE_INFINITY
                                    ? "; if it is the logarithm of a probability that was rounded to 0, hand over logits"
                                            + " or a log-softmax"
                                    : ""));
                }
                min = Math.min(min, value);
                max = Math.max(max, value);
                // Adding 0 makes one of the two zeros.
                key = mix(key, Float.floatToRawIntBits(value + 0f));
            }
            keys[row] = key;
        }
        low = min;
        high = max;
        long[] sorted = keys.clone();
        Arrays.sort(sorted);
        int[] found = new int[rows];
        for (long key : keys) {
            found[firstPosition(sorted, key)]++;
        }
        boolean[] seen = new boolean[rows];
        first = new boolean[rows];
        copies = new int[rows];
        int count = 0;
        for (int row = 0; row < rows; row++) {
            int at = firstPosition(sorted, keys[row]);
            copies[row] = found[at];
            if (!seen[at]) {
                seen[at] = true;
                first[row] = true;
                count++;
            }
        }
        distinct = count;
    }

    RawAnswers dividedBy(double scale) {
        float[] divided = new float[values.length];
        for (int i = 0; i < divided.length; i++) {
            divided[i] = (float) (values[i] / scale);
        }
        return new RawAnswers(divided, columns);
    }

    /** A step of a 64-bit hash. */
    static long mix(long key, int word) {
        long mixed = (key ^ word) * 0x9E3779B97F4A7C15L;
        return mixed ^ (mixed >>> 29);
    }

    float at(int row, int column) {
        return values[row * columns + column];
    }

    private static int firstPosition(long[] sorted, long key) {
        int low = 0;
        int high = sorted.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < key) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}

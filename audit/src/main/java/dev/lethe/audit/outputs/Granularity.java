package dev.lethe.audit.outputs;

import java.util.Arrays;

/**
 * How finely the values are told apart: multiples of a step, or few significant bits.
 *
 * @param step all values are multiples of it; 0 if of none
 * @param bits significant bits that suffice for all values; 24 if they need not be fewer than a float has
 * @param fixedPoint whether all values are multiples of 2^-24, as where a float is taken from 1
 */
record Granularity(double step, int bits, boolean fixedPoint) {
    private static final int FLOAT_BITS = 24;
    private static final int LARGEST_DENOMINATOR = 1000;
    private static final int SAMPLE = 4096;

    static Granularity of(RawAnswers raw) {
        float[] sample = sample(raw);
        boolean fractions = raw.low >= -1e-6f && raw.high <= 1 + 1e-4f;
        double step = 0;
        for (long denominator = fractions ? 2 : 1;
                denominator <= (fractions ? 10_000_000 : 1_000_000) && step == 0;
                denominator = next(denominator, fractions)) {
            if (rounded(sample, denominator) && all(raw.values, denominator)) {
                step = 1.0 / denominator;
            }
        }
        int bits = 1;
        boolean fixedPoint = true;
        for (float value : raw.values) {
            int mantissa = Float.floatToRawIntBits(value) & 0x7fffff;
            int zeros = Integer.numberOfTrailingZeros(mantissa | 0x800000);
            bits = Math.max(bits, value == 0 ? 1 : FLOAT_BITS - zeros);
            float scaled = value * 0x1p24f;
            fixedPoint &= Math.rint(scaled) == scaled;
        }
        // Each value would end in that many zero bits by chance with probability 2^-(24 - bits).
        boolean few = step == 0 && bits <= 12 && (FLOAT_BITS - bits) * sample.length >= 32;
        return new Granularity(step, few ? bits : FLOAT_BITS, fixedPoint);
    }

    /** The distance between neighbours of a value, by what the values show of themselves. */
    double resolution(float value) {
        double spacing = Math.ulp(value) * (double) (1 << (FLOAT_BITS - bits));
        return Math.max(step, fixedPoint ? Math.max(spacing, 0x1p-24) : spacing);
    }

    private static long next(long denominator, boolean fractions) {
        return fractions && denominator < LARGEST_DENOMINATOR ? denominator + 1 : denominator * 10;
    }

    /** Distinct values other than 0 and 1, which lie on every grid. */
    private static float[] sample(RawAnswers raw) {
        float[] some = new float[SAMPLE];
        int count = 0;
        for (int i = 0; i < raw.values.length && count < SAMPLE; i++) {
            float value = Math.abs(raw.values[i]);
            if (value != 0 && value != 1) {
                some[count++] = value;
            }
            if (count == SAMPLE) {
                count = distinct(some, count);
                if (count > SAMPLE / 2) {
                    break;
                }
            }
        }
        return Arrays.copyOf(some, distinct(some, count));
    }

    private static int distinct(float[] some, int count) {
        Arrays.sort(some, 0, count);
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (i == 0 || some[i] != some[kept - 1]) {
                some[kept++] = some[i];
            }
        }
        return kept;
    }

    /** Whether all are multiples of 1/denominator, and would not be by chance if their last bits were random. */
    private static boolean rounded(float[] sample, long denominator) {
        double logChance = 0;
        for (float value : sample) {
            if (!onGrid(value, denominator)) {
                return false;
            }
            logChance += Math.log(Math.min(1, 3 * Math.ulp(value) * (double) denominator));
        }
        return logChance <= Certainty.LOG_FALSE_ALARM - Math.log(LARGEST_DENOMINATOR + 7);
    }

    private static boolean all(float[] values, long denominator) {
        for (float value : values) {
            if (!onGrid(value, denominator)) {
                return false;
            }
        }
        return true;
    }

    /** Within one unit in the last place, which rounding in single precision may miss by. */
    private static boolean onGrid(float value, long denominator) {
        return Math.abs(value - Math.rint((double) value * denominator) / denominator) <= Math.ulp(value);
    }
}

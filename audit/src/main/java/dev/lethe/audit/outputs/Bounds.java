package dev.lethe.audit.outputs;

/**
 * Values that pile up exactly at the smallest or largest value of the file, or entries of one row that share its floor.
 *
 * @param lower share of all values that are the smallest one, if they pile up there, else 0
 * @param upper share of all values that are the largest one, if they pile up there, else 0
 * @param floors share of distinct rows of which several entries equal the row's smallest, if they are many, else 0
 */
record Bounds(double lower, double upper, double floors) {
    /** A density may be this much higher at the bound than beside it without being called a pile. */
    private static final double SLACK = 4;

    /** Below this, floats are so sparse, or flushed to one value, that ties are natural. */
    private static final float TINY = 1e-30f;

    /** So many rows must lie off the bounds to show how often rows repeat by themselves. */
    private static final int FEWEST_OFF = 20;

    static Bounds of(RawAnswers raw, Granularity granularity) {
        boolean fractions = raw.low >= 0 && raw.high <= 1;
        Windows windows = new Windows(raw, fractions);
        Tally once = new Tally();
        Tally every = new Tally();
        Tally row = new Tally();
        int off = 0;
        int repeats = 1;
        long floors = 0;
        for (int i = 0; i < raw.rows; i++) {
            row.clear();
            float floor = Float.POSITIVE_INFINITY;
            int ties = 0;
            for (int column = 0; column < raw.columns; column++) {
                float value = raw.at(i, column);
                windows.count(value, row);
                if (value <= floor) {
                    ties = value == floor ? ties + 1 : 1;
                    floor = value;
                }
            }
            every.add(row);
            if (raw.first[i]) {
                once.add(row);
                if (row.lower + row.upper == 0) {
                    off++;
                    repeats = Math.max(repeats, raw.copies[i]);
                }
                floors += ties > 1 && (!fractions || floor > TINY) ? 1 : 0;
            }
        }
        // Half of the error is for floors, the other half for four looks at piles. Clipping makes rows of few columns
        // equal: rows are counted once or, if others show how often rows repeat by themselves, as they stand.
        double weight = off >= FEWEST_OFF ? 1.0 / repeats : 0;
        boolean below = windows.low > 0
                && (pile(once.lower, once.aboveLower, granularity.resolution(raw.low), windows.low, raw.distinct)
                        || pile(
                                every.lower * weight,
                                every.aboveLower * weight,
                                granularity.resolution(raw.low),
                                windows.low,
                                raw.rows * weight));
        boolean above = windows.high > 0
                && (pile(once.upper, once.belowUpper, granularity.resolution(raw.high), windows.high, raw.distinct)
                        || pile(
                                every.upper * weight,
                                every.belowUpper * weight,
                                granularity.resolution(raw.high),
                                windows.high,
                                raw.rows * weight));
        // Two of a row's entries agree by chance as often as they share all bits of their mantissas.
        double chance = Math.scalb(raw.columns * 16.0, 1 - granularity.bits());
        boolean tied = raw.columns > 2
                && granularity.step() == 0
                && !granularity.fixedPoint()
                && Certainty.logPoissonTail(chance * raw.distinct, (double) floors)
                        <= Certainty.LOG_FALSE_ALARM - Math.log(2);
        double values = raw.values.length;
        return new Bounds(
                below ? every.lower / values : 0,
                above ? every.upper / values : 0,
                tied ? (double) floors / raw.distinct : 0);
    }

    boolean clipped() {
        return lower + upper > 0;
    }

    /** Whether many values sit at the bound, and more than a density of the order of that beside it explains. */
    private static boolean pile(double at, double beside, double resolution, double window, double rows) {
        if (at < Math.max(10, rows / 100) || at < 2 * beside) {
            return false;
        }
        double mean = SLACK * (beside + 1) * Math.min(1, resolution / window);
        return Certainty.logPoissonTail(mean, at - 1) <= Certainty.LOG_FALSE_ALARM - Math.log(8);
    }

    /** How far from the smallest and the largest value their neighbourhoods reach; 0 where values end by themselves. */
    private static final class Windows {
        private final float least;
        private final float most;
        final double low;
        final double high;

        Windows(RawAnswers raw, boolean fractions) {
            least = raw.low;
            most = raw.high;
            double range = (double) most - least;
            // Probabilities end at 0 and 1 by themselves, and their logarithms at 0.
            low = fractions ? least : range / 100;
            high = fractions ? 1.0 - most : most <= 0 && most > -1e-6f ? 0 : range / 100;
        }

        void count(float value, Tally into) {
            if (value == least) {
                into.lower++;
            } else if (value <= least + low) {
                into.aboveLower++;
            }
            if (value == most) {
                into.upper++;
            } else if (value >= most - high) {
                into.belowUpper++;
            }
        }
    }

    /** Values at the bounds and beside them. */
    private static final class Tally {
        double lower;
        double aboveLower;
        double upper;
        double belowUpper;

        void clear() {
            lower = 0;
            aboveLower = 0;
            upper = 0;
            belowUpper = 0;
        }

        void add(Tally other) {
            lower += other.lower;
            aboveLower += other.aboveLower;
            upper += other.upper;
            belowUpper += other.belowUpper;
        }
    }
}

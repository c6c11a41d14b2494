package dev.lethe.core.privacy;

import java.util.function.DoubleFunction;
import java.util.function.LongFunction;

/**
 * Finds how much noise is needed, or how often or on how large a share of the records something may be done, for an epsilon at a
 * delta. What it returns keeps the target; the next value that is a little more daring does not, or was not shown to.
 *
 * @param accountant prices what is tried
 * @param epsilon the target, above 0 and finite
 * @param delta at which the target holds, in [0, 1)
 */
public record Calibration(Accountant accountant, Neighbours neighbours, double epsilon, double delta) {
    private static final double PRECISION = 1e-7;

    public Calibration {
        if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("epsilon " + epsilon + " must be above 0 and finite");
        }
        if (!(delta >= 0 && delta < 1)) {
            throw new IllegalArgumentException("delta " + delta + " must lie in [0, 1)");
        }
    }

    /**
     * The least noise, up to one part in ten million.
     *
     * @param event what is done with a noise multiplier or scale; its epsilon falls as that grows
     * @throws IllegalArgumentException if no noise up to 2^40 is enough
     */
    public double noise(DoubleFunction<PrivacyEvent> event) {
        double high = 1;
        while (!keeps(event.apply(high))) {
            high *= 2;
            if (high > 0x1p40) {
                throw new IllegalArgumentException(
                        "epsilon " + epsilon + " is not reached by any noise; raise epsilon or delta");
            }
        }
        double low = high / 2;
        while (low > 0x1p-40 && keeps(event.apply(low))) {
            high = low;
            low /= 2;
        }
        while (high - low > PRECISION * high) {
            double middle = (low + high) / 2;
            if (keeps(event.apply(middle))) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    /**
     * The largest rate in [0, 1], down to one part in ten million.
     *
     * @param event what is done at a rate; its epsilon grows with that
     */
    public double rate(DoubleFunction<PrivacyEvent> event) {
        if (keeps(event.apply(1))) {
            return 1;
        }
        double low = 1;
        double high = 1;
        while (!keeps(event.apply(low))) {
            high = low;
            low /= 2;
            if (low < 0x1p-40) {
                throw new IllegalArgumentException(
                        "epsilon " + epsilon + " is not reached at any rate; raise epsilon, delta or the noise");
            }
        }
        while (high - low > PRECISION * high) {
            double middle = (low + high) / 2;
            if (keeps(event.apply(middle))) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * The largest number of steps, at most 2^40.
     *
     * @param event what is done so many times; its epsilon grows with that
     */
    public long steps(LongFunction<PrivacyEvent> event) {
        if (!keeps(event.apply(1))) {
            throw new IllegalArgumentException(
                    "epsilon " + epsilon + " does not allow a single step; raise epsilon, delta or the noise");
        }
        long low = 1;
        long high = 2;
        while (high < 1L << 40 && keeps(event.apply(high))) {
            low = high;
            high *= 2;
        }
        if (high == 1L << 40) {
            return low;
        }
        while (high - low > 1) {
            long middle = (low + high) / 2;
            if (keeps(event.apply(middle))) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private boolean keeps(PrivacyEvent event) {
        return accountant.price(event, neighbours).epsilon(delta) <= epsilon;
    }
}

package dev.lethe.core.privacy;

import dev.lethe.core.privacy.LossPair.Masses;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A pair's masses in cells between multiples of a step: one step wide where most of the mass lies, and wider, by powers of two, where
 * there is less.
 *
 * @param multiples the cells' ends, which rise, one more than there are cells
 * @param masses in the cells
 */
record LossCells(long[] multiples, Masses masses) {
    private static final int MOST_CELLS = 1 << 18;

    /** The losses are too far apart for so fine a step: nothing is known from a lattice. */
    static final class TooManyException extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooManyException() {
            super("more than " + MOST_CELLS + " cells", null, false, false);
        }
    }

    /** How wide a cell may be, in steps, at a loss. */
    interface Widths {
        double at(double loss);
    }

    /** Null if there would be too many of them. */
    static @Nullable LossCells of(LossPair pair, double low, double high, double step, Widths widths) {
        long first = (long) Math.floor(low / step) - 1;
        long last = (long) Math.ceil(high / step) + 1;
        long widest = Long.highestOneBit(Math.max(1, (last - first) / 512));
        long[] multiples = new long[1024];
        int count = 0;
        multiples[count++] = first;
        for (long k = first; k < last; ) {
            // Aligned, so that the narrow cells lie in one stretch; and allowed at both ends.
            long width = k == 0 ? 1 : Math.min(Long.lowestOneBit(k), widest);
            while (width > 1 && (widths.at(k * step) < width || widths.at((k + width) * step) < width)) {
                width /= 2;
            }
            k += width;
            if (count == multiples.length) {
                if (count >= MOST_CELLS) {
                    return null;
                }
                multiples = Arrays.copyOf(multiples, 2 * count);
            }
            multiples[count++] = k;
        }
        multiples = Arrays.copyOf(multiples, count);
        double[] boundaries = new double[count];
        for (int i = 0; i < count; i++) {
            boundaries[i] = multiples[i] * step;
        }
        return new LossCells(multiples, pair.masses(boundaries));
    }

    /** The pair seen from the other side: P and Q change places, losses their sign. */
    LossCells reversed() {
        int count = multiples.length;
        long[] ends = new long[count];
        for (int i = 0; i < count; i++) {
            ends[i] = -multiples[count - 1 - i];
        }
        int cells = masses.p.length;
        Masses reversed = new Masses(cells);
        for (int i = 0; i < cells; i++) {
            reversed.p[i] = masses.q[cells - 1 - i];
            reversed.q[i] = masses.p[cells - 1 - i];
            reversed.rounding[i] = masses.rounding[cells - 1 - i];
        }
        reversed.pBelow = masses.qAbove;
        reversed.qBelow = masses.pAbove;
        reversed.pAbove = masses.qBelow;
        reversed.qAbove = masses.pBelow;
        reversed.pInfinite = masses.qInfinite;
        reversed.qInfinite = masses.pInfinite;
        return new LossCells(ends, reversed);
    }
}

package dev.lethe.core.privacy;

import dev.lethe.core.privacy.LossPair.Masses;
import java.util.Arrays;

/**
 * A distribution of privacy losses on multiples of a step. In docs/math/accounting.md, "Rounding with a direction".
 *
 * @param multiples of the step at which there may be mass, rising
 * @param mass under P
 * @param infinite mass where the loss is infinite
 */
record LatticeLoss(long[] multiples, double[] mass, double infinite) {
    /**
     * Dominates the pair: the mass of a cell is split between its ends so that P and Q both keep theirs (Doroshenko et al. 2022). No
     * distribution on these losses that dominates it is smaller.
     */
    static LatticeLoss above(LossCells cells, double step) {
        Masses masses = cells.masses();
        long[] multiples = cells.multiples();
        int count = multiples.length - 1;
        double[] mass = new double[count + 1];
        double whole = -Math.expm1(-step);
        for (int i = 0; i < count; i++) {
            double p = masses.p[2 * i] * (1 + masses.rounding[2 * i])
                    + masses.p[2 * i + 1] * (1 + masses.rounding[2 * i + 1]);
            if (p > 0) {
                double q = masses.q[2 * i] * (1 - masses.rounding[2 * i])
                        + masses.q[2 * i + 1] * (1 - masses.rounding[2 * i + 1]);
                long width = multiples[i + 1] - multiples[i];
                double share = width == 1 ? whole : -Math.expm1(-step * width);
                double loss = multiples[i] * step;
                // An exponential of a double is off by the double's own rounding.
                double up = (p - q * Math.exp(loss) + p * 0x1p-52 * (2 + Math.abs(loss))) / share;
                up = Math.min(p, Math.max(0, up));
                mass[i + 1] += up;
                mass[i] += p - up;
            }
        }
        mass[0] += masses.pBelow * (1 + LossPair.LEAST_ROUNDING);
        double top = multiples[count] * step;
        double p = masses.pAbove * (1 + LossPair.LEAST_ROUNDING);
        double held = Math.min(p, masses.qAbove * (1 - LossPair.LEAST_ROUNDING) * Math.exp(top) * (1 - 1e-14));
        mass[count] += held;
        return new LatticeLoss(multiples, mass, (masses.pInfinite + p - held) * (1 + 1e-15));
    }

    /**
     * Is dominated by the pair. Where cells are one step wide, half cells are merged, first with their neighbours and then in parts
     * with the next, until the merged loss is a multiple of the step or a little above, and that little is rounded off. Wider cells
     * are merged whole and rounded off.
     */
    static LatticeLoss below(LossCells cells, double step) {
        return new Merging(cells, step).run();
    }

    private static final class Merging {
        private static final double LESS = 1 - 1e-12;

        private final LossCells cells;
        private final double step;
        /** Within the narrow cells, half cells 2i - 1 and 2i lie below and above the i-th multiple. */
        private final double[] p;

        private final double[] q;
        private final double[] out;
        private final long[] multiples;
        private int narrowFrom;
        private int narrowTo;
        private int kept;

        Merging(LossCells cells, double step) {
            this.cells = cells;
            this.step = step;
            Masses masses = cells.masses();
            int halves = masses.p.length;
            p = new double[halves + 1];
            q = new double[halves + 1];
            for (int i = 0; i < halves; i++) {
                p[i] = masses.p[i] * (1 - masses.rounding[i]);
                q[i] = masses.q[i] * (1 + masses.rounding[i]);
            }
            out = new double[halves / 2 + 2];
            multiples = new long[halves / 2 + 2];
        }

        LatticeLoss run() {
            long[] ends = cells.multiples();
            int count = ends.length - 1;
            int heaviest = 0;
            for (int i = 1; i < count; i++) {
                boolean narrow = ends[i + 1] - ends[i] == 1;
                boolean narrowBefore = ends[heaviest + 1] - ends[heaviest] == 1;
                if (!narrowBefore || (narrow && p[2 * i] > p[2 * heaviest])) {
                    heaviest = i;
                }
            }
            narrowFrom = heaviest;
            narrowTo = heaviest;
            while (narrowFrom > 0 && ends[narrowFrom] - ends[narrowFrom - 1] == 1) {
                narrowFrom--;
            }
            while (narrowTo < count && ends[narrowTo + 1] - ends[narrowTo] == 1) {
                narrowTo++;
            }
            for (int i = 0; i < narrowFrom; i++) {
                whole(i);
            }
            int shift = narrowFrom;
            // The multiples narrowFrom to narrowTo, at both ends with half cells on one side only.
            double[] narrow = new double[narrowTo - narrowFrom + 1];
            upward(heaviest, narrow, shift);
            downward(heaviest - 1, narrow, shift);
            for (int i = 0; i < narrow.length; i++) {
                put(ends[narrowFrom + i], narrow[i]);
            }
            for (int i = narrowTo; i < count; i++) {
                whole(i);
            }
            // All that lies above the top is above the last multiple. What lies below the bottom is left out.
            put(ends[count], cells.masses().pAbove * (1 - LossPair.LEAST_ROUNDING));
            return new LatticeLoss(
                    Arrays.copyOf(multiples, kept), Arrays.copyOf(out, kept), cells.masses().pInfinite * (1 - 1e-15));
        }

        private void whole(int cell) {
            double sum = p[2 * cell] + p[2 * cell + 1];
            if (sum > 0) {
                double loss = Math.log(sum / (q[2 * cell] + q[2 * cell + 1]));
                long multiple = (long) Math.floor(loss * (loss > 0 ? 1 - 1e-14 : 1 + 1e-14) / step - 1e-9);
                put(Math.max(cells.multiples()[cell], multiple), sum);
            }
        }

        private void put(long multiple, double mass) {
            if (kept > 0 && multiples[kept - 1] >= multiple) {
                out[kept - 1] += mass;
                if (multiples[kept - 1] > multiple) {
                    throw new IllegalStateException("losses that fall");
                }
            } else {
                multiples[kept] = multiple;
                out[kept++] = mass;
            }
        }

        /** How much mass of P a half cell has beyond what the multiple's loss asks for; below 0 if it lacks some. */
        private double surplus(int half, double ratio) {
            return p[half] - q[half] * ratio;
        }

        /** The ratio of P to Q at a multiple, rounded up by what the exponential's own rounding may hide. */
        private double ratio(int i) {
            double loss = cells.multiples()[i] * step;
            return Math.exp(loss) * (1 + 0x1p-51 * (2 + Math.abs(loss)));
        }

        /** Where mass falls, more lies below a multiple than above: part of the half cell above next is taken in. */
        private void upward(int from, double[] narrow, int shift) {
            double left = 1;
            for (int i = from; i <= narrowTo; i++) {
                double ratio = ratio(i);
                boolean bottom = i == narrowFrom;
                boolean top = i == narrowTo;
                double below = bottom ? 0 : left * p[2 * i - 1];
                double above = top ? 0 : p[2 * i];
                double balance = (top ? 0 : surplus(2 * i, ratio)) + (bottom ? 0 : left * surplus(2 * i - 1, ratio));
                left = 1;
                if (balance >= 0) {
                    narrow[i - shift] += above + below;
                    continue;
                }
                double next = top ? 0 : surplus(2 * i + 1, ratio);
                if (next * LESS > -balance) {
                    double taken = -balance / next / LESS;
                    narrow[i - shift] += above + below + taken * p[2 * i + 1];
                    left = 1 - taken;
                } else {
                    narrow[i - shift] += above;
                    if (!bottom) {
                        narrow[i - 1 - shift] += below;
                    }
                }
            }
        }

        /** Where mass rises, more lies above a multiple than below: part of the half cell below next is taken in. */
        private void downward(int from, double[] narrow, int shift) {
            double left = 1;
            for (int i = from; i >= narrowFrom; i--) {
                double ratio = ratio(i);
                double above = left * surplus(2 * i, ratio);
                narrow[i - shift] += left * p[2 * i];
                left = 1;
                if (i == narrowFrom) {
                    continue;
                }
                double below = surplus(2 * i - 1, ratio);
                if (above + below >= 0) {
                    double lack = -surplus(2 * i - 2, ratio);
                    double taken = lack > 0 ? Math.min(1, (above + below) / lack * LESS) : 1;
                    narrow[i - shift] += p[2 * i - 1] + taken * p[2 * i - 2];
                    left = 1 - taken;
                } else {
                    double taken = Math.max(0, above / -below * LESS);
                    narrow[i - shift] += taken * p[2 * i - 1];
                    narrow[i - 1 - shift] += (1 - taken) * p[2 * i - 1];
                }
            }
        }
    }
}

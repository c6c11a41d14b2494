package dev.lethe.core.privacy;

import dev.lethe.core.privacy.LossPair.Masses;

/**
 * A distribution of privacy losses on the multiples of a step. In docs/math/accounting.md, "Rounding with a direction".
 *
 * @param first the multiple of the step at which mass[0] lies
 * @param mass under P
 * @param infinite mass where the loss is infinite
 */
record LatticeLoss(long first, double[] mass, double infinite) {
    /**
     * Dominates the pair: the mass of a cell is split between its ends so that P and Q both keep theirs (Doroshenko et al. 2022). No
     * distribution on these losses that dominates it is smaller.
     *
     * @param masses of an even number of half cells
     * @param first the multiple of the step at which the first half cell begins
     */
    static LatticeLoss above(Masses masses, long first, double step) {
        int cells = masses.p.length / 2;
        double[] mass = new double[cells + 1];
        double whole = -Math.expm1(-step);
        for (int i = 0; i < cells; i++) {
            double p0 = masses.p[2 * i] * (1 + masses.rounding[2 * i]);
            double p1 = masses.p[2 * i + 1] * (1 + masses.rounding[2 * i + 1]);
            double p = p0 + p1;
            if (p > 0) {
                double q = masses.q[2 * i] * (1 - masses.rounding[2 * i])
                        + masses.q[2 * i + 1] * (1 - masses.rounding[2 * i + 1]);
                double up = (p - q * Math.exp((first + i) * step)) / whole;
                // An exponential of a double is off by the double's own rounding.
                up += p * 0x1p-52 * (2 + Math.abs((first + i) * step)) / whole;
                up = Math.min(p, Math.max(0, up));
                mass[i + 1] += up;
                mass[i] += p - up;
            }
        }
        mass[0] += masses.pBelow * (1 + LossPair.LEAST_ROUNDING);
        double top = (first + cells) * step;
        double p = masses.pAbove * (1 + LossPair.LEAST_ROUNDING);
        double held = Math.min(p, masses.qAbove * (1 - LossPair.LEAST_ROUNDING) * Math.exp(top) * (1 - 1e-14));
        mass[cells] += held;
        return new LatticeLoss(first, mass, (masses.pInfinite + p - held) * (1 + 1e-15));
    }

    /**
     * Is dominated by the pair: half cells are merged, first with their neighbours and then in parts with the next, until the merged
     * loss is a multiple of the step or a little above, and that little is rounded off.
     */
    static LatticeLoss below(Masses masses, long first, double step) {
        return new Merging(masses, first, step).run();
    }

    /** The pair seen from the other side: P and Q change places, losses their sign. */
    static Masses reversed(Masses masses) {
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
        return reversed;
    }

    /** Half cells 2i - 1 and 2i lie below and above the i-th multiple. */
    private static final class Merging {
        private static final double LESS = 1 - 1e-12;

        private final double[] p;
        private final double[] q;
        private final double[] out;
        private final double infinite;
        private final long first;
        private final double step;
        private final int cells;

        Merging(Masses masses, long first, double step) {
            int halves = masses.p.length;
            this.first = first;
            this.step = step;
            cells = halves / 2;
            p = new double[halves + 1];
            q = new double[halves + 1];
            out = new double[cells + 1];
            for (int i = 0; i < halves; i++) {
                p[i] = masses.p[i] * (1 - masses.rounding[i]);
                q[i] = masses.q[i] * (1 + masses.rounding[i]);
            }
            // All that lies above the top is above the last multiple. What lies below the bottom is left out.
            p[halves] = masses.pAbove * (1 - LossPair.LEAST_ROUNDING);
            q[halves] = masses.qAbove * (1 + LossPair.LEAST_ROUNDING);
            infinite = masses.pInfinite * (1 - 1e-15);
        }

        LatticeLoss run() {
            int mode = 0;
            for (int i = 1; i <= cells; i++) {
                if (p[2 * i] > p[2 * mode]) {
                    mode = i;
                }
            }
            upward(mode);
            downward(mode - 1);
            return new LatticeLoss(first, out, infinite);
        }

        /** How much mass of P a half cell has beyond what the multiple's loss asks for; below 0 if it lacks some. */
        private double surplus(int half, double ratio) {
            return p[half] - q[half] * ratio;
        }

        /** The ratio of P to Q at a multiple, rounded up by what the exponential's own rounding may hide. */
        private double ratio(int multiple) {
            double loss = (first + multiple) * step;
            return Math.exp(loss) * (1 + 0x1p-51 * (2 + Math.abs(loss)));
        }

        /** Where mass falls, more lies below a multiple than above: part of the half cell above next is taken in. */
        private void upward(int from) {
            double left = 1;
            for (int i = from; i <= cells; i++) {
                double ratio = ratio(i);
                double below = i == 0 ? 0 : left * p[2 * i - 1];
                double balance = surplus(2 * i, ratio) + (i == 0 ? 0 : left * surplus(2 * i - 1, ratio));
                left = 1;
                if (balance >= 0) {
                    out[i] += p[2 * i] + below;
                    continue;
                }
                double next = i == cells ? 0 : surplus(2 * i + 1, ratio);
                if (next * LESS > -balance) {
                    double taken = -balance / next / LESS;
                    out[i] += p[2 * i] + below + taken * p[2 * i + 1];
                    left = 1 - taken;
                } else {
                    out[i] += p[2 * i];
                    if (i > 0) {
                        out[i - 1] += below;
                    }
                }
            }
        }

        /** Where mass rises, more lies above a multiple than below: part of the half cell below next is taken in. */
        private void downward(int from) {
            double left = 1;
            for (int i = from; i >= 0; i--) {
                double ratio = ratio(i);
                double above = left * surplus(2 * i, ratio);
                out[i] += left * p[2 * i];
                left = 1;
                if (i == 0) {
                    continue;
                }
                double below = surplus(2 * i - 1, ratio);
                if (above + below >= 0) {
                    out[i] += p[2 * i - 1];
                    double lack = -surplus(2 * i - 2, ratio);
                    double taken = lack > 0 ? Math.min(1, (above + below) / lack * LESS) : 1;
                    out[i] += taken * p[2 * i - 2];
                    left = 1 - taken;
                } else {
                    double taken = Math.max(0, above / -below * LESS);
                    out[i] += taken * p[2 * i - 1];
                    out[i - 1] += (1 - taken) * p[2 * i - 1];
                }
            }
        }
    }
}

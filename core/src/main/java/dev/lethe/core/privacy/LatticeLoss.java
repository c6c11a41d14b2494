package dev.lethe.core.privacy;

import dev.lethe.core.privacy.LossPair.Masses;

/**
 * A distribution of privacy losses on multiples of a step. In docs/math/accounting.md, "Rounding with a direction".
 *
 * @param multiples of the step at which there may be mass, rising
 * @param mass under P
 * @param infinite mass where the loss is infinite
 */
record LatticeLoss(long[] multiples, double[] mass, double infinite) {
    private static final int MOST_MERGED = 16;
    private static final double LESS = 1 - 1e-12;
    private static final double LEAST_HELD = 1e-280;
    private static final double AT_END = 1e-6;

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
            double p = masses.p[i] * (1 + masses.rounding[i]);
            if (p > 0) {
                double q = masses.q[i] * (1 - masses.rounding[i]);
                long width = multiples[i + 1] - multiples[i];
                double share = width == 1 ? whole : -Math.expm1(-step * width);
                double loss = multiples[i] * step;
                // An exponential of a double is off by the double's own rounding.
                double up = (p - scaled(q, loss) + p * 0x1p-51 * (2 + Math.abs(loss))) / share;
                up = Math.min(p, Math.max(0, up));
                mass[i + 1] += up;
                mass[i] += p - up;
            }
        }
        mass[0] += masses.pBelow * (1 + LossPair.LEAST_ROUNDING);
        double top = multiples[count] * step;
        double p = masses.pAbove * (1 + LossPair.LEAST_ROUNDING);
        double held = Math.min(p, scaled(masses.qAbove, top) * (1 - 1e-12));
        mass[count] += held;
        return new LatticeLoss(multiples, mass, (masses.pInfinite + p - held) * (1 + 1e-15));
    }

    /** q e^loss, also where the exponential alone is no double. */
    static double scaled(double q, double loss) {
        return q == 0 ? 0 : loss < 700 ? q * Math.exp(loss) : Math.exp(loss + Math.log(q));
    }

    /**
     * Is dominated by the pair: what lies in a cell is merged with as much of the next cells as it takes for the merged loss to be the
     * cell's upper end or a hair above, and that hair is rounded off. Where it would take more than the next few cells, as in tails
     * that fall steeply, the cell is merged by itself and rounded down.
     */
    static LatticeLoss below(LossCells cells, double step) {
        Masses masses = cells.masses();
        long[] ends = cells.multiples();
        int count = ends.length - 1;
        double[] p = new double[count + 1];
        double[] q = new double[count + 1];
        for (int i = 0; i < count; i++) {
            p[i] = masses.p[i] * (1 - masses.rounding[i]);
            q[i] = masses.q[i] * (1 + masses.rounding[i]);
        }
        // What lies above the top is one more cell. What lies below the bottom is left out.
        p[count] = masses.pAbove * (1 - LossPair.LEAST_ROUNDING);
        q[count] = masses.qAbove * (1 + LossPair.LEAST_ROUNDING);
        double[] mass = new double[count + 1];
        double left = 1;
        for (int i = 0; i <= count; ) {
            double pooled = left * p[i];
            if (pooled <= 0) {
                left = 1;
                i++;
                continue;
            }
            double held = left * q[i];
            if (held < LEAST_HELD) {
                // Too small to be a double that is worth its digits.
                mass[i] += pooled;
                left = 1;
                i++;
                continue;
            }
            double loss = ends[Math.min(count, i + 1)] * step;
            // Rounded up by what the exponential's own rounding may hide.
            double ratio = Math.exp(Math.min(loss, 700)) * (1 + 0x1p-51 * (2 + Math.abs(loss)));
            double lack = held * ratio - pooled;
            double low = Math.exp(Math.min(ends[i] * step, 700));
            if (pooled - held * low < AT_END * held * (ratio - low)) {
                // An atom at the lower end, but for rounding.
                mass[i] += pooled;
                left = 1;
                i++;
                continue;
            }
            int next = i + 1;
            for (int merged = 0; next <= count && merged < MOST_MERGED && p[next] - q[next] * ratio < lack; next++) {
                lack -= p[next] - q[next] * ratio;
                pooled += p[next];
                merged += p[next] > 0 ? 1 : 0;
            }
            if (i < count && lack <= 0) {
                mass[i + 1] += pooled;
                left = 1;
            } else if (next <= count && (p[next] - q[next] * ratio) * LESS > lack) {
                double taken = lack / (p[next] - q[next] * ratio) / LESS;
                mass[i + 1] += pooled + taken * p[next];
                left = 1 - taken;
            } else {
                mass[i] += left * p[i];
                left = 1;
                next = i + 1;
            }
            i = next;
        }
        return new LatticeLoss(ends, mass, masses.pInfinite * (1 - 1e-15));
    }
}

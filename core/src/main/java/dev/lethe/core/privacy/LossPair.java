package dev.lethe.core.privacy;

import java.util.Arrays;

/**
 * Two distributions, P with the record and Q without it, seen through their privacy loss log(dP / dQ): all that matters of a
 * mechanism is how much mass either puts where on that line. A pair <em>dominates</em> a mechanism if no divergence between its
 * answers on neighbours exceeds the pair's (Zhu, Dong and Wang 2022).
 */
interface LossPair {
    /** What P and Q hold between boundaries, and what is left outside. */
    final class Masses {
        /** Between boundary i and boundary i + 1. */
        final double[] p;

        final double[] q;
        /** How far p[i] and q[i] may be off by rounding, relatively. */
        final double[] rounding;

        /** Outside of the boundaries, losses that are infinite not counted. */
        double pBelow;

        double qBelow;
        double pAbove;

        double qAbove;
        /** Where Q holds nothing. */
        double pInfinite;
        /** Where P holds nothing. */
        double qInfinite;

        Masses(int cells) {
            p = new double[cells];
            q = new double[cells];
            rounding = new double[cells];
            Arrays.fill(rounding, LEAST_ROUNDING);
        }
    }

    /**
     * Boundaries are functions of losses that are off by a few units in the last place, and then a cell's ratio of masses is off by
     * as much relatively; this is far more.
     */
    double LEAST_ROUNDING = 1e-14;

    /** The masses between losses that rise; a boundary may be infinite. */
    Masses masses(double[] boundaries);

    /**
     * Boundaries that suit the pair, from the least to the largest loss that matters.
     *
     * @param cells about how many
     * @param mass what may be left above, and below, under both P and Q
     */
    double[] boundaries(int cells, double mass);

    /** The largest loss; infinite if there is none, or some mass of it is infinite. */
    double largest(boolean reversed);

    /** A loss of which all losses with mass of their own are multiples; 0 if there is none. */
    default double unit() {
        return 0;
    }

    /** Normal distributions of variance 1 with means mu and 0. */
    record Gaussian(double mu) implements LossPair {
        @Override
        public Masses masses(double[] boundaries) {
            int cells = boundaries.length - 1;
            Masses masses = new Masses(cells);
            double[] z = new double[cells + 1];
            for (int i = 0; i <= cells; i++) {
                z[i] = boundaries[i] / mu + mu / 2;
            }
            masses.pBelow = Normal.above(mu - z[0]);
            masses.qBelow = Normal.above(-z[0]);
            masses.pAbove = Normal.above(z[cells] - mu);
            masses.qAbove = Normal.above(z[cells]);
            Arrays.fill(masses.rounding, leastRounding());
            fill(z, 0, masses.q, masses.rounding);
            fill(z, mu, masses.p, masses.rounding);
            return masses;
        }

        /** A boundary that is off by one unit moves the loss by up to mu² of them. */
        private double leastRounding() {
            return LEAST_ROUNDING * (1 + mu * mu / 20);
        }

        /** Differences of tails, each computed once. */
        static void fill(double[] z, double mean, double[] masses, double[] rounding) {
            boolean right = false;
            double before = 0;
            for (int i = 0; i < z.length; i++) {
                double x = z[i] - mean;
                boolean rightNow = x > 0;
                double tail = Normal.above(rightNow ? x : -x);
                if (i > 0) {
                    double mass = !right && rightNow ? 1 - before - tail : Math.abs(before - tail);
                    double larger = !right && rightNow ? 1 : Math.max(before, tail);
                    masses[i - 1] = mass;
                    if (mass > 0) {
                        rounding[i - 1] = Math.max(rounding[i - 1], LEAST_ROUNDING + 0x1p-50 * larger / mass);
                    }
                }
                right = rightNow;
                before = tail;
            }
        }

        @Override
        public double[] boundaries(int cells, double mass) {
            double reach = reach(mass);
            double[] boundaries = new double[cells + 1];
            for (int i = 0; i <= cells; i++) {
                double z = -reach + (mu + 2 * reach) * i / cells;
                boundaries[i] = mu * (z - mu / 2);
            }
            return boundaries;
        }

        /** A z above which a normal distribution has less than this mass. */
        static double reach(double mass) {
            return Math.sqrt(-2 * Math.log(Math.max(mass, 1e-300)));
        }

        @Override
        public double largest(boolean reversed) {
            return Double.POSITIVE_INFINITY;
        }
    }

    /** Laplace distributions of scale 1 with locations {@code shift} and 0. */
    record Laplace(double shift) implements LossPair {
        @Override
        public Masses masses(double[] boundaries) {
            int cells = boundaries.length - 1;
            Masses masses = new Masses(cells);
            for (int i = 0; i < cells; i++) {
                masses.p[i] = p(boundaries[i], boundaries[i + 1]);
                masses.q[i] = q(boundaries[i], boundaries[i + 1]);
            }
            masses.pBelow = p(Double.NEGATIVE_INFINITY, boundaries[0]);
            masses.qBelow = q(Double.NEGATIVE_INFINITY, boundaries[0]);
            masses.pAbove = p(boundaries[cells], Double.POSITIVE_INFINITY);
            masses.qAbove = q(boundaries[cells], Double.POSITIVE_INFINITY);
            return masses;
        }

        /** Losses from low, exclusive, to high. */
        private double p(double low, double high) {
            double a = Math.max(low, -shift);
            double b = Math.min(high, shift);
            double mass = a < b ? 0.5 * Math.exp((b - shift) / 2) * -Math.expm1((a - b) / 2) : 0;
            if (low < shift && shift <= high) {
                mass += 0.5;
            }
            if (low < -shift && -shift <= high) {
                mass += 0.5 * Math.exp(-shift);
            }
            return mass;
        }

        private double q(double low, double high) {
            double a = Math.max(low, -shift);
            double b = Math.min(high, shift);
            double mass = a < b ? 0.5 * Math.exp((-shift - a) / 2) * -Math.expm1((a - b) / 2) : 0;
            if (low < shift && shift <= high) {
                mass += 0.5 * Math.exp(-shift);
            }
            if (low < -shift && -shift <= high) {
                mass += 0.5;
            }
            return mass;
        }

        @Override
        public double unit() {
            return shift;
        }

        @Override
        public double[] boundaries(int cells, double mass) {
            return even(-shift, shift, cells);
        }

        @Override
        public double largest(boolean reversed) {
            return shift;
        }
    }

    /**
     * What dominates every mechanism whose losses lie in a range of this width, wherever it lies (Dong, Durfee and Rogers 2020): the
     * divergence is (1 - e^((l - epsilon) / 2))² / (1 - e^-epsilon) at loss l.
     */
    record BoundedRange(double epsilon) implements LossPair {
        @Override
        public Masses masses(double[] boundaries) {
            int cells = boundaries.length - 1;
            Masses masses = new Masses(cells);
            for (int i = 0; i < cells; i++) {
                masses.p[i] = p(boundaries[i], boundaries[i + 1]);
                masses.q[i] = q(boundaries[i], boundaries[i + 1]);
            }
            masses.pBelow = p(Double.NEGATIVE_INFINITY, boundaries[0]);
            masses.qBelow = q(Double.NEGATIVE_INFINITY, boundaries[0]);
            masses.pAbove = p(boundaries[cells], Double.POSITIVE_INFINITY);
            masses.qAbove = q(boundaries[cells], Double.POSITIVE_INFINITY);
            return masses;
        }

        private double p(double low, double high) {
            double a = Math.max(low, -epsilon);
            double b = Math.min(high, epsilon);
            return a < b ? Math.exp((b - epsilon) / 2) * Math.expm1((a - b) / 2) / Math.expm1(-epsilon) : 0;
        }

        private double q(double low, double high) {
            double a = Math.max(low, -epsilon);
            double b = Math.min(high, epsilon);
            return a < b ? Math.exp((-epsilon - a) / 2) * Math.expm1((a - b) / 2) / Math.expm1(-epsilon) : 0;
        }

        @Override
        public double[] boundaries(int cells, double mass) {
            return even(-epsilon, epsilon, cells);
        }

        @Override
        public double largest(boolean reversed) {
            return epsilon;
        }
    }

    /** The pair on a sample: P is replaced by a mixture, of which P is a part as large as the rate. */
    record Sampled(double rate, LossPair pair) implements LossPair {
        @Override
        public Masses masses(double[] boundaries) {
            double[] inner = new double[boundaries.length];
            for (int i = 0; i < inner.length; i++) {
                inner[i] = unsampled(boundaries[i]);
            }
            Masses masses = pair.masses(inner);
            for (int i = 0; i < masses.p.length; i++) {
                masses.p[i] = (1 - rate) * masses.q[i] + rate * masses.p[i];
            }
            masses.pBelow = (1 - rate) * masses.qBelow + rate * masses.pBelow;
            masses.pAbove = (1 - rate) * masses.qAbove + rate * masses.pAbove;
            // What P never showed, it now shows sometimes, at a loss of log(1 - rate).
            place(boundaries, Math.log1p(-rate), (1 - rate) * masses.qInfinite, masses.qInfinite, masses);
            masses.qInfinite = 0;
            masses.pInfinite *= rate;
            return masses;
        }

        private double unsampled(double loss) {
            double inner = Math.expm1(loss) / rate;
            if (inner <= -1) {
                return Double.NEGATIVE_INFINITY;
            }
            return inner == Double.POSITIVE_INFINITY ? loss - Math.log(rate) : Math.log1p(inner);
        }

        private double sampled(double loss) {
            return loss > 30
                    ? loss + Math.log(rate + (1 - rate) * Math.exp(-loss))
                    : Math.log1p(rate * Math.expm1(loss));
        }

        @Override
        public double[] boundaries(int cells, double mass) {
            double[] boundaries = pair.boundaries(cells, mass);
            for (int i = 0; i < boundaries.length; i++) {
                boundaries[i] = sampled(boundaries[i]);
            }
            return boundaries;
        }

        @Override
        public double largest(boolean reversed) {
            double largest = pair.largest(reversed);
            if (reversed) {
                return -sampled(-largest);
            }
            return largest == Double.POSITIVE_INFINITY ? largest : sampled(largest);
        }
    }

    /** Adds an atom to the masses between boundaries. */
    static void place(double[] boundaries, double loss, double p, double q, Masses masses) {
        if (p == 0 && q == 0) {
            return;
        }
        int found = Arrays.binarySearch(boundaries, loss);
        int cell = found >= 0 ? found - 1 : -found - 2;
        if (cell < 0) {
            masses.pBelow += p;
            masses.qBelow += q;
        } else if (cell >= masses.p.length) {
            masses.pAbove += p;
            masses.qAbove += q;
        } else {
            masses.p[cell] += p;
            masses.q[cell] += q;
        }
    }

    private static double[] even(double low, double high, int cells) {
        double[] boundaries = new double[cells + 1];
        // A little below, so that a mass on the lowest loss is inside.
        double start = low - Math.ulp(low) - 1e-9 * (high - low);
        for (int i = 0; i <= cells; i++) {
            boundaries[i] = start + (high - start) * i / cells;
        }
        boundaries[cells] = high;
        return boundaries;
    }
}

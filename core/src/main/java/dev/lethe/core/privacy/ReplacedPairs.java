package dev.lethe.core.privacy;

import java.util.Arrays;

/** Pairs that dominate sampled mechanisms when one record is replaced by another. Both are symmetric. */
final class ReplacedPairs {
    private ReplacedPairs() {}

    /**
     * Gaussian noise on a Poisson sample: mixtures of normal distributions of variance 1, P with means 0 and mu, Q with means 0 and
     * -mu. That no pair of records is worse than two opposite ones is shown in docs/math/accounting.md.
     */
    record PoissonGaussian(double rate, double mu) implements LossPair {
        @Override
        public Masses masses(double[] boundaries) {
            int cells = boundaries.length - 1;
            Masses masses = new Masses(cells);
            double[] z = new double[cells + 1];
            for (int i = 0; i <= cells; i++) {
                z[i] = place(boundaries[i]);
            }
            Arrays.fill(masses.rounding, LEAST_ROUNDING * (1 + mu * mu / 20));
            double[] without = new double[cells];
            Gaussian.fill(z, 0, without, masses.rounding);
            Gaussian.fill(z, mu, masses.p, masses.rounding);
            Gaussian.fill(z, -mu, masses.q, masses.rounding);
            for (int i = 0; i < cells; i++) {
                masses.p[i] = (1 - rate) * without[i] + rate * masses.p[i];
                masses.q[i] = (1 - rate) * without[i] + rate * masses.q[i];
            }
            masses.pBelow = (1 - rate) * Normal.above(-z[0]) + rate * Normal.above(mu - z[0]);
            masses.qBelow = (1 - rate) * Normal.above(-z[0]) + rate * Normal.above(-mu - z[0]);
            masses.pAbove = (1 - rate) * Normal.above(z[cells]) + rate * Normal.above(z[cells] - mu);
            masses.qAbove = (1 - rate) * Normal.above(z[cells]) + rate * Normal.above(z[cells] + mu);
            return masses;
        }

        /** Where the loss is this: the quadratic equation in exp(mu z), for losses of at least 0, in logarithms. */
        private double place(double loss) {
            if (loss < 0) {
                return -place(-loss);
            }
            if (loss == 0 || loss == Double.POSITIVE_INFINITY) {
                return loss;
            }
            double logPart = Math.log(rate) - mu * mu / 2;
            double rest = -(1 - rate) * Math.expm1(-loss) / 2;
            double product = Math.exp(logPart - loss / 2);
            return (loss + Math.log(rest + Math.sqrt(rest * rest + product * product)) - logPart) / mu;
        }

        private double loss(double z) {
            return Math.log((1 - rate + rate * Math.exp(mu * z - mu * mu / 2))
                    / (1 - rate + rate * Math.exp(-mu * z - mu * mu / 2)));
        }

        @Override
        public double[] boundaries(int cells, double mass) {
            double reach = mu + Gaussian.reach(mass);
            double[] boundaries = new double[cells + 1];
            for (int i = 0; i <= cells; i++) {
                boundaries[i] = loss(reach * (2.0 * i / cells - 1));
            }
            return boundaries;
        }

        @Override
        public double largest(boolean reversed) {
            return Double.POSITIVE_INFINITY;
        }
    }

    /**
     * Any mechanism on a batch of fixed size, or on a Poisson sample, when it is dominated by a symmetric pair as one record of the
     * batch is replaced. Above a loss of 0 the divergence is that of the sampled pair, and below its mirror image (Zhu, Dong and Wang
     * 2022, theorem on subsets); what is left of both lies at 0.
     */
    record Subset(Sampled sampled) implements LossPair {
        @Override
        public Masses masses(double[] boundaries) {
            int cells = boundaries.length - 1;
            Masses masses = new Masses(cells);
            int first = Arrays.binarySearch(boundaries, 0);
            first = first >= 0 ? first + 1 : -first - 1; // the first boundary above 0
            double[] up = new double[boundaries.length - first + 1];
            System.arraycopy(boundaries, first, up, 1, boundaries.length - first);
            Masses above = sampled.masses(up);
            double pUp = above.pAbove + above.pInfinite;
            double qUp = above.qAbove;
            for (int i = 0; i < above.p.length; i++) {
                add(masses, cells, first - 1 + i, above.p[i], above.q[i], above.rounding[i]);
                pUp += above.p[i];
                qUp += above.q[i];
            }
            add(masses, cells, cells, above.pAbove, above.qAbove, 0);
            masses.pInfinite = above.pInfinite;

            int last = Arrays.binarySearch(boundaries, 0);
            last = last >= 0 ? last - 1 : -last - 2; // the last boundary below 0
            double[] down = new double[last + 2];
            for (int i = 0; i <= last; i++) {
                down[i + 1] = -boundaries[last - i];
            }
            Masses below = sampled.masses(down);
            for (int i = 0; i < below.p.length; i++) {
                add(masses, cells, last - i, below.q[i], below.p[i], below.rounding[i]);
            }
            add(masses, cells, -1, below.qAbove, below.pAbove, 0);
            masses.qInfinite = below.pInfinite;

            double middle = Math.max(0, 1 - pUp - qUp);
            LossPair.place(boundaries, 0, middle, middle, masses);
            int cell = first - 1;
            if (cell >= 0 && cell < cells && masses.p[cell] > 0) {
                masses.rounding[cell] = Math.max(
                        masses.rounding[cell], LEAST_ROUNDING + 1e-13 / Math.min(masses.p[cell], masses.q[cell]));
            }
            return masses;
        }

        private static void add(Masses masses, int cells, int cell, double p, double q, double rounding) {
            if (cell < 0) {
                masses.pBelow += p;
                masses.qBelow += q;
            } else if (cell >= cells) {
                masses.pAbove += p;
                masses.qAbove += q;
            } else {
                masses.p[cell] += p;
                masses.q[cell] += q;
                masses.rounding[cell] = Math.max(masses.rounding[cell], rounding);
            }
        }

        @Override
        public double[] boundaries(int cells, double mass) {
            double[] one = sampled.boundaries(cells, mass);
            double reach = Math.max(Math.abs(one[0]), Math.abs(one[one.length - 1]));
            double[] both = new double[2 * one.length + 2];
            for (int i = 0; i < one.length; i++) {
                both[i] = one[i];
                both[one.length + i] = -one[i];
            }
            both[2 * one.length] = reach;
            both[2 * one.length + 1] = -reach;
            return Arrays.stream(both).sorted().distinct().toArray();
        }

        @Override
        public double largest(boolean reversed) {
            return sampled.largest(false);
        }
    }
}

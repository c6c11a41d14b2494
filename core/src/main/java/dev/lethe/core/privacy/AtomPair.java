package dev.lethe.core.privacy;

import java.util.Arrays;

/** A pair of distributions with masses at single losses. */
final class AtomPair implements LossPair {
    private final String name;
    private final double[] losses;
    private final double[] p;
    private final double[] q;
    private final double pInfinite;
    private final double qInfinite;
    private final boolean unbounded;
    private final double unit;

    /**
     * Losses rise; what P holds where Q holds nothing, and Q where P holds nothing, stand apart.
     *
     * @param unit all losses are multiples of it
     * @param unbounded whether losses go on where masses are too small to be doubles
     */
    private AtomPair(
            String name,
            double[] losses,
            double[] p,
            double[] q,
            double pInfinite,
            double qInfinite,
            boolean unbounded,
            double unit) {
        this.name = name;
        this.losses = losses;
        this.p = p;
        this.q = q;
        this.pInfinite = pInfinite;
        this.qInfinite = qInfinite;
        this.unbounded = unbounded;
        this.unit = unit;
    }

    /** Randomized response among several categories; of two, it dominates whatever keeps epsilon (Kairouz et al. 2015). */
    static AtomPair randomizedResponse(double epsilon, int categories) {
        // Divided through by e^epsilon, for large ones.
        double small = Math.exp(-epsilon);
        double whole = 1 + (categories - 1.0) * small;
        double rest = (categories - 2.0) * small / whole;
        return new AtomPair(
                "randomizedResponse " + epsilon + " " + categories,
                new double[] {-epsilon, 0, epsilon},
                new double[] {small / whole, rest, 1 / whole},
                new double[] {1 / whole, rest, small / whole},
                0,
                0,
                false,
                epsilon);
    }

    /** What dominates whatever keeps epsilon and delta (Kairouz et al. 2015). */
    static AtomPair approximate(double epsilon, double delta) {
        double small = Math.exp(-epsilon);
        return new AtomPair(
                "approximate " + epsilon + " " + delta,
                new double[] {-epsilon, epsilon},
                new double[] {(1 - delta) * small / (1 + small), (1 - delta) / (1 + small)},
                new double[] {(1 - delta) / (1 + small), (1 - delta) * small / (1 + small)},
                delta,
                delta,
                false,
                epsilon);
    }

    /** Discrete Laplace noise around {@code shift} and around 0. */
    static AtomPair discreteLaplace(double scale, long shift) {
        double ratio = Math.exp(-1 / scale);
        int cells = Math.toIntExact(shift) + 1;
        double[] losses = new double[cells];
        double[] p = new double[cells];
        double[] q = new double[cells];
        double inside = -Math.expm1(-1 / scale) / (1 + ratio);
        for (int x = 0; x < cells; x++) {
            losses[x] = (2.0 * x - shift) / scale;
            p[x] = inside * Math.exp(-(shift - x) / scale);
            q[x] = inside * Math.exp(-x / scale);
        }
        double outside = 1 / (1 + ratio);
        p[0] = outside * Math.exp(-shift / scale);
        q[0] = outside;
        p[cells - 1] = outside;
        q[cells - 1] = outside * Math.exp(-shift / scale);
        return new AtomPair("discreteLaplace " + scale + " " + shift, losses, p, q, 0, 0, false, 1 / scale);
    }

    /** Discrete Gaussian noise around {@code shift} and around 0. */
    static AtomPair discreteGaussian(double sigma, long shift) {
        // Beyond this many standard deviations exp(-x² / 2) is no double.
        long reach = (long) Math.ceil(39 * sigma) + 1;
        int count = Math.toIntExact(2 * reach + 1 + shift);
        double[] losses = new double[count];
        double[] p = new double[count];
        double[] q = new double[count];
        double whole = 0;
        for (long x = reach; x >= 1; x--) {
            whole += 2 * Math.exp(-x * (double) x / (2 * sigma * sigma));
        }
        whole += 1;
        for (int i = 0; i < count; i++) {
            double x = i - reach;
            double y = x - shift;
            losses[i] = shift * (2 * x - shift) / (2 * sigma * sigma);
            p[i] = Math.exp(-y * y / (2 * sigma * sigma)) / whole;
            q[i] = Math.exp(-x * x / (2 * sigma * sigma)) / whole;
        }
        return new AtomPair(
                "discreteGaussian " + sigma + " " + shift, losses, p, q, 0, 0, true, shift / (2 * sigma * sigma));
    }

    /** The Rényi divergence of P from Q: an upper bound by rounding. */
    double divergence(double order) {
        if (pInfinite > 0) {
            return Double.POSITIVE_INFINITY;
        }
        double most = largest(false);
        if ((order - 1) * most > 600) {
            double sum = 0;
            for (int i = 0; i < losses.length; i++) {
                sum += p[i] * Math.exp((order - 1) * (losses[i] - most));
            }
            return Math.min(most, most + Math.log(sum) / (order - 1) + 1e-12);
        }
        double sum = 0;
        for (int i = 0; i < losses.length; i++) {
            // Less the first-order term, whose expectation under Q is 0: what is left has one sign.
            sum += q[i] * (Math.expm1(order * losses[i]) - order * Math.expm1(losses[i]));
        }
        return Math.min(most, Math.log1p(Math.max(0, sum) * (1 + 1e-12)) / (order - 1) + 1e-16);
    }

    @Override
    public Masses masses(double[] boundaries) {
        int cells = boundaries.length - 1;
        Masses masses = new Masses(cells);
        masses.pInfinite = pInfinite;
        masses.qInfinite = qInfinite;
        int cell = -1;
        for (int i = 0; i < losses.length; i++) {
            while (cell < cells && boundaries[cell + 1] < losses[i]) {
                cell++;
            }
            if (cell < 0) {
                masses.pBelow += p[i];
                masses.qBelow += q[i];
            } else if (cell >= cells) {
                masses.pAbove += p[i];
                masses.qAbove += q[i];
            } else {
                masses.p[cell] += p[i];
                masses.q[cell] += q[i];
            }
        }
        return masses;
    }

    @Override
    public double[] boundaries(int cells, double mass) {
        int low = 0;
        int high = losses.length - 1;
        for (double left = 0; low < high && (left += Math.max(p[low], q[low])) < mass; ) {
            low++;
        }
        for (double left = 0; high > low && (left += Math.max(p[high], q[high])) < mass; ) {
            high--;
        }
        int count = high - low + 1;
        int step = Math.max(1, count / cells);
        double[] boundaries = new double[count / step + 3];
        int n = 0;
        // A little below the lowest: a cell holds what is above its lower end.
        boundaries[n++] = losses[low] - 1e-9 * Math.max(1e-9, losses[high] - losses[low]);
        for (int i = low; i < high; i += step) {
            if (losses[i] > boundaries[n - 1]) {
                boundaries[n++] = losses[i];
            }
        }
        boundaries[n++] = losses[high];
        return Arrays.copyOf(boundaries, n);
    }

    @Override
    public double unit() {
        return unit;
    }

    @Override
    public double largest(boolean reversed) {
        if (unbounded || (reversed ? qInfinite : pInfinite) > 0) {
            return Double.POSITIVE_INFINITY;
        }
        return reversed ? -losses[0] : losses[losses.length - 1];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AtomPair pair && name.equals(pair.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }
}

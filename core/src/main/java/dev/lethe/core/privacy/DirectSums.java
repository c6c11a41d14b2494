package dev.lethe.core.privacy;

import java.util.Arrays;
import java.util.List;

/**
 * Sums of few privacy losses, folded into each other term by term: slow and on a coarse lattice, but every mass keeps its digits,
 * however small it is beside the largest. For rates, atoms and deltas so small that rounding in a transform would hide the answer.
 */
final class DirectSums {
    /** Sums of so many positive terms, a few dozen times: relatively. */
    private static final double ROUNDING = 1e-10;
    /** What is lost where products end being doubles. */
    private static final double LEAST = 1e-300;

    private final double step;
    private final long start;
    private final int size;
    private final double[] above;
    private final double[] below;

    /**
     * @param start the multiple of the step, at most 0, below which sums are not told apart
     * @param size how many multiples are told apart
     */
    DirectSums(List<LossComposition.Part> parts, double step, long start, int size) {
        this.step = step;
        this.start = start;
        this.size = size;
        Sum upper = new Sum(true);
        Sum lower = new Sum(false);
        double logFiniteAbove = 0;
        double logFiniteBelow = 0;
        for (LossComposition.Part part : parts) {
            upper = upper.plus(raised(part.above(), part.times(), true));
            lower = lower.plus(raised(part.below(), part.times(), false));
            logFiniteAbove +=
                    part.times() * Math.log1p(-Math.min(1, part.above().infinite()));
            logFiniteBelow +=
                    part.times() * Math.log1p(-Math.min(1, part.below().infinite()));
        }
        above = upper.deltas(-Math.expm1(logFiniteAbove));
        below = lower.deltas(-Math.expm1(logFiniteBelow));
    }

    double epsilonAbove(double delta) {
        return epsilon(above, delta, Double.POSITIVE_INFINITY);
    }

    double epsilonBelow(double delta) {
        return epsilon(below, delta, (start + size - 1) * step);
    }

    double deltaAbove(double epsilon) {
        return Math.min(1, delta(above, epsilon));
    }

    double deltaBelow(double epsilon) {
        return delta(below, epsilon);
    }

    private double epsilon(double[] deltas, double delta, double beyond) {
        int k = size - 1;
        if (deltas[k] > delta) {
            return Math.max(0, beyond);
        }
        while (k > 0 && deltas[k - 1] <= delta) {
            k--;
        }
        if (k == 0) {
            return Math.max(0, start * step);
        }
        double share = (deltas[k - 1] - delta) / (deltas[k - 1] - deltas[k]);
        return Math.max(0, (start + k - 1) * step + Math.log1p(Math.min(1, Math.max(0, share)) * Math.expm1(step)));
    }

    private double delta(double[] deltas, double epsilon) {
        int k = (int) Math.max(0, Math.min(size - 2, Math.floor(epsilon / step) - start));
        double share = Math.expm1(epsilon - (start + k) * step) / Math.expm1(step);
        return deltas[k] + Math.min(1, Math.max(0, share)) * (deltas[k + 1] - deltas[k]);
    }

    private Sum raised(LatticeLoss loss, long times, boolean up) {
        Sum power = new Sum(loss, up);
        Sum sum = new Sum(up);
        for (long left = times; left > 0; left >>= 1) {
            if ((left & 1) == 1) {
                sum = sum.plus(power);
            }
            if (left > 1) {
                power = power.plus(power);
            }
        }
        return sum;
    }

    /** Masses at multiples of the step from {@code start}; what lies outside is rounded up, or down and left out. */
    private final class Sum {
        private final boolean up;
        private final double[] mass = new double[size];
        private int low = size;
        private int high = -1;
        /** Of nothing: 0. */
        Sum(boolean up) {
            this.up = up;
            add(0, 1);
        }

        Sum(LatticeLoss loss, boolean up) {
            this.up = up;
            for (int i = 0; i < loss.mass().length; i++) {
                if (loss.mass()[i] > 0) {
                    add(loss.multiples()[i], loss.mass()[i]);
                }
            }
        }

        private void add(long multiple, double one) {
            long place = multiple - start;
            if (place >= size) {
                if (up) {
                    over += one;
                    return;
                }
                place = size - 1L;
            } else if (place < 0) {
                if (!up) {
                    return;
                }
                place = 0;
            }
            mass[(int) place] += one;
            low = Math.min(low, (int) place);
            high = Math.max(high, (int) place);
        }

        /** Mass that is finite but beyond the lattice, where it counts as infinite. */
        private double over;

        Sum plus(Sum other) {
            Sum sum = new Sum(up);
            Arrays.fill(sum.mass, 0);
            sum.low = size;
            sum.high = -1;
            sum.over = over + other.over;
            for (int i = low; i <= high; i++) {
                double one = mass[i];
                if (one == 0) {
                    continue;
                }
                // The sum's place is i + j + start.
                long shift = i + start;
                int from = (int) Math.max(other.low, Math.min(size, -shift));
                int to = (int) Math.min(other.high, size - 1 - shift);
                for (int j = other.low; j < Math.min(from, other.high + 1); j++) {
                    sum.add(i + j + 2 * start, one * other.mass[j]);
                }
                for (int j = from; j <= to; j++) {
                    sum.mass[(int) (j + shift)] += one * other.mass[j];
                }
                if (from <= to) {
                    sum.low = Math.min(sum.low, (int) (from + shift));
                    sum.high = Math.max(sum.high, (int) (to + shift));
                }
                for (int j = Math.max(to + 1, Math.max(from, other.low)); j <= other.high; j++) {
                    sum.add(i + j + 2 * start, one * other.mass[j]);
                }
            }
            return sum;
        }

        /** Delta at every multiple: from the top down, all terms positive. */
        double[] deltas(double infinite) {
            double slack = up ? 1 + ROUNDING : 1 - ROUNDING;
            double least = infinite * slack + (up ? over * slack + LEAST : 0);
            double[] deltas = new double[size];
            double damp = Math.exp(-step);
            double one = -Math.expm1(-step);
            double more = 0;
            double delta = 0;
            for (int k = size - 1; k >= 0; k--) {
                // more is the sum over m > k of mass(m) e^(-(m - k - 1) step).
                delta += one * more;
                deltas[k] = delta * slack + least;
                more = mass[k] + damp * more;
            }
            return deltas;
        }
    }
}

package dev.lethe.core.privacy;

import dev.lethe.core.privacy.LossComposition.Tilts;
import dev.lethe.core.privacy.LossPair.Masses;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * Where the answer will lie, from a coarse look at the losses: the tilt, and the window of sums that matters. Only a plan: what comes
 * of it is bounded by the fine distributions themselves, and a bad plan gives a wide bracket, not a wrong one.
 */
final class LossPlan {
    private static final int COARSE_CELLS = 160;
    /** What lies outside of the window may be about e^-this of the answer. */
    private static final double OUTSIDE = 17;
    /** Rounding that is raised by e^this is still far below the answer. */
    private static final double QUIET = 13;

    private final double[][] losses;
    private final double[][] logMasses;
    private final long[] times;

    private Tilts tilts = new Tilts(1, 1, 1, 1, -1);
    private double low;
    private double high;
    private double logDelta;
    private double answer;
    private double cost;
    private double mean;
    private double deviation;
    private double beyond;
    private double least;
    private double most;

    /**
     * @param reversed whether Q is looked at against P
     * @param mass what may be left out at either end
     */
    LossPlan(List<LossPair> pairs, long[] times, boolean reversed, double mass) {
        this.times = times;
        losses = new double[pairs.size()][];
        logMasses = new double[pairs.size()][];
        for (int part = 0; part < losses.length; part++) {
            double[] boundaries = pairs.get(part).boundaries(COARSE_CELLS, mass);
            Masses masses = pairs.get(part).masses(boundaries);
            atoms(part, boundaries, masses, reversed);
        }
        deviation = Math.sqrt(deviation);
    }

    /** Every cell's mass, split between its ends as for a distribution that dominates. */
    private void atoms(int part, double[] boundaries, Masses masses, boolean reversed) {
        int cells = masses.p.length;
        double[] mass = new double[cells + 1];
        double[] loss = new double[cells + 1];
        for (int i = 0; i <= cells; i++) {
            loss[i] = reversed ? -boundaries[cells - i] : boundaries[i];
        }
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < cells; i++) {
            double p = reversed ? masses.q[cells - 1 - i] : masses.p[i];
            double q = reversed ? masses.p[cells - 1 - i] : masses.q[i];
            if (p > 0 && q > 0) {
                double inside = Math.max(loss[i], Math.min(loss[i + 1], Math.log(p / q)));
                sum += p * inside;
                squares += p * inside * inside;
            }
            double up = (p - LatticeLoss.scaled(q, loss[i])) / -Math.expm1(loss[i] - loss[i + 1]);
            up = Math.max(0, Math.min(p, up));
            mass[i] += p - up;
            mass[i + 1] += up;
        }
        mean += times[part] * sum;
        // The variance, until all parts are in.
        deviation += times[part] * Math.max(0, squares - sum * sum);
        beyond += times[part] * (reversed ? masses.qBelow + masses.qInfinite : masses.pAbove + masses.pInfinite);
        mass[0] += reversed ? masses.qAbove : masses.pBelow;
        mass[cells] += reversed ? masses.qBelow : masses.pAbove;
        losses[part] = new double[cells + 1];
        logMasses[part] = new double[cells + 1];
        int kept = 0;
        for (int i = 0; i <= cells; i++) {
            if (mass[i] > 0) {
                losses[part][kept] = loss[i];
                logMasses[part][kept++] = Math.log(mass[i]);
            }
        }
        if (kept > 0) {
            least += times[part] * losses[part][0];
            most += times[part] * losses[part][kept - 1];
        }
        losses[part] = Arrays.copyOf(losses[part], kept);
        logMasses[part] = Arrays.copyOf(logMasses[part], kept);
    }

    /**
     * Plans for the epsilon at delta.
     *
     * @param answer near which the answer is known to lie; not a number if that is not known
     */
    void forDelta(double delta, double answer) {
        double logDelta = Math.log(Math.max(delta, 1e-300));
        double tilt = Math.exp(smallest(Math.log(1e-5), Math.log(1e7), logTilt -> {
            double x = Math.exp(logTilt);
            return (whole(x) - logDelta + shape(x)) / x;
        }));
        this.answer = Double.isNaN(answer) ? guess(delta) : answer - 0.1 * deviation;
        window(tilt, this.answer, logDelta);
    }

    /**
     * An upper bound on epsilon at the delta that was planned for, by Chernoff: the coarse distribution dominates, but for what lies
     * beyond it.
     */
    double chernoff(double delta) {
        double rest = delta * (1 - 1e-9) - beyond;
        double x = tilts.chernoff();
        return rest <= 0 ? Double.POSITIVE_INFINITY : (whole(x) - Math.log(rest) + shape(x)) / x * (1 + 1e-9) + 1e-9;
    }

    /** Whether the window suits an answer that turned out to be this. */
    boolean suits(double found) {
        return found >= answer - 0.3 * deviation;
    }

    /** Where to look if the answer lies below the window. */
    double lower() {
        return low - (high - low) / 2;
    }

    /** Plans for the delta at epsilon. */
    void forEpsilon(double epsilon) {
        double tilt = Math.exp(smallest(Math.log(1e-5), Math.log(1e7), logTilt -> {
            double x = Math.exp(logTilt);
            return whole(x) - x * epsilon + shape(x);
        }));
        logDelta = Math.min(0, whole(tilt) - tilt * epsilon + shape(tilt));
        // Chernoff's bound is too large by a factor that grows with the square root of what is left out of it.
        window(tilt, epsilon, logDelta - 6);
        high = Math.max(high, epsilon + 1e-3 * (high - low));
    }

    /** An estimate of the logarithm of delta at the epsilon that was planned for. */
    double logDelta() {
        return logDelta;
    }

    Tilts tilts() {
        return tilts;
    }

    /** The least sum of finite losses. */
    double least() {
        return least;
    }

    /** The largest sum of finite losses. */
    double most() {
        return most;
    }

    double low() {
        return low;
    }

    double high() {
        return high;
    }

    /** The epsilon of a normal distribution with the losses' mean and variance. */
    private double guess(double delta) {
        double spread = Math.max(deviation, 1e-12);
        double normal = new GaussianCurve(spread).epsilon(delta) + mean - spread * spread / 2;
        return Math.min(normal, most) - 0.1 * spread;
    }

    /** The shortest window in which the answer is not disturbed by what lies outside; it begins below the answer. */
    private void window(double chernoff, double answer, double logDelta) {
        double target = OUTSIDE - logDelta;
        double[] end = beyond(target, chernoff);
        cost = Double.POSITIVE_INFINITY;
        for (int i = -2; i <= 8; i += 2) {
            double begin = Math.min(mean - i * deviation, answer - 0.5 * deviation);
            double[] under = under(begin);
            // How much the tilt must damp what is folded in from below; from above, it is raised by as much.
            double damp = Math.max(5, target + Math.min(0, under[0]));
            consider(begin, damp, chernoff, answer, logDelta, end, under);
        }
        // Where the answer is far out, a tilt that is too small leaves it below the transform's rounding.
        for (double share = 0.3; share < 1.1 && noise(tilts.here(), answer, logDelta) > QUIET; share += 0.2) {
            double begin = Math.min(mean - 4 * deviation, answer - 0.5 * deviation);
            consider(begin, share * chernoff * (end[0] - begin), chernoff, answer, logDelta, end, under(begin));
        }
    }

    private void consider(
            double from, double damp, double chernoff, double answer, double logDelta, double[] end, double[] under) {
        double[] farther = beyond(OUTSIDE - logDelta + damp, chernoff);
        double begin = Math.min(from, answer - (farther[0] - end[0]));
        double width = Math.max(end[0] - begin, 1e-9);
        double here = damp / width;
        double price = width * Math.exp(Math.min(300, Math.max(0, noise(here, answer, logDelta) - QUIET)));
        if (price < cost) {
            cost = price;
            low = begin;
            high = begin + width;
            tilts = new Tilts(here, chernoff, end[1], farther[1], -under[1]);
        }
    }

    /** By how much a tilt raises the transform's rounding above the answer, as a logarithm. */
    private double noise(double here, double answer, double logDelta) {
        return whole(here) - here * answer - logDelta;
    }

    /** Where the mass above is at most e^-target, and the tilt that shows it. */
    private double[] beyond(double target, double chernoff) {
        // Not far beyond Chernoff's tilt: the coarse distribution ends somewhere, the true one does not.
        double usual = 1 / Math.max(deviation, 1e-12);
        double tilt = Math.exp(smallest(
                Math.log(Math.min(chernoff, usual) / 10),
                Math.log(40 * Math.max(chernoff, usual)),
                x -> (whole(Math.exp(x)) + target) / Math.exp(x)));
        return new double[] {(whole(tilt) + target) / tilt, tilt};
    }

    /** The logarithm of a bound on the mass below, and the tilt that shows it. */
    private double[] under(double loss) {
        double tilt = Math.exp(smallest(Math.log(1e-4), Math.log(1e8), x -> whole(-Math.exp(x)) + Math.exp(x) * loss));
        double bound = whole(-tilt) + tilt * loss;
        return bound < 0 ? new double[] {bound, tilt} : new double[] {0, 0};
    }

    /** How wide a cell of a part may be, in steps, so that it adds little to the variance: by the mass beyond it. */
    LossCells.Widths widths(int part) {
        double[] loss = losses[part];
        int count = loss.length;
        double[] weight = new double[count];
        double whole = 0;
        // What is tilted to where the answer lies counts, and what is transformed.
        for (double tilt : new double[] {tilts.here(), tilts.chernoff()}) {
            double largest = Double.NEGATIVE_INFINITY;
            double sum = 0;
            for (int i = 0; i < count; i++) {
                largest = Math.max(largest, logMasses[part][i] + tilt * loss[i]);
            }
            for (int i = 0; i < count; i++) {
                sum += Math.exp(logMasses[part][i] + tilt * loss[i] - largest);
            }
            for (int i = 0; i < count; i++) {
                double share = Math.exp(logMasses[part][i] + tilt * loss[i] - largest) / sum;
                weight[i] += share;
                whole += share;
            }
        }
        if (count == 0) {
            // All mass lies where the loss is infinite: any cells will do.
            return at -> 1;
        }
        double[] allowed = new double[count];
        double under = 0;
        double over = whole;
        for (int i = 0; i < count; i++) {
            under += weight[i];
            allowed[i] = 0.004 / Math.sqrt(Math.max(1e-16, Math.min(under, over) / whole));
            over -= weight[i];
        }
        return at -> {
            int found = Arrays.binarySearch(loss, at);
            int cell = Math.max(0, Math.min(count - 1, found >= 0 ? found : -found - 1));
            return Math.min(allowed[cell], allowed[Math.max(0, cell - 1)]);
        };
    }

    /** From Chernoff's bound on masses to one on delta: the largest of e^(-tilt x) (1 - e^-x), as a logarithm. */
    private static double shape(double tilt) {
        return tilt * Math.log(tilt) - (1 + tilt) * Math.log1p(tilt);
    }

    /** The logarithm of E e^(tilt loss) of the sum. */
    private double whole(double tilt) {
        double whole = 0;
        for (int part = 0; part < losses.length; part++) {
            double[] loss = losses[part];
            double[] logMass = logMasses[part];
            double largest = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < loss.length; i++) {
                largest = Math.max(largest, logMass[i] + tilt * loss[i]);
            }
            double sum = 0;
            for (int i = 0; i < loss.length; i++) {
                double exponent = logMass[i] + tilt * loss[i] - largest;
                if (exponent > -45) {
                    sum += Math.exp(exponent);
                }
            }
            whole += times[part] * (largest + Math.log(sum));
        }
        return whole;
    }

    /** Where a function that falls and then rises is smallest, to a hundredth: by golden section. */
    private static double smallest(double low, double high, DoubleUnaryOperator function) {
        double golden = (Math.sqrt(5) - 1) / 2;
        double a = low;
        double b = high;
        double x = b - golden * (b - a);
        double y = a + golden * (b - a);
        double fx = function.applyAsDouble(x);
        double fy = function.applyAsDouble(y);
        while (b - a > 0.05) {
            if (fx <= fy) {
                b = y;
                y = x;
                fy = fx;
                x = b - golden * (b - a);
                fx = function.applyAsDouble(x);
            } else {
                a = x;
                x = y;
                fx = fy;
                y = a + golden * (b - a);
                fy = function.applyAsDouble(y);
            }
        }
        return (a + b) / 2;
    }
}

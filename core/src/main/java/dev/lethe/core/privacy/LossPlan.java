package dev.lethe.core.privacy;

import dev.lethe.core.privacy.LossComposition.Tilts;
import dev.lethe.core.privacy.LossPair.Masses;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * Where the answer will lie, from a coarse look at the losses: the tilt, and the window of sums that matters. Only a plan: what comes
 * of it is bounded by the fine distributions themselves, and a bad plan gives a wide bracket, not a wrong one.
 */
final class LossPlan {
    private static final int COARSE_CELLS = 256;
    /** Weights outside of the window: about e^-this of all. */
    private static final double OUTSIDE = 27;

    private final double[][] losses;
    private final double[][] logMasses;
    private final long[] times;

    private Tilts tilts = new Tilts(1, 2, 0);
    private double low;
    private double high;

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
            int cells = masses.p.length;
            losses[part] = new double[cells];
            logMasses[part] = new double[cells];
            int kept = 0;
            for (int i = 0; i < cells; i++) {
                if (masses.p[i] > 0 && masses.q[i] > 0) {
                    double loss = Math.log(masses.p[i] / masses.q[i]);
                    losses[part][kept] = reversed ? -loss : loss;
                    logMasses[part][kept++] = Math.log(reversed ? masses.q[i] : masses.p[i]);
                }
            }
            losses[part] = java.util.Arrays.copyOf(losses[part], kept);
            logMasses[part] = java.util.Arrays.copyOf(logMasses[part], kept);
        }
    }

    /** Plans for the epsilon at delta. */
    void forDelta(double delta) {
        double logDelta = Math.log(Math.max(delta, 1e-300));
        double tilt = Math.exp(smallest(Math.log(1e-5), Math.log(1e7), logTilt -> {
            double x = Math.exp(logTilt);
            return (whole(x) - logDelta + shape(x)) / x;
        }));
        window(tilt);
    }

    /** Plans for the delta at epsilon. */
    void forEpsilon(double epsilon) {
        double tilt = Math.exp(smallest(Math.log(1e-5), Math.log(1e7), logTilt -> {
            double x = Math.exp(logTilt);
            return whole(x) - x * epsilon + shape(x);
        }));
        window(tilt);
        low = Math.min(low, epsilon - (high - low) / 100);
        high = Math.max(high, epsilon + (high - low) / 100);
    }

    /** An estimate of the logarithm of delta at the epsilon that was planned for. */
    double logDelta(double epsilon) {
        double x = tilts.here();
        return Math.min(0, whole(x) - x * epsilon + shape(x));
    }

    Tilts tilts() {
        return tilts;
    }

    double low() {
        return low;
    }

    double high() {
        return high;
    }

    private void window(double tilt) {
        double here = whole(tilt);
        // Beyond the end, weights fall at least this fast (Chernoff); up and down are where they fall fastest.
        double up = Math.exp(smallest(Math.log(tilt * 1e-3), Math.log(tilt * 1e3 + 1e3), x -> {
            double more = Math.exp(x);
            return (whole(tilt + more) - here + OUTSIDE) / more;
        }));
        double down = Math.exp(smallest(Math.log(tilt * 1e-3), Math.log(tilt * 1e3 + 1e3), x -> {
            double less = Math.exp(x);
            return (whole(tilt - less) - here + OUTSIDE) / less;
        }));
        high = (whole(tilt + up) - here + OUTSIDE) / up;
        low = -(whole(tilt - down) - here + OUTSIDE) / down;
        tilts = new Tilts(tilt, tilt + up, tilt - down);
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
        while (b - a > 0.02) {
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

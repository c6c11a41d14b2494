package dev.lethe.core.privacy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sums of many privacy losses, by Fourier transform of <em>tilted</em> distributions: every mass at loss l is weighted with e^(tilt l),
 * which moves the distribution to where the answer lies, so that rounding is relative to the answer and the transform may be short.
 * Two distributions, one that dominates and one that is dominated, share a transform as its real and imaginary part.
 */
final class LossComposition {
    /** Frequencies below this share of the whole are left out, and accounted for. */
    private static final double NEGLIGIBLE = 1e-24;

    /** A distribution that dominates an event, one that it dominates, and how often the event happens. */
    record Part(LatticeLoss above, LatticeLoss below, long times) {}

    /**
     * Any are valid; how well they are chosen decides how tight the bounds are.
     *
     * @param here weighs the losses that are transformed
     * @param chernoff for a bound without transform
     * @param end for the mass beyond the window
     * @param farther for the mass that, folded into the window from above, would reach the answer
     * @param below for the mass below the window; at most 0
     */
    record Tilts(double here, double chernoff, double end, double farther, double below) {}

    private final double step;
    private final double tilt;
    private final Tilts tilts;
    private final long start;
    private final int size;
    private final Bound upper;
    private final Bound lower;

    /**
     * @param start the multiple of the step at which the window of sums begins
     * @param size multiples in the window, a power of two
     */
    LossComposition(List<Part> parts, double step, Tilts tilts, long start, int size) {
        this.step = step;
        this.tilt = tilts.here;
        this.tilts = tilts;
        this.start = start;
        this.size = size;
        Fourier fourier = Fourier.of(size);
        upper = new Bound();
        lower = new Bound();
        double[] sumRe = new double[size];
        double[] sumIm = new double[size];
        double[] re = parts.size() == 1 ? sumRe : new double[size];
        double[] im = parts.size() == 1 ? sumIm : new double[size];
        boolean firstPart = true;
        for (Part part : parts) {
            Arrays.fill(re, 0);
            Arrays.fill(im, 0);
            double squares = upper.fold(part.above, part.times, re) + lower.fold(part.below, part.times, im);
            fourier.forward(re, im);
            power(re, im, part.times, Fourier.ROUNDING * (log2() + 1) * Math.sqrt(size * squares));
            if (firstPart) {
                System.arraycopy(re, 0, sumRe, 0, size);
                System.arraycopy(im, 0, sumIm, 0, size);
                firstPart = false;
            } else {
                multiply(sumRe, sumIm, re, im);
            }
        }
        double squares = join(sumRe, sumIm);
        fourier.inverse(sumRe, sumIm);
        double inverseError = Fourier.ROUNDING * (log2() + 1) * Math.sqrt(squares / size);
        upper.finish(sumRe, inverseError);
        lower.finish(sumIm, inverseError);
    }

    /** Delta at the multiple of the step: at least that of the composition. */
    double above(long multiple) {
        return upper.delta(multiple, true);
    }

    /** Delta at the multiple of the step: at most that of the composition. */
    double below(long multiple) {
        return lower.delta(multiple, false);
    }

    long start() {
        return start;
    }

    long end() {
        return start + size;
    }

    /** The smallest multiple in the window at which {@link #above} is at most delta; the end of the window if there is none. */
    long reachAbove(double delta) {
        return upper.reach(delta);
    }

    /** The same of {@link #below}; searched downward from the former, since far below it is not known well. */
    long reachBelow(double delta) {
        long high = Math.min(reachAbove(delta), end() - 1);
        if (lower.delta(high, false) > delta) {
            return end();
        }
        if (high <= start) {
            return start;
        }
        long low = high - 1;
        for (long stride = 1; low > start && lower.delta(low, false) <= delta; stride *= 2) {
            high = low;
            low = Math.max(start, low - stride);
        }
        if (lower.delta(low, false) <= delta) {
            return start;
        }
        while (high - low > 1) {
            long middle = low + (high - low) / 2;
            if (lower.delta(middle, false) <= delta) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    /** Mass with infinite loss in the distribution that dominates. */
    double infinite() {
        return upper.infinite;
    }

    double infiniteBelow() {
        return lower.infinite;
    }

    /** What Chernoff's bound says by itself of the dominating distribution: epsilon at delta. */
    double chernoff(double delta) {
        double rest = delta - upper.infinite;
        double x = tilts.chernoff;
        return rest <= 0
                ? Double.POSITIVE_INFINITY
                : (upper.logWhole(x) - Math.log(rest) + x * Math.log(x) - (1 + x) * Math.log1p(x)) / x * (1 + 1e-12);
    }

    /** The same for delta at epsilon. */
    double chernoffDelta(double epsilon) {
        double x = tilts.chernoff;
        double bound = upper.logWhole(x) - x * epsilon + x * Math.log(x) - (1 + x) * Math.log1p(x);
        return Double.isNaN(bound) ? 1 : Math.min(1, Math.exp(bound) * (1 + 1e-9) + upper.infinite);
    }

    private int log2() {
        return Integer.numberOfTrailingZeros(size);
    }

    // In the spectrum of a + i b with real a and b, that of a is (X(k) + conj X(-k)) / 2, that of b (X(k) - conj X(-k))
    // / 2i. After
    // power() the arrays hold, for each pair of opposite places i <= j: at i the value of a, at j the value of b, both
    // at place i.

    /** Separates the two spectra and raises both to a power; adds up by how much the results may be off. */
    private void power(double[] re, double[] im, long times, double rounding) {
        double[] value = new double[3];
        double least = Math.exp(Math.log(NEGLIGIBLE) / times);
        upper.slopes = 0;
        lower.slopes = 0;
        for (int i = 0; i < size; i++) {
            int j = Fourier.opposite(i);
            if (j < i) {
                continue;
            }
            double aRe = (re[i] + re[j]) / 2;
            double aIm = (im[i] - im[j]) / 2;
            double bRe = (im[i] + im[j]) / 2;
            double bIm = (re[j] - re[i]) / 2;
            int both = i == j ? 1 : 2;
            upper.error += both * raise(aRe, aIm, times, rounding, least, value);
            upper.slopes += both * value[2] * value[2];
            aRe = value[0];
            aIm = value[1];
            lower.error += both * raise(bRe, bIm, times, rounding, least, value);
            lower.slopes += both * value[2] * value[2];
            if (i == j) {
                // A frequency that is its own opposite has real values only.
                re[i] = aRe;
                im[i] = value[0];
            } else {
                re[i] = aRe;
                im[i] = aIm;
                re[j] = value[0];
                im[j] = value[1];
            }
        }
        // The transform's errors are bounded in their sum of squares, and so is what comes of them (Cauchy and
        // Schwarz).
        upper.error += Math.sqrt(upper.slopes) * rounding;
        lower.error += Math.sqrt(lower.slopes) * rounding;
    }

    /**
     * value becomes the power, and then by how much an error of the base is multiplied; returns how far the power is off otherwise.
     *
     * @param rounding how far the base may be off
     */
    private static double raise(double re, double im, long times, double rounding, double least, double[] value) {
        double size = Math.sqrt(re * re + im * im);
        double most = Math.min(1, size + rounding);
        if (most < least) {
            value[0] = 0;
            value[1] = 0;
            value[2] = 0;
            return NEGLIGIBLE;
        }
        double log = times * Math.log(size);
        double angle = times * Math.atan2(im, re);
        double raised = size == 0 ? 0 : Math.exp(log);
        value[0] = raised * Math.cos(angle);
        value[1] = raised * Math.sin(angle);
        // times * most^(times - 1) * error of one factor; logarithm and angle are rounded, and then multiplied.
        double slope = times == 1 ? 1 : Math.exp((times - 1.0) * Math.log(most));
        return times * slope * (rounding + 0x1p-51 * (1 + Math.abs(Math.log(Math.max(size, 1e-300)))))
                + 0x1p-50 * raised;
    }

    private void multiply(double[] sumRe, double[] sumIm, double[] re, double[] im) {
        for (int i = 0; i < size; i++) {
            if (Fourier.opposite(i) == i) {
                // Two real values: each with its own.
                sumRe[i] *= re[i];
                sumIm[i] *= im[i];
            } else {
                double product = sumRe[i] * re[i] - sumIm[i] * im[i];
                sumIm[i] = sumRe[i] * im[i] + sumIm[i] * re[i];
                sumRe[i] = product;
            }
        }
    }

    /** The spectrum of a + i b again; returns its sum of squares. */
    private double join(double[] re, double[] im) {
        double squares = 0;
        for (int i = 0; i < size; i++) {
            int j = Fourier.opposite(i);
            if (j > i) {
                double aRe = re[i];
                double aIm = im[i];
                double bRe = re[j];
                double bIm = im[j];
                re[i] = aRe - bIm;
                im[i] = aIm + bRe;
                re[j] = aRe + bIm;
                im[j] = bRe - aIm;
                squares += 2 * (aRe * aRe + aIm * aIm + bRe * bRe + bIm * bIm);
            } else if (j == i) {
                squares += re[i] * re[i] + im[i] * im[i];
            }
        }
        return squares;
    }

    /** One of the two distributions of sums. */
    private final class Bound {
        /** The logarithm of the sum of all weights, that is, of E e^(tilt loss). */
        private double logWhole;

        private double infinite;
        private double logFinite;
        /** By how much each weight of the sum may be off. */
        private double error;

        private double slopes;

        private double[] weights = {};
        /** sum over multiples m above k of weight(m) e^(-tilt (m - k) step) (1 - e^(-(m - k) step)). */
        private double[] deltas = {};

        private double excess;
        private final List<LatticeLoss> losses = new ArrayList<>();
        private final List<Long> times = new ArrayList<>();

        /** Adds a part's weights to the numbers to transform; returns the sum of their squares. */
        double fold(LatticeLoss loss, long count, double[] into) {
            double[] weight = new double[loss.mass().length];
            double shift = weigh(loss, tilt, weight);
            double sum = 0;
            for (double one : weight) {
                sum += one;
            }
            double squares = 0;
            long[] multiples = loss.multiples();
            for (int i = 0; i < weight.length; i++) {
                into[(int) (multiples[i] & (size - 1))] += weight[i] / sum;
            }
            for (double folded : into) {
                squares += folded * folded;
            }
            logWhole += count * (Math.log(sum) + shift);
            logFinite += count * Math.log1p(-Math.min(1, loss.infinite()));
            losses.add(loss);
            times.add(count);
            return squares;
        }

        void finish(double[] sums, double inverseError) {
            infinite = -Math.expm1(logFinite);
            error = error / size + inverseError;
            weights = new double[size];
            deltas = new double[size + 1];
            for (int k = 0; k < size; k++) {
                weights[k] = Math.max(0, sums[(int) Math.floorMod(start + k, (long) size)] / size);
            }
            // From the top down: all terms are positive, so nothing cancels.
            double damp = Math.exp(-tilt * step);
            double dampMore = Math.exp(-(tilt + 1) * step);
            double one = -Math.expm1(-step);
            double more = 0;
            for (int k = size - 1; k >= 0; k--) {
                deltas[k] = damp * (deltas[k + 1] + one * more);
                more = weights[k] + dampMore * more;
            }
            excess = Math.min(size, one * damp / -Math.expm1(-tilt * step) / -Math.expm1(-(tilt + 1) * step));
        }

        /** The logarithm of the sum of weights at another tilt, over parts. */
        private double logWhole(double other) {
            double whole = 0;
            for (int part = 0; part < losses.size(); part++) {
                double[] weight = new double[losses.get(part).mass().length];
                double shift = weigh(losses.get(part), other, weight);
                double sum = 0;
                for (double one : weight) {
                    sum += one;
                }
                whole += times.get(part) * (Math.log(sum) + shift);
            }
            return whole;
        }

        /** Masses times e^(tilt loss - shift); returns the shift. */
        private double weigh(LatticeLoss loss, double other, double[] weight) {
            double[] mass = loss.mass();
            long[] multiples = loss.multiples();
            double slope = other * step;
            double shift = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < mass.length; i++) {
                if (mass[i] > 0) {
                    double exponent = multiples[i] * slope;
                    // Not the largest term, whose logarithm would cost as much again, but near enough to stay finite.
                    shift = Math.max(shift, exponent + Math.getExponent(mass[i]) * 0.6931471805599453);
                }
            }
            for (int i = 0; i < mass.length; i++) {
                if (mass[i] > 0) {
                    double exponent = multiples[i] * slope - shift;
                    weight[i] = exponent < 700 ? mass[i] * Math.exp(exponent) : Math.exp(exponent + Math.log(mass[i]));
                }
            }
            return shift;
        }

        /** P's mass at or beyond the window's end is at most this (Chernoff). */
        private double massBeyond() {
            return Math.exp(logWhole(tilts.end) - tilts.end * (start + size) * step) * (1 + 1e-9);
        }

        private double logFarther;

        /** What is folded into the window from below, as delta: from a below the window's begin, it falls that far below its end. */
        private double foldedFromBelow() {
            logFarther = logWhole(tilts.farther);
            return Math.exp(logWhole(tilts.below) - tilts.below * start * step - tilt * size * step) * (1 + 1e-9);
        }

        /** The same from above: it must lie beyond the end by more than the answer lies above the begin. */
        private double foldedFromAbove(long multiple) {
            double least = ((double) start + size + (multiple - start)) * step;
            return Math.exp(logFarther - tilts.farther * least + tilt * size * step) * (1 + 1e-9);
        }

        private double outside = -1;

        double delta(long multiple, boolean up) {
            if (outside < 0) {
                outside = up ? massBeyond() : foldedFromBelow();
            }
            int k = (int) (multiple - start);
            double scale = Math.exp(logWhole - tilt * step * multiple);
            double sum = deltas[k];
            // Weights may be off by rounding; sums of positive terms and their scale by a little more.
            double slack = 1e-11 + 4e-16 * (Math.abs(logWhole) + tilt * step * Math.abs((double) multiple));
            double delta;
            if (up) {
                delta = scale * (sum * (1 + slack) + error * excess) + outside + infinite;
            } else {
                delta = scale * (sum * (1 - slack) - error * excess) - outside - foldedFromAbove(multiple);
                delta = Math.max(0, delta) + infinite * (1 - 1e-14);
            }
            if (Double.isNaN(delta)) {
                return up ? 1 : 0;
            }
            return Math.max(0, Math.min(1, delta));
        }

        long reach(double delta) {
            long low = start - 1;
            long high = start + size;
            // delta falls along the window but for rounding, which is accounted for at each end of the search.
            while (high - low > 1) {
                long middle = low + (high - low) / 2;
                if (delta(middle, true) <= delta) {
                    high = middle;
                } else {
                    low = middle;
                }
            }
            return high;
        }
    }
}

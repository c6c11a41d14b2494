package dev.lethe.audit.memorization;

import java.util.Arrays;
import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.numbers.gamma.Erfcx;

/**
 * The skew-normal law (Azzalini 1985), to which log-perplexities of random fillings are fitted (Carlini et al. 2019, section 4.3).
 *
 * @param location xi
 * @param scale omega, positive
 * @param shape alpha; 0 for the normal law
 */
public record SkewNormal(double location, double scale, double shape) {
    private static final double ROOT_HALF = Math.sqrt(0.5);
    private static final double LOG_ROOT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

    /** Beyond which a density that falls from its mode at least as the normal law's is less than 1e-21 of what it was. */
    private static final double FALL = 48;

    private static final int PANELS = 64;

    /** Nodes and weights of Gauss and Legendre's rule of 8 points on [-1, 1], the positive half. */
    private static final double[] NODES = {
        0.1834346424956498, 0.5255324099163290, 0.7966664774136267, 0.9602898564975363
    };

    private static final double[] WEIGHTS = {
        0.3626837833783620, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763
    };

    public SkewNormal {
        if (!(scale > 0 && Double.isFinite(location) && Double.isFinite(scale) && Double.isFinite(shape))) {
            throw new IllegalArgumentException(
                    "location " + location + ", shape " + shape + " must be finite and scale " + scale + " positive");
        }
    }

    /** Natural logarithm of the density. */
    public double logDensity(double x) {
        return logStandard((x - location) / scale) - Math.log(scale);
    }

    /** Of location 0 and scale 1. */
    private double logStandard(double z) {
        return Math.log(2) - LOG_ROOT_TWO_PI - z * z / 2 + logNormalBelow(shape * z);
    }

    private static double logNormalBelow(double z) {
        return z > -1
                ? Math.log1p(-0.5 * Erfc.value(z * ROOT_HALF))
                : Math.log(0.5 * Erfcx.value(-z * ROOT_HALF)) - z * z / 2;
    }

    /**
     * Natural logarithm of the mass at or below x, by quadrature of the density relative to its largest value there: the identity with
     * Owen's function cancels in the far left tail, where memorized canaries are.
     */
    public double logBelow(double x) {
        double z = (x - location) / scale;
        double mode = mode();
        double top = Math.min(z, mode);
        double peak = logStandard(top);
        // The density's logarithm is concave and falls at least as fast as the normal law's, from a slope that it has.
        double slope = Math.max(0, slope(top));
        double length = -slope + Math.sqrt(slope * slope + 2 * FALL);
        double sum = integral(top - length, top, peak);
        if (z > mode) {
            sum += integral(mode, Math.min(z, mode + Math.sqrt(2 * FALL)), peak);
        }
        return Math.min(0, peak + Math.log(sum));
    }

    /** Of the standard density over e^peak. */
    private double integral(double from, double to, double peak) {
        double sum = 0;
        double half = (to - from) / PANELS / 2;
        for (int panel = 0; panel < PANELS; panel++) {
            double middle = from + (2 * panel + 1) * half;
            for (int i = 0; i < NODES.length; i++) {
                double off = half * NODES[i];
                sum += WEIGHTS[i]
                        * (Math.exp(logStandard(middle - off) - peak) + Math.exp(logStandard(middle + off) - peak));
            }
        }
        return half * sum;
    }

    /** Derivative of the logarithm of the standard density. */
    private double slope(double z) {
        double below = logNormalBelow(shape * z);
        return -z + shape * Math.exp(-shape * shape * z * z / 2 - LOG_ROOT_TWO_PI - below);
    }

    /** Where the standard density is largest; by bisection of its slope, which falls. */
    private double mode() {
        double low = -2;
        double high = 2;
        for (int i = 0; i < 80; i++) {
            double middle = (low + high) / 2;
            if (slope(middle) > 0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * The law of largest likelihood: from the one with the values' moments, by the simplex method of Nelder and Mead over location,
     * logarithm of the scale and shape.
     *
     * @param values at least 10, not all the same
     */
    public static SkewNormal fit(double[] values) {
        if (values.length < 10) {
            throw new IllegalArgumentException(values.length + " values are too few to fit a law to; take at least 10");
        }
        double mean = Arrays.stream(values).average().orElseThrow();
        double second = 0;
        double third = 0;
        for (double value : values) {
            double off = value - mean;
            second += off * off / values.length;
            third += off * off * off / values.length;
        }
        double deviation = Math.sqrt(second);
        if (!(deviation > 0)) {
            throw new IllegalArgumentException("all values are the same; there is no law to fit");
        }
        SkewNormal start = ofMoments(mean, deviation, third / (second * deviation));
        double[][] simplex = new double[4][];
        simplex[0] = new double[] {start.location, Math.log(start.scale), start.shape};
        double[] steps = {0.2 * deviation, 0.1, 0.5};
        for (int i = 1; i < 4; i++) {
            simplex[i] = simplex[0].clone();
            simplex[i][i - 1] += steps[i - 1];
        }
        double[] best = new Simplex(point -> -of(point).logLikelihood(values), simplex).smallest();
        return of(best);
    }

    private static SkewNormal of(double[] point) {
        return new SkewNormal(point[0], Math.exp(Math.max(-700, Math.min(700, point[1]))), point[2]);
    }

    private double logLikelihood(double[] values) {
        double sum = -values.length * Math.log(scale);
        for (double value : values) {
            sum += logStandard((value - location) / scale);
        }
        return sum;
    }

    static SkewNormal ofMoments(double mean, double deviation, double skewness) {
        double g = Math.max(-0.99, Math.min(0.99, skewness));
        double power = Math.cbrt(g * g);
        double delta = Math.copySign(
                Math.sqrt(Math.PI / 2 * power / (power + Math.cbrt((4 - Math.PI) / 2 * ((4 - Math.PI) / 2)))), g);
        delta = Math.max(-0.999, Math.min(0.999, delta));
        double scale = deviation / Math.sqrt(1 - 2 * delta * delta / Math.PI);
        return new SkewNormal(
                mean - scale * delta * Math.sqrt(2 / Math.PI), scale, delta / Math.sqrt(1 - delta * delta));
    }

    /**
     * Kolmogorov and Smirnov's statistic: the largest distance between this law and that of the values. Of a law that was fitted to
     * the same values it is smaller than of one that was not.
     */
    public double distance(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double largest = 0;
        double below = 0;
        double last = Double.NaN;
        for (int i = 0; i < sorted.length; i++) {
            double z = (sorted[i] - location) / scale;
            // From one value to the next, since most are close together.
            below = Double.isNaN(last) ? Math.exp(logBelow(sorted[i])) : below + between(last, z);
            last = z;
            double above = Math.min(1, below);
            largest =
                    Math.max(largest, Math.max((i + 1.0) / sorted.length - above, above - (double) i / sorted.length));
        }
        return largest;
    }

    private double between(double from, double to) {
        int parts = (int) Math.max(1, Math.ceil(Math.min(1000, (to - from) * 8 * (1 + Math.abs(shape)))));
        double half = (to - from) / parts / 2;
        double sum = 0;
        for (int part = 0; part < parts; part++) {
            double middle = from + (2 * part + 1) * half;
            for (int i = 0; i < NODES.length; i++) {
                double off = half * NODES[i];
                sum += WEIGHTS[i] * (Math.exp(logStandard(middle - off)) + Math.exp(logStandard(middle + off)));
            }
        }
        return half * sum;
    }
}

package dev.lethe.core.noise;

import dev.lethe.core.random.NoiseSource;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * The discrete Gaussian distribution drawn fast: Marsaglia and Tsang's ziggurat laid over the integers. A draw has exactly
 * the distribution of {@link DiscreteGaussian} given that it is below 14.5 sigma, which leaves out less than 2<sup>-149</sup>
 * of the mass, and that is the whole distance in total variation. docs/math/noise.md has the proof.
 *
 * <p>256 layers have equal area in exact numbers: layer i holds the integers 0..W_i - 1 and is A / W_i high. An integer of a
 * layer that lies under the curve at the layer's upper edge is taken at once; the others are compared with the curve in
 * double arithmetic where its error bound decides, and in as many digits as it takes where not. Instances are immutable.
 */
public final class GaussianZiggurat {
    static final double CUT = 14.5;
    /** Relative error that covers the double arithmetic of heights and curve some twenty times. */
    static final double MARGIN = 1e-12;

    private static final int LAYERS = 256;
    private static final int LAYER_BITS = 8;
    private static final int FRACTION_BITS = 53;

    private final double sigma;
    private final double margin;
    private final double area;
    /** W_i: no integer from here on lies under the curve at the lower edge of the layer. */
    private final long[] width = new long[LAYERS];
    /** Integers below this lie under the curve at the upper edge of the layer. */
    private final long[] inner = new long[LAYERS];
    /** Lower edges, rounded; exactly, the sum of area / W_j over the layers below. */
    private final double[] height = new double[LAYERS];

    private GaussianZiggurat(double sigma, double margin) {
        this.sigma = sigma;
        this.margin = margin;
        // The smallest area that covers the curve to its top; the exact value matters to speed alone.
        double low = 0;
        double high = CUT * sigma + 2;
        for (int i = 0; i < 200 && low < high; i++) {
            double middle = (low + high) / 2;
            if (middle == low || middle == high) {
                break;
            }
            if (build(middle) >= 1 + 1e-9) {
                high = middle;
            } else {
                low = middle;
            }
        }
        area = high;
        if (!(build(area) >= 1 + 1e-9)) {
            throw new IllegalStateException("the layers for sigma " + sigma + " do not cover the curve");
        }
    }

    /**
     * Lays the layers.
     *
     * @param sigma in [0.5, 2<sup>48</sup>]
     */
    public static GaussianZiggurat of(double sigma) {
        return of(sigma, MARGIN);
    }

    static GaussianZiggurat of(double sigma, double margin) {
        if (!(sigma >= 0.5 && sigma <= 0x1p48)) {
            throw new IllegalArgumentException("sigma " + sigma + " must lie in [0.5, 2^48]");
        }
        return new GaussianZiggurat(sigma, margin);
    }

    long width(int layer) {
        return width[layer];
    }

    public double sigma() {
        return sigma;
    }

    /** One draw. */
    public long sample(NoiseSource noise) {
        return sample(noise.nextLong(), noise);
    }

    /** Fills with draws; for large arrays quicker than one by one. */
    public void fill(long[] draws, NoiseSource noise) {
        noise.fill(draws);
        long[] widths = width;
        long[] inners = inner;
        for (int i = 0; i < draws.length; i++) {
            // The common case of sample(word, noise), which decides all others.
            long word = draws[i];
            int layer = (int) word & (LAYERS - 1);
            long sign = (word << (63 - LAYER_BITS)) >> 63;
            long bits = word & -(1L << (LAYER_BITS + 1));
            long w = widths[layer];
            long x = Math.multiplyHigh(bits, w) + ((bits >> 63) & w);
            boolean surplus = bits * w + Long.MIN_VALUE < (w << (LAYER_BITS + 1)) + Long.MIN_VALUE;
            draws[i] = surplus || x >= inners[layer] || x == 0 ? sample(word, noise) : (x ^ sign) - sign;
        }
    }

    private long sample(long first, NoiseSource noise) {
        for (long word = first; ; word = noise.nextLong()) {
            int layer = (int) word & (LAYERS - 1);
            long sign = (word << (63 - LAYER_BITS)) >> 63;
            // The 55 bits that are left, at the top of a word, times the width: Lemire's uniform integer of 55 bits.
            long bits = word & -(1L << (LAYER_BITS + 1));
            long w = width[layer];
            long x = Math.multiplyHigh(bits, w) + ((bits >> 63) & w);
            long low = bits * w;
            // The multiples of 2^9 below 2^64 mod (w 2^9) are the surplus of 55 bits over a multiple of w.
            if (Long.compareUnsigned(low, w << (LAYER_BITS + 1)) < 0 && surplus(low, w)) {
                continue;
            }
            if (x >= inner[layer] && !underTheCurve(x, layer, noise)) {
                continue;
            }
            if ((x | ~sign) == 0) {
                continue; // minus zero: zero would be drawn twice as often
            }
            return (x ^ sign) - sign;
        }
    }

    private static boolean surplus(long low, long width) {
        long scaled = width << (LAYER_BITS + 1);
        return Long.compareUnsigned(low, Long.remainderUnsigned(-scaled, scaled)) < 0;
    }

    /** Whether a uniform height within the layer lies below the curve at x. */
    private boolean underTheCurve(long x, int layer, NoiseSource noise) {
        long fraction = noise.nextBits(FRACTION_BITS);
        int side = side(x, layer, fraction);
        return side == 0 ? exactlyUnderTheCurve(x, layer, fraction, noise) : side > 0;
    }

    /** 1 where all heights of the 2^-53 that the fraction stands for are surely below the curve, -1 surely above, or 0. */
    int side(long x, int layer, long fraction) {
        double thickness = area / width[layer];
        double y = height[layer] + thickness * (fraction * 0x1p-53);
        double z = x / sigma;
        double curve = StrictMath.exp(-z * z / 2);
        double doubt = margin * Math.max(height[layer] + thickness, curve);
        return Math.abs(y - curve) <= doubt ? 0 : y < curve ? 1 : -1;
    }

    /** The same by as many digits as it takes, and as many more bits of the fraction. */
    boolean exactlyUnderTheCurve(long x, int layer, long firstBits, NoiseSource noise) {
        BigInteger fraction = BigInteger.valueOf(firstBits);
        int bits = FRACTION_BITS;
        for (int digits = 40; ; digits *= 2) {
            for (; bits < 4 * digits; bits += 32) {
                fraction = fraction.shiftLeft(32).add(BigInteger.valueOf(noise.nextBits(32)));
            }
            MathContext context = new MathContext(digits + 20, RoundingMode.HALF_EVEN);
            BigDecimal exactArea = new BigDecimal(area);
            BigDecimal y = BigDecimal.ZERO;
            for (int i = 0; i < layer; i++) {
                y = y.add(exactArea.divide(BigDecimal.valueOf(width[i]), context), context);
            }
            BigDecimal share = new BigDecimal(fraction).divide(new BigDecimal(BigInteger.ONE.shiftLeft(bits)), context);
            y = y.add(
                    exactArea.divide(BigDecimal.valueOf(width[layer]), context).multiply(share, context), context);
            BigDecimal ratio = BigDecimal.valueOf(x).divide(new BigDecimal(sigma), context);
            BigDecimal curve =
                    expOfMinus(ratio.multiply(ratio, context).divide(BigDecimal.valueOf(2), context), context);
            BigDecimal difference = curve.subtract(y);
            if (difference.abs().compareTo(BigDecimal.ONE.movePointLeft(digits)) > 0) {
                return difference.signum() > 0;
            }
        }
    }

    /** exp(-z) for z in [0, 110]: the series of z / 2^12, squared twelve times; loses less than ten digits. */
    static BigDecimal expOfMinus(BigDecimal z, MathContext context) {
        int squarings = 12;
        BigDecimal small = z.negate().divide(BigDecimal.valueOf(1L << squarings), context);
        BigDecimal term = BigDecimal.ONE;
        BigDecimal sum = BigDecimal.ONE;
        BigDecimal negligible = BigDecimal.ONE.movePointLeft(context.getPrecision() + 2);
        for (int k = 1; term.abs().compareTo(negligible) > 0; k++) {
            term = term.multiply(small, context).divide(BigDecimal.valueOf(k), context);
            sum = sum.add(term, context);
        }
        for (int i = 0; i < squarings; i++) {
            sum = sum.multiply(sum, context);
        }
        return sum;
    }

    /** Lays layers of this area and returns the upper edge of the last. */
    private double build(double layerArea) {
        double edge = 0;
        for (int i = 0; i < LAYERS; i++) {
            height[i] = edge;
            width[i] = i == 0 ? (long) Math.ceil(CUT * sigma) + 1 : (long) Math.ceil(reach(edge, -1)) + 1;
            edge += layerArea / width[i];
            inner[i] = Math.min(width[i], Math.max(0, (long) Math.floor(reach(edge, 1)) - 1));
        }
        return edge;
    }

    /** Where the curve has this height, rounded up for {@code side} -1 and down for 1 by more than the error. */
    private double reach(double edge, int side) {
        double safe = edge * (1 + side * MARGIN);
        return safe >= 1 ? 0 : sigma * Math.sqrt(-2 * Math.log(safe)) * (1 - side * MARGIN);
    }
}

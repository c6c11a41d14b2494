package dev.lethe.core.noise;

import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;

/**
 * Gaussian noise for vectors of millions of floats, on a dyadic grid so fine that rounding to it costs almost nothing, and
 * with nothing left of the bits below it. The grid's step g is a power of two with sigma / g in [2<sup>42</sup>,
 * 2<sup>43</sup>).
 *
 * <p>Each value is rounded to a multiple of g, a draw of {@link GaussianZiggurat} is added in whole numbers, and the result
 * is rounded to a float, which is done to what is public already.
 *
 * <p><strong>What it costs.</strong> Rounding moves each of two neighbouring vectors by at most g / 2 a value, so that their
 * distance grows to at most {@link #sensitivity}. With that, the output is the continuous Gaussian mechanism's, rounded to the
 * grid, up to {@link #TOTAL_VARIATION_PER_VALUE}: add (1 + e<sup>epsilon</sup>) times that much a value to delta. At 2^20
 * values that is 2<sup>-68</sup> (1 + e<sup>epsilon</sup>) a step. See docs/math/noise.md.
 *
 * <p>What it cannot see is how the vector was summed: a float sum of n terms may differ between neighbours by more than the
 * term they differ in, by about n 2^-24 of its largest partial sum. Sum in double, or round the terms to the grid first.
 */
public final class GaussianNoise {
    /** Between the draw for one value and a normal deviate that is rounded to the grid; 2<sup>-88</sup>. */
    public static final double TOTAL_VARIATION_PER_VALUE = 0x1p-88;

    private static final int GRID_BITS = 42;
    private static final int CHUNK = 1024;

    private final double sigma;
    private final Grid grid;
    private final GaussianZiggurat ziggurat;

    private GaussianNoise(double sigma) {
        this.sigma = sigma;
        grid = Grid.under(sigma, GRID_BITS);
        ziggurat = GaussianZiggurat.of(sigma / grid.step());
    }

    /**
     * Noise of this standard deviation; keep the instance, it takes a millisecond to make.
     *
     * @param sigma in [2<sup>-500</sup>, 2<sup>500</sup>]
     */
    public static GaussianNoise of(double sigma) {
        if (!(sigma >= 0x1p-500 && sigma <= 0x1p500)) {
            throw new IllegalArgumentException("sigma " + sigma + " must lie in [2^-500, 2^500]");
        }
        return new GaussianNoise(sigma);
    }

    public double sigma() {
        return sigma;
    }

    /** The step of the grid, a power of two. */
    public double granularity() {
        return grid.step();
    }

    /** L2 distance of two vectors on the grid that were at most {@code l2Sensitivity} apart; rounded up. */
    public double sensitivity(double l2Sensitivity, long values) {
        if (!(l2Sensitivity > 0 && l2Sensitivity < Double.POSITIVE_INFINITY) || values < 1) {
            throw new IllegalArgumentException(
                    "l2Sensitivity " + l2Sensitivity + " must be above 0 and finite, values " + values + " at least 1");
        }
        return Math.nextUp(
                Math.nextUp(l2Sensitivity + Math.nextUp(grid.step() * Math.nextUp(Math.sqrt((double) values)))));
    }

    /** The Gaussian event of {@link #addTo} on vectors of this many values; its delta is to grow as the class says. */
    public PrivacyEvent.Gaussian event(double l2Sensitivity, long values) {
        return new PrivacyEvent.Gaussian(Math.nextDown(sigma / sensitivity(l2Sensitivity, values)));
    }

    /** What is to be added to delta at this epsilon for one {@link #addTo} on vectors of this many values. */
    public double extraDelta(double epsilon, long values) {
        return Math.min(1, (double) values * TOTAL_VARIATION_PER_VALUE * (1 + Math.exp(epsilon)) * (1 + 1e-9));
    }

    /**
     * Rounds each value to the grid and adds a draw to it, in place. Values beyond 2<sup>61</sup> steps of the grid (2<sup>18</sup>
     * sigma at least) are taken as that, and NaN as 0, without a word: an exception would tell.
     */
    public void addTo(float[] sums, NoiseSource noise) {
        double step = grid.step();
        double perStep = 1 / step;
        long[] draws = new long[Math.min(CHUNK, sums.length)];
        for (int start = 0; start < sums.length; start += draws.length) {
            ziggurat.fill(draws, noise);
            int count = Math.min(draws.length, sums.length - start);
            for (int i = 0; i < count; i++) {
                sums[start + i] = (float) ((Grid.nearest(sums[start + i] * perStep) + draws[i]) * step);
            }
        }
    }

    /** {@link #addTo(float[], NoiseSource)} for doubles. */
    public void addTo(double[] sums, NoiseSource noise) {
        double step = grid.step();
        double perStep = 1 / step;
        long[] draws = new long[Math.min(CHUNK, sums.length)];
        for (int start = 0; start < sums.length; start += draws.length) {
            ziggurat.fill(draws, noise);
            int count = Math.min(draws.length, sums.length - start);
            for (int i = 0; i < count; i++) {
                sums[start + i] = ((Grid.nearest(sums[start + i] * perStep) + draws[i]) * step);
            }
        }
    }
}

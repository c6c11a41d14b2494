package dev.lethe.core.noise;

import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;

/**
 * Gaussian noise on real values: each is rounded to a grid whose step is a power of two, sigma / 2<sup>41</sup> to sigma /
 * 2<sup>40</sup>, and exact discrete Gaussian noise is added in whole steps. Rounding can take neighbours apart by one step a
 * value, so the event's sensitivity is the L2 sensitivity plus step times the root of how many values there are. For millions
 * of values see {@link GaussianNoise}.
 *
 * @param sigma in [2<sup>-500</sup>, 2<sup>500</sup>]
 * @param l2Sensitivity above 0
 * @param values how many there are; public
 */
public record GridGaussian(double sigma, double l2Sensitivity, int values) implements Mechanism<double[], double[]> {
    private static final int BITS = 40;

    public GridGaussian {
        if (!(sigma >= 0x1p-500 && sigma <= 0x1p500)) {
            throw new IllegalArgumentException("sigma " + sigma + " must lie in [2^-500, 2^500]");
        }
        if (!(l2Sensitivity > 0 && l2Sensitivity <= 0x1p20 * sigma)) {
            throw new IllegalArgumentException(
                    "l2Sensitivity " + l2Sensitivity + " must lie in (0, 2^20 sigma], sigma being " + sigma);
        }
        if (values < 1) {
            throw new IllegalArgumentException("values " + values + " must be at least 1");
        }
    }

    /** The step of the grid, in which the answers are whole. */
    public double granularity() {
        return Grid.under(sigma, BITS).step();
    }

    @Override
    public PrivacyEvent event() {
        double step = granularity();
        double rounding = Math.nextUp(Math.sqrt((double) values));
        return new PrivacyEvent.DiscreteGaussianVector(sigma / step, Math.nextUp(l2Sensitivity / step + rounding));
    }

    @Override
    public double[] release(double[] input, NoiseSource noise) {
        if (input.length != values) {
            throw new IllegalArgumentException("there are " + input.length + " values instead of " + values);
        }
        Grid grid = Grid.under(sigma, BITS);
        DiscreteGaussian gaussian = new DiscreteGaussian(sigma / grid.step());
        double[] noisy = new double[values];
        for (int i = 0; i < values; i++) {
            noisy[i] = grid.value(Grid.plus(grid.steps(input[i]), gaussian.sample(noise)));
        }
        return noisy;
    }
}

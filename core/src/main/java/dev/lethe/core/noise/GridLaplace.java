package dev.lethe.core.noise;

import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;

/**
 * Laplace noise on real values: each is rounded to a grid whose step is a power of two, scale / 2<sup>41</sup> to scale /
 * 2<sup>40</sup>, and exact discrete Laplace noise is added in whole steps. Rounding can take neighbours apart by one step a
 * value, so the event's sensitivity, in steps, is the L1 sensitivity rounded up plus one for each value.
 *
 * @param scale in [2<sup>-500</sup>, 2<sup>500</sup>]
 * @param l1Sensitivity in (0, 2<sup>20</sup> scale]
 * @param values how many there are; public
 */
public record GridLaplace(double scale, double l1Sensitivity, int values) implements Mechanism<double[], double[]> {
    private static final int BITS = 40;

    public GridLaplace {
        if (!(scale >= 0x1p-500 && scale <= 0x1p500)) {
            throw new IllegalArgumentException("scale " + scale + " must lie in [2^-500, 2^500]");
        }
        if (!(l1Sensitivity > 0 && l1Sensitivity <= 0x1p20 * scale)) {
            throw new IllegalArgumentException(
                    "l1Sensitivity " + l1Sensitivity + " must lie in (0, 2^20 scale], scale being " + scale);
        }
        if (values < 1) {
            throw new IllegalArgumentException("values " + values + " must be at least 1");
        }
    }

    /** The step of the grid, in which the answers are whole. */
    public double granularity() {
        return Grid.under(scale, BITS).step();
    }

    @Override
    public PrivacyEvent event() {
        double step = granularity();
        return new PrivacyEvent.DiscreteLaplace(scale / step, (long) Math.ceil(l1Sensitivity / step) + values);
    }

    @Override
    public double[] release(double[] input, NoiseSource noise) {
        if (input.length != values) {
            throw new IllegalArgumentException("there are " + input.length + " values instead of " + values);
        }
        Grid grid = Grid.under(scale, BITS);
        DiscreteLaplace laplace = new DiscreteLaplace(scale / grid.step());
        double[] noisy = new double[values];
        for (int i = 0; i < values; i++) {
            noisy[i] = grid.value(Grid.plus(grid.steps(input[i]), laplace.sample(noise)));
        }
        return noisy;
    }
}

package dev.lethe.core.noise;

import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;

/**
 * Adds exact discrete Gaussian noise to each of several integers, for example a histogram.
 *
 * @param sigma in (0, 2<sup>51</sup>]
 * @param l2Sensitivity largest L2 distance of neighbours, above 0
 */
public record IntegerGaussian(double sigma, double l2Sensitivity) implements Mechanism<long[], long[]> {
    public IntegerGaussian {
        if (!(l2Sensitivity > 0 && l2Sensitivity < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("l2Sensitivity " + l2Sensitivity + " must be above 0 and finite");
        }
        new DiscreteGaussian(sigma);
    }

    @Override
    public PrivacyEvent event() {
        return new PrivacyEvent.DiscreteGaussianVector(sigma, l2Sensitivity);
    }

    @Override
    public long[] release(long[] values, NoiseSource noise) {
        DiscreteGaussian gaussian = new DiscreteGaussian(sigma);
        long[] noisy = new long[values.length];
        for (int i = 0; i < noisy.length; i++) {
            noisy[i] = Grid.plus(values[i], gaussian.sample(noise));
        }
        return noisy;
    }
}

package dev.lethe.core.noise;

import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;

/**
 * Adds exact discrete Laplace noise to each of several integers, for example counts; epsilon is sensitivity / scale.
 *
 * @param scale in (0, 2<sup>52</sup>]
 * @param sensitivity most by which neighbours differ, summed over the integers; at least 1
 */
public record IntegerLaplace(double scale, long sensitivity) implements Mechanism<long[], long[]> {
    public IntegerLaplace {
        if (sensitivity < 1) {
            throw new IllegalArgumentException("sensitivity " + sensitivity + " must be at least 1");
        }
        new DiscreteLaplace(scale);
    }

    @Override
    public PrivacyEvent event() {
        return new PrivacyEvent.DiscreteLaplace(scale, sensitivity);
    }

    @Override
    public long[] release(long[] values, NoiseSource noise) {
        DiscreteLaplace laplace = new DiscreteLaplace(scale);
        long[] noisy = new long[values.length];
        for (int i = 0; i < noisy.length; i++) {
            noisy[i] = Grid.plus(values[i], laplace.sample(noise));
        }
        return noisy;
    }
}

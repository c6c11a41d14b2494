package dev.lethe.protect.training;

import dev.lethe.core.noise.GaussianNoise;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/** Where a private training's coins and noise come from. */
sealed interface Chance {
    /** Whether a coin that shows heads at this rate does. */
    boolean heads(double rate);

    /** Adds Gaussian noise to each value. */
    void addNoise(float[] values, double sigma);

    /** Adds Gaussian noise to each value. */
    void addNoise(double[] values, double sigma);

    /** One value with Gaussian noise. */
    double noisy(double value, double sigma);

    /** What protects people: no seed can repeat it. */
    final class Protective implements Chance {
        private final NoiseSource source;
        private GaussianNoise gaussian = GaussianNoise.of(1);

        Protective(NoiseSource source) {
            this.source = source;
        }

        @Override
        public boolean heads(double rate) {
            // The largest multiple of 2^-63 that is not above the rate: a smaller rate costs less.
            return rate >= 1 || source.nextBits(63) < (long) (rate * 0x1p63);
        }

        @Override
        public void addNoise(float[] values, double sigma) {
            noise(sigma).addTo(values, source);
        }

        @Override
        public void addNoise(double[] values, double sigma) {
            noise(sigma).addTo(values, source);
        }

        @Override
        public double noisy(double value, double sigma) {
            double[] one = {value};
            noise(sigma).addTo(one, source);
            return one[0];
        }

        private GaussianNoise noise(double sigma) {
            if (gaussian.sigma() != sigma) {
                gaussian = GaussianNoise.of(sigma);
            }
            return gaussian;
        }
    }

    /**
     * The same distributions from a seed, for shadow models, which must be repeatable and of which nothing is claimed. Whoever knows
     * the seed subtracts the noise.
     */
    final class Rehearsed implements Chance {
        private final UniformRandomProvider random;
        private final ZigguratSampler.NormalizedGaussian gaussian;

        Rehearsed(Seed seed) {
            random = seed.stream();
            gaussian = ZigguratSampler.NormalizedGaussian.of(random);
        }

        @Override
        public boolean heads(double rate) {
            return random.nextDouble() < rate;
        }

        @Override
        public void addNoise(float[] values, double sigma) {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (values[i] + sigma * gaussian.sample());
            }
        }

        @Override
        public void addNoise(double[] values, double sigma) {
            for (int i = 0; i < values.length; i++) {
                values[i] += sigma * gaussian.sample();
            }
        }

        @Override
        public double noisy(double value, double sigma) {
            return value + sigma * gaussian.sample();
        }
    }
}

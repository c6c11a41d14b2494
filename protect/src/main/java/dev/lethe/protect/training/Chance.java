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

    /**
     * A vector of density proportional to exp(-norm / scale): uniform direction, norm from the gamma distribution of shape
     * {@code size}. In doubles, not on a grid.
     */
    double[] spherical(int size, double scale);

    private static double[] spherical(double[] direction, double norm) {
        double square = 0;
        for (double value : direction) {
            square += value * value;
        }
        double factor = norm / Math.sqrt(square);
        for (int i = 0; i < direction.length; i++) {
            direction[i] *= factor;
        }
        return direction;
    }

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

        @Override
        public double[] spherical(int size, double scale) {
            // A gamma deviate of whole shape is a sum of exponential ones; the half keeps the logarithm finite.
            double norm = 0;
            for (int i = 0; i < size; i++) {
                norm -= Math.log((source.nextBits(52) + 0.5) * 0x1p-52);
            }
            double[] direction = new double[size];
            addNoise(direction, 1);
            return Chance.spherical(direction, scale * norm);
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

        @Override
        public double[] spherical(int size, double scale) {
            double norm = 0;
            for (int i = 0; i < size; i++) {
                norm -= Math.log(((random.nextLong() >>> 12) + 0.5) * 0x1p-52);
            }
            double[] direction = new double[size];
            addNoise(direction, 1);
            return Chance.spherical(direction, scale * norm);
        }
    }
}

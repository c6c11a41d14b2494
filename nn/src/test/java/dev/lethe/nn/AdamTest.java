package dev.lethe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.random.Seed;
import org.junit.jupiter.api.Test;

class AdamTest {
    /** The published recurrence, one parameter at a time in double precision. */
    @Test
    void followsThePublishedRecurrence() {
        var random = Seed.of(6).stream();
        int n = 9;
        float[] fast = new float[n];
        double[] slow = new double[n];
        double[] m = new double[n];
        double[] v = new double[n];
        Adam adam = new Adam(n, 0.01, 0.1);
        for (int t = 1; t <= 50; t++) {
            float[] gradient = new float[n];
            for (int i = 0; i < n; i++) {
                gradient[i] = random.nextFloat() - 0.3f;
                m[i] = 0.9 * m[i] + 0.1 * gradient[i];
                v[i] = 0.999 * v[i] + 0.001 * gradient[i] * gradient[i];
                double mean = m[i] / (1 - Math.pow(0.9, t));
                double square = v[i] / (1 - Math.pow(0.999, t));
                slow[i] = slow[i] * (1 - 0.01 * 0.1) - 0.01 * mean / (Math.sqrt(square) + 1e-8);
            }
            adam.step(fast, gradient);
        }
        for (int i = 0; i < n; i++) {
            assertThat((double) fast[i]).isCloseTo(slow[i], within(1e-5));
        }
    }
}

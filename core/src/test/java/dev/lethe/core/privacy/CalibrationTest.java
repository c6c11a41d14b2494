package dev.lethe.core.privacy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.Laplace;
import dev.lethe.core.privacy.PrivacyEvent.PoissonSampled;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import java.util.function.DoubleFunction;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    private static final Neighbours ADD = Neighbours.ADD_OR_REMOVE_ONE;

    /** K22, K24 and K25 of dp_accounting's tests; it searches K25 in steps of 0.1. */
    @Test
    void noiseOfOthers() {
        Accountant losses = new PrivacyLossAccountant();
        double sampled = new Calibration(losses, ADD, 1, 1e-5).noise(s -> new PoissonSampled(0.01, new Gaussian(s)));
        assertEquals(0.67379294682, sampled, 2e-5);
        double pure = new Calibration(losses, ADD, 3, 0).noise(s -> new Repeated(10, new Laplace(s / 21)));
        assertEquals(70, pure, 1e-4);
        double laplace = new Calibration(losses, ADD, 1, 1e-4).noise(s -> new Repeated(20, new Laplace(s)));
        assertTrue(laplace <= 13.6 && laplace > 13.5, () -> "scale " + laplace);
    }

    /** K31 and K32 of Opacus' tests, by Rényi divergences; its search stops within 0.01 of epsilon. */
    @Test
    void noiseOfTraining() {
        for (double[] row : new double[][] {{2250, 1.416}, {2000, 1.3562}}) {
            double noise = new Calibration(new RenyiAccountant(), ADD, 8, 1e-5)
                    .noise(s -> new Repeated((long) row[0], new PoissonSampled(0.04, new Gaussian(s))));
            assertEquals(row[1], noise, 2e-3);
        }
    }

    @Test
    void whatIsFoundKeepsTheTargetAndALittleMoreDoesNot() {
        Accountant accountant = new RenyiAccountant();
        Calibration calibration = new Calibration(accountant, ADD, 2, 1e-6);
        DoubleFunction<PrivacyEvent> ofRate = q -> new Repeated(500, new PoissonSampled(q, new Gaussian(1.2)));
        double rate = calibration.rate(ofRate);
        assertTrue(accountant.price(ofRate.apply(rate), ADD).epsilon(1e-6) <= 2);
        assertTrue(accountant.price(ofRate.apply(rate * 1.000001), ADD).epsilon(1e-6) > 2);
        long steps = calibration.steps(n -> new Repeated(n, new PoissonSampled(0.02, new Gaussian(1.2))));
        assertTrue(accountant
                        .price(new Repeated(steps, new PoissonSampled(0.02, new Gaussian(1.2))), ADD)
                        .epsilon(1e-6)
                <= 2);
        assertTrue(accountant
                        .price(new Repeated(steps + 1, new PoissonSampled(0.02, new Gaussian(1.2))), ADD)
                        .epsilon(1e-6)
                > 2);
        assertEquals(1, calibration.rate(q -> new PoissonSampled(q, new Gaussian(100))));
    }

    @Test
    void whatCannotBeReachedIsRefused() {
        Calibration calibration = new Calibration(new RenyiAccountant(), ADD, 0.5, 1e-6);
        assertThrows(IllegalArgumentException.class, () -> calibration.noise(s -> new Laplace(0.1)));
        assertThrows(IllegalArgumentException.class, () -> calibration.rate(q -> new Laplace(0.1)));
        assertThrows(IllegalArgumentException.class, () -> calibration.steps(n -> new Laplace(0.1)));
        for (double epsilon : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(
                    IllegalArgumentException.class, () -> new Calibration(new RenyiAccountant(), ADD, epsilon, 1e-6));
        }
        for (double delta : new double[] {1, -1, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> new Calibration(new RenyiAccountant(), ADD, 1, delta));
        }
    }
}

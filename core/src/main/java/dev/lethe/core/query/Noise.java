package dev.lethe.core.query;

import dev.lethe.core.noise.DiscreteGaussian;
import dev.lethe.core.noise.DiscreteLaplace;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Exact discrete noise for each entry of a vector of integers.
 *
 * @param kind its distribution
 * @param scale of the discrete Laplace distribution, or sigma of the discrete Gaussian, in steps of the grid; above 0
 */
public record Noise(NoiseKind kind, double scale) {
    public Noise {
        if (!(scale > 0 && scale <= 0x1p51)) {
            throw new IllegalArgumentException("scale " + scale
                    + " of the noise must lie in (0, 2^51]; ask for a larger epsilon or for fewer statistics");
        }
    }

    /** The least noise that keeps this epsilon. */
    static Noise laplace(Sensitivity sensitivity, double epsilon) {
        double scale = sensitivity.l1() / epsilon;
        while (sensitivity.l1() / scale > epsilon) {
            scale = Math.nextUp(scale);
        }
        return new Noise(NoiseKind.LAPLACE, scale);
    }

    /** The least noise that keeps this zero-concentrated rho: L2² / 2 sigma² (Canonne, Kamath and Steinke 2020). */
    static Noise gaussian(Sensitivity sensitivity, double rho) {
        return new Noise(
                NoiseKind.GAUSSIAN, Math.nextUp(Math.nextUp(sensitivity.l2() / Math.nextDown(Math.sqrt(2 * rho)))));
    }

    /**
     * What it costs. A vector of which one unit changes several entries is not priced as one entry would be: what is known of
     * it is the norm.
     */
    PrivacyEvent event(Sensitivity sensitivity) {
        return switch (kind) {
            case LAPLACE ->
                sensitivity.oneEntry()
                        ? new PrivacyEvent.DiscreteLaplace(scale, sensitivity.l1())
                        : new PrivacyEvent.PureDp(Math.nextUp(sensitivity.l1() / scale), Neighbours.ADD_OR_REMOVE_ONE);
            case GAUSSIAN ->
                sensitivity.oneEntry()
                        ? new PrivacyEvent.DiscreteGaussian(scale, sensitivity.l1())
                        : new PrivacyEvent.DiscreteGaussianVector(scale, sensitivity.l2());
        };
    }

    long draw(NoiseSource source) {
        return kind == NoiseKind.LAPLACE
                ? new DiscreteLaplace(scale).sample(source)
                : new DiscreteGaussian(scale).sample(source);
    }

    double deviation() {
        // The discrete distributions are no wider than the continuous ones.
        return kind == NoiseKind.LAPLACE ? Math.sqrt(2) * scale : scale;
    }

    /**
     * The noise is at most this, in size, with the given probability: in steps of the grid, a whole number, rounded up.
     *
     * @param confidence in (0, 1)
     */
    double halfWidth(double confidence) {
        double outside = 1 - confidence;
        if (kind == NoiseKind.LAPLACE) {
            // P(|X| > t) = 2 a^(t+1) / (1 + a) with a = exp(-1/scale).
            return Math.max(0, Math.ceil(-scale * Math.log(outside / 2 * (1 + Math.exp(-1 / scale))) - 1));
        }
        // One step more: the discrete tail is that of the continuous one at most a step away.
        return Math.ceil(scale * NormalDistribution.of(0, 1).inverseSurvivalProbability(outside / 2));
    }
}

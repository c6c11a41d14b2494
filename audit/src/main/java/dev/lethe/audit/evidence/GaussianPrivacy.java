package dev.lethe.audit.evidence;

import org.apache.commons.numbers.gamma.Erfcx;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * What a Gaussian mechanism whose outputs are mu standard deviations apart keeps. J. Dong, A. Roth, W. J. Su: Gaussian
 * differential privacy. Journal of the Royal Statistical Society B 84(1):3-37, 2022, corollary 1.
 */
final class GaussianPrivacy {
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);
    private static final int HALVINGS = 60;
    private static final double SLACK = 1e-9;

    private GaussianPrivacy() {}

    /** The smallest delta of mu-Gaussian privacy: Phi(-epsilon/mu + mu/2) - e^epsilon Phi(-epsilon/mu - mu/2). */
    static double delta(double mu, double epsilon) {
        double t = epsilon / mu - mu / 2;
        double far = epsilon / mu + mu / 2;
        // e^epsilon Phi(-far) = phi(t) Phi(-far)/phi(far): no overflow, and no cancellation in the tail.
        double density = NORMAL.density(t);
        return t > 0 ? density * (mills(t) - mills(far)) : NORMAL.survivalProbability(t) - density * mills(far);
    }

    /** Mills' ratio Phi(-x)/phi(x) for x >= 0. */
    private static double mills(double x) {
        return Math.sqrt(Math.PI / 2) * Erfcx.value(x / Math.sqrt(2));
    }

    /** The smallest epsilon of mu-Gaussian privacy at {@code delta} > 0, rounded down. */
    static double epsilon(double mu, double delta) {
        if (!(mu > 0) || keeps(mu, 0, delta)) {
            return 0;
        }
        double low = 0;
        double high = 1;
        while (!keeps(mu, high, delta)) {
            low = high;
            high *= 2;
        }
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (keeps(mu, middle, delta)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return low;
    }

    private static boolean keeps(double mu, double epsilon, double delta) {
        return delta(mu, epsilon) * (1 - SLACK) <= delta;
    }
}

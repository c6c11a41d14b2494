package dev.lethe.bench;

import dev.lethe.audit.evidence.Trial;
import dev.lethe.core.random.Seed;
import java.util.OptionalDouble;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * A Gaussian mechanism whose privacy is known, apart from what the audit computes. Dong, Roth and Su 2022, corollary 1, word
 * for word; its terms cancel for mu above 8.
 */
final class GaussianTruth {
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);
    private static final int HALVINGS = 60;

    private GaussianTruth() {}

    /** The epsilon that outputs {@code mu} standard deviations apart keep at {@code delta}. */
    static double epsilon(double mu, double delta) {
        double low = 0;
        double high = 100;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (delta(mu, middle) > delta) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /** Undoes {@link #epsilon}. */
    static double mu(double epsilon, double delta) {
        double low = 0;
        double high = 8;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (epsilon(middle, delta) < epsilon) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static double delta(double mu, double epsilon) {
        return mu == 0
                ? 0
                : NORMAL.cumulativeProbability(-epsilon / mu + mu / 2)
                        - Math.exp(epsilon) * NORMAL.cumulativeProbability(-epsilon / mu - mu / 2);
    }

    /** One run over records each of which is a member by a fair coin; members answer {@code mu} deviations higher. */
    static Trial trial(int records, double mu, Seed seed) {
        UniformRandomProvider random = seed.stream();
        ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(random);
        double[] scores = new double[records];
        boolean[] member = new boolean[records];
        for (int i = 0; i < records; i++) {
            member[i] = random.nextBoolean();
            scores[i] = (member[i] ? mu : 0) + gaussian.sample();
        }
        return new Trial(scores, member, OptionalDouble.empty());
    }
}

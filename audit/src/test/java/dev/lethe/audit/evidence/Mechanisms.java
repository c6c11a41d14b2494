package dev.lethe.audit.evidence;

import dev.lethe.core.random.Seed;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/** Trials against mechanisms whose privacy is known, each record a member by a fair coin. */
final class Mechanisms {
    private Mechanisms() {}

    /** Every record answers by itself. */
    private static Trial trial(int records, UniformRandomProvider random, ToDoubleFunction<Boolean> score) {
        double[] scores = new double[records];
        boolean[] member = new boolean[records];
        for (int i = 0; i < records; i++) {
            member[i] = random.nextBoolean();
            scores[i] = score.applyAsDouble(member[i]);
        }
        return new Trial(scores, member, OptionalDouble.empty());
    }

    /** Normal scores, of members {@code mu} higher: mu-Gaussian privacy; 0 is perfect privacy. */
    static Trial gaussian(int records, double mu, Seed seed) {
        UniformRandomProvider random = seed.stream();
        ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(random);
        return trial(records, random, member -> (member ? mu : 0) + gaussian.sample());
    }

    /** Scores 1 or 0, the truth with probability e^epsilon/(1 + e^epsilon): (epsilon, 0)-differential privacy. */
    static Trial randomizedResponse(int records, double epsilon, Seed seed) {
        UniformRandomProvider random = seed.stream();
        double truth = 1 / (1 + Math.exp(-epsilon));
        return trial(records, random, member -> random.nextDouble() < truth == member ? 1 : 0);
    }

    /** With probability {@code delta} all records' truth, else noise: (0, delta)-differential privacy. */
    static Trial revealsAll(int records, double delta, Seed seed) {
        UniformRandomProvider random = seed.stream();
        boolean reveals = random.nextDouble() < delta;
        return trial(records, random, member -> (reveals ? member : random.nextBoolean()) ? 1 : 0);
    }

    /** A count of errors, each of probability at most {@code rate}, that is reached with probability at most 1e-4. */
    static int tooMany(int trials, double rate) {
        return BinomialDistribution.of(trials, rate).inverseSurvivalProbability(1e-4) + 1;
    }
}

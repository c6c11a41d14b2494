package dev.lethe.core.noise;

import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import java.math.BigInteger;

/**
 * Chooses a candidate with probability proportional to exp(epsilon score / (2 sensitivity)), or exp(epsilon score /
 * sensitivity) where scores are monotone (McSherry and Talwar 2007). Scores are integers and the choice is exact: a candidate
 * is drawn uniformly and kept with probability exp(-epsilon (best - score) / ...). The time that takes depends on the scores:
 * do not let the person who gets the answer measure it.
 *
 * @param epsilon above 0
 * @param sensitivity most that one record changes a score, at least 1
 * @param monotone whether adding a record can only raise scores, or only lower them, all alike; under replacement it never is
 */
public record ExponentialMechanism(double epsilon, long sensitivity, boolean monotone)
        implements Mechanism<long[], Integer> {
    public ExponentialMechanism {
        if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("epsilon " + epsilon + " must be above 0 and finite");
        }
        if (sensitivity < 1) {
            throw new IllegalArgumentException("sensitivity " + sensitivity + " must be at least 1");
        }
    }

    @Override
    public PrivacyEvent event() {
        return new PrivacyEvent.ExponentialMechanism(epsilon);
    }

    /** The index of the candidate chosen; how many candidates there are is public. */
    @Override
    public Integer release(long[] scores, NoiseSource noise) {
        if (scores.length == 0) {
            throw new IllegalArgumentException("there must be at least one candidate");
        }
        long best = Long.MIN_VALUE;
        for (long score : scores) {
            best = Math.max(best, score);
        }
        Dyadic exact = Dyadic.of(epsilon);
        BigInteger numerator = exact.numerator();
        BigInteger denominator =
                exact.denominator().multiply(BigInteger.valueOf(sensitivity)).shiftLeft(monotone ? 0 : 1);
        while (true) {
            int candidate = (int) noise.nextBelow(scores.length);
            BigInteger behind = BigInteger.valueOf(best).subtract(BigInteger.valueOf(scores[candidate]));
            if (ExactCoin.flipExp(numerator.multiply(behind), denominator, noise)) {
                return candidate;
            }
        }
    }
}

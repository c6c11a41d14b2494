package dev.lethe.core.noise;

import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;

/**
 * One answer among several categories, told truly with probability e<sup>epsilon</sup> / (e<sup>epsilon</sup> + categories - 1)
 * and otherwise as another, each alike (Warner 1965; Kairouz, Bonawitz and Ramage 2016). The probabilities are exact, and the
 * time of a draw does not depend on the answer.
 *
 * @param epsilon in (0, 2<sup>20</sup>]
 * @param categories at least 2
 */
public record RandomizedResponse(double epsilon, int categories) implements Mechanism<Integer, Integer> {
    public RandomizedResponse {
        if (!(epsilon > 0 && epsilon <= 0x1p20)) {
            throw new IllegalArgumentException("epsilon " + epsilon + " must lie in (0, 2^20]");
        }
        if (categories < 2) {
            throw new IllegalArgumentException("categories " + categories + " must be at least 2");
        }
    }

    @Override
    public PrivacyEvent event() {
        return new PrivacyEvent.RandomizedResponse(epsilon, categories);
    }

    @Override
    public Integer release(Integer answer, NoiseSource noise) {
        if (answer < 0 || answer >= categories) {
            throw new IllegalArgumentException("an answer must lie in 0.." + (categories - 1));
        }
        Dyadic exact = Dyadic.of(epsilon);
        while (true) {
            int candidate = (int) noise.nextBelow(categories);
            if (candidate == answer || ExactCoin.flipExp(exact.numerator(), exact.denominator(), noise)) {
                return candidate;
            }
        }
    }
}

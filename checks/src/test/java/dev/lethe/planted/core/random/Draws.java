package dev.lethe.planted.core.random;

import java.security.SecureRandom;
import java.util.Random;
import org.apache.commons.rng.simple.RandomSource;

/** Allowed: random bits in the package that owns them. */
public final class Draws {
    private Draws() {}

    public static long secure() {
        return new SecureRandom().nextLong();
    }

    public static long reproducible(long seed) {
        return new Random(seed).nextLong()
                ^ RandomSource.XO_SHI_RO_256_PP.create(seed).nextLong();
    }
}

package dev.lethe.core.noise;

import dev.lethe.core.random.NoiseSource;
import java.math.BigInteger;

/**
 * Coins whose probability is exactly what it is said to be, by rational arithmetic alone (Canonne, Kamath and Steinke 2020,
 * algorithm 1). How long a flip takes depends on the probability.
 */
public final class ExactCoin {
    private static final int WORD = 62;

    private ExactCoin() {}

    /** True with probability {@code probability}, which as a double is a dyadic rational. */
    public static boolean flip(double probability, NoiseSource noise) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("probability " + probability + " must lie in [0, 1]");
        }
        if (probability == 0 || probability == 1) {
            return probability == 1;
        }
        // A uniform real below the probability: all of its leading zeros, then 53 bits against the significand.
        Dyadic exact = Dyadic.of(probability);
        int zeros = -exact.exponent() - 53;
        for (; zeros > 0; zeros -= WORD) {
            if (noise.nextBits(Math.min(zeros, WORD)) != 0) {
                return false;
            }
        }
        return noise.nextBits(Math.min(53, -exact.exponent())) < exact.significand();
    }

    /** True with probability numerator / denominator, which lies in [0, 1]. */
    public static boolean flip(BigInteger numerator, BigInteger denominator, NoiseSource noise) {
        requireFraction(numerator, denominator);
        if (numerator.compareTo(denominator) > 0) {
            throw new IllegalArgumentException("probability " + numerator + "/" + denominator + " must be at most 1");
        }
        if (denominator.bitLength() < Long.SIZE) {
            return noise.nextBelow(denominator.longValueExact()) < numerator.longValueExact();
        }
        BigInteger rest = numerator;
        while (true) {
            // 62 bits of the quotient against 62 uniform bits; where they are equal, the remainder decides.
            BigInteger[] parts = rest.shiftLeft(WORD).divideAndRemainder(denominator);
            long bits = noise.nextBits(WORD);
            long quotient = parts[0].longValueExact();
            if (bits != quotient) {
                return bits < quotient;
            }
            rest = parts[1];
        }
    }

    /** True with probability exp(-numerator / denominator); the exponent is at least 0. */
    public static boolean flipExp(BigInteger numerator, BigInteger denominator, NoiseSource noise) {
        requireFraction(numerator, denominator);
        if (numerator.bitLength() < Long.SIZE && denominator.bitLength() < Long.SIZE) {
            return flipExp(numerator.longValueExact(), denominator.longValueExact(), noise);
        }
        BigInteger[] parts = numerator.divideAndRemainder(denominator);
        for (BigInteger i = BigInteger.ZERO; i.compareTo(parts[0]) < 0; i = i.add(BigInteger.ONE)) {
            if (!flipExpOfOne(noise)) {
                return false;
            }
        }
        long k = 1;
        while (flip(parts[1], denominator, noise) && noise.nextBelow(k) == 0) {
            k++;
        }
        return (k & 1) == 1;
    }

    /** {@link #flipExp(BigInteger, BigInteger, NoiseSource)} for exponents of two longs; nothing in it can overflow. */
    public static boolean flipExp(long numerator, long denominator, NoiseSource noise) {
        if (numerator < 0 || denominator < 1) {
            throw new IllegalArgumentException(
                    "exponent " + numerator + "/" + denominator + " must be at least 0, its denominator at least 1");
        }
        for (long i = numerator / denominator; i > 0; i--) {
            if (!flipExpOfOne(noise)) {
                return false;
            }
        }
        long rest = numerator % denominator;
        long k = 1;
        while (noise.nextBelow(denominator) < rest && noise.nextBelow(k) == 0) {
            k++;
        }
        return (k & 1) == 1;
    }

    /** True with probability 1/e: the first k at which a coin of 1/k fails is odd. */
    static boolean flipExpOfOne(NoiseSource noise) {
        long k = 1;
        while (noise.nextBelow(k) == 0) {
            k++;
        }
        return (k & 1) == 1;
    }

    private static void requireFraction(BigInteger numerator, BigInteger denominator) {
        if (numerator.signum() < 0 || denominator.signum() <= 0) {
            throw new IllegalArgumentException(
                    "fraction " + numerator + "/" + denominator + " must be at least 0, its denominator at least 1");
        }
    }
}

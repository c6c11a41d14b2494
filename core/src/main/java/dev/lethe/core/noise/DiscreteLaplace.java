package dev.lethe.core.noise;

import dev.lethe.core.random.NoiseSource;
import java.math.BigInteger;

/**
 * The discrete Laplace distribution, or two-sided geometric: mass proportional to exp(-|x| / scale) on the integers, drawn
 * exactly (Canonne, Kamath and Steinke 2020, algorithm 2). The time of a draw depends on what is drawn.
 *
 * @param scale in (0, 2<sup>52</sup>]; the double is taken as the rational that it is
 */
public record DiscreteLaplace(double scale) {
    /** Beyond this a draw might not fit a long; below, it fails to with probability under exp(-2048). */
    static final double LARGEST = 0x1p52;

    public DiscreteLaplace {
        if (!(scale > 0 && scale <= LARGEST)) {
            throw new IllegalArgumentException("scale " + scale + " must lie in (0, 2^52]");
        }
    }

    /** The mass at x. */
    public double probability(long x) {
        return Math.tanh(1 / (2 * scale)) * Math.exp(-Math.abs((double) x) / scale);
    }

    /** One draw. */
    public long sample(NoiseSource noise) {
        Dyadic exact = Dyadic.of(scale);
        long times = exact.significand() << Math.max(0, exact.exponent());
        int halvings = Math.max(0, -exact.exponent());
        while (true) {
            long x = geometric(times, halvings, noise);
            boolean negative = noise.nextBoolean();
            if (!negative || x != 0) {
                return negative ? -x : x;
            }
        }
    }

    /** P(x) proportional to exp(-x 2^halvings / times), x at least 0. */
    private static long geometric(long times, int halvings, NoiseSource noise) {
        long low = noise.nextBelow(times);
        while (!ExactCoin.flipExp(low, times, noise)) {
            low = noise.nextBelow(times);
        }
        long high = 0;
        while (ExactCoin.flipExpOfOne(noise)) {
            high++;
        }
        if (high <= (Long.MAX_VALUE - low) / times) {
            return halvings >= Long.SIZE ? 0 : (low + times * high) >>> halvings;
        }
        return BigInteger.valueOf(times)
                .multiply(BigInteger.valueOf(high))
                .add(BigInteger.valueOf(low))
                .shiftRight(halvings)
                .longValueExact();
    }
}

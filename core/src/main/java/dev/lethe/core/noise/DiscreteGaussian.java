package dev.lethe.core.noise;

import dev.lethe.core.random.NoiseSource;
import java.math.BigInteger;

/**
 * The discrete Gaussian distribution: mass proportional to exp(-x&sup2; / 2 sigma&sup2;) on the integers, drawn exactly by
 * rational arithmetic (Canonne, Kamath and Steinke 2020, algorithm 3). Not the standard deviation of the draws but very near
 * to it from sigma 1 on. For many draws {@link GaussianZiggurat} is some hundred times as fast.
 *
 * @param sigma in (0, 2<sup>51</sup>]; the double is taken as the rational that it is
 */
public record DiscreteGaussian(double sigma) {
    public DiscreteGaussian {
        if (!(sigma > 0 && sigma <= 0x1p51)) {
            throw new IllegalArgumentException("sigma " + sigma + " must lie in (0, 2^51]");
        }
    }

    /** The mass at x, to about 12 digits. */
    public double probability(long x) {
        double total = sigma * Math.sqrt(2 * Math.PI);
        if (sigma < 10) {
            total = 1;
            for (int k = 1; k < 400; k++) {
                total += 2 * Math.exp(-k / sigma * (k / sigma) / 2);
            }
        }
        double z = x / sigma;
        return Math.exp(-z * z / 2) / total;
    }

    /** One draw. */
    public long sample(NoiseSource noise) {
        // sigma^2 = a / b. A draw y of scale t is kept with probability exp(-(|y| - sigma^2 / t)^2 / 2 sigma^2)
        //   = exp(-(|y| t b - a)^2 / 2 a b t^2).
        Dyadic exact = Dyadic.of(sigma);
        BigInteger a = exact.numerator().pow(2);
        BigInteger b = exact.denominator().pow(2);
        long t = (long) Math.floor(sigma) + 1;
        BigInteger tb = b.multiply(BigInteger.valueOf(t));
        BigInteger denominator =
                a.multiply(b).shiftLeft(1).multiply(BigInteger.valueOf(t).pow(2));
        DiscreteLaplace proposal = new DiscreteLaplace(t);
        while (true) {
            long y = proposal.sample(noise);
            BigInteger numerator =
                    BigInteger.valueOf(Math.abs(y)).multiply(tb).subtract(a).pow(2);
            if (ExactCoin.flipExp(numerator, denominator, noise)) {
                return y;
            }
        }
    }
}

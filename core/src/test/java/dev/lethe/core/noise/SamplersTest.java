package dev.lethe.core.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import dev.lethe.core.stats.GoodnessOfFit;
import java.math.BigInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every sampler against its exact mass, and saboteurs by the same test. */
class SamplersTest {
    /** Of each comparison. Seeds are fixed: a comparison errs always or never. */
    private static final double FALSE_ALARM = 1e-6;

    private static final int DRAWS = 100_000;

    private final NoiseSource noise = NoiseSource.insecure(Seed.of(11));

    @ParameterizedTest
    @ValueSource(doubles = {0.2, 0.5, 1, 2.7, 8, 33.3})
    void discreteLaplaceHasItsMass(double scale) {
        DiscreteLaplace laplace = new DiscreteLaplace(scale);
        assertThat(fit(() -> laplace.sample(noise), scale, laplace::probability))
                .isGreaterThan(FALSE_ALARM);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.3, 0.5, 1, 2.7, 8, 33.3})
    void discreteGaussianHasItsMass(double sigma) {
        DiscreteGaussian gaussian = new DiscreteGaussian(sigma);
        assertThat(fit(() -> gaussian.sample(noise), sigma, gaussian::probability))
                .isGreaterThan(FALSE_ALARM);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 0.7, 1, 2.7, 8, 33.3, 100})
    void theZigguratHasTheMassOfTheDiscreteGaussian(double sigma) {
        GaussianZiggurat fast = GaussianZiggurat.of(sigma);
        DiscreteGaussian slow = new DiscreteGaussian(sigma);
        assertThat(fit(() -> fast.sample(noise), sigma, slow::probability)).isGreaterThan(FALSE_ALARM);
    }

    /** Filling draws from the same words what one draw at a time does. */
    @ParameterizedTest
    @ValueSource(doubles = {0.7, 8, 0x1.3p42})
    void fillsWithTheSameMass(double sigma) {
        GaussianZiggurat ziggurat = GaussianZiggurat.of(sigma);
        long[] draws = new long[DRAWS];
        ziggurat.fill(draws, noise);
        long[] one = new long[1];
        for (int i = 0; i < 1_000; i++) {
            Seed seed = Seed.of(13).fork("draw-" + i);
            ziggurat.fill(one, NoiseSource.insecure(seed));
            assertThat(one[0]).isEqualTo(ziggurat.sample(NoiseSource.insecure(seed)));
        }
        if (sigma < 100) {
            assertThat(GoodnessOfFit.pValue(
                            draws, (int) Math.ceil(6 * sigma) + 1, new DiscreteGaussian(sigma)::probability))
                    .isGreaterThan(FALSE_ALARM);
        }
    }

    /** Wherever double arithmetic decides, many digits decide alike; most of these points are near the curve. */
    @ParameterizedTest
    @ValueSource(doubles = {0.6, 4, 1e6, 0x1.8p42})
    void theZigguratDecidesInDoublesAsInManyDigits(double sigma) {
        GaussianZiggurat ziggurat = GaussianZiggurat.of(sigma);
        int decided = 0;
        for (int i = 0; i < 500; i++) {
            int layer = (int) noise.nextBelow(256);
            long x = noise.nextBelow(ziggurat.width(layer));
            long fraction = noise.nextBits(53);
            if (i % 2 == 0) {
                // Halve the fraction's interval while the ends differ: to within 2^-30 of a layer's height of the
                // curve.
                long low = 0;
                long high = (1L << 53) - 1;
                while (high - low > 1 << 23) {
                    fraction = (low + high) >>> 1;
                    if (ziggurat.side(x, layer, fraction) > 0) {
                        low = fraction;
                    } else {
                        high = fraction;
                    }
                }
            }
            int side = ziggurat.side(x, layer, fraction);
            if (side != 0) {
                decided++;
                assertThat(ziggurat.exactlyUnderTheCurve(x, layer, fraction, noise))
                        .isEqualTo(side > 0);
            }
        }
        assertThat(decided).isGreaterThan(375);
    }

    /** With a margin of 1,000 no comparison is left to doubles. */
    @Test
    void theZigguratInManyDigitsHasItsMassToo() {
        GaussianZiggurat exact = GaussianZiggurat.of(3, 1e3);
        long[] samples = new long[4_000];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = exact.sample(noise);
        }
        assertThat(GoodnessOfFit.pValue(samples, 15, new DiscreteGaussian(3)::probability))
                .isGreaterThan(FALSE_ALARM);
    }

    /** The fine grid, looked at from afar (cells of a quarter sigma) and in its lowest bits. */
    @Test
    void theZigguratIsNormalFromAfarAndUniformBelow() {
        double sigma = 0x1.3p42;
        GaussianZiggurat fast = GaussianZiggurat.of(sigma);
        org.apache.commons.statistics.distribution.NormalDistribution normal =
                org.apache.commons.statistics.distribution.NormalDistribution.of(0, 1);
        long[] coarse = new long[34];
        double[] mass = new double[coarse.length];
        for (int i = 0; i < mass.length; i++) {
            double low = i == 0 ? Double.NEGATIVE_INFINITY : (i - 17) / 4.0;
            double high = i == mass.length - 1 ? Double.POSITIVE_INFINITY : (i - 16) / 4.0;
            mass[i] = normal.probability(low, high);
        }
        long[] fine = new long[64];
        for (int i = 0; i < 2_000_000; i++) {
            long draw = fast.sample(noise);
            coarse[(int) Math.max(0, Math.min(33, Math.floor(draw / sigma * 4) + 17))]++;
            fine[(int) (draw & 63)]++;
        }
        assertThat(GoodnessOfFit.pValue(coarse, mass)).isGreaterThan(FALSE_ALARM);
        assertThat(GoodnessOfFit.uniform(fine)).isGreaterThan(FALSE_ALARM);
    }

    /** exp(-1), from OEIS A068985, and the double's own value elsewhere. */
    @Test
    void manyDigitsOfTheExponential() {
        java.math.MathContext context = new java.math.MathContext(60);
        assertThat(GaussianZiggurat.expOfMinus(java.math.BigDecimal.ONE, context)
                        .toString())
                .startsWith("0.36787944117144232159552377016146086744581113103176");
        for (double z : new double[] {0, 1e-9, 0.3, 7, 100}) {
            assertThat(GaussianZiggurat.expOfMinus(new java.math.BigDecimal(z), context)
                            .doubleValue())
                    .isCloseTo(Math.exp(-z), within(1e-15 * Math.exp(-z)));
        }
    }

    @Test
    void coinsHaveTheirProbability() {
        BigInteger large = BigInteger.ONE.shiftLeft(90);
        for (double p : new double[] {0.5, 0.1, 1 / 3.0, 0.999, 0x1p-10, 0x1.8p-10}) {
            assertThat(coin(p, () -> ExactCoin.flip(p, noise))).isGreaterThan(FALSE_ALARM);
        }
        assertThat(coin(2 / 7.0, () -> ExactCoin.flip(BigInteger.TWO, BigInteger.valueOf(7), noise)))
                .isGreaterThan(FALSE_ALARM);
        assertThat(coin(
                        2 / 7.0,
                        () -> ExactCoin.flip(large.shiftLeft(1), large.multiply(BigInteger.valueOf(7)), noise)))
                .isGreaterThan(FALSE_ALARM);
        for (long[] x : new long[][] {{0, 1}, {1, 3}, {1, 1}, {7, 3}, {4, 1}}) {
            double p = Math.exp(-(double) x[0] / x[1]);
            assertThat(coin(p, () -> ExactCoin.flipExp(x[0], x[1], noise))).isGreaterThan(FALSE_ALARM);
            BigInteger numerator = large.multiply(BigInteger.valueOf(x[0]));
            BigInteger denominator = large.multiply(BigInteger.valueOf(x[1]));
            assertThat(coin(p, () -> ExactCoin.flipExp(numerator, denominator, noise)))
                    .isGreaterThan(FALSE_ALARM);
        }
        assertThat(ExactCoin.flip(Double.MIN_VALUE, noise)).isFalse();
        assertThat(coin(0.52, () -> ExactCoin.flip(0.5, noise)))
                .as("the saboteur: a biased coin")
                .isLessThan(FALSE_ALARM);
    }

    @Test
    void saboteursAreCaught() {
        DiscreteLaplace laplace = new DiscreteLaplace(4);
        DiscreteGaussian gaussian = new DiscreteGaussian(4);
        assertThat(fit(() -> new DiscreteLaplace(4.2).sample(noise), 4, laplace::probability))
                .as("wrong scale")
                .isLessThan(FALSE_ALARM);
        assertThat(fit(
                        () -> {
                            long one = oneSided(noise);
                            return noise.nextBoolean() ? one : -one;
                        },
                        4,
                        laplace::probability))
                .as("zero counted twice")
                .isLessThan(FALSE_ALARM);
        assertThat(fit(() -> new DiscreteGaussian(4.1).sample(noise), 4, gaussian::probability))
                .as("wrong sigma")
                .isLessThan(FALSE_ALARM);
        assertThat(fit(
                        () -> {
                            long draw = gaussian.sample(noise);
                            while (Math.abs(draw) > 12) {
                                draw = gaussian.sample(noise);
                            }
                            return draw;
                        },
                        4,
                        gaussian::probability))
                .as("cut at three sigma")
                .isLessThan(FALSE_ALARM);
        assertThat(fit(() -> Math.round(laplace.sample(noise) * 0.5) * 2, 4, laplace::probability))
                .as("even numbers only")
                .isLessThan(FALSE_ALARM);
    }

    /** A geometric deviate, whose sign by a coin gives zero both ways. */
    private static long oneSided(NoiseSource noise) {
        long x = 0;
        while (ExactCoin.flipExp(1, 4, noise)) {
            x++;
        }
        return x;
    }

    @Test
    void hugeScalesDoNotOverflow() {
        DiscreteLaplace laplace = new DiscreteLaplace(DiscreteLaplace.LARGEST);
        DiscreteGaussian gaussian = new DiscreteGaussian(0x1p51);
        double absolute = 0;
        double square = 0;
        int draws = 20_000;
        for (int i = 0; i < draws; i++) {
            absolute += Math.abs((double) laplace.sample(noise)) * 0x1p-52;
            double z = gaussian.sample(noise) * 0x1p-51;
            square += z * z;
        }
        // Means 1 with deviations of 1 and sqrt 2 a draw; five deviations: 6e-7 each.
        assertThat(absolute / draws).isCloseTo(1, within(5 / Math.sqrt(draws)));
        assertThat(square / draws).isCloseTo(1, within(5 * Math.sqrt(2.0 / draws)));
        assertThat(new DiscreteLaplace(1e-300).sample(noise)).isZero();
    }

    @Test
    void refusesWhatIsNoScale() {
        for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new DiscreteLaplace(bad)).hasMessageContaining("scale " + bad);
            assertThatThrownBy(() -> new DiscreteGaussian(bad)).hasMessageContaining("sigma " + bad);
            assertThatThrownBy(() -> GaussianZiggurat.of(bad)).hasMessageContaining("sigma " + bad);
            assertThatThrownBy(() -> GaussianNoise.of(bad)).hasMessageContaining("sigma " + bad);
        }
        assertThatThrownBy(() -> ExactCoin.flip(Double.NaN, noise)).hasMessageContaining("probability NaN");
        assertThatThrownBy(() -> ExactCoin.flip(1.5, noise)).hasMessageContaining("probability 1.5");
    }

    private static double fit(LongSupplier sampler, double scale, java.util.function.LongToDoubleFunction mass) {
        long[] samples = new long[DRAWS];
        for (int i = 0; i < DRAWS; i++) {
            samples[i] = sampler.getAsLong();
        }
        return GoodnessOfFit.pValue(samples, (int) Math.ceil(6 * scale) + 1, mass);
    }

    private static double coin(double probability, BooleanSupplier coin) {
        long[] counts = new long[2];
        for (int i = 0; i < DRAWS; i++) {
            counts[coin.getAsBoolean() ? 1 : 0]++;
        }
        return GoodnessOfFit.pValue(counts, new double[] {1 - probability, probability});
    }
}

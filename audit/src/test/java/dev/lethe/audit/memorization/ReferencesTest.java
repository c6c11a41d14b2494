package dev.lethe.audit.memorization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.random.Seed;
import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Skew-normal laws and exposures by references. */
class ReferencesTest {
    private static final CanaryFormat NINE = CanaryFormat.parse("{digits:9}");

    /** The dossier's known answers, computed there with other means; to their printed digits. */
    @ParameterizedTest
    @CsvSource({
        "-3, 0, 1.3499e-3, 9.5329",
        "-3, 2, 5.5966e-13, 40.7005",
        "-2, -3, 0.0455003, 4.4580",
        "-5, 1, 8.2169e-14, 43.4684"
    })
    void knowsTheFarTail(double x, double shape, double mass, double bits) {
        double log = new SkewNormal(0, 1, shape).logBelow(x);
        assertThat(Math.exp(log)).isCloseTo(mass, within(mass * 1e-4));
        assertThat(-log / Math.log(2)).isCloseTo(bits, within(5e-5));
        // Moved and stretched.
        assertThat(new SkewNormal(20, 3, shape).logBelow(20 + 3 * x)).isCloseTo(log, within(1e-9));
    }

    /** With shape 1 the mass below is the square of the normal law's, however far out. */
    @ParameterizedTest
    @CsvSource({"-30", "-12", "-1", "0", "0.5", "2", "6"})
    void shapeOneIsTheSquareOfTheNormal(double x) {
        double normal = new SkewNormal(0, 1, 0).logBelow(x);
        assertThat(new SkewNormal(0, 1, 1).logBelow(x)).isCloseTo(2 * normal, within(1e-9 * (1 + Math.abs(normal))));
    }

    private static double[] drawn(SkewNormal law, int count, Seed seed) {
        UniformRandomProvider random = seed.stream();
        ZigguratSampler.NormalizedGaussian gauss = ZigguratSampler.NormalizedGaussian.of(random);
        double delta = law.shape() / Math.sqrt(1 + law.shape() * law.shape());
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            double z = delta * Math.abs(gauss.sample()) + Math.sqrt(1 - delta * delta) * gauss.sample();
            values[i] = law.location() + law.scale() * z;
        }
        return values;
    }

    /** Of 20,000 values: within five standard errors or so; a normal law, which has no skew, is far off. */
    @ParameterizedTest
    @CsvSource({"60, 8, 4", "60, 8, -3", "10, 1, 1.5"})
    void fitsWhatItWasDrawnFrom(double location, double scale, double shape) {
        SkewNormal law = new SkewNormal(location, scale, shape);
        double[] values = drawn(law, 20_000, Seed.of(4));
        SkewNormal fitted = SkewNormal.fit(values);
        assertThat(fitted.location()).isCloseTo(location, within(0.12 * scale));
        assertThat(fitted.scale()).isCloseTo(scale, within(0.08 * scale));
        assertThat(fitted.shape()).isCloseTo(shape, within(0.2 * Math.abs(shape)));
        // One in 1,000 of a law that was not fitted.
        assertThat(fitted.distance(values)).isLessThan(1.95 / Math.sqrt(20_000));
        double mean = Arrays.stream(values).average().orElseThrow();
        double deviation = Math.sqrt(Arrays.stream(values)
                .map(v -> (v - mean) * (v - mean))
                .average()
                .orElseThrow());
        assertThat(new SkewNormal(mean, deviation, 0).distance(values)).isGreaterThan(fitted.distance(values));
        // No other law nearby is likelier.
        for (double step : new double[] {-0.05, 0.05}) {
            assertThat(sum(fitted, values))
                    .isGreaterThan(
                            sum(new SkewNormal(fitted.location() + step, fitted.scale(), fitted.shape()), values))
                    .isGreaterThan(
                            sum(new SkewNormal(fitted.location(), fitted.scale() + step, fitted.shape()), values));
        }
    }

    private static double sum(SkewNormal law, double[] values) {
        return Arrays.stream(values).map(law::logDensity).sum();
    }

    /** Twin: the distance by the mass below each value. */
    @Test
    void distanceIsTheLargestOfAll() {
        SkewNormal law = new SkewNormal(1, 2, 3);
        double[] values = drawn(new SkewNormal(1.3, 2, 1), 300, Seed.of(9));
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double slow = 0;
        for (int i = 0; i < sorted.length; i++) {
            double below = Math.exp(law.logBelow(sorted[i]));
            slow = Math.max(slow, Math.max((i + 1.0) / 300 - below, below - i / 300.0));
        }
        assertThat(law.distance(values)).isCloseTo(slow, within(1e-6));
    }

    @Test
    void countsAmongReferences() {
        double[] bits = drawn(new SkewNormal(60, 5, 0), 1024, Seed.of(1));
        References references = References.of(NINE, bits, Seed.of(2));
        Exposure none = references.sampled(1);
        assertThat(none.atLeast()).isTrue();
        assertThat(none.bits()).isEqualTo(10);
        assertThat(none.interval().high()).isCloseTo(NINE.bits(), within(1e-9));
        // 3.69 / 1024: the exact limit of no success at 97.5 %.
        assertThat(none.interval().low()).isCloseTo(-Math.log(0.003596) / Math.log(2), within(0.01));
        double median = references.bits()[512];
        Exposure middle = references.sampled(median);
        assertThat(middle.atLeast()).isFalse();
        assertThat(middle.bits()).isCloseTo(1, within(0.01));
        assertThat(middle.interval().contains(1)).isTrue();
        // A tie counts against the canary.
        assertThat(references.sampled(references.bits()[0]).bits()).isEqualTo(9);
    }

    /** A law that was fitted goes on where counting ends, and its interval widens there. */
    @Test
    void modelsTheFarTail() {
        SkewNormal law = new SkewNormal(60, 5, 1);
        References references = References.of(NINE, drawn(law, 2000, Seed.of(1)), Seed.of(2));
        assertThat(references.stable()).isTrue();
        double width = 0;
        for (double bits : new double[] {58, 50, 42}) {
            Exposure exposure = references.modelled(bits);
            double truth = -law.logBelow(bits) / Math.log(2);
            assertThat(exposure.interval().contains(truth)).as("%s bits", bits).isTrue();
            double now = exposure.interval().high() - exposure.interval().low();
            assertThat(now).isGreaterThan(width);
            width = now;
        }
        assertThat(References.of(NINE, drawn(law, 900, Seed.of(1)), Seed.of(2)).stable())
                .isFalse();
        assertThatThrownBy(() -> References.of(NINE, new double[] {1, 2}, Seed.of(2)))
                .hasMessageContaining("too few");
    }
}

package dev.lethe.audit.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.random.Seed;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Twin: the library's logarithm of 1 + y, which is within one unit in the last place. */
class LogOnePlusTest {
    private static final int MOST_UNITS = 5;

    private static double slow(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    @Test
    void equalsTheSlowOneToAFewUnitsInTheLastPlace() {
        UniformRandomProvider random = Seed.of(90).stream();
        for (int i = 0; i < 200_000; i++) {
            // Over all magnitudes: where 1 + y rounds to 1, where it loses digits, and where it is y.
            double y = Math.scalb(1 + random.nextDouble(), random.nextInt(140) - 70);
            double slow = Math.log1p(y);
            assertThat(Math.abs(LogOnePlus.of(y) - slow))
                    .as("y = %s", y)
                    .isLessThanOrEqualTo(MOST_UNITS * Math.ulp(slow));
        }
    }

    @Test
    void equalsTheSlowOneOfMargins() {
        UniformRandomProvider random = Seed.of(91).stream();
        for (int i = 0; i < 200_000; i++) {
            double size = i % 3 == 0 ? 60 : i % 3 == 1 ? 3 : 800;
            double x = size * (2 * random.nextDouble() - 1);
            double slow = slow(x);
            assertThat(Math.abs(LogOnePlus.ofExp(x) - slow))
                    .as("x = %s", x)
                    .isLessThanOrEqualTo(MOST_UNITS * Math.ulp(slow));
        }
    }

    /** Where a naive ln(1 + e^x) is 0 or infinite. */
    @ParameterizedTest
    @ValueSource(doubles = {-700, -45, -37, -36.7, -36.5, 0, 36.5, 37, 710, 1e300})
    void keepsApartWhatIsNearlyCertain(double x) {
        assertThat(LogOnePlus.ofExp(x))
                .isCloseTo(slow(x), within(MOST_UNITS * Math.ulp(slow(x))))
                .isPositive();
    }

    @Test
    void knowsTheEnds() {
        assertThat(LogOnePlus.of(0)).isZero();
        assertThat(LogOnePlus.of(Double.POSITIVE_INFINITY)).isInfinite();
        assertThat(LogOnePlus.ofExp(Double.NEGATIVE_INFINITY)).isZero();
        assertThat(LogOnePlus.ofExp(Double.POSITIVE_INFINITY)).isInfinite();
        assertThat(LogOnePlus.ofExp(Double.NaN)).isNaN();
    }

    /** Larger confidence must never come out as smaller: the order of records is what attacks are judged by. */
    @Test
    void risesOverTheWholeRangeOfMargins() {
        double before = 0;
        for (double x = -40; x < 36; x += 0x1p-12) {
            double now = LogOnePlus.ofExp(x);
            assertThat(now).as("x = %s", x).isGreaterThan(before);
            before = now;
        }
    }
}

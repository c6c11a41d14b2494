package dev.lethe.audit.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.random.Seed;
import dev.lethe.core.stats.ClopperPearson;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.DiscreteDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PredictiveValueTest {
    /** By hand: with 1 member in 100, half of them found and 1 % of the others accused, 50 of 149 flags are right. */
    @ParameterizedTest
    @CsvSource({"0.01, 0.3355705", "0.1, 0.8474576", "0.5, 0.9803922"})
    void isTheShareOfFlagsThatAreRight(double prior, double expected) {
        PredictiveValue value =
                PredictiveValue.of(new Flags(500, 1000, 10, 1000), prior, 0.95).orElseThrow();
        assertThat(value.value()).isCloseTo(expected, within(1e-7));
        assertThat(value.unresolved()).isFalse();
        double found = ClopperPearson.lower(500, 1000, 0.0125);
        double alarms = ClopperPearson.upper(10, 1000, 0.0125);
        assertThat(value.low()).isCloseTo(prior * found / (prior * found + (1 - prior) * alarms), within(1e-12));
    }

    /** No false alarm among 1,000 is no proof that there is none: 1 or more in 4.4 per thousand is possible. */
    @Test
    void withoutAFalseAlarmOnlyTheLowerEndIsAStatement() {
        PredictiveValue value =
                PredictiveValue.of(new Flags(100, 1000, 0, 1000), 0.01, 0.95).orElseThrow();
        assertThat(value.unresolved()).isTrue();
        assertThat(value.value()).isEqualTo(1);
        assertThat(value.high()).isEqualTo(1);
        double alarms = 1 - Math.pow(0.0125, 1e-3);
        double found = ClopperPearson.lower(100, 1000, 0.0125);
        assertThat(value.low()).isCloseTo(found / (found + 99 * alarms), within(1e-9));
    }

    @Test
    void nobodyFlaggedHasNoValueAndOnlyFalseAlarmsHaveZero() {
        assertThat(PredictiveValue.of(new Flags(0, 10, 0, 10), 0.1, 0.95)).isEmpty();
        assertThat(PredictiveValue.of(new Flags(0, 0, 1, 10), 0.1, 0.95)).isEmpty();
        assertThat(PredictiveValue.of(new Flags(3, 10, 0, 0), 0.1, 0.95)).isEmpty();
        PredictiveValue wrong =
                PredictiveValue.of(new Flags(0, 10, 3, 10), 0.1, 0.95).orElseThrow();
        assertThat(wrong.value()).isZero();
        assertThat(wrong.low()).isZero();
        assertThat(wrong.high()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -0.1, Double.NaN, 2})
    void refusesPriorsThatAreNone(double prior) {
        assertThatThrownBy(() -> PredictiveValue.of(new Flags(1, 10, 1, 10), prior, 0.95))
                .hasMessageContaining("prior");
    }

    /**
     * Coverage of the 90 % interval, 2000 draws: a false alarm of this test has probability 1e-4 at most. The saboteur takes
     * the false-positive rate as measured and must be caught.
     */
    @Test
    void coversTheTruth() {
        UniformRandomProvider random = Seed.of(4).stream();
        DiscreteDistribution.Sampler found = BinomialDistribution.of(500, 0.3).createSampler(random);
        DiscreteDistribution.Sampler alarms = BinomialDistribution.of(500, 0.02).createSampler(random);
        double truth = 0.1 * 0.3 / (0.1 * 0.3 + 0.9 * 0.02);
        int missed = 0;
        int sabotaged = 0;
        for (int i = 0; i < 2000; i++) {
            Flags flags = new Flags(found.sample(), 500, alarms.sample(), 500);
            PredictiveValue value = PredictiveValue.of(flags, 0.1, 0.9).orElseThrow();
            missed += truth < value.low() || truth > value.high() ? 1 : 0;
            double odds = 0.9 * flags.falsePositives() / 500 / 0.1;
            double low = ClopperPearson.lower(flags.truePositives(), 500, 0.05);
            double high = ClopperPearson.upper(flags.truePositives(), 500, 0.05);
            sabotaged += truth < low / (low + odds) || truth > high / (high + odds) ? 1 : 0;
        }
        int tooMany = Mechanisms.tooMany(2000, 0.1);
        assertThat(missed).isLessThan(tooMany);
        assertThat(sabotaged).isGreaterThan(tooMany);
    }
}

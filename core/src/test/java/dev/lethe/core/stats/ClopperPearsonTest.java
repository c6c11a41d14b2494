package dev.lethe.core.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClopperPearsonTest {
    /** Known answers to six digits, two-sided at 95 %, computed independently. */
    @ParameterizedTest
    @CsvSource({
        "100, 1000, 0.082105, NaN",
        "1, 1000, NaN, 0.005559",
        "500, 1000, 0.468549, 0.531451",
        "20, 1000, NaN, 0.030720",
        "1000, 1000, 0.996318, 1",
        "0, 1000, 0, 0.003682"
    })
    void agreesWithKnownAnswers(long successes, long trials, double low, double high) {
        Interval interval = ClopperPearson.interval(successes, trials, 0.95);
        if (!Double.isNaN(low)) {
            assertThat(interval.low()).isCloseTo(low, within(5e-7));
        }
        if (!Double.isNaN(high)) {
            assertThat(interval.high()).isCloseTo(high, within(5e-7));
        }
    }

    /** Exact coverage, summed over all outcomes: never below the confidence, at any rate. */
    @Test
    void coversAtLeastAsStated() {
        for (int n : new int[] {1, 7, 40}) {
            for (double rate = 0.01; rate < 1; rate += 0.037) {
                BinomialDistribution binomial = BinomialDistribution.of(n, rate);
                double covered = 0;
                for (int k = 0; k <= n; k++) {
                    covered += ClopperPearson.interval(k, n, 0.9).contains(rate) ? binomial.probability(k) : 0;
                }
                assertThat(covered).as("n %d, rate %s", n, rate).isGreaterThanOrEqualTo(0.9);
            }
        }
    }

    @Test
    void refusesWhatIsNoCount() {
        assertThatThrownBy(() -> ClopperPearson.interval(3, 2, 0.95)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ClopperPearson.interval(0, 0, 0.95)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ClopperPearson.interval(1, 2, Double.NaN))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

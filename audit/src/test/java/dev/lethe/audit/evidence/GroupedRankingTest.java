package dev.lethe.audit.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.random.Seed;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Resampling in groups beside the obvious one, record by record. */
class GroupedRankingTest {
    private static final int RECORDS = 40_000;
    private static final double[] RATES = {0.0005, 0.001, 0.01, 0.1, 0.5};

    /** @param digits 0 for scores that are all different */
    private static Trial draw(double shift, int digits) {
        UniformRandomProvider random = Seed.of(5).stream();
        var normal = ZigguratSampler.NormalizedGaussian.of(random);
        double[] scores = new double[RECORDS];
        boolean[] member = new boolean[RECORDS];
        for (int i = 0; i < RECORDS; i++) {
            member[i] = i % 3 == 0;
            double score = normal.sample() * (member[i] ? 1.3 : 1) + (member[i] ? shift : 0);
            scores[i] = digits == 0 ? score : Math.rint(score * digits) / digits;
        }
        return new Trial(scores, member, OptionalDouble.empty());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void intervalsAreThoseOfTheFullBootstrap(int digits) {
        for (double shift : new double[] {0, 1, 3}) {
            Trial trial = draw(shift, digits);
            Evidence full = new Evidence(List.of(trial), RATES, 0.95, Seed.of(1), RECORDS);
            Evidence grouped = new Evidence(List.of(trial), RATES, 0.95, Seed.of(2), RECORDS - 1);
            same(full.auc(), grouped.auc());
            for (int r = 0; r < RATES.length; r++) {
                same(full.tpr(r), grouped.tpr(r));
            }
            double tail = 1e-3;
            assertThat(grouped.auc().value() - grouped.aucLower(tail))
                    .isCloseTo(
                            full.auc().value() - full.aucLower(tail),
                            within(0.12 * (full.auc().value() - full.aucLower(tail))));
        }
    }

    /**
     * The value is the same; of 1000 resamples a percentile is off by its own chance, 5 % of a half-width in one deviation.
     */
    private static void same(Evidence.Measurement full, Evidence.Measurement grouped) {
        assertThat(grouped.value()).isEqualTo(full.value());
        double width = full.high() - full.low();
        assertThat(grouped.low()).isCloseTo(full.low(), within(0.12 * width));
        assertThat(grouped.high()).isCloseTo(full.high(), within(0.12 * width));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void groupsMeasureWhatTheRecordsShow(int digits) {
        Trial trial = draw(1, digits);
        Ranking ranking = new Roc(trial).ranking();
        GroupedRanking groups = new GroupedRanking(ranking);
        assertThat(groups.groups()).isBetween(5, 4000);
        int[] once = IntStream.generate(() -> 1).limit(RECORDS).toArray();
        Ranking.Measured exact = ranking.measure(once, RATES);
        Ranking.Measured measured = groups.measure(RATES);
        assertThat(measured.auc).isCloseTo(exact.auc, within(1e-4));
        assertThat(measured.tpr[0]).as("where few alarms decide").isEqualTo(exact.tpr[0]);
        for (int r = 0; r < RATES.length; r++) {
            assertThat(measured.tpr[r]).isCloseTo(exact.tpr[r], within(5e-4));
        }
    }
}

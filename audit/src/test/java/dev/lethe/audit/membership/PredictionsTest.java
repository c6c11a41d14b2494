package dev.lethe.audit.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.audit.evidence.Evidence;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.audit.membership.attacks.TailIndicator;
import dev.lethe.audit.report.Report;
import dev.lethe.core.random.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

class PredictionsTest {
    private static final double[] RATES = {0.001, 0.01, 0.1};

    /** Two targets over 1,000 records; a third of the non-members lie where no member does. */
    private static Evidence evidence(double shift, String label) {
        List<Trial> trials = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
            UniformRandomProvider random = Seed.of(3).fork(label + t).stream();
            double[] scores = new double[1000];
            boolean[] member = new boolean[1000];
            for (int i = 0; i < scores.length; i++) {
                member[i] = (i + t) % 2 == 0;
                boolean tail = !member[i] && random.nextDouble() < 1 / 3.0;
                scores[i] = (member[i] ? shift : 0) + random.nextInt(50) - (tail ? 100 : 0);
            }
            trials.add(new Trial(scores, member, OptionalDouble.empty()));
        }
        return new Evidence(trials, RATES, 0.95, Seed.of(1).fork(label));
    }

    @Test
    void isTheTailIndicatorOfTheTargetsWhereTheMembersResolveIt() {
        Evidence losses = evidence(0, "losses");
        List<Report.Prediction> predictions = Predictions.of(
                Map.of("loss-threshold", losses, "lira", evidence(60, "lira"), "rmia", evidence(20, "rmia")),
                RATES,
                Seed.of(1));
        // 500 members cannot give up 1 in 1,000.
        assertThat(predictions).extracting(Report.Prediction::rate).containsExactly(0.01, 0.1);
        for (Report.Prediction prediction : predictions) {
            double mean = losses.trials().stream()
                    .mapToDouble(trial -> TailIndicator.indicator(trial, prediction.rate(), 0.95)
                            .trueNegativeRate())
                    .average()
                    .orElseThrow();
            assertThat(prediction.tpr()).isCloseTo(mean, within(1e-12)).isBetween(0.2, 0.5);
            assertThat(prediction.low()).isLessThan(prediction.tpr());
            assertThat(prediction.high()).isGreaterThan(prediction.tpr());
            assertThat(prediction.source()).isEqualTo("loss-threshold");
            assertThat(prediction.about()).isEqualTo("lira");
        }
    }

    @Test
    void needsScoresByTheLossAndNoShadowAttack() {
        assertThat(Predictions.of(Map.of("lira", evidence(0, "lira")), RATES, Seed.of(1)))
                .isEmpty();
        assertThat(Predictions.of(Map.of("tail-indicator", evidence(0, "losses")), RATES, Seed.of(1)))
                .hasSize(2)
                .allSatisfy(prediction -> assertThat(prediction.about()).isEmpty());
    }
}

package dev.lethe.audit.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.random.Seed;
import dev.lethe.core.stats.ClopperPearson;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    private static final double[] RATES = {0.01, 0.1};
    private static final double[] PRIORS = {0.01, 0.1, 0.5};

    private static Evidence evidence(List<Trial> trials) {
        return new Evidence(trials, RATES, 0.95, Seed.of(99));
    }

    private static List<Trial> trials(int targets, int records, double shift) {
        return IntStream.range(0, targets)
                .mapToObj(t -> Mechanisms.gaussian(records, shift, Seed.of(t).fork("calibration")))
                .toList();
    }

    private static Calibration row(List<Calibration> all, Calibration.Source source, double rate) {
        return all.stream()
                .filter(row -> row.source() == source && row.rate() == rate)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void putsTheSourcesSideBySide() {
        List<Trial> trials = trials(3, 1000, 2);
        Evidence evidence = evidence(trials);
        NormalDistribution normal = NormalDistribution.of(0, 1);
        double[] thresholds =
                Arrays.stream(RATES).map(normal::inverseSurvivalProbability).toArray();
        List<Calibration> all =
                Calibration.measure(evidence, RATES, List.of(thresholds, thresholds, thresholds), PRIORS, Seed.of(1));
        assertThat(all)
                .extracting(Calibration::source)
                .containsExactly(
                        Calibration.Source.ORACLE,
                        Calibration.Source.SHADOWS,
                        Calibration.Source.POPULATION,
                        Calibration.Source.ORACLE,
                        Calibration.Source.SHADOWS,
                        Calibration.Source.POPULATION);
        assertThat(all).filteredOn(row -> row.source().optimistic()).hasSize(2);
        Calibration oracle = row(all, Calibration.Source.ORACLE, 0.1);
        assertThat(oracle.tpr()).isEqualTo(evidence.tpr(1));
        assertThat(oracle.fpr().value()).isLessThanOrEqualTo(0.1).isGreaterThan(0.09);
        assertThat(oracle.fpr().high()).isGreaterThanOrEqualTo(evidence.fprUpper(1, 0.025));
        Calibration shadows = row(all, Calibration.Source.SHADOWS, 0.1);
        double tpr = 0;
        double fpr = 0;
        for (Trial trial : trials) {
            tpr += new Roc(trial).rateAtLeast(thresholds[1], true) / 3;
            fpr += new Roc(trial).rateAtLeast(thresholds[1], false) / 3;
        }
        assertThat(shadows.tpr().value()).isCloseTo(tpr, within(1e-12));
        assertThat(shadows.fpr().value()).isCloseTo(fpr, within(1e-12));
        for (Calibration row : all) {
            assertThat(row.tpr().low()).isLessThan(row.tpr().value());
            assertThat(row.tpr().high()).isGreaterThan(row.tpr().value());
            assertThat(row.fpr().low()).isLessThan(row.fpr().value());
            assertThat(row.fpr().high()).isGreaterThan(row.fpr().value());
            assertThat(row.predictiveValues())
                    .extracting(PredictiveValue::prior)
                    .containsExactly(0.01, 0.1, 0.5);
            PredictiveValue even = row.predictiveValues().get(2);
            assertThat(even.value())
                    .isCloseTo(
                            row.source() == Calibration.Source.ORACLE
                                    ? even.value()
                                    : row.tpr().value()
                                            / (row.tpr().value() + row.fpr().value()),
                            within(1e-12));
        }
    }

    /** One target: intervals on rates are the exact ones, and the predictive value is that of the flags. */
    @Test
    void oneTargetIsClopperPearson() {
        Trial trial = trials(1, 1000, 2).get(0);
        Flags flags = Flags.of(trial, 1.5);
        Calibration shadows = row(
                Calibration.measure(
                        evidence(List.of(trial)), RATES, List.of(new double[] {1.5, 1}), PRIORS, Seed.of(1)),
                Calibration.Source.SHADOWS,
                0.01);
        assertThat(shadows.tpr().low())
                .isCloseTo(ClopperPearson.lower(flags.truePositives(), flags.members(), 0.025), within(1e-12));
        assertThat(shadows.fpr().high())
                .isCloseTo(ClopperPearson.upper(flags.falsePositives(), flags.nonMembers(), 0.025), within(1e-12));
        assertThat(shadows.predictiveValues().get(1))
                .isEqualTo(PredictiveValue.of(flags, 0.1, 0.95).orElseThrow());
    }

    /** Targets that differ more than their people can explain widen the interval. */
    @Test
    void theSpreadOverTargetsWidens() {
        List<Trial> trials = List.of(
                Mechanisms.gaussian(4000, 1, Seed.of(1)),
                Mechanisms.gaussian(4000, 2, Seed.of(2)),
                Mechanisms.gaussian(4000, 3, Seed.of(3)));
        double[] thresholds = {2.33, 1.28};
        Calibration row = row(
                Calibration.measure(
                        evidence(trials), RATES, List.of(thresholds, thresholds, thresholds), PRIORS, Seed.of(1)),
                Calibration.Source.SHADOWS,
                0.1);
        assertThat(row.tpr().high() - row.tpr().low()).isGreaterThan(0.5);
    }

    /**
     * The population keeps its rate on people it has not seen, ties or not: the mean over 200 audits must not be above it by
     * four standard errors (3e-5). The oracle's threshold, used on new people, does not: it is the saboteur.
     */
    @Test
    void thePopulationKeepsTheRate() {
        for (double grain : new double[] {0, 0.5}) {
            double[] reached = new double[200];
            double[] sabotaged = new double[200];
            for (int number = 0; number < reached.length; number++) {
                Trial trial =
                        rounded(Mechanisms.gaussian(400, 1, Seed.of(number).fork("population")), grain);
                Trial fresh =
                        rounded(Mechanisms.gaussian(400, 1, Seed.of(number).fork("fresh")), grain);
                Evidence evidence = new Evidence(List.of(trial), new double[] {0.02}, 0.9, Seed.of(number));
                reached[number] = row(
                                Calibration.measure(evidence, new double[] {0.02}, List.of(), PRIORS, Seed.of(number)),
                                Calibration.Source.POPULATION,
                                0.02)
                        .fpr()
                        .value();
                // As many people to take the threshold from as one half has: two of its hundred may be above.
                IntStream members =
                        IntStream.range(0, 400).filter(i -> trial.member()[i]).limit(100);
                IntStream others =
                        IntStream.range(0, 400).filter(i -> !trial.member()[i]).limit(100);
                Trial half = trial.select(IntStream.concat(members, others).toArray());
                sabotaged[number] = new Roc(fresh).rateAtLeast(new Roc(half).thresholdAt(0.02), false);
            }
            assertThat(mean(reached)).isLessThan(0.02 + 4 * standardError(reached));
            assertThat(mean(reached)).isGreaterThan(grain == 0 ? 0.012 : 0.002);
            if (grain == 0) {
                assertThat(mean(sabotaged)).isGreaterThan(0.02 + 4 * standardError(sabotaged));
            }
        }
    }

    private static Trial rounded(Trial trial, double grain) {
        return grain == 0
                ? trial
                : new Trial(
                        Arrays.stream(trial.scores())
                                .map(score -> grain * Math.rint(score / grain))
                                .toArray(),
                        trial.member(),
                        OptionalDouble.empty());
    }

    private static double mean(double[] values) {
        return DoubleStream.of(values).average().orElseThrow();
    }

    private static double standardError(double[] values) {
        double mean = mean(values);
        double squares =
                DoubleStream.of(values).map(x -> (x - mean) * (x - mean)).sum();
        return Math.sqrt(squares / (values.length - 1) / values.length);
    }

    /** Without a leak every row finds as many members as it accuses others. */
    @Test
    void withoutALeakNoRowFindsMore() {
        double[] tpr = new double[100];
        double[] fpr = new double[100];
        for (int number = 0; number < tpr.length; number++) {
            Trial trial = Mechanisms.gaussian(400, 0, Seed.of(number).fork("noise"));
            Evidence evidence = new Evidence(List.of(trial), new double[] {0.1}, 0.9, Seed.of(number));
            Calibration row = row(
                    Calibration.measure(evidence, new double[] {0.1}, List.of(), PRIORS, Seed.of(number)),
                    Calibration.Source.POPULATION,
                    0.1);
            tpr[number] = row.tpr().value();
            fpr[number] = row.fpr().value();
        }
        assertThat(mean(tpr)).isCloseTo(mean(fpr), within(4 * (standardError(tpr) + standardError(fpr))));
    }

    /** All non-members tied at the top, at infinity even: no threshold keeps a rate of a tenth but that for nobody. */
    @Test
    void aTieAtTheTopFlagsNobody() {
        UniformRandomProvider random = Seed.of(3).stream();
        double[] scores = new double[200];
        boolean[] member = new boolean[200];
        for (int i = 0; i < 200; i++) {
            member[i] = i % 2 == 0;
            scores[i] = random.nextInt(2) == 0 ? Double.POSITIVE_INFINITY : 0;
        }
        Evidence evidence = evidence(List.of(new Trial(scores, member, OptionalDouble.empty())));
        Calibration row = row(
                Calibration.measure(evidence, RATES, List.of(), PRIORS, Seed.of(1)),
                Calibration.Source.POPULATION,
                0.1);
        assertThat(row.fpr().value()).isZero();
        assertThat(row.tpr().value()).isZero();
        assertThat(row.predictiveValues()).isEmpty();
    }

    /** 60 non-members, 30 in a half: none of them lies within the highest hundredth for sure. */
    @Test
    void leavesOutWhatThePopulationCannotResolve() {
        List<Calibration> all = Calibration.measure(evidence(trials(2, 120, 1)), RATES, List.of(), PRIORS, Seed.of(1));
        assertThat(all)
                .filteredOn(row -> row.source() == Calibration.Source.POPULATION)
                .extracting(Calibration::rate)
                .containsExactly(0.1);
    }

    @Test
    void refusesWhatDoesNotFit() {
        Evidence evidence = evidence(trials(2, 300, 1));
        assertThatThrownBy(() -> Calibration.measure(evidence, RATES, List.of(new double[] {1, 2}), PRIORS, Seed.of(1)))
                .hasMessageContaining("1 of 2 trials");
        assertThatThrownBy(() -> Calibration.measure(
                        evidence, RATES, List.of(new double[] {1}, new double[] {1}), PRIORS, Seed.of(1)))
                .hasMessageContaining("1 thresholds for 2 rates");
        assertThatThrownBy(() -> Calibration.measure(evidence, new double[] {0.2}, List.of(), PRIORS, Seed.of(1)))
                .hasMessageContaining("0.2");
        double[] none = {Double.NaN, 1};
        assertThatThrownBy(() -> Calibration.measure(evidence, RATES, List.of(none, none), PRIORS, Seed.of(1)))
                .hasMessageContaining("not a number");
    }
}

package dev.lethe.audit.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.random.Seed;
import dev.lethe.core.stats.ClopperPearson;
import dev.lethe.core.stats.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

class EvidenceTest {
    private static final double[] RATES = {0.01, 0.1};

    /** Trials over the same people: each person's score moves with the person and with the target. */
    private static List<Trial> trials(int targets, int records, double shift, Seed seed) {
        UniformRandomProvider random = seed.stream();
        ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(random);
        double[] person = new double[records];
        for (int i = 0; i < records; i++) {
            person[i] = gaussian.sample();
        }
        List<Trial> trials = new ArrayList<>();
        for (int t = 0; t < targets; t++) {
            double[] scores = new double[records];
            boolean[] member = new boolean[records];
            for (int i = 0; i < records; i++) {
                member[i] = random.nextBoolean();
                scores[i] = (member[i] ? shift : 0) + Math.sqrt(0.5) * (person[i] + gaussian.sample());
            }
            trials.add(new Trial(scores, member, OptionalDouble.of(shift / 2)));
        }
        return trials;
    }

    /**
     * Coverage of the 90 % intervals for known truths, 120 audits of 4 targets. At 90 % coverage fewer than 94 of 120 come
     * up with probability below 1e-4 an interval, so a false alarm of this test has probability below 4e-4. The saboteur
     * resamples as if the 4 targets held 4 times the people; its area intervals must fail.
     */
    @Test
    void intervalsCoverTheTruth() {
        double shift = 1;
        NormalDistribution normal = NormalDistribution.of(0, 1);
        double auc = normal.cumulativeProbability(shift / Math.sqrt(2));
        double tpr = normal.survivalProbability(normal.inverseSurvivalProbability(0.1) - shift);
        double balanced = normal.cumulativeProbability(shift / 2);
        int aucCovered = 0;
        int tprCovered = 0;
        int balancedCovered = 0;
        int sabotagedCovered = 0;
        int audits = 120;
        for (int audit = 0; audit < audits; audit++) {
            Seed seed = Seed.of(900 + audit);
            List<Trial> trials = trials(4, 400, shift, seed);
            Evidence evidence = new Evidence(trials, RATES, 0.9, seed);
            aucCovered += covers(evidence.auc(), auc);
            tprCovered += covers(evidence.tpr(1), tpr);
            balancedCovered += covers(evidence.balancedAccuracy().orElseThrow(), balanced);
            Evidence sabotaged = new Evidence(List.of(pooled(trials)), RATES, 0.9, seed);
            double half = (sabotaged.auc().high() - sabotaged.auc().low()) / 4;
            sabotagedCovered += Math.abs(sabotaged.auc().value() - auc) <= half ? 1 : 0;
        }
        assertThat(aucCovered).isGreaterThanOrEqualTo(94);
        assertThat(tprCovered).isGreaterThanOrEqualTo(94);
        assertThat(balancedCovered).isGreaterThanOrEqualTo(94);
        assertThat(sabotagedCovered).isLessThan(94);
    }

    private static int covers(Evidence.Measurement measured, double truth) {
        return measured.low() <= truth && truth <= measured.high() ? 1 : 0;
    }

    private static Trial pooled(List<Trial> trials) {
        int records = trials.get(0).scores().length;
        double[] scores = new double[records * trials.size()];
        boolean[] member = new boolean[scores.length];
        for (int t = 0; t < trials.size(); t++) {
            System.arraycopy(trials.get(t).scores(), 0, scores, t * records, records);
            System.arraycopy(trials.get(t).member(), 0, member, t * records, records);
        }
        return new Trial(scores, member, OptionalDouble.empty());
    }

    @Test
    void meansOverTargetsAndHoldsItsValue() {
        List<Trial> trials = trials(3, 300, 0.5, Seed.of(1));
        Evidence evidence = new Evidence(trials, RATES, 0.95, Seed.of(2));
        double mean =
                trials.stream().mapToDouble(t -> new Roc(t).auc()).average().orElseThrow();
        assertThat(evidence.auc().value()).isCloseTo(mean, within(1e-12));
        assertThat(evidence.auc().low()).isLessThan(mean);
        assertThat(evidence.auc().high()).isGreaterThan(mean);
        Evidence again = new Evidence(trials, RATES, 0.95, Seed.of(2));
        assertThat(again.auc()).isEqualTo(evidence.auc());
        assertThat(again.tpr(0)).isEqualTo(evidence.tpr(0));
    }

    /** 199 non-members allow 1 false alarm in 100, 201 allow 2: the bound on their rate must hold for both targets. */
    @Test
    void boundsTheFalseAlarmsOfTheTargetThatAllowsMost() {
        List<Trial> trials = List.of(withNonMembers(199), withNonMembers(201));
        Evidence evidence = new Evidence(trials, RATES, 0.95, Seed.of(5));
        assertThat(evidence.fprUpper(0, 0.01)).isEqualTo(ClopperPearson.upper(2, 201, 0.01));
    }

    private static Trial withNonMembers(int nonMembers) {
        double[] scores = new double[400];
        boolean[] member = new boolean[400];
        for (int i = 0; i < 400; i++) {
            scores[i] = i;
            member[i] = i >= nonMembers;
        }
        return new Trial(scores, member, OptionalDouble.empty());
    }

    /** One target more does not make the people more: the interval on a rate stays as wide as Clopper-Pearson's. */
    @Test
    void rotatingTargetsCountsNobodyTwice() {
        Evidence evidence = new Evidence(trials(8, 300, 0.5, Seed.of(3)), RATES, 0.95, Seed.of(4));
        Evidence.Measurement tpr = evidence.tpr(1);
        Interval exact =
                ClopperPearson.interval(Math.round(tpr.value() * evidence.members()), evidence.members(), 0.95);
        assertThat(tpr.high() - tpr.low()).isGreaterThan(0.95 * (exact.high() - exact.low()));
    }
}

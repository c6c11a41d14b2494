package dev.lethe.audit.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.audit.evidence.Evidence;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.audit.report.Finding;
import dev.lethe.audit.report.Verdict;
import dev.lethe.core.random.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.junit.jupiter.api.Test;

class JudgeTest {
    private static final double[] RATES = {0.01, 0.1};

    private static Evidence evidence(double shift, int records, Seed seed) {
        UniformRandomProvider random = seed.stream();
        ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(random);
        List<Trial> trials = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            double[] scores = new double[records];
            boolean[] member = new boolean[records];
            for (int i = 0; i < records; i++) {
                member[i] = random.nextBoolean();
                scores[i] = (member[i] ? shift : 0) + gaussian.sample();
            }
            trials.add(new Trial(scores, member, OptionalDouble.of(shift / 2)));
        }
        return new Evidence(trials, RATES, 0.95, seed);
    }

    /** A leak that shows in the area alone must lead: no report opens with NOTHING_FOUND above it. */
    @Test
    void aLeakInTheAreaComesBeforeRatesThatShowNothing() {
        Judge.Judged judged = new Judge(0.95, 5).judge("spy", evidence(0.15, 4000, Seed.of(1)), RATES);
        assertThat(judged.leaksAtARate()).isFalse();
        assertThat(judged.leaks()).isTrue();
        assertThat(judged.findings().get(0).metric()).isEqualTo("auc");
        assertThat(judged.findings().get(0).verdict()).isEqualTo(Verdict.LEAKS);
    }

    @Test
    void aStrongLeakLeadsWithItsStrongestRate() {
        Judge.Judged judged = new Judge(0.95, 5).judge("spy", evidence(2, 4000, Seed.of(2)), RATES);
        assertThat(judged.findings()).allMatch(f -> f.verdict() == Verdict.LEAKS);
        assertThat(judged.findings().get(0).metric()).startsWith("tpr@fpr=0.01");
        assertThat(judged.findings().get(0).sentence()).contains("1 false alarm in 100.");
    }

    /**
     * Under the null, the five verdicts of a report together say LEAKS in at most 5 % of reports. Of 200 reports more than
     * 20 do with probability below 0.002. The saboteur takes a value a seventh above chance for a leak, and must raise
     * more.
     */
    @Test
    void verdictsHoldTogetherUnderTheNull() {
        int alarms = 0;
        int sabotaged = 0;
        for (int report = 0; report < 200; report++) {
            Judge.Judged judged = new Judge(0.95, 5).judge("spy", evidence(0, 600, Seed.of(100 + report)), RATES);
            alarms += judged.leaks() ? 1 : 0;
            sabotaged += judged.findings().stream().anyMatch(JudgeTest::aboveChanceByItself) ? 1 : 0;
        }
        assertThat(alarms).isLessThanOrEqualTo(20);
        assertThat(sabotaged).isGreaterThan(20);
    }

    private static boolean aboveChanceByItself(Finding finding) {
        double chance = finding.metric().startsWith("tpr@fpr=")
                ? Double.parseDouble(finding.metric().substring("tpr@fpr=".length()))
                : finding.metric().equals("advantage") ? 0 : 0.5;
        return finding.value() > chance * 1.15 || finding.low() > chance;
    }

    /** Slices are shown of one attack, but all attacks' slices were looked at to choose it. */
    @Test
    void choosingTheAttackIsPaidFor() {
        assertThat(Judge.looks(6, 4, 12)).isEqualTo(6 * (4 + 2 + 12));
        // 60 of 400 against 20 of 400 is a leak among 2 looks and none among 108: the level is divided.
        assertThat(slice(2)).isEqualTo(Verdict.LEAKS);
        assertThat(slice(Judge.looks(6, 4, 12))).isEqualTo(Verdict.NOTHING_FOUND);
    }

    private static Verdict slice(int looks) {
        return new Judge(0.95, looks)
                .slice("a", "s", 0.05, 0.15, 400, 0.05, 400)
                .verdict();
    }

    /** A group of confident people is found and accused alike: the sentence must say both. */
    @Test
    void aGroupsSentenceSaysHowManyOthersAreAccused() {
        Finding finding = new Judge(0.95, 6).slice("a", "age = 30", 0.01, 0.20, 100, 0.151, 100);
        assertThat(finding.verdict()).isEqualTo(Verdict.NOTHING_FOUND);
        assertThat(finding.sentence())
                .isEqualTo("Of the members with age = 30, 20 % are found with 1 false alarm in 100 over all people, and"
                        + " 16 % of the others with it are accused: no more than chance can explain.");
    }

    @Test
    void numbersRoundDownWithoutExponents() {
        assertThat(Judge.number(10.49)).isEqualTo("10");
        assertThat(Judge.number(0.29 * 100)).isEqualTo("29");
        assertThat(Judge.number(100)).isEqualTo("100");
        assertThat(Judge.number(0.0123)).isEqualTo("0.012");
        assertThat(Judge.number(0)).isEqualTo("0");
        assertThat(Judge.plain(0.0001)).isEqualTo("0.0001");
    }
}

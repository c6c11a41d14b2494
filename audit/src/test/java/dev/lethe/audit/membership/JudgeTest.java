package dev.lethe.audit.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.audit.evidence.Evidence;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.audit.report.Finding;
import dev.lethe.audit.report.Verdict;
import dev.lethe.core.random.Seed;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.junit.jupiter.api.Test;

class JudgeTest {
    private static final double[] RATES = {0.01};

    /** Normal scores, {@code shift} higher for the members, who are the first half. */
    private static Trial trial(int records, double shift, OptionalDouble threshold, Seed seed) {
        UniformRandomProvider random = seed.stream();
        ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(random);
        double[] scores = new double[records];
        boolean[] member = new boolean[records];
        for (int i = 0; i < records; i++) {
            member[i] = i < records / 2;
            scores[i] = (member[i] ? shift : 0) + gaussian.sample();
        }
        return new Trial(scores, member, threshold);
    }

    private static Judge.Judged judged(String attack, double shift) {
        Trial trial = trial(1000, shift, OptionalDouble.of(shift / 2), Seed.of(7));
        return new Judge(0.95, 4).judge(attack, new Evidence(List.of(trial), RATES, 0.95, Seed.of(8)), RATES);
    }

    /** A weak leak of everybody shows in the area, not at one false alarm in a hundred among 500 people. */
    @Test
    void aLeakLeadsWhereverItShows() {
        Judge.Judged judged = judged("weak", 0.4);
        assertThat(verdict(judged, "tpr@fpr=0.01")).isEqualTo(Verdict.NOTHING_FOUND);
        assertThat(verdict(judged, "auc")).isEqualTo(Verdict.LEAKS);
        assertThat(judged.findings().get(0).metric()).isEqualTo("auc");
        assertThat(judged.leaks()).isTrue();
        assertThat(judged("none", 0).leaks()).isFalse();
    }

    @Test
    void anAttackThatFindsALeakComesBeforeOneThatFindsNone() {
        Judge.Judged weak = judged("weak", 0.4);
        Judge.Judged none = new Judge.Judged(judged("none", 0).findings(), weak.strength() + 0.1);
        assertThat(none.leaks()).isFalse();
        assertThat(Stream.of(none, weak, judged("strong", 2)).sorted(Judge.STRONGEST_FIRST))
                .extracting(judged -> judged.findings().get(0).attack())
                .containsExactly("strong", "weak", "none");
    }

    /** Slices are shown of one attack, but all attacks' slices were looked at to choose it. */
    @Test
    void choosingTheAttackIsPaidFor() {
        assertThat(Judge.looks(6, 4, 12)).isEqualTo(6 * (4 + 2 + 12));
        // 60 of 400 against 20 of 400 is a leak among 2 looks and none among 108: the level is divided.
        assertThat(slice(2)).isEqualTo(Verdict.LEAKS);
        assertThat(slice(Judge.looks(6, 4, 12))).isEqualTo(Verdict.NOTHING_FOUND);
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

    private static Verdict slice(int looks) {
        return new Judge(0.95, looks)
                .slice("a", "s", 0.05, 0.15, 400, 0.05, 400)
                .verdict();
    }

    private static Verdict verdict(Judge.Judged judged, String metric) {
        return judged.findings().stream()
                .filter(finding -> finding.metric().equals(metric))
                .map(Finding::verdict)
                .findFirst()
                .orElseThrow();
    }
}

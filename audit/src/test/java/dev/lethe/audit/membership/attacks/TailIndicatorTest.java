package dev.lethe.audit.membership.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.core.random.Seed;
import dev.lethe.core.stats.ClopperPearson;
import java.util.OptionalDouble;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

class TailIndicatorTest {
    private static Trial trial(double[] members, double[] others) {
        double[] scores = new double[members.length + others.length];
        boolean[] member = new boolean[scores.length];
        for (int i = 0; i < scores.length; i++) {
            member[i] = i < members.length;
            scores[i] = member[i] ? members[i] : others[i - members.length];
        }
        return new Trial(scores, member, OptionalDouble.empty());
    }

    @Test
    void countsTheNonMembersBelowNearlyAllMembers() {
        Trial trial =
                trial(new double[] {-9, -1, -1, -0.5, -0.4, -0.3, -0.2, -0.1, 0, 0}, new double[] {-8, -2, -1, 0});
        TailIndicator.Tail tail = TailIndicator.indicator(trial, 0.1, 0.95);
        assertThat(tail.threshold()).isEqualTo(-1);
        assertThat(tail.falseNegativeRate()).isEqualTo(0.1);
        assertThat(tail.trueNegativeRate()).isEqualTo(0.5);
        assertThat(tail.interval()).isEqualTo(ClopperPearson.interval(2, 4, 0.95));
    }

    /** Its mirror image is the true-positive rate at a false-positive rate, which another class counts; with ties. */
    @Test
    void isTheMirrorImageOfTheTruePositiveRate() {
        UniformRandomProvider random = Seed.of(1).stream();
        for (int round = 0; round < 200; round++) {
            int n = 40 + random.nextInt(100);
            double[] scores = new double[n];
            boolean[] member = new boolean[n];
            for (int i = 0; i < n; i++) {
                member[i] = i % 2 == 0;
                scores[i] = random.nextInt(30) + (member[i] ? 3 : 0);
            }
            double rate = (1 + random.nextInt(10)) / 20.0;
            Trial trial = new Trial(scores, member, OptionalDouble.empty());
            assertThat(TailIndicator.indicator(trial, rate, 0.9).trueNegativeRate())
                    .isEqualTo(new Roc(trial.mirrored()).tprAt(rate));
        }
    }

    /** Two models with one area under the curve: one leaks at the head of the loss, one pulled members from its tail. */
    @Test
    void showsWhatTheAreaHides() {
        double[] spread = new double[1000];
        double[] shortTail = new double[1000];
        for (int i = 0; i < 1000; i++) {
            spread[i] = -i;
            shortTail[i] = -Math.min(i, 800);
        }
        Trial trial = trial(shortTail, spread);
        assertThat(new Roc(trial).auc()).isLessThan(0.53);
        assertThat(new Roc(trial).tprAt(0.01)).isLessThan(0.02);
        assertThat(TailIndicator.indicator(trial, 0.01, 0.95).trueNegativeRate())
                .isGreaterThan(0.19);
    }

    @Test
    void refusesARateThatTheMembersCannotShow() {
        Trial trial = trial(new double[99], new double[5]);
        assertThatThrownBy(() -> TailIndicator.indicator(trial, 0.01, 0.95))
                .hasMessage("a tail at rate 0.01 needs at least 100 members and a non-member, got 99 and 5");
        assertThatThrownBy(() -> new TailIndicator(0)).hasMessage("rate 0.0 must lie in (0, 1)");
    }
}

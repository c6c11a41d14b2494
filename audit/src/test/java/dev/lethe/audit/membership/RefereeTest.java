package dev.lethe.audit.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.audit.membership.attacks.LossThreshold;
import dev.lethe.core.data.Examples;
import dev.lethe.core.random.Seed;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefereeTest {
    private static final double RATE = 0.1;

    @TempDir
    private static Path folder;

    private ShadowStore<Examples> store;

    @BeforeAll
    void train() {
        store = Games.play(folder.resolve("store"), Games.memorizer(), 400, 12, 3);
    }

    private double threshold(int target) {
        return new Referee(store, Seed.of(4), new double[] {RATE})
                .play(new LossThreshold(), target)
                .thresholds()[0];
    }

    /** Losses of the non-members of a model, as far as the attacker of this target knows them. */
    private DoubleStream outside(MembershipView view, int shadow) {
        double[] signal = view.shadow(shadow, Signal.LOG_LIKELIHOOD);
        return IntStream.range(0, signal.length)
                .filter(record -> view.part(shadow, record) == Part.OUT)
                .mapToDouble(record -> signal[record]);
    }

    private static double shareAtLeast(double threshold, double[] scores) {
        return Arrays.stream(scores).filter(s -> s >= threshold).count() / (double) scores.length;
    }

    /** Twin: the largest share of all non-members of four models together that is not above the rate. */
    @Test
    void keepsTheRateOverFourOtherModelsTogether() {
        for (int target = 0; target < 4; target++) {
            MembershipView view =
                    MembershipView.of(store, store.key(), target, Seed.of(4).fork("target-" + target));
            double[] together = IntStream.range(0, 4)
                    .mapToObj(i -> outside(view, Referee.FIRST_REHEARSED + i))
                    .flatMapToDouble(scores -> scores)
                    .toArray();
            double threshold = threshold(target);
            double next = Arrays.stream(together)
                    .filter(score -> score < threshold)
                    .max()
                    .orElseThrow();
            assertThat(shareAtLeast(threshold, together)).isLessThanOrEqualTo(RATE);
            assertThat(shareAtLeast(next, together)).isGreaterThan(RATE - 1e-12);
        }
    }

    /** Saboteur: of two models alone the same threshold keeps another rate, so the test above would see it. */
    @Test
    void twoOfTheModelsWouldHaveGivenAnotherThreshold() {
        MembershipView view =
                MembershipView.of(store, store.key(), 0, Seed.of(4).fork("target-0"));
        double[] two = IntStream.range(0, 2)
                .mapToObj(i -> outside(view, Referee.FIRST_REHEARSED + i))
                .flatMapToDouble(scores -> scores)
                .toArray();
        double allowed = Math.floor(RATE * two.length) / two.length;
        assertThat(shareAtLeast(threshold(0), two)).isNotEqualTo(allowed);
    }

    /** All attacks on a target are shown the same view, and a referee who has seen many targets shows it again. */
    @Test
    void givesTheSameAnswersWhoeverElseWasAttacked() {
        Referee referee = new Referee(store, Seed.of(4), new double[] {RATE});
        double[] first = referee.play(new LossThreshold(), 0).thresholds();
        for (int target = 1; target < 8; target++) {
            referee.play(new LossThreshold(), target);
        }
        assertThat(referee.play(new LossThreshold(), 0).thresholds()).isEqualTo(first);
    }
}

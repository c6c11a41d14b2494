package dev.lethe.audit.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.audit.Card;
import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.core.data.Examples;
import dev.lethe.core.random.Seed;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The view tells nothing of the answer but through the target's own answers. Each spy below reads one thing that could;
 * over 8 targets of 600 records its area under the ROC stays within 0.5 +- 0.06 with probability above 1 - 1e-4. The
 * counting spy is shown to see everything where nothing is withheld.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MembershipViewTest {
    private ShadowStore<Examples> store;

    @BeforeAll
    void train(@TempDir Path folder) {
        store = Games.play(folder, Games.memorizer(), 600, 8, 3);
        // Read before the folder goes.
        for (int model = 0; model < 8; model++) {
            store.reading(model, Signal.LOGIT_MARGIN, 0);
        }
    }

    /** Scores a view by something that an attack has no business with. */
    private interface Spy {
        double score(MembershipView view, int record);
    }

    private double area(Spy spy) {
        return area(spy, Integer.MAX_VALUE);
    }

    /** @param aSide how many shadows the spy has on each side */
    private double area(Spy spy, int aSide) {
        MembershipAttack attack = new MembershipAttack() {
            @Override
            public Card card() {
                return new Card("spy", "spy", "spy", "none", List.of());
            }

            @Override
            public Scores attack(MembershipView whole) {
                MembershipView view = whole.fewer(aSide);
                double[] scores = new double[view.records()];
                for (int record = 0; record < scores.length; record++) {
                    scores[record] = spy.score(view, record);
                }
                return Scores.of(scores, 0);
            }
        };
        double sum = 0;
        for (int target = 0; target < 8; target++) {
            sum += new Roc(new Referee(store, Seed.of(9), new double[0])
                                    .play(attack, target)
                                    .trial())
                            .auc()
                    / 8;
        }
        return sum;
    }

    private static int count(MembershipView view, int record, Part part) {
        int count = 0;
        for (int shadow = 0; shadow < view.shadows(); shadow++) {
            count += view.part(shadow, record) == part ? 1 : 0;
        }
        return count;
    }

    @Test
    void everyRecordIsInAsManyShadowsAsOut() {
        MembershipView view = MembershipView.of(store, store.key(), 2, Seed.of(1));
        for (int record = 0; record < view.records(); record++) {
            assertThat(count(view, record, Part.IN)).isEqualTo(3);
            assertThat(count(view, record, Part.OUT)).isEqualTo(3);
        }
    }

    /** Each of 7 shadows is shown of 171 records in expectation; that one is off by 70 has probability below 1e-8. */
    @Test
    void anAttackerWithFewerShadowsSeesAsManyOnEachSide() {
        MembershipView view = MembershipView.of(store, store.key(), 2, Seed.of(1));
        assertThat(view.aSide()).isEqualTo(3);
        assertThat(view.fewer(3)).isSameAs(view);
        assertThat(view.rehearse(0).view().aSide()).isEqualTo(2);
        for (int most = 1; most <= 2; most++) {
            MembershipView fewer = view.fewer(most);
            assertThat(fewer.aSide()).isEqualTo(most);
            assertThat(fewer.rehearse(0).view().aSide()).isEqualTo(most - 1);
            int[] shown = new int[view.shadows()];
            for (int record = 0; record < view.records(); record++) {
                assertThat(count(fewer, record, Part.IN)).isEqualTo(most);
                assertThat(count(fewer, record, Part.OUT)).isEqualTo(most);
                for (int shadow = 0; shadow < shown.length; shadow++) {
                    Part part = fewer.part(shadow, record);
                    double signal = fewer.shadow(shadow, Signal.LOGIT_MARGIN)[record];
                    assertThat(Double.isNaN(signal)).isEqualTo(part == Part.WITHHELD);
                    if (part != Part.WITHHELD) {
                        shown[shadow]++;
                        assertThat(part).isEqualTo(view.part(shadow, record));
                    }
                }
            }
            for (int count : shown) {
                assertThat(count).isBetween(most * 171 - 70, most * 171 + 70);
            }
        }
        assertThatThrownBy(() -> view.fewer(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("most 0");
    }

    @Test
    void whichShadowsAreLeftTellsNothing() {
        for (Part side : List.of(Part.IN, Part.OUT)) {
            // The lowest shadow that is left on a side: of a biased draw it would tell.
            assertThat(area(
                            (view, record) -> {
                                for (int shadow = 0; shadow < view.shadows(); shadow++) {
                                    if (view.part(shadow, record) == side) {
                                        return shadow;
                                    }
                                }
                                return -1;
                            },
                            1))
                    .isBetween(0.44, 0.56);
        }
    }

    @Test
    void countsTellNothing() {
        assertThat(area((view, record) -> count(view, record, Part.IN))).isEqualTo(0.5);
        // The saboteur: what counting would see in the key itself.
        int[] inOthers = new int[600];
        for (int record = 0; record < 600; record++) {
            for (int model = 1; model < 8; model++) {
                inOthers[record] += store.key().isMember(model, record) ? 1 : 0;
            }
            assertThat(inOthers[record] == 3).isEqualTo(store.key().isMember(0, record));
        }
    }

    @Test
    void whichShadowIsWithheldTellsNothing() {
        assertThat(area((view, record) -> {
                    for (int shadow = 0; shadow < view.shadows(); shadow++) {
                        if (view.part(shadow, record) == Part.WITHHELD) {
                            return shadow;
                        }
                    }
                    return -1;
                }))
                .isBetween(0.44, 0.56);
    }

    /**
     * A spy who repeats the draw of the withheld shadows with the seed that it is handed. For each record it supposes both
     * answers, and believes the one under which the withheld shadow would have been drawn.
     */
    @Test
    void theSeedTellsNothingOfWhatIsWithheld() {
        double sum = 0;
        for (int target = 0; target < 8; target++) {
            MembershipView view =
                    MembershipView.of(store, store.key(), target, Seed.of(9).fork("target-" + target));
            double[] scores = replay(view, view.seed());
            sum += area(view, scores, target) / 8;
            // The saboteur: with the seed of the draw itself the spy sees almost everything.
            assertThat(area(view, replay(view, Seed.of(9).fork("target-" + target)), target))
                    .isGreaterThan(0.8);
        }
        assertThat(sum).isBetween(0.44, 0.56);
    }

    private double area(MembershipView view, double[] scores, int target) {
        assertThat(scores).hasSize(view.records());
        return new Roc(new Trial(scores, store.key().of(target), OptionalDouble.empty())).auc();
    }

    private static double[] replay(MembershipView view, Seed seed) {
        UniformRandomProvider random = seed.fork("withhold").stream();
        double[] scores = new double[view.records()];
        for (int record = 0; record < scores.length; record++) {
            int draw = random.nextInt(view.shadows() / 2 + 1);
            scores[record] = (fits(view, record, Part.OUT, draw) ? 1 : 0) - (fits(view, record, Part.IN, draw) ? 1 : 0);
        }
        return scores;
    }

    /** Whether this draw withholds the shadow that is withheld, if it was on {@code side}. */
    private static boolean fits(MembershipView view, int record, Part side, int draw) {
        int count = 0;
        Part chosen = side;
        for (int shadow = 0; shadow < view.shadows(); shadow++) {
            Part part = view.part(shadow, record);
            if ((part == side || part == Part.WITHHELD) && count++ == draw) {
                chosen = part;
            }
        }
        return chosen == Part.WITHHELD;
    }

    /** A withheld shadow is OUT where the target is IN: its answer would tell, so there is none. */
    @Test
    void withheldAnswersAreNotThere() {
        MembershipView view = MembershipView.of(store, store.key(), 0, Seed.of(1));
        MembershipView.Rehearsal rehearsal = view.rehearse(1);
        for (MembershipView seen : List.of(view, rehearsal.view())) {
            for (int shadow = 0; shadow < seen.shadows(); shadow++) {
                double[] signal = seen.shadow(shadow, Signal.LOGIT_MARGIN);
                for (int record = 0; record < seen.records(); record++) {
                    assertThat(Double.isNaN(signal[record])).isEqualTo(seen.part(shadow, record) == Part.WITHHELD);
                }
            }
        }
        assertThat(rehearsal.view().records()).isLessThan(view.records());
        assertThat(rehearsal.view().target(Signal.LOGIT_MARGIN)).doesNotContain(Double.NaN);
    }

    @Test
    void rehearsalsTellTheTruthAboutTheShadow() {
        MembershipView view = MembershipView.of(store, store.key(), 0, Seed.of(1));
        MembershipView.Rehearsal rehearsal = view.rehearse(4);
        int i = 0;
        for (int record = 0; record < view.records(); record++) {
            if (view.part(4, record) != Part.WITHHELD) {
                assertThat(rehearsal.member()[i++]).isEqualTo(store.key().isMember(5, record));
            }
        }
        assertThat(i).isEqualTo(rehearsal.view().records());
    }
}

package dev.lethe.audit.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.audit.membership.attacks.Attacks;
import dev.lethe.audit.membership.attacks.GradientNorm;
import dev.lethe.audit.membership.attacks.Lira;
import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.LogisticRegression;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.Optimization;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GradientNormTest {
    private static final int RECORDS = 400;

    @TempDir
    private Path folder;

    private ShadowStore<Examples> store(Examples data, Trainer<Examples> recipe, int models) {
        ShadowStore<Examples> store = ShadowStore.open(folder, Pool.of(data), recipe, models, 1, 1);
        store.complete(2, Progress.QUIET);
        return store;
    }

    private static double area(MembershipAttack attack, ShadowStore<?> store) {
        double sum = 0;
        for (int target = 0; target < 3; target++) {
            MembershipView view = MembershipView.of(store, store.key(), target, Seed.of(4));
            Trial trial = new Trial(attack.attack(view).values(), store.key().of(target), OptionalDouble.empty());
            sum += new Roc(trial).auc() / 3;
        }
        return sum;
    }

    /** Who sees the weights sees the answers too: on the same records the area falls short by noise only. */
    @Test
    void isNoWeakerThanTheBlackBox() {
        Mlp recipe = new Mlp(List.of(32), 0, new Optimization(15, 5e-3, 32, 0, 0));
        ShadowStore<Examples> store = store(Games.noise(RECORDS, Seed.of(3)), recipe, 12);
        double blackBox = area(Lira.DEFAULT, store);
        assertThat(blackBox).isBetween(0.6, 0.99);
        assertThat(area(GradientNorm.DEFAULT, store)).isGreaterThan(blackBox - 0.015);
    }

    /** With few shadows nothing can be rehearsed; the ratios alone must do. */
    @Test
    void worksWithTheFewestShadows() {
        for (int models : new int[] {4, 6}) {
            ShadowStore<Examples> store = ShadowStore.open(
                    folder.resolve(models + "-models"),
                    Pool.of(Games.noise(RECORDS, Seed.of(3))),
                    Games.memorizer(),
                    models,
                    1,
                    1);
            store.complete(2, Progress.QUIET);
            assertThat(area(GradientNorm.DEFAULT, store)).isGreaterThan(0.75);
        }
    }

    /** One layer only, where nothing is between and what the last layer is given is the record. */
    @Test
    void worksOnALinearModel() {
        Examples noise = Games.noise(RECORDS, Seed.of(5));
        ShadowStore<Examples> shallow = ShadowStore.open(
                folder.resolve("shallow"),
                Pool.of(noise),
                new LogisticRegression(new Optimization(30, 1e-2, 32, 0, 0)),
                10,
                1,
                1);
        shallow.complete(2, Progress.QUIET);
        assertThat(area(GradientNorm.DEFAULT, shallow)).isGreaterThan(0.58);
    }

    /** What the attack needs and does not get it says in a sentence that an audit can show. */
    @Test
    void refusesABlackBox() {
        Trainer<Examples> closed = new Trainer<>() {
            @Override
            public Predictor<Examples> train(Examples data, int[] rows, Seed seed, Progress progress) {
                Predictor<Examples> inner = Games.amnesiac().train(data, rows, seed, progress);
                return new Predictor<>() {
                    @Override
                    public Logits logits(Examples some) {
                        return inner.logits(some);
                    }

                    @Override
                    public void close() {
                        inner.close();
                    }
                };
            }

            @Override
            public String describe() {
                return "closed";
            }
        };
        ShadowStore<Examples> store = store(Games.noise(40, Seed.of(1)), closed, 4);
        MembershipView view = MembershipView.of(store, store.key(), 0, Seed.of(4));
        assertThatThrownBy(() -> GradientNorm.DEFAULT.attack(view))
                .isInstanceOf(NotApplicableException.class)
                .hasMessageContaining("black box");
    }

    @Test
    void refusesSettingsOutOfRange() {
        assertThatThrownBy(() -> Attacks.parse("gradient-norm:shadows=1")).hasMessageContaining("shadows 1");
    }
}

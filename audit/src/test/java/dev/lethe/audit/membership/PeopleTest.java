package dev.lethe.audit.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.audit.membership.attacks.Lira;
import dev.lethe.audit.membership.attacks.LossThreshold;
import dev.lethe.core.data.Column;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.data.Table;
import dev.lethe.core.model.EncodedTrainer;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.Optimization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The game where a person has several rows: in or out with all of them, and scored by all of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PeopleTest {
    private static final int PEOPLE = 300;
    private static final int ROWS_EACH = 4;
    private static final int MODELS = 8;

    private ShadowStore<LabelledTable> store;

    /** A recipe that learns some of the labels by heart, which have nothing to do with the features. */
    @BeforeAll
    void train(@TempDir Path folder) {
        Mlp recipe = new Mlp(List.of(32), 0, new Optimization(12, 5e-3, 32, 0, 0));
        store = ShadowStore.open(folder, Pool.of(coins(Seed.of(1))), new EncodedTrainer(recipe), MODELS, 1, 3);
        store.complete(2, Progress.QUIET);
        for (int model = 0; model < MODELS; model++) {
            store.reading(model, Signal.LOGIT_MARGIN, 0);
            store.reading(model, Signal.LOG_LIKELIHOOD, 0);
        }
    }

    private static LabelledTable coins(Seed seed) {
        UniformRandomProvider random = seed.stream();
        int rows = PEOPLE * ROWS_EACH;
        List<Column> columns = new ArrayList<>();
        columns.add(new Column.Numeric(
                "who", IntStream.range(0, rows).mapToDouble(row -> row % PEOPLE).toArray()));
        for (int c = 0; c < 12; c++) {
            columns.add(new Column.Numeric("x" + c, random.doubles(rows).toArray()));
        }
        columns.add(new Column.Numeric(
                "side",
                IntStream.range(0, rows).mapToDouble(row -> random.nextInt(2)).toArray()));
        return new Table(columns).labelled("side").groupedBy("who");
    }

    private Referee.Game play(MembershipAttack attack, int target) {
        return new Referee(store, Seed.of(4), new double[] {0.1}).play(attack, target);
    }

    @Test
    void scoresPeopleAndFindsMoreThanByRows() {
        for (MembershipAttack attack : List.of(Lira.DEFAULT, new LossThreshold())) {
            double people = 0;
            double rows = 0;
            for (int target = 0; target < 4; target++) {
                Trial trial = play(attack, target).trial();
                assertThat(trial.scores()).hasSize(PEOPLE);
                assertThat(trial.threshold()).isPresent();
                people += new Roc(trial).auc() / 4;
                rows += new Roc(rows(attack, target)).auc() / 4;
            }
            assertThat(people).as(attack.card().id()).isGreaterThan(rows + 0.03);
        }
    }

    private Trial rows(MembershipAttack attack, int target) {
        MembershipView view =
                MembershipView.of(store, store.key(), target, Seed.of(4).fork("target-" + target));
        boolean[] member = new boolean[view.records()];
        for (int row = 0; row < member.length; row++) {
            member[row] = store.key().isMember(target, view.person()[row]);
        }
        return new Trial(attack.attack(view).values(), member, OptionalDouble.empty());
    }

    /** Withheld row by row, the union over a person's rows would tell the larger side, and with it the answer. */
    @Test
    void withholdsAPersonsRowsTogether() {
        MembershipView view = MembershipView.of(store, store.key(), 0, Seed.of(1));
        for (int shadow = 0; shadow < view.shadows(); shadow++) {
            for (int row = 0; row < view.records(); row++) {
                assertThat(view.part(shadow, row)).isEqualTo(view.part(shadow, view.person()[row]));
            }
        }
        for (int row = 0; row < view.records(); row++) {
            int in = 0;
            int out = 0;
            for (int shadow = 0; shadow < view.shadows(); shadow++) {
                in += view.part(shadow, row) == Part.IN ? 1 : 0;
                out += view.part(shadow, row) == Part.OUT ? 1 : 0;
            }
            assertThat(in).isEqualTo(out);
        }
    }

    @Test
    void rehearsesWithWholePeople() {
        MembershipView view = MembershipView.of(store, store.key(), 0, Seed.of(1));
        MembershipView.Rehearsal rehearsal = view.rehearse(0, 100);
        assertThat(rehearsal.view().people()).isEqualTo(100);
        assertThat(rehearsal.view().records()).isEqualTo(100 * ROWS_EACH);
    }

    /** A model that comes back from its parameters, and one that is trained again, answer as the first one did. */
    @Test
    void bringsModelsBack(@TempDir Path folder) throws Exception {
        ShadowStore<LabelledTable> other = ShadowStore.open(
                folder,
                Pool.draw(coins(Seed.of(2)), 100, 50, Seed.of(3)),
                new EncodedTrainer(Games.memorizer()),
                2,
                1,
                5);
        other.complete(2, Progress.QUIET);
        Logits first = other.logits(1, 0);
        try (Predictor<LabelledTable> restored = other.model(1)) {
            assertThat(restored.logits(other.pool().data()).values()).isEqualTo(first.values());
        }
        Path parameters = folder.resolve("model-0001.parameters");
        byte[] bytes = Files.readAllBytes(parameters);
        bytes[7] ^= 1;
        Files.write(parameters, bytes);
        try (Predictor<LabelledTable> again = other.model(1)) {
            assertThat(again.logits(other.pool().data()).values()).isEqualTo(first.values());
        }
    }
}

package dev.lethe.audit.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.audit.membership.attacks.Attacks;
import dev.lethe.audit.membership.attacks.Shokri;
import dev.lethe.core.data.Column;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.data.Table;
import dev.lethe.core.model.EncodedTrainer;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shokri's attack on each source of shadow data. */
class ShokriTest {
    @TempDir
    private Path folder;

    private static double auc(Shokri attack, ShadowStore<?> store) {
        MembershipView view = MembershipView.of(store, store.key(), 0, Seed.of(8));
        return new Roc(new Trial(attack.attack(view).values(), store.key().of(0), OptionalDouble.empty())).auc();
    }

    @ParameterizedTest
    @EnumSource(Shokri.Source.class)
    void findsAPlantedLeakAndNothingWhereThereIsNothing(Shokri.Source source) {
        ShadowStore<Examples> leaking = Games.play(folder.resolve("leaking"), Games.memorizer(), 600, 6, 1);
        assertThat(auc(Shokri.with(source), leaking)).isGreaterThan(0.75);
        ShadowStore<Examples> forgetful = Games.play(folder.resolve("forgetful"), Games.amnesiac(), 600, 6, 2);
        // One target of 600 records: standard deviation 0.024.
        assertThat(auc(Shokri.with(source), forgetful)).isBetween(0.38, 0.62);
    }

    @ParameterizedTest
    @EnumSource(Shokri.Source.class)
    void isAPureFunctionOfTheView(Shokri.Source source) {
        ShadowStore<Examples> store = Games.play(folder, Games.memorizer(), 200, 4, 1);
        MembershipView view = MembershipView.of(store, store.key(), 1, Seed.of(8));
        assertThat(Shokri.with(source).attack(view).values())
                .isEqualTo(Shokri.with(source).attack(view).values());
    }

    @ParameterizedTest
    @EnumSource(Shokri.Source.class)
    void worksOnTables(Shokri.Source source) {
        UniformRandomProvider random = Seed.of(5).stream();
        int n = 400;
        List<Column> columns = IntStream.range(0, 12)
                .<Column>mapToObj(c -> c % 2 == 0
                        ? new Column.Numeric(
                                "number" + c,
                                random.doubles()
                                        .limit(n)
                                        .map(v -> Math.floor(v * 100))
                                        .toArray())
                        : new Column.Categorical(
                                "word" + c,
                                IntStream.range(0, n)
                                        .map(i -> random.nextInt(3))
                                        .toArray(),
                                List.of("x", "y", "z")))
                .toList();
        LabelledTable table = new LabelledTable(
                new Table(columns),
                IntStream.range(0, n).map(i -> random.nextInt(2)).toArray(),
                List.of("no", "yes"),
                "y");
        ShadowStore<LabelledTable> store =
                ShadowStore.open(folder, Pool.of(table), new EncodedTrainer(Games.memorizer()), 4, 1, 7);
        store.complete(2, Progress.QUIET);
        assertThat(auc(Shokri.with(source), store)).isGreaterThan(0.75);
    }

    @Test
    void saysWhereNothingCouldBeSynthesized() {
        ShadowStore<Examples> store = Games.play(folder, Games.memorizer(), 200, 4, 1);
        MembershipView view = MembershipView.of(store, store.key(), 1, Seed.of(8));
        MembershipAttack starved = Attacks.parse("shokri:data=synthesized:budget=10");
        assertThatThrownBy(() -> starved.attack(view))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("shokri with data=synthesized found \\d+ records in 10 queries, .*");
    }

    @Test
    void sourcesAreChosenByName() {
        assertThat(Attacks.parse("shokri:data=marginals")).isEqualTo(Shokri.with(Shokri.Source.MARGINALS));
        assertThatThrownBy(() -> Attacks.parse("shokri:noise=0")).hasMessage("noise 0.0 must lie in (0, 1)");
        assertThatThrownBy(() -> Attacks.parse("shokri:models=0")).hasMessage("models 0 must be at least 1");
    }
}

package dev.lethe.audit.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.audit.membership.attacks.LabelOnly;
import dev.lethe.core.data.Column;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.data.Records;
import dev.lethe.core.data.Table;
import dev.lethe.core.model.EncodedTrainer;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.random.Seed;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The label-only attack in each of its forms, where networks learned random labels by heart. */
class LabelOnlyTest {
    private static final int RECORDS = 400;

    @TempDir
    private Path folder;

    private <D extends Records> ShadowStore<D> store(D data, Trainer<D> trainer, int queries) {
        ShadowStore<D> store = ShadowStore.open(folder, Pool.of(data), trainer, 10, queries, 1);
        store.complete(2, Progress.QUIET);
        return store;
    }

    private static double area(MembershipAttack attack, ShadowStore<?> store) {
        double sum = 0;
        for (int target = 0; target < 2; target++) {
            MembershipView view = MembershipView.of(store, store.key(), target, Seed.of(4));
            sum += area(attack.attack(view).values(), store, target) / 2;
        }
        return sum;
    }

    private static double area(double[] scores, ShadowStore<?> store, int target) {
        return new Roc(new Trial(scores, store.key().of(target), OptionalDouble.empty())).auc();
    }

    /** The least that labels tell: whether the record's own comes out. */
    private static double gap(ShadowStore<?> store) {
        double sum = 0;
        for (int target = 0; target < 2; target++) {
            Logits logits = store.logits(target, 0);
            int[] labels = store.pool().data().labels();
            double[] right = IntStream.range(0, labels.length)
                    .mapToDouble(row -> logits.argMax(row) == labels[row] ? 1 : 0)
                    .toArray();
            sum += area(right, store, target) / 2;
        }
        return sum;
    }

    /**
     * Random numbers under random labels. The area of 400 records has a standard deviation below 0.025; more than
     * correctness alone is found by what is left of it when records move.
     */
    @Test
    void findsMoreThanCorrectnessInExamples() {
        ShadowStore<Examples> store = store(Games.noise(RECORDS, Seed.of(3)), Games.memorizer(), 1);
        assertThat(area(LabelOnly.DEFAULT, store)).isGreaterThan(gap(store) + 0.02);
        assertThat(area(new LabelOnly(LabelOnly.Method.BOUNDARY, 100, 8), store))
                .isGreaterThan(gap(store) + 0.02);
        assertThat(area(new LabelOnly(LabelOnly.Method.NOISE, 1, 8), store)).isGreaterThan(0.75);
    }

    @Test
    void findsMoreThanCorrectnessInImages() {
        Examples noise = Games.noise(RECORDS, Seed.of(5));
        Examples images = new Examples(noise.features(), new int[] {1, 4, 5}, noise.labels(), noise.classes());
        ShadowStore<Examples> store = store(images, Games.memorizer(), 6);
        assertThat(area(LabelOnly.DEFAULT, store)).isGreaterThan(gap(store));
        // A budget of one leaves the image itself.
        assertThat(area(new LabelOnly(LabelOnly.Method.AUTO, 1, 8), store)).isGreaterThan(0.75);
    }

    @Test
    void findsTableRows() {
        UniformRandomProvider random = Seed.of(6).stream();
        List<Column> columns = IntStream.range(0, 10)
                .<Column>mapToObj(c -> c % 2 == 0
                        ? new Column.Numeric("n" + c, random.doubles(RECORDS).toArray())
                        : new Column.Categorical(
                                "c" + c, random.ints(RECORDS, 0, 4).toArray(), List.of("a", "b", "c", "d")))
                .toList();
        LabelledTable table = new LabelledTable(
                new Table(columns), random.ints(RECORDS, 0, 3).toArray(), List.of("x", "y", "z"), "label");
        ShadowStore<LabelledTable> store = store(table, new EncodedTrainer(Games.memorizer()), 1);
        assertThat(area(LabelOnly.DEFAULT, store)).isGreaterThan(gap(store));
        assertThat(area(new LabelOnly(LabelOnly.Method.BOUNDARY, 60, 8), store)).isGreaterThan(0.75);
    }
}

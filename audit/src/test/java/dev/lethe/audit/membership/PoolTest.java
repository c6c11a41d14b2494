package dev.lethe.audit.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.core.data.Column;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.data.Table;
import dev.lethe.core.random.Seed;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PoolTest {
    /** 60 people with one to three rows each, in scattered order. */
    private static LabelledTable people() {
        int[] whose = IntStream.range(0, 60)
                .flatMap(p -> IntStream.range(0, 1 + p % 3).map(i -> p))
                .toArray();
        int rows = whose.length;
        int[] order = IntStream.range(0, rows).map(i -> (i * 47) % rows).toArray();
        double[] name = Arrays.stream(order).mapToDouble(i -> whose[i]).toArray();
        double[] value = IntStream.range(0, rows).mapToDouble(i -> i).toArray();
        double[] answer = IntStream.range(0, rows).mapToDouble(i -> i % 2).toArray();
        return new Table(List.of(
                        new Column.Numeric("who", name),
                        new Column.Numeric("value", value),
                        new Column.Numeric("answer", answer)))
                .labelled("answer")
                .groupedBy("who");
    }

    @Test
    void takesPeopleWithAllOfTheirRows() {
        LabelledTable all = people();
        Pool<LabelledTable> pool = Pool.draw(all, 20, 15, Seed.of(1));
        Map<Integer, Integer> rowsOf = new HashMap<>();
        for (int person : all.people()) {
            rowsOf.merge(person, 1, Integer::sum);
        }
        Map<Integer, Integer> playing = new HashMap<>();
        for (int row = 0; row < pool.records(); row++) {
            playing.merge(all.people()[pool.source()[row]], 1, Integer::sum);
        }
        assertThat(playing).hasSize(20);
        playing.forEach((person, rows) -> assertThat(rows).isEqualTo(rowsOf.get(person)));
        Set<Integer> watching = new HashSet<>();
        for (int row = pool.records(); row < pool.data().size(); row++) {
            watching.add(all.people()[pool.source()[row]]);
        }
        assertThat(watching).isNotEmpty().doesNotContainAnyElementsOf(playing.keySet());
        assertThat(pool.population()).isBetween(13, 15);
        for (int row = 0; row < pool.data().size(); row++) {
            double value = ((Column.Numeric) pool.data().features().columns().get(0)).values()[row];
            assertThat(value).isEqualTo(pool.source()[row]);
        }
    }

    @Test
    void aPersonIsInAModelWithAllRowsOrWithNone() {
        Pool<LabelledTable> pool = Pool.of(people());
        AnswerKey key = AnswerKey.draw(4, pool.people(), Seed.of(2));
        for (int model = 0; model < 4; model++) {
            Set<Integer> in = new HashSet<>();
            for (int row : key.rows(model, pool.person())) {
                in.add(row);
            }
            for (int row = 0; row < pool.records(); row++) {
                assertThat(in.contains(row)).isEqualTo(key.isMember(model, pool.person()[row]));
            }
        }
    }

    @Test
    void theColumnThatNamesPeopleIsNotLearnedFrom() {
        assertThat(people().features().column("who")).isEmpty();
        assertThat(people().select(new int[] {5, 3, 5}).people()).isEqualTo(new int[] {0, 1, 0});
    }
}

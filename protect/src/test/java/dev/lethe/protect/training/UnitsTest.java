package dev.lethe.protect.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.data.Column;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.data.Table;
import dev.lethe.core.model.Progress;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.query.StatisticsPlan;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.ClippedTraining;
import dev.lethe.nn.Clipping;
import dev.lethe.nn.LogisticRegression;
import dev.lethe.nn.Optimization;
import dev.lethe.nn.Optimizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whose row this is: people are drawn, clipped, bounded and counted as one. */
class UnitsTest {
    private static final int PEOPLE = 300;
    private static final double CLIP = 0.5;

    /** Person i has 1 + i % 7 rows, all alike, so that their gradients add up as far as they can. */
    private static Examples crowd() {
        int[] people = IntStream.range(0, PEOPLE)
                .flatMap(person -> IntStream.range(0, 1 + person % 7).map(row -> person))
                .toArray();
        float[] features = new float[5 * people.length];
        Arrays.fill(features, 1);
        return new Examples(features, new int[] {5}, new int[people.length], List.of("a", "b")).groupedBy(people);
    }

    private static DpSgd recipe() {
        return new DpSgd(
                new LogisticRegression(new Optimization(20, 1e-6, 30, 0, 0, new Optimizer.Sgd(0))),
                1.3,
                new Clipping.Flat(CLIP));
    }

    /** Steps seen from inside: how far a batch's sum reaches for each person in it, at most, and how often each was drawn. */
    private static class Watched extends PrivateSteps {
        final int[] drawn = new int[PEOPLE];
        double farthest;

        Watched(Examples data) {
            super(
                    recipe(),
                    data,
                    IntStream.range(0, data.size()).toArray(),
                    Seed.of(1),
                    new Chance.Protective(NoiseSource.insecure(Seed.of(2).fork("noise"))),
                    Progress.QUIET,
                    null);
        }

        @Override
        int[] batch() {
            int[] batch = super.batch();
            for (int person : batch) {
                drawn[person]++;
            }
            return batch;
        }

        @Override
        ClippedTraining.Sum sum(ClippedTraining training, int[] batch, Clipping clipping) {
            ClippedTraining.Sum sum = super.sum(training, batch, clipping);
            double square = 0;
            for (float value : sum.values()) {
                square += (double) value * value;
            }
            if (batch.length > 0) {
                farthest = Math.max(farthest, Math.sqrt(square) / batch.length);
            }
            return sum;
        }
    }

    /**
     * 200 steps at a rate of 0.1. The draws of the people with seven rows and of those with one are binomial(200 n, 0.1); each count is
     * held to five standard deviations, so that a sound training is accused with a probability below 2e-6.
     */
    private static List<String> complaints(Watched steps) {
        steps.run().close();
        List<String> complaints = new ArrayList<>();
        if (steps.farthest > CLIP) {
            complaints.add("a person reaches too far");
        }
        for (int rows : new int[] {1, 7}) {
            int[] those = IntStream.range(0, PEOPLE)
                    .filter(person -> 1 + person % 7 == rows)
                    .toArray();
            double count =
                    Arrays.stream(those).map(person -> steps.drawn[person]).sum();
            double trials = 200.0 * those.length;
            if (Math.abs(count - 0.1 * trials) > 5 * Math.sqrt(0.09 * trials)) {
                complaints.add("people with " + rows + " rows are drawn at another rate");
            }
        }
        return complaints;
    }

    @Test
    void peopleAreDrawnByOneCoinAndClippedAsOne() {
        assertThat(complaints(new Watched(crowd()))).isEmpty();
    }

    /** The saboteur sums rows clipped one by one: seven times the reach. */
    @Test
    void rowsClippedByThemselvesAreCaught() {
        Examples data = crowd();
        assertThat(complaints(new Watched(data) {
                    @Override
                    ClippedTraining.Sum sum(ClippedTraining training, int[] batch, Clipping clipping) {
                        ClippedTraining.Sum rows = training.sum(
                                IntStream.range(0, data.size())
                                        .filter(row ->
                                                Arrays.stream(batch).anyMatch(person -> person == data.people()[row]))
                                        .toArray(),
                                clipping,
                                1);
                        double square = 0;
                        for (float value : rows.values()) {
                            square += (double) value * value;
                        }
                        farthest = Math.max(farthest, Math.sqrt(square) / Math.max(1, batch.length));
                        return rows;
                    }
                }))
                .contains("a person reaches too far");
    }

    /** The saboteur draws a person whenever one of their rows is drawn. */
    @Test
    void coinsOfRowsAreCaught() {
        assertThat(complaints(new Watched(crowd()) {
                    @Override
                    int[] batch() {
                        Set<Integer> some = new HashSet<>();
                        for (int row = 0; row < 7; row++) {
                            for (int person : super.batch()) {
                                if (row <= person % 7) {
                                    some.add(person);
                                } else {
                                    drawn[person]--;
                                }
                            }
                        }
                        return some.stream().mapToInt(Integer::intValue).toArray();
                    }
                }))
                .contains("people with 7 rows are drawn at another rate");
    }

    @Test
    void theNumberOfPeopleIsWhatIsPriced() {
        Examples data = crowd();
        PrivateTraining training = new PrivateTraining(recipe(), PEOPLE, Seed.of(1), Progress.QUIET, null);
        assertThat(training.event())
                .isEqualTo(new PrivacyEvent.Repeated(
                        200, new PrivacyEvent.PoissonSampled(0.1, new PrivacyEvent.Gaussian(1.3))));
        training.release(data, NoiseSource.secure()).close();
        assertThatThrownBy(() -> new PrivateTraining(recipe(), data.size(), Seed.of(1), Progress.QUIET, null)
                        .release(data, NoiseSource.secure()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there are 300 examples instead of");
    }

    /**
     * Three of a person's seven rows: each row with probability 3/7, here in 20,000 draws to within five standard deviations; a false
     * alarm for any of the seven has a probability below 5e-6. Nobody else's rows have a say.
     */
    @Test
    void rowsAreChosenByLot() {
        NoiseSource noise = NoiseSource.insecure(Seed.of(4).fork("lot"));
        int[] people = {0, 1, 1, 1, 2, 2, 1, 1, 1, 1, 3};
        int[] chosen = new int[people.length];
        for (int i = 0; i < 20_000; i++) {
            int[] rows = Units.bounded(people, 3, noise);
            assertThat(rows).isSorted().hasSize(7).doesNotHaveDuplicates();
            for (int row : rows) {
                chosen[row]++;
            }
        }
        for (int row = 0; row < people.length; row++) {
            if (people[row] == 1) {
                assertThat(Math.abs(chosen[row] - 20_000 * 3 / 7.0))
                        .isLessThan(5 * Math.sqrt(20_000 * 3 / 7.0 * 4 / 7.0));
            } else {
                assertThat(chosen[row]).isEqualTo(20_000);
            }
        }
    }

    /** What is found for the encoding is priced for as many rows of a person as may take part: eight times the noise. */
    @Test
    void theEncodingPaysForSeveralRows() {
        Table features = new Table(List.of(
                new Column.Numeric("age", new double[] {1, 2, 3}),
                new Column.Numeric("person", new double[] {1, 2, 3})));
        LabelledTable table =
                new LabelledTable(features, new int[] {0, 1, 0}, List.of("a", "b"), "c", new int[] {0, 0, 1});
        PrivateEncoding one = PrivateEncoding.of(features, table.classes(), Map.of(), 1, 1e-5, 1);
        PrivateEncoding eight = PrivateEncoding.of(features, table.classes(), Map.of(), 1, 1e-5, 8);
        assertThat(scale(eight) / scale(one)).isBetween(7.9, 8.1);
        assertThat(eight.release(table, NoiseSource.secure()).encoder().width()).isEqualTo(4);
        assertThatThrownBy(() -> one.release(table, NoiseSource.secure()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one row of each person");
        assertThatThrownBy(() -> new PrivateTableTraining(
                        eight, recipe(), 2, 9, Seed.of(1), Progress.QUIET, null, null, found -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mostRows 9 must lie in 1..8");
    }

    private static double scale(PrivateEncoding encoding) {
        StatisticsPlan plan = encoding.statistics();
        return plan.parts().stream()
                .filter(part -> part.name().startsWith("quantiles"))
                .mapToDouble(StatisticsPlan.Part::noiseScale)
                .max()
                .orElseThrow();
    }
}

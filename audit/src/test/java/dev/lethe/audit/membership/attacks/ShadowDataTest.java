package dev.lethe.audit.membership.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.audit.membership.NotApplicableException;
import dev.lethe.core.data.Column;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.data.Records;
import dev.lethe.core.data.Table;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.random.Seed;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

class ShadowDataTest {
    private static final int WIDTH = 30;

    private static Examples bits(int n) {
        UniformRandomProvider random = Seed.of(1).stream();
        float[] features = new float[n * WIDTH];
        int[] labels = new int[n];
        for (int row = 0; row < n; row++) {
            labels[row] = random.nextInt(2);
            for (int column = 0; column < WIDTH; column++) {
                // The first two are equal, the third says the class, the last never varies.
                features[row * WIDTH + column] = column == 1
                        ? features[row * WIDTH]
                        : column == 2 ? labels[row] : column == WIDTH - 1 ? 1 : random.nextInt(2);
            }
        }
        return new Examples(features, new int[] {WIDTH}, labels, List.of("a", "b"));
    }

    private static LabelledTable table(int n) {
        UniformRandomProvider random = Seed.of(2).stream();
        double[] age = new double[n];
        int[] job = new int[n];
        int[] labels = new int[n];
        for (int row = 0; row < n; row++) {
            age[row] = row % 7 == 0 ? Double.NaN : 20 + random.nextInt(50);
            job[row] = random.nextInt(4) - 1;
            labels[row] = random.nextInt(2);
        }
        Table features = new Table(
                List.of(new Column.Numeric("age", age), new Column.Categorical("job", job, List.of("x", "y", "z"))));
        return new LabelledTable(features, labels, List.of("no", "yes"), "y");
    }

    /** Counts ones: the more, the surer of class b. */
    private static final class Counting implements Predictor<Examples> {
        private long asked;

        @Override
        public Logits logits(Examples data) {
            asked += data.size();
            float[] values = new float[2 * data.size()];
            for (int row = 0; row < data.size(); row++) {
                for (int column = 0; column < WIDTH; column++) {
                    values[2 * row + 1] += data.features()[row * WIDTH + column];
                }
                values[2 * row + 1] -= WIDTH / 2f;
            }
            return new Logits(values, 2);
        }

        @Override
        public void close() {}
    }

    /** 1,000 records of 29 features that vary: the share has standard deviation 0.0018. */
    @Test
    void noiseFlipsItsShareOfBitsAndKeepsLabels() {
        Examples real = bits(1000);
        Examples noisy = ShadowData.noisy(real, 0.1, Seed.of(3)).data();
        assertThat(noisy.labels()).isEqualTo(real.labels());
        int changed = 0;
        for (int i = 0; i < real.features().length; i++) {
            assertThat(noisy.features()[i]).isIn(0f, 1f);
            changed += noisy.features()[i] != real.features()[i] ? 1 : 0;
        }
        assertThat(changed / (1000.0 * (WIDTH - 1))).isBetween(0.09, 0.11);
    }

    @Test
    void noiseReplacesCellsOfATableByOthersOfTheirColumn() {
        LabelledTable real = table(2000);
        LabelledTable noisy = ShadowData.noisy(real, 0.2, Seed.of(3)).data();
        assertThat(noisy.classes()).isEqualTo(real.classes());
        assertThat(noisy.label()).isEqualTo("y");
        for (int column = 0; column < 2; column++) {
            Column before = real.features().columns().get(column);
            Column after = noisy.features().columns().get(column);
            assertThat(after.name()).isEqualTo(before.name());
            int changed = 0;
            for (int row = 0; row < 2000; row++) {
                changed += after.text(row).equals(before.text(row)) ? 0 : 1;
            }
            // Standard deviation 0.009.
            assertThat(changed / 2000.0).isBetween(0.15, 0.25);
        }
    }

    @Test
    void marginalsKeepEachFeatureAndBreakTheirTies() {
        Examples real = bits(2000);
        Counting target = new Counting();
        ShadowData<Examples> made = ShadowData.marginals(real, target, 3000, Seed.of(3));
        assertThat(made.queries()).isEqualTo(3000).isEqualTo(target.asked);
        assertThat(made.data().labels()).isEqualTo(argMaxes(target.logits(made.data())));
        int equal = 0;
        int ones = 0;
        for (int row = 0; row < 3000; row++) {
            equal += made.data().features()[row * WIDTH] == made.data().features()[row * WIDTH + 1] ? 1 : 0;
            ones += made.data().features()[row * WIDTH] == 1 ? 1 : 0;
        }
        // Standard deviation 0.009; in the real records the two are always equal.
        assertThat(equal / 3000.0).isBetween(0.45, 0.55);
        assertThat(ones / 3000.0).isBetween(0.45, 0.55);
    }

    private static int[] argMaxes(Logits logits) {
        int[] labels = new int[logits.size()];
        for (int row = 0; row < labels.length; row++) {
            labels[row] = logits.argMax(row);
        }
        return labels;
    }

    @Test
    void climbingFindsRecordsThatTheTargetIsSureOf() {
        Examples real = bits(500);
        Counting target = new Counting();
        ShadowData.Climb how = new ShadowData.Climb(8, 2, 0.9, 5, 500, 1_000_000);
        ShadowData<Examples> made = ShadowData.synthesized(real, target, 400, how, Seed.of(3));
        assertThat(made.queries()).isEqualTo(target.asked);
        // Without climbing one random record in a hundred is as sure, so 400 would take 40,000 queries.
        assertThat(made.queries()).isLessThan(20_000);
        assertThat(made.data().size()).isGreaterThan(380);
        Logits answers = target.logits(made.data());
        double[] p = new double[2];
        int second = 0;
        for (int row = 0; row < made.data().size(); row++) {
            answers.probabilities(row, p);
            assertThat(p[made.data().labels()[row]]).isGreaterThan(0.9);
            second += made.data().labels()[row];
        }
        assertThat(second).isBetween(130, 270);
    }

    @Test
    void climbingKeepsItsBudgetOfQueries() {
        Examples real = bits(500);
        Counting target = new Counting();
        ShadowData.Climb how = new ShadowData.Climb(8, 2, 0.9, 5, 500, 1500);
        ShadowData<Examples> made = ShadowData.synthesized(real, target, 4000, how, Seed.of(3));
        assertThat(made.queries()).isEqualTo(1500).isEqualTo(target.asked);
        assertThat(made.data().size()).isBetween(1, 1499);
    }

    /** With two queries a record, hardly any is sure enough; what is given up costs no more. */
    @Test
    void climbingGivesARecordUp() {
        Counting target = new Counting();
        ShadowData.Climb how = new ShadowData.Climb(1, 1, 0.999, 5, 2, 1_000_000);
        ShadowData<Examples> made = ShadowData.synthesized(bits(500), target, 300, how, Seed.of(3));
        assertThat(made.data().size()).isLessThan(20);
        assertThat(made.queries()).isBetween(590L, 600L).isEqualTo(target.asked);
    }

    @Test
    void isReproducible() {
        Examples real = bits(200);
        for (int i = 0; i < 2; i++) {
            assertThat(ShadowData.synthesized(real, new Counting(), 50, ShadowData.Climb.DEFAULT, Seed.of(3))
                            .data()
                            .fingerprint())
                    .isEqualTo(ShadowData.synthesized(real, new Counting(), 50, ShadowData.Climb.DEFAULT, Seed.of(3))
                            .data()
                            .fingerprint());
        }
    }

    @Test
    void refusesWhatItCannotMake() {
        assertThatThrownBy(() -> ShadowData.noisy(bits(10), 0, Seed.of(1))).hasMessage("noise 0.0 must lie in (0, 1)");
        assertThatThrownBy(() -> new ShadowData.Climb(4, 8, 0.2, 10, 100, 100))
                .hasMessage("kMin 8 and kMax 4 must be ascending from 1");
        assertThatThrownBy(() -> new ShadowData.Climb(8, 4, 1, 10, 100, 100))
                .hasMessage("confMin 1.0 must lie in [0, 1)");
        assertThatThrownBy(() -> ShadowData.noisy((Records) new Unknown(), 0.1, Seed.of(1)))
                .isInstanceOf(NotApplicableException.class)
                .hasMessageContaining("Unknown");
    }

    /** Records of a type that nobody knows. */
    private static final class Unknown implements Records {
        @Override
        public int size() {
            return 0;
        }

        @Override
        public int[] labels() {
            return new int[0];
        }

        @Override
        public List<String> classes() {
            return List.of("a", "b");
        }

        @Override
        public Examples encode(int[] fitted) {
            return bits(1);
        }

        @Override
        public Records select(int[] rows) {
            return this;
        }

        @Override
        public String fingerprint() {
            return "";
        }
    }
}

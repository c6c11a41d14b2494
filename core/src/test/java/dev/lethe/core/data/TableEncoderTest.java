package dev.lethe.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

final class TableEncoderTest {
    private static final double MISSING = Double.NaN;

    @Test
    void numbersAreStandardisedWithTheFittedRowsOnly() {
        LabelledTable data = table(numbers("age", 1, 3, 1000, -1000));

        assertThat(encoded(data, 0, 1)).containsExactly(-1, 1, 10, -10);
    }

    @Test
    void aConstantColumnIsZeroWhateverTheOtherRowsHold() {
        LabelledTable data = table(numbers("age", 7, 7, 9, 1e300));

        assertThat(encoded(data, 0, 1)).containsExactly(0, 0, 0, 0);
    }

    @Test
    void aMissingNumberIsTheMeanAndHasAnIndicatorOnlyIfTheFittedRowsMissOne() {
        LabelledTable data = table(numbers("age", 1, 3, MISSING));

        assertThat(encoded(data, 0, 1)).containsExactly(-1, 1, 0);
        assertThat(encoded(data, 0, 1, 2)).containsExactly(-1, 0, 1, 0, 0, 1);
        assertThat(TableEncoder.fit(data, new int[] {0, 1, 2}).featureNames()).containsExactly("age", "age is missing");
    }

    @Test
    void anUnseenCategorySetsNothingAndMissingIsACategoryOnlyIfSeen() {
        LabelledTable data =
                table(new Column.Categorical("job", new int[] {1, 0, 2, -1}, List.of("clerk", "smith", "judge")));

        assertThat(TableEncoder.fit(data, new int[] {0, 1}).featureNames()).containsExactly("job=clerk", "job=smith");
        assertThat(encoded(data, 0, 1)).containsExactly(0, 1, 1, 0, 0, 0, 0, 0);
        assertThat(TableEncoder.fit(data, new int[] {0, 3}).featureNames())
                .containsExactly("job=smith", "job is missing");
        assertThat(encoded(data, 0, 3)).containsExactly(1, 0, 0, 0, 0, 0, 0, 1);
    }

    @Test
    void aColumnMissingInEveryFittedRowHasNoFeatures() {
        LabelledTable data = table(
                numbers("gone", MISSING, MISSING, 5),
                new Column.Categorical("lost", new int[] {-1, -1, 0}, List.of("a")),
                numbers("age", 1, 3, 2));

        assertThat(TableEncoder.fit(data, new int[] {0, 1}).featureNames()).containsExactly("age");
        assertThat(encoded(data, 0, 1)).containsExactly(-1, 1, 0);
    }

    @Test
    void hugeAndTinyNumbersStayFinite() {
        double huge = Double.MAX_VALUE;
        double tiny = Double.MIN_VALUE;

        assertThat(encoded(table(numbers("x", huge, -huge, 0)), 0, 1)).containsExactly(1, -1, 0);
        assertThat(encoded(table(numbers("x", tiny, -tiny, huge, 1)), 0, 1)).containsExactly(1, -1, 10, 10);
    }

    @Test
    void anotherTableMayNumberItsCategoriesDifferently() {
        LabelledTable fitted = table(new Column.Categorical("job", new int[] {0, 1}, List.of("clerk", "smith")));
        LabelledTable other = table(new Column.Categorical("job", new int[] {0, 1}, List.of("smith", "judge")));

        assertThat(TableEncoder.fit(fitted, new int[] {0, 1}).encode(other).features())
                .containsExactly(0, 1, 0, 0);
    }

    @Test
    void labelsAndClassesAreKept() {
        LabelledTable data = table(numbers("age", 1, 3));
        Examples examples = TableEncoder.fit(data, new int[] {0, 1}).encode(data);

        assertThat(examples.labels()).isEqualTo(data.labels());
        assertThat(examples.classes()).isEqualTo(data.classes());
        assertThat(examples.shape()).containsExactly(1);
    }

    @Test
    void refusesWhatItCannotEncode() {
        LabelledTable data = table(numbers("age", 1, 3, MISSING));
        TableEncoder encoder = TableEncoder.fit(data, new int[] {0, 1});

        assertThatThrownBy(() -> TableEncoder.fit(data, new int[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one row");
        assertThatThrownBy(() -> TableEncoder.fit(data, new int[] {2}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("fit on more rows or fill the missing cells");
        assertThatThrownBy(() -> encoder.encode(table(numbers("height", 1, 3))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'height'")
                .hasMessageContaining("'age'");
        assertThatThrownBy(() ->
                        encoder.encode(table(new Column.Categorical("age", new int[] {0, 1}, List.of("young", "old")))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("numeric column 'age'");
        assertThatThrownBy(() -> encoder.encode(table(numbers("age", 1, 3), numbers("height", 1, 3))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 feature columns");
        assertThatThrownBy(() -> encoder.encode(new LabelledTable(
                        new Table(List.of(numbers("age", 1, 3))), new int[] {0, 1}, List.of("cat", "dog"), "y")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("classes");
    }

    @Test
    void agreesWithItsSlowTwin() {
        PropertyTrials.check(150, seed -> {
            UniformRandomProvider random = seed.stream();
            LabelledTable data = randomTable(seed.fork("data"), 1 + random.nextInt(150), 1 + random.nextInt(5));
            int[] rows = Shuffle.subset(data.size(), 1 + random.nextInt(data.size()), random);
            List<double[]> expected = SlowTableEncoder.encode(data, rows, data);
            if (expected.get(0).length == 0) {
                assertThatThrownBy(() -> TableEncoder.fit(data, rows)).isInstanceOf(IllegalArgumentException.class);
                return;
            }
            TableEncoder encoder = TableEncoder.fit(data, rows);
            Examples actual = encoder.encode(data);
            assertThat(encoder.featureNames()).hasSize(encoder.width()).doesNotHaveDuplicates();
            assertThat(actual.width()).isEqualTo(encoder.width());
            for (int row = 0; row < data.size(); row++) {
                assertThat(expected.get(row)).hasSize(encoder.width());
                for (int i = 0; i < encoder.width(); i++) {
                    assertThat((double) actual.features()[row * encoder.width() + i])
                            .as("%s in row %d", encoder.featureNames().get(i), row)
                            .isCloseTo(expected.get(row)[i], within(2e-6));
                }
            }
        });
    }

    @Test
    void rowsOutsideTheFitChangeNothing() {
        PropertyTrials.check(50, seed -> {
            UniformRandomProvider random = seed.stream();
            LabelledTable data = randomTable(seed.fork("data"), 40, 4);
            int[] rows = Shuffle.subset(40, 1 + random.nextInt(40), random);
            LabelledTable alone = data.select(rows);
            int[] all = IntStream.range(0, rows.length).toArray();
            if (SlowTableEncoder.encode(data, rows, data).get(0).length == 0) {
                return;
            }
            assertThat(TableEncoder.fit(data, rows).encode(alone).features())
                    .isEqualTo(TableEncoder.fit(alone, all).encode(alone).features());
        });
    }

    @Test
    void aWideBinaryTableKeepsItsWidth() {
        UniformRandomProvider random = Seed.of(1).stream();
        Column[] columns = new Column[446];
        Arrays.setAll(
                columns,
                i -> numbers(
                        "place" + i, random.ints(500, 0, 2).asDoubleStream().toArray()));
        LabelledTable data = table(columns);
        int[] rows = IntStream.range(0, 250).toArray();
        Examples examples = TableEncoder.fit(data, rows).encode(data);

        assertThat(examples.width()).isEqualTo(446);
        List<double[]> expected =
                SlowTableEncoder.encode(table(Arrays.copyOf(columns, 3)), rows, table(Arrays.copyOf(columns, 3)));
        for (int row = 0; row < 500; row++) {
            for (int i = 0; i < 3; i++) {
                assertThat((double) examples.features()[row * 446 + i]).isCloseTo(expected.get(row)[i], within(1e-6));
            }
        }
    }

    private static float[] encoded(LabelledTable data, int... rows) {
        return TableEncoder.fit(data, rows).encode(data).features();
    }

    private static Column.Numeric numbers(String name, double... values) {
        return new Column.Numeric(name, values);
    }

    private static LabelledTable table(Column... columns) {
        int[] labels = new int[columns[0].size()];
        labels[0] = 1;
        return new LabelledTable(new Table(List.of(columns)), labels, List.of("no", "yes"), "y");
    }

    private static LabelledTable randomTable(Seed seed, int rows, int columns) {
        UniformRandomProvider random = seed.stream();
        List<Column> made = new ArrayList<>();
        for (int i = 0; i < columns; i++) {
            double missing = random.nextInt(4) == 0 ? 1 : random.nextDouble() * random.nextInt(2);
            double scale = Math.pow(10, random.nextInt(-6, 7));
            if (random.nextBoolean()) {
                int spread = 1 + random.nextInt(50);
                double[] values = new double[rows];
                Arrays.setAll(values, row -> random.nextDouble() < missing ? MISSING : random.nextInt(spread) * scale);
                made.add(new Column.Numeric("n" + i, values));
            } else {
                int categories = 1 + random.nextInt(6);
                int[] codes = new int[rows];
                Arrays.setAll(codes, row -> random.nextDouble() < missing ? -1 : random.nextInt(categories));
                made.add(new Column.Categorical(
                        "c" + i,
                        codes,
                        IntStream.range(0, categories).mapToObj(c -> "k" + c).toList()));
            }
        }
        return table(made.toArray(new Column[0]));
    }
}

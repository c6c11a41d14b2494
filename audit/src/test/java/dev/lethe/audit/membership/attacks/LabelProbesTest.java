package dev.lethe.audit.membership.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.audit.membership.NotApplicableException;
import dev.lethe.audit.membership.Probe;
import dev.lethe.core.data.Column;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.data.Records;
import dev.lethe.core.data.Table;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.random.Seed;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LabelProbesTest {
    private static final List<String> CLASSES = List.of("no", "yes");

    /** A model that is a formula, and counts what it is asked. */
    private static final class Formula<D extends Records> implements Predictor<D> {
        private final Function<D, float[]> logits;
        private long asked;

        Formula(Function<D, float[]> logits) {
            this.logits = logits;
        }

        @Override
        public Logits logits(D data) {
            asked += data.size();
            return new Logits(logits.apply(data), 2);
        }

        @Override
        public void close() {}
    }

    /** The class with the larger logit, and nothing else. */
    private static <D extends Records> Formula<D> labelsOf(Formula<D> model) {
        return new Formula<>(data -> {
            Logits logits = new Logits(model.logits.apply(data), 2);
            float[] oneHot = new float[2 * data.size()];
            for (int row = 0; row < data.size(); row++) {
                oneHot[2 * row + logits.argMax(row)] = 1;
            }
            return oneHot;
        });
    }

    /** Logit of "yes" for each example; "no" has 0. */
    private static Formula<Examples> formula(ToDoubleFunction<float[]> yes) {
        return new Formula<>(data -> {
            float[] logits = new float[2 * data.size()];
            for (int row = 0; row < data.size(); row++) {
                float[] x = java.util.Arrays.copyOfRange(data.features(), row * data.width(), (row + 1) * data.width());
                logits[2 * row + 1] = (float) yes.applyAsDouble(x);
            }
            return logits;
        });
    }

    private static Examples examples(int n, int width, Function<UniformRandomProvider, Float> value) {
        UniformRandomProvider random = Seed.of(1).stream();
        float[] features = new float[n * width];
        for (int i = 0; i < features.length; i++) {
            features[i] = value.apply(random);
        }
        return new Examples(
                features,
                new int[] {width},
                IntStream.range(0, n).map(i -> random.nextInt(2)).toArray(),
                CLASSES);
    }

    /** The records, each with the label that the model gives it. */
    private static Examples labelled(Examples data, Formula<Examples> model) {
        Logits logits = model.logits(data);
        model.asked = 0;
        return new Examples(
                data.features(),
                data.shape(),
                IntStream.range(0, data.size()).map(logits::argMax).toArray(),
                CLASSES);
    }

    private static LabelledTable table() {
        UniformRandomProvider random = Seed.of(2).stream();
        int n = 300;
        double[] age = random.doubles(n).map(u -> Math.rint(20 + 50 * u)).toArray();
        int[] job = random.ints(n, -1, 4).toArray();
        int[] town = random.ints(n, 0, 3).toArray();
        return new LabelledTable(
                new Table(List.of(
                        new Column.Numeric("age", age),
                        new Column.Categorical("job", job, List.of("a", "b", "c", "d")),
                        new Column.Categorical("town", town, List.of("x", "y", "z")))),
                IntStream.range(0, n).map(i -> random.nextInt(2)).toArray(),
                CLASSES,
                "answer");
    }

    private static Formula<LabelledTable> tableFormula() {
        return new Formula<>(data -> {
            float[] logits = new float[2 * data.size()];
            double[] age = ((Column.Numeric) data.features().columns().get(0)).values();
            int[] job = ((Column.Categorical) data.features().columns().get(1)).codes();
            int[] town = ((Column.Categorical) data.features().columns().get(2)).codes();
            for (int row = 0; row < data.size(); row++) {
                logits[2 * row + 1] = (float) ((age[row] - 45) / 10 + (job[row] - 1) + 0.5 * (town[row] - 1));
            }
            return logits;
        });
    }

    static Stream<Probe> probes() {
        return Stream.of(
                new NoiseProbe(1, 0, 8),
                new NoiseProbe(2, 3, 4),
                new NoiseProbe(17, 2, 7),
                new StrengthProbe(),
                new BoundaryProbe(1),
                new BoundaryProbe(9),
                new BoundaryProbe(150));
    }

    private static int budget(Probe probe) {
        if (probe instanceof StrengthProbe) {
            return 10;
        }
        return probe instanceof NoiseProbe noise ? noise.queries() : ((BoundaryProbe) probe).queries();
    }

    private static <D extends Records> void keepsBudgetAndUsesLabelsOnly(Probe probe, D data, Formula<D> model) {
        double[][] measured = probe.measure(model, data);
        assertThat(model.asked).isLessThanOrEqualTo((long) budget(probe) * data.size());
        assertThat(measured).hasNumberOfRows(probe.columns());
        // Only labels count, and nothing but the records and the model does.
        assertThat(probe.measure(labelsOf(model), data)).isEqualTo(measured);
        Logits logits = model.logits(data);
        for (int row = 0; row < data.size(); row++) {
            assertThat(measured[0][row]).isEqualTo(logits.argMax(row) == data.labels()[row] ? 1 : 0);
        }
    }

    @ParameterizedTest
    @MethodSource("probes")
    void keepBudgetsAndUseLabelsOnly(Probe probe) {
        Formula<Examples> wavy = formula(x -> Math.sin(3 * x[0]) + x[1] - 0.5 * x[2] * x[2]);
        keepsBudgetAndUsesLabelsOnly(probe, examples(200, 3, random -> 4 * random.nextFloat() - 2), wavy);
        Formula<Examples> bits = formula(x -> x[0] + x[1] + x[2] * x[3] - x[4] - 0.5);
        keepsBudgetAndUsesLabelsOnly(probe, examples(200, 9, random -> random.nextBoolean() ? 1f : 0f), bits);
        keepsBudgetAndUsesLabelsOnly(probe, table(), tableFormula());
    }

    /** Twin: several models side by side, against one after the other; each is asked as often. */
    @ParameterizedTest
    @MethodSource("probes")
    void measureModelsSideBySideAsOneByOne(Probe probe) {
        Examples data = examples(150, 3, random -> 4 * random.nextFloat() - 2);
        List<Formula<Examples>> alone =
                List.of(formula(x -> x[0]), formula(x -> x[1] * x[2]), formula(x -> Math.sin(3 * x[0]) + x[1]));
        List<Formula<Examples>> together =
                alone.stream().map(model -> new Formula<>(model.logits)).toList();
        List<double[][]> measured = probe.measure(List.copyOf(together), data);
        for (int model = 0; model < alone.size(); model++) {
            assertThat(measured.get(model)).isEqualTo(probe.measure(alone.get(model), data));
            assertThat(together.get(model).asked).isEqualTo(alone.get(model).asked);
        }
    }

    /** Record by record: the budget holds for each, not on average. */
    @ParameterizedTest
    @MethodSource("probes")
    void keepTheBudgetOfEachRecord(Probe probe) {
        Examples data = examples(40, 6, random -> random.nextBoolean() ? 1f : 0f);
        Examples numbers = examples(40, 6, UniformRandomProvider::nextFloat);
        for (int row = 0; row < 40; row++) {
            for (Examples one : List.of(data.select(new int[] {row}), numbers.select(new int[] {row}))) {
                Formula<Examples> model = formula(x -> x[0] + x[1] - x[2] - 0.2);
                probe.measure(model, one);
                assertThat(model.asked).isLessThanOrEqualTo(budget(probe));
            }
        }
    }

    /** A search that has questions left uses them: a budget is for the attacker to spend. */
    @Test
    void spendsTheBudget() {
        Formula<Examples> model = formula(x -> x[0] + x[1] - x[2]);
        Examples data = labelled(examples(100, 3, random -> 2 * random.nextFloat() - 1), model);
        new BoundaryProbe(60).measure(model, data);
        assertThat(model.asked).isEqualTo(6000);
        model.asked = 0;
        new NoiseProbe(60, 0, 8).measure(model, data);
        assertThat(model.asked).isEqualTo(6000);
    }

    /**
     * The distance from a plane w x = b, in deviations s of the columns, is |w x - b| / |w s|. HopSkipJump reports a point
     * that has another label, so never less; with 1,000 questions hardly more.
     */
    @Test
    void findsTheDistanceFromAPlane() {
        int width = 10;
        double[] w = {1, -2, 0.5, 3, 0, 1, -1, 2, 0.1, -0.7};
        Formula<Examples> model = formula(x -> {
            double sum = -0.3;
            for (int c = 0; c < width; c++) {
                sum += w[c] * x[c];
            }
            return sum;
        });
        float[] scales = {1, 0.1f, 5, 0.3f, 1, 1, 2, 0.5f, 10, 1};
        int[] column = {0};
        Examples data = labelled(
                examples(60, width, random -> scales[column[0]++ % width] * (2 * random.nextFloat() - 1)), model);
        double[] deviation = Perturbations.deviation(data);
        double norm = Math.sqrt(IntStream.range(0, width)
                .mapToDouble(c -> w[c] * deviation[c] * w[c] * deviation[c])
                .sum());
        double[][] rough = new BoundaryProbe(60).measure(model, data);
        double[][] fine = new BoundaryProbe(1000).measure(model, data);
        double sum = 0;
        double sumOfRough = 0;
        for (int row = 0; row < data.size(); row++) {
            double value = -0.3;
            for (int c = 0; c < width; c++) {
                value += w[c] * data.features()[row * width + c];
            }
            double distance = Math.abs(value) / norm;
            assertThat(fine[1][row]).isBetween(distance * (1 - 1e-3), distance * 1.15);
            sum += fine[1][row] / distance / data.size();
            sumOfRough += rough[1][row] / distance / data.size();
        }
        assertThat(sum).isLessThan(1.04);
        // The saboteur: without estimates of the normal it stays where the first line crosses.
        assertThat(sumOfRough).isGreaterThan(1.2);
    }

    /** Mislabelled records are at the boundary already. */
    @Test
    void givesNoDistanceToWhatIsMisled() {
        Formula<Examples> model = formula(x -> x[0] - 0.5);
        Examples data = labelled(examples(50, 4, UniformRandomProvider::nextFloat), model);
        int[] others =
                java.util.Arrays.stream(data.labels()).map(label -> 1 - label).toArray();
        Examples wrong = new Examples(data.features(), data.shape(), others, CLASSES);
        for (double[] column : new BoundaryProbe(40).measure(model, wrong)) {
            assertThat(column).containsOnly(0);
        }
    }

    /** Where "yes" is 4 ones or more of 12 bits, a record of k ones is k - 3 changes, or 4 - k, from the other label. */
    @Test
    void findsTheFewestChanges() {
        Formula<Examples> model = formula(x -> {
            double ones = 0;
            for (float bit : x) {
                ones += bit;
            }
            return ones - 3.5;
        });
        Examples data = labelled(examples(400, 12, random -> random.nextFloat() < 0.3 ? 1f : 0f), model);
        double[][] measured = new BoundaryProbe(150).measure(model, data);
        for (int row = 0; row < data.size(); row++) {
            int ones = 0;
            for (int c = 0; c < 12; c++) {
                ones += (int) data.features()[row * 12 + c];
            }
            assertThat(measured[1][row]).isEqualTo(ones >= 4 ? ones - 3 : 4 - ones);
        }
    }

    /** In a table too, where one column decides: one change, whatever the others are. */
    @Test
    void findsTheColumnThatDecides() {
        Formula<LabelledTable> model = new Formula<>(data -> {
            float[] logits = new float[2 * data.size()];
            int[] job = ((Column.Categorical) data.features().columns().get(1)).codes();
            for (int row = 0; row < data.size(); row++) {
                logits[2 * row + 1] = job[row] >= 2 ? 1 : -1;
            }
            return logits;
        });
        LabelledTable table = table();
        Logits logits = model.logits(table);
        LabelledTable own = new LabelledTable(
                table.features(),
                IntStream.range(0, table.size()).map(logits::argMax).toArray(),
                CLASSES,
                "answer");
        assertThat(new BoundaryProbe(20).measure(model, own)[1]).containsOnly(1);
    }

    /**
     * Records at -1 and 1, a threshold at 0: noise of s deviations leaves the label with probability Phi(1/s). Over 2,000
     * records times 8 copies the share has a standard deviation below 0.004.
     */
    @Test
    void withstandsNoiseAsOftenAsTheFormulaSays() {
        Formula<Examples> model = formula(x -> x[0]);
        Examples data = labelled(examples(2000, 1, random -> random.nextBoolean() ? 1f : -1f), model);
        NoiseProbe probe = new NoiseProbe(17, 1, 7);
        double[][] measured = probe.measure(model, data);
        double[] expected = new double[2];
        double deviation = Perturbations.deviation(data)[0];
        for (int copy = 0; copy < 16; copy++) {
            double size = Noise.deviations(1 + 6 * copy / 15.0) * deviation;
            expected[copy < 8 ? 0 : 1] += NormalDistribution.of(0, 1).cumulativeProbability(1 / size) / 8;
        }
        for (int half = 0; half < 2; half++) {
            double share = java.util.Arrays.stream(measured[half + 1]).average().orElseThrow() / 8;
            assertThat(share).isCloseTo(expected[half], within(0.02));
        }
        assertThat(expected[1]).isLessThan(0.97);
    }

    /**
     * Where the first of 20 bits decides, a copy with m changed columns keeps its label with probability 1 - m/20 times the
     * share of records with another first bit. Standard deviation over 3,000 records times 4 copies below 0.005.
     */
    @Test
    void withstandsChangesAsOftenAsTheFormulaSays() {
        Formula<Examples> model = formula(x -> x[0] - 0.5);
        Examples data = labelled(examples(3000, 20, random -> random.nextBoolean() ? 1f : 0f), model);
        double[][] measured = new NoiseProbe(9, 2, 6).measure(model, data);
        double expected = 0;
        for (int copy = 4; copy < 8; copy++) {
            expected += (1 - Noise.changes(2 + 4 * copy / 7.0, 20) / 20.0 / 2) / 4;
        }
        double share = java.util.Arrays.stream(measured[2]).average().orElseThrow() / 4;
        assertThat(share).isCloseTo(expected, within(0.025));
        assertThat(expected).isLessThan(0.93);
    }

    /** Steps of noise run from 0.03 to 3 deviations, and from one column, or 2 % of them, to all. */
    @Test
    void noiseGrowsGeometrically() {
        assertThat(Noise.deviations(0)).isCloseTo(0.03, within(1e-12));
        assertThat(Noise.deviations(4)).isCloseTo(0.3, within(1e-12));
        assertThat(Noise.deviations(8)).isCloseTo(3, within(1e-12));
        assertThat(Noise.changes(0, 10)).isEqualTo(1);
        assertThat(Noise.changes(0, 1000)).isEqualTo(20);
        assertThat(Noise.changes(8, 1000)).isEqualTo(1000);
    }

    /** From the last step at which 95 of 100 right labels stay right to the first at which 60 or fewer do. */
    @Test
    void asksWhereLabelsBeginToBreak() {
        assertThat(StrengthProbe.range(new double[] {100, 100, 99, 96, 90, 80, 61, 60, 20, 5}))
                .containsExactly(2, 6);
        assertThat(StrengthProbe.range(new double[] {100, 50, 40, 30, 20, 10, 5, 5, 5, 5}))
                .containsExactly(0, 1);
        assertThat(StrengthProbe.range(new double[] {100, 100, 100, 100, 100, 100, 100, 100, 100, 99}))
                .containsExactly(7, 8);
        assertThat(StrengthProbe.range(new double[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0}))
                .containsExactly(7, 8);
    }

    @Test
    void refusesRecordsThatItCannotChange() {
        Records odd = new Records() {
            @Override
            public int size() {
                return 1;
            }

            @Override
            public int[] labels() {
                return new int[1];
            }

            @Override
            public List<String> classes() {
                return CLASSES;
            }

            @Override
            public Examples encode(int[] fitted) {
                throw new AssertionError("not needed");
            }

            @Override
            public Records select(int[] rows) {
                return this;
            }

            @Override
            public String fingerprint() {
                return "odd";
            }
        };
        Formula<Records> model = new Formula<>(data -> new float[2]);
        assertThatThrownBy(() -> new NoiseProbe(3, 0, 8).measure(model, odd))
                .isInstanceOf(NotApplicableException.class)
                .hasMessageContaining("tables and examples");
        assertThatThrownBy(() -> new BoundaryProbe(3).measure(model, odd)).isInstanceOf(NotApplicableException.class);
    }

    @Test
    void refusesSettingsOutOfRange() {
        assertThatThrownBy(() -> Attacks.parse("label-only:queries=0")).hasMessageContaining("queries 0");
        assertThatThrownBy(() -> Attacks.parse("label-only:shadows=1")).hasMessageContaining("shadows 1");
        assertThatThrownBy(() -> Attacks.parse("label-only:method=guess")).hasMessageContaining("boundary");
    }
}

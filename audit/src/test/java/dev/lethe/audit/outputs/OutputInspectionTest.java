package dev.lethe.audit.outputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.audit.outputs.OutputCondition.Kind;
import dev.lethe.audit.outputs.OutputCondition.Severity;
import dev.lethe.core.model.Logits;
import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.Optimization;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What is named on the answers of networks that were trained on real people: one that learned its members by heart (30
 * classes), and one that hardly leaks, on a question where one in twenty-seven says yes. Everything else is done to these
 * answers on purpose; each test lists all that may be named, so that it fails on a false name too.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OutputInspectionTest {
    private TrainedAnswers location;
    private TrainedAnswers bank;

    @BeforeAll
    void train() {
        location = TrainedAnswers.train(
                TrainedAnswers.location(), new Mlp(List.of(128), 0, new Optimization(40, 3e-3, 128, 0, 0)), Seed.of(1));
        bank = TrainedAnswers.train(
                TrainedAnswers.bank(), new Mlp(List.of(64), 0, new Optimization(30, 1e-2, 128, 0, 0)), Seed.of(2));
    }

    private static OutputInspection look(TrainedAnswers answers, float[] values) {
        return OutputInspection.of(
                values, values.length / answers.size(), answers.labels(), answers.classes(), answers.member());
    }

    /** The same file from one who does not know who was a member. */
    private static OutputInspection blindly(TrainedAnswers answers, float[] values) {
        return OutputInspection.of(values, values.length / answers.size(), answers.labels(), answers.classes());
    }

    private static Set<Kind> kinds(OutputInspection inspection) {
        Set<Kind> kinds = new TreeSet<>();
        inspection.conditions().forEach(c -> kinds.add(c.kind()));
        return kinds;
    }

    private static void assertNamed(TrainedAnswers answers, float[] values, Kind... expected) {
        assertThat(kinds(look(answers, values))).containsExactlyInAnyOrder(expected);
        assertThat(kinds(blindly(answers, values))).containsExactlyInAnyOrder(expected);
    }

    private static double figure(OutputInspection inspection, Kind kind) {
        return inspection.find(kind).orElseThrow().figure();
    }

    private static float[] softmax(TrainedAnswers answers) {
        return Transform.softmax(answers.logits());
    }

    @Test
    void plainLogitsAreLeftAlone() {
        for (TrainedAnswers answers : List.of(location, bank)) {
            OutputInspection inspection = look(answers, answers.logits().values());
            assertThat(inspection.conditions()).isEmpty();
            assertThat(inspection.logits().values()).isSameAs(answers.logits().values());
            assertThat(blindly(answers, answers.logits().values()).conditions()).isEmpty();
        }
    }

    @Test
    void softmaxAndItsLogarithm() {
        assertNamed(location, softmax(location), Kind.PROBABILITIES);
        assertNamed(location, Transform.logSoftmax(location.logits()), Kind.LOG_PROBABILITIES);
        assertNamed(bank, Transform.logSoftmax(bank.logits()), Kind.LOG_PROBABILITIES);
        assertThat(look(bank, softmax(bank)).conditions()).allMatch(c -> c.severity() == Severity.NOTE);
        float[] kept = Transform.logSoftmax(location.logits());
        assertThat(look(location, kept).logits().values()).isSameAs(kept);
    }

    @Test
    void perCentAndVotes() {
        OutputInspection inspection = look(location, Transform.times(softmax(location), 100));
        assertThat(kinds(inspection)).containsExactlyInAnyOrder(Kind.SCALED, Kind.PROBABILITIES);
        assertThat(figure(inspection, Kind.SCALED)).isEqualTo(100);
        assertSameLosses(inspection.logits(), look(location, softmax(location)).logits(), location.labels(), 1e-5);
        assertThat(figure(look(location, Transform.times(softmax(location), 640)), Kind.SCALED))
                .isCloseTo(640, within(0.01));
        assertThat(kinds(look(location, Transform.round(Transform.times(softmax(location), 100), 10))))
                .contains(Kind.SCALED, Kind.ROUNDED)
                .doesNotContain(Kind.CLIPPED, Kind.TRUNCATED);
    }

    @Test
    void oneSigmoidAClass() {
        float[] sigmoids = new float[location.logits().values().length];
        for (int i = 0; i < sigmoids.length; i++) {
            sigmoids[i] = (float) (1 / (1 + Math.exp(-location.logits().values()[i])));
        }
        OutputInspection inspection = look(location, sigmoids);
        assertThat(kinds(inspection)).containsExactly(Kind.INDEPENDENT_PROBABILITIES);
        // Up to the digits that a float has left beside 1, these are the logits again.
        assertThat(MemberClaims.lossAuc(inspection.logits(), location.labels(), location.member()))
                .isCloseTo(
                        MemberClaims.lossAuc(location.logits(), location.labels(), location.member()), within(0.002));
    }

    @Test
    void oneColumnForTwoClasses() {
        OutputInspection probability = look(bank, Transform.column(softmax(bank), 2, 1));
        assertThat(kinds(probability)).contains(Kind.SINGLE_COLUMN).isSubsetOf(Kind.SINGLE_COLUMN, Kind.SATURATED);
        assertThat(figure(probability, Kind.SINGLE_COLUMN)).isEqualTo(1);
        assertSameLosses(probability.logits(), bank.logits(), bank.labels(), 1e-3);

        float[] margins = new float[bank.size()];
        for (int row = 0; row < margins.length; row++) {
            margins[row] = bank.logits().at(row, 1) - bank.logits().at(row, 0);
        }
        OutputInspection logit = look(bank, margins);
        assertThat(kinds(logit)).containsExactly(Kind.SINGLE_COLUMN);
        assertThat(figure(logit, Kind.SINGLE_COLUMN)).isZero();
        assertSameLosses(logit.logits(), bank.logits(), bank.labels(), 1e-5);
    }

    @Test
    void labelsWithoutConfidence() {
        float[] oneHot = Transform.oneHot(location.logits());
        assertNamed(location, oneHot, Kind.LABEL_ONLY);
        double accuracy = location.logits().accuracy(location.labels());
        assertThat(figure(look(location, oneHot), Kind.LABEL_ONLY)).isEqualTo(accuracy);
        float[] numbers = new float[location.size()];
        for (int row = 0; row < numbers.length; row++) {
            numbers[row] = location.logits().argMax(row);
        }
        assertNamed(location, numbers, Kind.LABEL_ONLY);
        assertThat(look(location, numbers).logits().accuracy(location.labels())).isEqualTo(accuracy);
        assertThat(kinds(look(bank, Transform.oneHot(bank.logits())))).containsExactly(Kind.LABEL_ONLY);
    }

    @Test
    void rounding() {
        for (int decimals = 1; decimals <= 7; decimals++) {
            float[] rounded = Transform.round(softmax(location), Math.pow(10, decimals));
            OutputInspection inspection = look(location, rounded);
            assertThat(figure(inspection, Kind.ROUNDED)).isCloseTo(Math.pow(10, -decimals), within(1e-12));
            assertThat(kinds(inspection))
                    .isSubsetOf(Kind.PROBABILITIES, Kind.ROUNDED, Kind.SATURATED, Kind.FEW_DISTINCT);
        }
        // A vote of 64 trees.
        assertThat(figure(look(bank, Transform.round(softmax(bank), 64)), Kind.ROUNDED))
                .isEqualTo(1 / 64.0);
        assertThat(figure(look(location, Transform.round(location.logits().values(), 100)), Kind.ROUNDED))
                .isCloseTo(0.01, within(1e-12));
    }

    @Test
    void halfPrecision() {
        assertThat(figure(look(location, Transform.bfloat16(softmax(location))), Kind.REDUCED_PRECISION))
                .isEqualTo(8);
        assertThat(figure(look(location, Transform.float16(softmax(location))), Kind.REDUCED_PRECISION))
                .isEqualTo(11);
        assertThat(kinds(look(location, Transform.bfloat16(location.logits().values()))))
                .containsExactly(Kind.REDUCED_PRECISION);
        // What is lost beside 1 is lost where there is no other column.
        assertThat(look(bank, Transform.bfloat16(Transform.column(softmax(bank), 2, 1)))
                        .find(Kind.REDUCED_PRECISION)
                        .orElseThrow()
                        .severity())
                .isEqualTo(Severity.WEAKENS);
    }

    @Test
    void clipping() {
        for (TrainedAnswers answers : List.of(location, bank)) {
            OutputInspection inspection = look(answers, Transform.clip(softmax(answers), 0.01f, 0.99f));
            assertThat(kinds(inspection)).contains(Kind.CLIPPED, Kind.PROBABILITIES);
            assertThat(figure(inspection, Kind.CLIPPED)).isGreaterThan(0.5);
            assertThat(kinds(look(answers, Transform.clip(answers.logits().values(), -4, 4))))
                    .contains(Kind.CLIPPED);
            // A rectifier behind the last layer.
            assertThat(kinds(look(answers, Transform.clip(answers.logits().values(), 0, 1e6f))))
                    .contains(Kind.CLIPPED);
        }
        assertNamed(location, Transform.clip(softmax(location), 1e-7f, 1 - 1e-7f), Kind.CLIPPED, Kind.PROBABILITIES);
        float[] again = Transform.normalise(Transform.clip(softmax(location), 0.01f, 0.99f), 30);
        assertThat(kinds(look(location, again))).contains(Kind.CLIPPED, Kind.PROBABILITIES);
    }

    @Test
    void theLargestEntriesOnly() {
        float[] softmax = softmax(location);
        for (int kept : new int[] {1, 3, 10}) {
            float[] top = Transform.top(softmax, 30, kept, 0);
            assertNamed(location, top, Kind.TRUNCATED, Kind.PROBABILITIES);
            assertThat(figure(look(location, top), Kind.TRUNCATED)).isEqualTo(kept);
        }
        assertNamed(
                location,
                Transform.normalise(Transform.top(softmax, 30, 3, 0), 30),
                Kind.TRUNCATED,
                Kind.PROBABILITIES);
        assertNamed(location, Transform.top(location.logits().values(), 30, 5, -1e9f), Kind.TRUNCATED);
        // The mass that is missing is shared: a blank label has its share of it, and no more than the smallest entry.
        Logits logits = look(location, Transform.top(softmax, 30, 3, 0)).logits();
        for (int row = 0; row < 100; row++) {
            double[] p = new double[30];
            logits.probabilities(row, p);
            Arrays.sort(p);
            assertThat(p[26]).isLessThanOrEqualTo(p[27] * (1 + 1e-6));
            assertThat(p[29]).isCloseTo(max(softmax, row), within(0.01 + 30 * p[27]));
        }
    }

    private static double max(float[] values, int row) {
        return IntStream.range(0, 30)
                .mapToDouble(k -> values[row * 30 + k])
                .max()
                .orElseThrow();
    }

    /** Not every probability of 1 is a loss: only where nothing is left of the other classes. */
    @Test
    void saturation() {
        float[] softmax = softmax(location);
        assertThat(IntStream.range(0, location.size()).filter(row -> max(softmax, row) == 1))
                .as("rows whose probability is 1 in single precision")
                .isNotEmpty();
        assertThat(look(location, softmax).find(Kind.SATURATED)).isEmpty();
        OutputInspection sharp = look(location, Transform.softmax(location.logits(), 0.05));
        assertThat(sharp.find(Kind.SATURATED).orElseThrow().severity()).isEqualTo(Severity.WEAKENS);
        // One column keeps nothing beside 1.
        OutputInspection single = look(bank, Transform.column(Transform.softmax(bank.logits(), 0.2), 2, 0));
        assertThat(figure(single, Kind.SATURATED)).isGreaterThan(0.01);
    }

    @Test
    void constantAnswers() {
        float[] same = new float[location.size() * 30];
        float[] nearly = new float[same.length];
        UniformRandomProvider random = Seed.of(3).stream();
        for (int i = 0; i < same.length; i++) {
            same[i] = location.logits().values()[i % 30];
            nearly[i] = same[i] + 1e-6f * random.nextFloat();
        }
        for (float[] values : List.of(same, nearly, Transform.softmax(new Logits(same, 30)))) {
            OutputInspection inspection = look(location, values);
            assertThat(kinds(inspection)).contains(Kind.CONSTANT).isSubsetOf(Kind.CONSTANT, Kind.PROBABILITIES);
            assertThat(inspection.meaningless()).isTrue();
        }
        // Nearly uniform answers of a model that learned are not constant.
        assertThat(kinds(look(location, Transform.times(location.logits().values(), 1e-3f))))
                .containsExactly(Kind.SMOOTHED);
    }

    @Test
    void fewDifferentAnswers() {
        float[] repeated = new float[location.size() * 30];
        for (int i = 0; i < repeated.length; i++) {
            repeated[i] = location.logits().values()[i % (200 * 30)];
        }
        assertThat(figure(look(location, repeated), Kind.FEW_DISTINCT)).isEqualTo(200);
    }

    @Test
    void temperature() {
        for (TrainedAnswers answers : List.of(location, bank)) {
            OutputInspection inspection = look(answers, Transform.softmax(answers.logits(), 12));
            assertThat(kinds(inspection)).containsExactlyInAnyOrder(Kind.SMOOTHED, Kind.PROBABILITIES);
            double own =
                    Temperature.fit(answers.logits(), answers.labels(), MemberClaims.rows(answers.member(), false));
            assertThat(figure(inspection, Kind.SMOOTHED)).isCloseTo(own / 12, within(own / 12 * 0.01));
        }
        OutputInspection sharp =
                look(location, Transform.times(location.logits().values(), 10));
        assertThat(kinds(sharp)).containsExactly(Kind.SHARPENED);
        assertThat(sharp.conditions().get(0).severity()).isEqualTo(Severity.NOTE);
        // A softmax upon a softmax, which has a floor of its own where the first one underflows.
        assertThat(kinds(look(location, Transform.softmax(new Logits(softmax(location), 30)))))
                .contains(Kind.SMOOTHED)
                .isSubsetOf(Kind.SMOOTHED, Kind.PROBABILITIES, Kind.CLIPPED);
    }

    /** A network that learned coin flips is sure and wrong about strangers by itself. */
    @Test
    void overfittingIsNoTemperature() {
        int[] labels = location.labels().clone();
        Shuffle.inPlace(labels, Seed.of(4).stream());
        int half = labels.length / 2;
        System.arraycopy(location.labels(), 0, labels, 0, half);
        float[] logits = Transform.times(location.logits().values(), 3);
        assertThat(OutputInspection.of(logits, 30, labels, 30, location.member())
                        .conditions())
                .isEmpty();
    }

    @Test
    void shiftedLabels() {
        for (int shift : new int[] {-2, -1, 1, 3}) {
            int[] labels = new int[location.size()];
            for (int row = 0; row < labels.length; row++) {
                labels[Math.floorMod(row + shift, labels.length)] = location.labels()[row];
            }
            OutputInspection inspection =
                    OutputInspection.of(location.logits().values(), 30, labels, 30, location.member());
            assertThat(kinds(inspection)).containsExactly(Kind.LABELS_SHIFTED);
            assertThat(figure(inspection, Kind.LABELS_SHIFTED)).isEqualTo(shift);
            assertThat(inspection.meaningless()).isTrue();
        }
    }

    @Test
    void shiftedLabelsOfTheMembersFileAlone() {
        int[] labels = location.labels().clone();
        int half = labels.length / 2;
        System.arraycopy(location.labels(), 0, labels, 1, half - 1);
        OutputInspection inspection =
                look(new TrainedAnswers(location.logits(), labels, location.member()), softmax(location));
        assertThat(kinds(inspection)).containsExactlyInAnyOrder(Kind.LABELS_SHIFTED, Kind.PROBABILITIES);
        assertThat(figure(inspection, Kind.LABELS_SHIFTED)).isEqualTo(1);
    }

    /** Sorted by class, neighbours share their label, and no shift is seen where none is. */
    @Test
    void labelsInOrderAreNotShifted() {
        int[] order = IntStream.range(0, location.size())
                .boxed()
                .sorted((a, b) -> Integer.compare(location.labels()[a], location.labels()[b]))
                .mapToInt(Integer::intValue)
                .toArray();
        float[] values = new float[order.length * 30];
        int[] labels = new int[order.length];
        for (int row = 0; row < order.length; row++) {
            System.arraycopy(location.logits().values(), order[row] * 30, values, row * 30, 30);
            labels[row] = location.labels()[order[row]];
        }
        assertThat(OutputInspection.of(values, 30, labels, 30).conditions()).isEmpty();
    }

    @Test
    void renumberedClasses() {
        int[] renumbered = Shuffle.permutation(30, Seed.of(5).stream());
        int[] labels =
                Arrays.stream(location.labels()).map(label -> renumbered[label]).toArray();
        OutputInspection inspection = OutputInspection.of(softmax(location), 30, labels, 30, location.member());
        assertThat(kinds(inspection)).containsExactlyInAnyOrder(Kind.CLASSES_PERMUTED, Kind.PROBABILITIES);
        assertThat(figure(inspection, Kind.CLASSES_PERMUTED))
                .isCloseTo(location.logits().accuracy(location.labels()), within(0.02));
        // The column is the probability of the other class.
        assertThat(kinds(look(bank, Transform.column(softmax(bank), 2, 0)))).contains(Kind.CLASSES_PERMUTED);
    }

    @Test
    void labelsOfOtherRecords() {
        int[] labels = location.labels().clone();
        Shuffle.inPlace(labels, Seed.of(6).stream());
        for (float[] values : List.of(softmax(location), Transform.oneHot(location.logits()))) {
            assertThat(kinds(OutputInspection.of(values, 30, labels, 30, location.member())))
                    .contains(Kind.LABELS_UNRELATED)
                    .isSubsetOf(Kind.LABELS_UNRELATED, Kind.PROBABILITIES, Kind.LABEL_ONLY);
        }
    }

    /** That a model knows nothing and does not claim to is no fault of the labels. */
    @Test
    void ignoranceIsNotMisalignment() {
        UniformRandomProvider random = Seed.of(7).stream();
        float[] values = new float[5000 * 3];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        int[] labels = IntStream.range(0, 5000).map(i -> random.nextInt(3)).toArray();
        assertThat(OutputInspection.of(values, 3, labels, 3).conditions()).isEmpty();
    }

    @Test
    void swappedFiles() {
        boolean[] swapped = new boolean[location.size()];
        for (int row = 0; row < swapped.length; row++) {
            swapped[row] = !location.member()[row];
        }
        for (float[] values : List.of(
                location.logits().values(),
                softmax(location),
                Transform.round(softmax(location), 100),
                Transform.oneHot(location.logits()))) {
            OutputInspection inspection = OutputInspection.of(values, 30, location.labels(), 30, swapped);
            assertThat(inspection.conditions().get(0).kind()).isEqualTo(Kind.MEMBERS_SWAPPED);
            assertThat(figure(inspection, Kind.MEMBERS_SWAPPED)).isLessThan(0.4);
            assertThat(kinds(look(location, values))).doesNotContain(Kind.MEMBERS_SWAPPED);
        }
    }

    @Test
    void oneFileTwice() {
        int half = location.size() / 2;
        for (float[] values : List.of(location.logits().values(), Transform.oneHot(location.logits()))) {
            float[] twice = values.clone();
            System.arraycopy(values, 0, twice, half * 30, half * 30);
            int[] labels = location.labels().clone();
            System.arraycopy(labels, 0, labels, half, half);
            OutputInspection inspection = OutputInspection.of(twice, 30, labels, 30, location.member());
            assertThat(figure(inspection, Kind.MEMBERS_REPEATED)).isEqualTo(1);
            assertThat(inspection.meaningless()).isTrue();
            assertThat(kinds(look(location, values))).doesNotContain(Kind.MEMBERS_REPEATED);
        }
    }

    /** Forty members who slipped in among the others are found, in probabilities of three decimals too. */
    @Test
    void someMembersAmongTheOthers() {
        int half = location.size() / 2;
        float[] softmax = softmax(location);
        for (float[] values : List.of(softmax, Transform.softmax(location.logits(), 10))) {
            float[] mixed = values.clone();
            int[] labels = location.labels().clone();
            for (int row = 0; row < 40; row++) {
                System.arraycopy(values, row * 30, mixed, (half + 3 * row) * 30, 30);
                labels[half + 3 * row] = labels[row];
            }
            OutputInspection inspection = OutputInspection.of(mixed, 30, labels, 30, location.member());
            assertThat(figure(inspection, Kind.MEMBERS_REPEATED)).isCloseTo(40.0 / half, within(0.01));
            assertThat(inspection.find(Kind.MEMBERS_REPEATED).orElseThrow().severity())
                    .isEqualTo(Severity.WEAKENS);
        }
        // Rounding makes members and others alike without one being the other.
        for (double steps : new double[] {10, 100, 1000}) {
            assertThat(kinds(look(location, Transform.round(softmax, steps)))).doesNotContain(Kind.MEMBERS_REPEATED);
            assertThat(kinds(look(bank, Transform.round(softmax(bank), steps)))).doesNotContain(Kind.MEMBERS_REPEATED);
        }
    }

    @Test
    void theWorstComesFirst() {
        int[] renumbered = Shuffle.permutation(30, Seed.of(5).stream());
        int[] labels =
                Arrays.stream(location.labels()).map(label -> renumbered[label]).toArray();
        assertThat(OutputInspection.of(Transform.round(softmax(location), 1000), 30, labels, 30)
                        .conditions())
                .extracting(OutputCondition::severity)
                .isSortedAccordingTo((a, b) -> b.compareTo(a))
                .startsWith(Severity.MEANINGLESS);
    }

    @Test
    void notANumberIsRefusedWithItsPlace() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            float[] values = location.logits().values().clone();
            values[17 * 30 + 4] = bad;
            assertThatThrownBy(() -> look(location, values))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("row 17, column 4");
        }
    }

    @Test
    void countsThatDoNotFitAreRefused() {
        float[] values = new float[12];
        int[] labels = new int[4];
        boolean[] member = {true, true, true, true};
        assertThatThrownBy(() -> OutputInspection.of(values, 3, labels, 4)).hasMessageContaining("columns 3");
        assertThatThrownBy(() -> OutputInspection.of(values, 3, new int[5], 3)).hasMessageContaining("5 rows");
        assertThatThrownBy(() -> OutputInspection.of(values, 3, new int[] {0, 1, 2, 3}, 3))
                .hasMessageContaining("label 3 in row 3");
        assertThatThrownBy(() -> OutputInspection.of(values, 3, labels, 3, member))
                .hasMessageContaining("both sides");
        assertThatThrownBy(() -> OutputInspection.of(new float[] {0.5f, 1, 2, 0}, 1, labels, 3))
                .hasMessageContaining("one column");
    }

    private static void assertSameLosses(Logits some, Logits others, int[] labels, double error) {
        for (int row = 0; row < labels.length; row++) {
            double expected = others.lossNats(row, labels[row]);
            assertThat(some.lossNats(row, labels[row])).isCloseTo(expected, within(error * Math.max(expected, 1e-3)));
        }
    }
}

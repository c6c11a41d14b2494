package dev.lethe.audit.outputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.model.Logits;
import dev.lethe.core.random.Seed;
import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AnswerDecoderTest {
    private static final int ROWS = 400;

    private final UniformRandomProvider random = Seed.of(11).stream();
    private final int[] labels = new int[ROWS];
    private final boolean[] member = new boolean[ROWS];

    AnswerDecoderTest() {
        Arrays.setAll(labels, i -> i % 4);
        Arrays.fill(member, 0, ROWS / 2, true);
    }

    private float[] logits() {
        float[] values = new float[ROWS * 4];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (8 * random.nextDouble() - 4) + (i % 4 == labels[i / 4] ? 3 : 0);
        }
        return values;
    }

    private static float[] softmax(float[] logits, double scale) {
        Logits all = new Logits(logits, 4);
        float[] values = new float[logits.length];
        double[] p = new double[4];
        for (int row = 0; row < ROWS; row++) {
            all.probabilities(row, p);
            for (int k = 0; k < 4; k++) {
                values[4 * row + k] = (float) (scale * p[k]);
            }
        }
        return values;
    }

    private AnswerDecoder of(float[] values, int columns, int classes, AnswerKind... told) {
        return AnswerDecoder.of(
                values, columns, labels, classes, member, Arrays.stream(told).findFirst());
    }

    private void refuses(float[] values, int columns, int classes, String message, AnswerKind... told) {
        assertThatThrownBy(() -> of(values, columns, classes, told))
                .isInstanceOfAny(IllegalArgumentException.class, BadAnswersException.class)
                .hasMessageContaining(message);
    }

    private static float[] row(float[] values, int row, int columns) {
        return Arrays.copyOfRange(values, row * columns, (row + 1) * columns);
    }

    /** Losses of the decoded rows against those of the logits that everything was made from. */
    private void assertSameLosses(AnswerDecoder decoder, float[] values, float[] logits, double tolerance) {
        Logits truth = new Logits(logits, 4);
        float[] into = new float[4];
        for (int row = 0; row < ROWS; row++) {
            decoder.decode(row(values, row, 4), into);
            assertThat(new Logits(into, 4).lossNats(0, labels[row]))
                    .isCloseTo(truth.lossNats(row, labels[row]), within(tolerance));
        }
    }

    @Test
    void recognisesWhatCanBeOneThingOnly() {
        float[] logits = logits();
        AnswerDecoder raw = of(logits, 4, 4);
        assertThat(raw.kind()).isEqualTo(AnswerKind.LOGITS);
        assertThat(raw.sentence()).isEqualTo("The answers are logits: rows go beyond 0..1.");
        assertSameLosses(raw, logits, logits, 0);

        float[] p = softmax(logits, 1);
        AnswerDecoder probabilities = of(p, 4, 4);
        assertThat(probabilities.kind()).isEqualTo(AnswerKind.PROBABILITIES);
        assertThat(probabilities.sentence()).contains("rows lie in 0..1 and sum to one");
        assertSameLosses(probabilities, p, logits, 1e-5);

        float[] percent = softmax(logits, 100);
        AnswerDecoder hundred = of(percent, 4, 4);
        assertThat(hundred.kind()).isEqualTo(AnswerKind.PROBABILITIES);
        assertSameLosses(hundred, percent, logits, 1e-4);

        float[] logarithms = new float[p.length];
        for (int i = 0; i < p.length; i++) {
            logarithms[i] = (float) Math.log(p[i]);
        }
        AnswerDecoder logs = of(logarithms, 4, 4);
        assertThat(logs.kind()).isEqualTo(AnswerKind.LOGITS);
        assertThat(logs.sentence()).contains("logarithms of probabilities");
        assertSameLosses(logs, logarithms, logits, 1e-5);
    }

    @Test
    void recognisesLossesAndLabels() {
        float[] losses = new float[ROWS];
        float[] answered = new float[ROWS];
        for (int row = 0; row < ROWS; row++) {
            losses[row] = (float) (3 * random.nextDouble());
            answered[row] = random.nextInt(4);
        }
        assertThat(of(losses, 1, 4).kind()).isEqualTo(AnswerKind.LOSSES);
        assertThat(of(losses, 1, 4).isWhole()).isFalse();
        AnswerDecoder decoder = of(answered, 1, 4);
        assertThat(decoder.kind()).isEqualTo(AnswerKind.LABELS);
        float[] into = new float[4];
        decoder.decode(new float[] {2}, into);
        assertThat(new Logits(into, 4).argMax(0)).isEqualTo(2);
        assertThat(new Logits(into, 4).lossNats(0, 2)).isLessThan(1e-40);
        assertThatThrownBy(() -> decoder.decode(new float[] {4}, into)).hasMessageContaining("no class number in 0..3");
        assertThatThrownBy(() -> decoder.decode(new float[] {0.5f}, into)).hasMessageContaining("no class number");
        assertThatThrownBy(() -> of(losses, 1, 4).loss(new float[] {-1})).hasMessageContaining("a loss is negative");
        // One-hot rows are labels, too.
        float[] hot = new float[ROWS * 4];
        for (int row = 0; row < ROWS; row++) {
            hot[4 * row + random.nextInt(4)] = 1;
        }
        assertThat(of(hot, 4, 4).kind()).isEqualTo(AnswerKind.LABELS);
    }

    /** What could be two things with different findings is never guessed. */
    @Test
    void asksWhereItCannotKnow() {
        float[] fractions = new float[ROWS];
        float[] signed = new float[ROWS];
        float[] sigmoids = new float[ROWS * 4];
        for (int row = 0; row < ROWS; row++) {
            fractions[row] = random.nextFloat();
            signed[row] = random.nextFloat() * 4 - 2;
        }
        for (int i = 0; i < sigmoids.length; i++) {
            sigmoids[i] = random.nextFloat();
        }
        refuses(fractions, 1, 2, "say --form probabilities or --form losses");
        refuses(signed, 1, 2, "say --form logits");
        refuses(sigmoids, 4, 4, "say --form sigmoids or --form logits");
        Arrays.setAll(labels, i -> i % 2);
        assertThat(of(fractions, 1, 2, AnswerKind.PROBABILITIES).classes()).isEqualTo(2);
        float[] into = new float[2];
        of(fractions, 1, 2, AnswerKind.PROBABILITIES).decode(new float[] {0.75f}, into);
        assertThat(into[1] - into[0]).isCloseTo((float) Math.log(3), within(1e-6f));
        assertThat(of(fractions, 1, 2, AnswerKind.LOSSES).classes()).isEqualTo(1);
        of(signed, 1, 2, AnswerKind.LOGITS).decode(new float[] {-1.5f}, into);
        assertThat(into[1] - into[0]).isEqualTo(-1.5f);
        assertThat(of(sigmoids, 4, 4, AnswerKind.SIGMOIDS).kind()).isEqualTo(AnswerKind.SIGMOIDS);
        assertThat(of(sigmoids, 4, 4, AnswerKind.LOGITS).kind()).isEqualTo(AnswerKind.LOGITS);
    }

    @Test
    void holdsACallerToWhatWasSaid() {
        float[] logits = logits();
        float[] p = softmax(logits, 1);
        refuses(p, 4, 4, "a second softmax would hide", AnswerKind.LOGITS);
        refuses(logits, 4, 4, "--form probabilities, but rows go beyond 0..1", AnswerKind.PROBABILITIES);
        refuses(logits, 4, 4, "--form sigmoids, but values go beyond 0..1", AnswerKind.SIGMOIDS);
        refuses(p, 4, 4, "--form losses needs one column", AnswerKind.LOSSES);
        refuses(p, 4, 4, "--form labels, but rows hold more", AnswerKind.LABELS);
        refuses(logits, 4, 7, "4 columns of answers for 7 classes");
        float[] column = new float[ROWS];
        Arrays.fill(column, -1);
        refuses(column, 1, 4, "--form losses, but some are negative", AnswerKind.LOSSES);
        refuses(column, 1, 4, "--form logits with one column", AnswerKind.LOGITS);
        refuses(column, 1, 4, "--form labels, but the column holds more", AnswerKind.LABELS);
    }

    /** A few rows that do not sum to one must not turn a file of probabilities into one of logits. */
    @Test
    void refusesFaultyRowsAmongProbabilities() {
        float[] p = softmax(logits(), 1);
        float[] faulty = p.clone();
        for (int k = 0; k < 4; k++) {
            faulty[4 * 37 + k] /= 2;
        }
        refuses(faulty, 4, 4, "those of 399 of the first 400 rows are sound");
        float[] negative = p.clone();
        negative[5] = -3;
        refuses(negative, 4, 4, "those of 399 of the first 400 rows are sound");
        AnswerDecoder sound = of(p, 4, 4);
        float[] into = new float[4];
        assertThatThrownBy(() -> sound.decode(row(faulty, 37, 4), into))
                .isInstanceOf(BadAnswersException.class)
                .hasMessageContaining("do not sum to one");
        assertThatThrownBy(() -> sound.decode(row(negative, 1, 4), into))
                .isInstanceOf(BadAnswersException.class)
                .hasMessageContaining("a value leaves 0..1");
    }

    @ParameterizedTest
    @EnumSource(
            value = AnswerKind.class,
            names = {"PROBABILITIES", "LOGITS"})
    void keysTellRowsApartAndRecogniseThem(AnswerKind kind) {
        float[] values = kind == AnswerKind.LOGITS ? logits() : softmax(logits(), 1);
        long[] members = new long[ROWS / 2];
        long[] others = new long[ROWS / 2];
        for (int row = 0; row < ROWS / 2; row++) {
            members[row] = Claims.key(row(values, row, 4), labels[row]);
            others[row] = Claims.key(row(values, ROWS / 2 + row, 4), labels[row]);
        }
        assertThat(Claims.overlap(members, others)).isEmpty();
        assertThat(Claims.repeated(members, others)).containsOnly(false);
        System.arraycopy(members, 20, others, 70, 60);
        assertThat(Claims.overlap(members, others)).isPresent();
        boolean[] repeated = Claims.repeated(members, others);
        for (int row = 0; row < repeated.length; row++) {
            assertThat(repeated[row]).isEqualTo(row >= 70 && row < 130);
        }
        // The same answer for another class is another record.
        assertThat(Claims.key(row(values, 0, 4), 1)).isNotEqualTo(Claims.key(row(values, 0, 4), 2));
    }

    /** What many have in common, as an answer that was rounded to certainty, says nothing of who they are. */
    @Test
    void countsNobodyForAnAnswerThatManyGet() {
        long[] members = new long[1000];
        long[] others = new long[1000];
        for (int i = 0; i < 1000; i++) {
            members[i] = i % 50;
            others[i] = i % 50;
        }
        others[0] = 1234;
        assertThat(Claims.repeated(members, others)).containsOnly(false);
    }

    @Test
    void knowsWhatCoinsCannotHaveDone() {
        assertThat(Claims.canBeCoins(5000, 5000)).isTrue();
        assertThat(Claims.canBeCoins(5100, 4900)).isTrue();
        assertThat(Claims.canBeCoins(6000, 4000)).isFalse();
    }
}

package dev.lethe.audit.outputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.audit.outputs.OutputCondition.Kind;
import dev.lethe.core.model.Logits;
import dev.lethe.core.random.Seed;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.junit.jupiter.api.Test;

/** What holds for answers drawn at random, whatever their scale and number of classes. */
class OutputPropertyTest {
    /** Answers of a model that is as sure as it is right, labels drawn from them, members named at random. */
    private record Drawn(Logits logits, int[] labels, boolean[] member) {
        static Drawn from(Seed seed) {
            UniformRandomProvider random = seed.stream();
            return of(400 + random.nextInt(1200), 2 + random.nextInt(30), 0.5 + 3.5 * random.nextDouble(), random);
        }

        static Drawn of(int rows, int classes, double scale, UniformRandomProvider random) {
            ZigguratSampler.NormalizedGaussian normal = ZigguratSampler.NormalizedGaussian.of(random);
            float[] values = new float[rows * classes];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (scale * normal.sample());
            }
            Logits logits = new Logits(values, classes);
            int[] labels = new int[rows];
            boolean[] member = new boolean[rows];
            double[] p = new double[classes];
            for (int row = 0; row < rows; row++) {
                logits.probabilities(row, p);
                double left = random.nextDouble();
                while (labels[row] < classes - 1 && (left -= p[labels[row]]) > 0) {
                    labels[row]++;
                }
                member[row] = random.nextBoolean();
            }
            return new Drawn(logits, labels, member);
        }

        OutputInspection look(float[] values) {
            return OutputInspection.of(values, values.length / labels.length, labels, logits.classes(), member);
        }

        Set<Kind> kinds(float[] values) {
            Set<Kind> kinds = new TreeSet<>();
            look(values).conditions().forEach(c -> kinds.add(c.kind()));
            return kinds;
        }
    }

    private static void check(int trials, Consumer<Seed> property) {
        long number = Long.getLong("seed", Seed.draw());
        for (int trial = 0; trial < trials; trial++) {
            try {
                property.accept(Seed.of(number).fork("trial-" + trial));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("trial " + trial + " fails; replay with -Dseed=" + number, e);
            }
        }
    }

    /**
     * Seven statistical rules look at each file and err with probability at most 10^-6 each (a few more for files of
     * probabilities): a false name in any of the 120 looks has probability below 0.002.
     */
    @Test
    void nothingIsNamedWhereNothingIs() {
        check(40, seed -> {
            Drawn drawn = Drawn.from(seed);
            assertThat(drawn.kinds(drawn.logits.values())).isEmpty();
            assertThat(drawn.kinds(Transform.softmax(drawn.logits))).containsExactly(Kind.PROBABILITIES);
            assertThat(drawn.kinds(Transform.logSoftmax(drawn.logits))).containsExactly(Kind.LOG_PROBABILITIES);
        });
    }

    /** A rule that took any sign for proof would accuse about every second caller of having swapped the files. */
    @Test
    void anImpatientRuleWouldCryWolf() {
        int impatient = 0;
        for (int trial = 0; trial < 60; trial++) {
            Drawn drawn = Drawn.of(500, 5, 2, Seed.of(trial).stream());
            double auc = MemberClaims.lossAuc(drawn.logits, drawn.labels, drawn.member);
            impatient += auc < 0.5 ? 1 : 0;
            assertThat(MemberClaims.swapped(auc, 200)).isFalse();
        }
        // Binomial(60, 1/2) is outside with probability below 10^-3.
        assertThat(impatient).isBetween(17, 43);
    }

    @Test
    void conversionKeepsEveryLoss() {
        check(25, seed -> {
            Drawn drawn = Drawn.from(seed);
            float[] softmax = Transform.softmax(drawn.logits);
            for (float[] values :
                    java.util.List.of(softmax, Transform.logSoftmax(drawn.logits), Transform.times(softmax, 100))) {
                Logits logits = drawn.look(values).logits();
                for (int row = 0; row < drawn.labels.length; row++) {
                    double loss = drawn.logits.lossNats(row, drawn.labels[row]);
                    assertThat(logits.lossNats(row, drawn.labels[row])).isCloseTo(loss, within(1e-5 * loss + 1e-12));
                }
            }
        });
    }

    /** Too few rows to be sure of anything: nothing breaks, and nothing statistical is named. */
    @Test
    void fewRows() {
        check(40, seed -> {
            int rows = seed.fork("rows").stream().nextInt(1, 6);
            Drawn drawn = Drawn.of(rows, 3, 2, seed.stream());
            int[] labels = drawn.labels;
            float[] softmax = Transform.softmax(drawn.logits);
            // Above 0, where so few logits may have one sum as counts have, but not in [0, 1], where nobody could tell.
            float[] positive = drawn.logits.values().clone();
            for (int i = 0; i < positive.length; i++) {
                positive[i] += 15;
            }
            assertThat(OutputInspection.of(positive, 3, labels, 3).conditions()).isEmpty();
            assertThat(OutputInspection.of(softmax, 3, labels, 3).conditions())
                    .extracting(OutputCondition::kind)
                    .containsExactly(Kind.PROBABILITIES);
            assertThat(OutputInspection.of(new float[3 * labels.length], 3, labels, 3)
                            .logits()
                            .size())
                    .isEqualTo(labels.length);
        });
    }

    @Test
    void roundingIsNamedWithItsStep() {
        check(25, seed -> {
            Drawn drawn = Drawn.from(seed);
            int decimals = 2 + seed.fork("decimals").stream().nextInt(4);
            double steps = Math.pow(10, decimals);
            float[] rounded = Transform.round(Transform.softmax(drawn.logits), steps);
            OutputInspection inspection = drawn.look(rounded);
            assertThat(inspection.find(Kind.ROUNDED).orElseThrow().figure()).isCloseTo(1 / steps, within(1e-12));
            assertThat(inspection.find(Kind.PROBABILITIES)).isPresent();
            // A probability that was rounded to 0 becomes half a step, not an infinite loss, and no likelier than one
            // step.
            float largest = Float.NEGATIVE_INFINITY;
            for (int i = 0; i < rounded.length; i++) {
                assertThat(inspection.logits().values()[i])
                        .isEqualTo((float) Math.log(rounded[i] > 0 ? rounded[i] : 0.5 / steps));
                largest = Math.max(largest, inspection.logits().values()[i]);
            }
            assertThat(largest).isLessThanOrEqualTo(0);
        });
    }

    @Test
    void temperatureIsFittedAndTheFitIsTheBestOnAGrid() {
        check(10, seed -> {
            Drawn drawn = Drawn.of(2000, 5, 3, seed.stream());
            int[] all = IntStream.range(0, 2000).toArray();
            double factor = Math.exp(4 * seed.fork("t").stream().nextDouble() - 2);
            Logits scaled = new Logits(Transform.times(drawn.logits.values(), (float) factor), 5);
            double fitted = Temperature.fit(scaled, drawn.labels, all);
            // The truth is the factor; 2,000 labels determine it to within a few per cent.
            assertThat(fitted / factor).isBetween(0.8, 1.25);
            for (double other : new double[] {0.7, 0.9, 0.97, 1.03, 1.1, 1.4}) {
                assertThat(meanLoss(scaled, drawn.labels, fitted))
                        .isLessThan(meanLoss(scaled, drawn.labels, fitted * other));
            }
        });
    }

    private static double meanLoss(Logits logits, int[] labels, double temperature) {
        Logits divided = new Logits(Transform.times(logits.values(), (float) (1 / temperature)), logits.classes());
        return IntStream.range(0, labels.length)
                .mapToDouble(row -> divided.lossNats(row, labels[row]))
                .average()
                .orElseThrow();
    }

    @Test
    void clippingIsNamedWithItsShare() {
        check(25, seed -> {
            Drawn drawn = Drawn.of(1000, 2 + seed.fork("k").stream().nextInt(20), 4, seed.stream());
            float bound = 0.002f + 0.02f * seed.fork("bound").stream().nextFloat();
            float[] clipped = Transform.clip(Transform.softmax(drawn.logits), bound, 1 - bound);
            long at = IntStream.range(0, clipped.length)
                    .filter(i -> clipped[i] == bound || clipped[i] == 1 - bound)
                    .count();
            OutputInspection inspection = drawn.look(clipped);
            assertThat(inspection.find(Kind.CLIPPED).orElseThrow().figure())
                    .isBetween(0.5 * at / clipped.length, (1 + 1e-9) * at / clipped.length);
            assertThat(inspection.find(Kind.PROBABILITIES)).isPresent();
        });
    }

    @Test
    void theOrderOfRowsChangesNothingButShifts() {
        check(10, seed -> {
            Drawn drawn = Drawn.from(seed);
            int classes = drawn.logits.classes();
            float[] softmax = Transform.round(Transform.softmax(drawn.logits), 1000);
            float[] reversed = new float[softmax.length];
            int[] labels = new int[drawn.labels.length];
            boolean[] member = new boolean[labels.length];
            for (int row = 0; row < labels.length; row++) {
                int other = labels.length - 1 - row;
                System.arraycopy(softmax, row * classes, reversed, other * classes, classes);
                labels[other] = drawn.labels[row];
                member[other] = drawn.member[row];
            }
            assertThat(new Drawn(drawn.logits, labels, member).kinds(reversed)).isEqualTo(drawn.kinds(softmax));
        });
    }

    /** The fast count of repeated keys against the obvious one, on answers so coarse that chance repeats them too. */
    @Test
    void repeatedRowsAreFoundAmongChanceRepeats() {
        check(10, seed -> {
            UniformRandomProvider random = seed.stream();
            Drawn drawn = Drawn.of(2000, 6, 2, random);
            float[] coarse = Transform.round(Transform.softmax(drawn.logits), 20);
            boolean[] member = new boolean[2000];
            Arrays.fill(member, 0, 1000, true);
            assertThat(MemberClaims.repeated(new RawAnswers(coarse, 6), drawn.labels, member))
                    .isZero();
            int planted = 300;
            System.arraycopy(coarse, 0, coarse, 1000 * 6, planted * 6);
            System.arraycopy(drawn.labels, 0, drawn.labels, 1000, planted);
            assertThat(MemberClaims.repeated(new RawAnswers(coarse, 6), drawn.labels, member))
                    .isGreaterThan(0.1);
        });
    }
}

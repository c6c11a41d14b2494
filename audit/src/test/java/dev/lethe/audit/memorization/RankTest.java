package dev.lethe.audit.memorization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.data.Vocabulary;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Ranks and extraction against the enumeration of all fillings. */
class RankTest {
    private static final Vocabulary LETTERS =
            Vocabulary.ofCharacters("the quick brown fox jumps over the lazy dog 0123456789 - .", "\n");

    static Stream<Arguments> formats() {
        return Stream.of(
                Arguments.of("the number is {digits:4}", "the number is ", 3.0, ""),
                Arguments.of("pin {digits:2}-{digits:2} over", "pin ", 2.0, "pin 73-19 over"),
                Arguments.of("{card:5}.", "", 4.0, "79927."),
                Arguments.of("{choice:fox|dog|quick|brown} - {choice:lazy|over} {digits:2}", "", 3.0, ""),
                Arguments.of("ab{of:ab:9}", "ab", 1.0, "abababababa"));
    }

    private static TrigramModel model(double sharpness, String known) {
        return new TrigramModel(LETTERS, Seed.of(11), sharpness, known);
    }

    @ParameterizedTest
    @MethodSource("formats")
    void ranksAreThoseOfTheEnumeration(String template, String prefix, double sharpness, String known) {
        CanaryFormat format = CanaryFormat.parse(template);
        TrigramModel model = model(sharpness, known);
        List<Candidate> sorted = Enumeration.sorted(model, format, prefix);
        List<int[]> some = new ArrayList<>(format.draw(12, List.of(), Seed.of(3).stream()));
        some.add(format.filling(sorted.get(0).text()));
        some.add(format.filling(sorted.get(sorted.size() - 1).text()));
        for (ExactRank how : List.of(new ExactRank(1, 1_000_000), new ExactRank(37, 1_000_000), ExactRank.DEFAULT)) {
            for (List<TrigramModel> models :
                    List.of(List.of(model), List.of(model, model(sharpness, known), model(sharpness, known)))) {
                ExactRank.Ranks ranks = how.of(models, format, some, Progress.QUIET);
                for (int i = 0; i < some.size(); i++) {
                    ExactRank.Rank rank = ranks.ranks().get(i);
                    double bits = Enumeration.bits(model, format.text(some.get(i)), prefix);
                    assertThat(rank.bits()).isCloseTo(bits, within(1e-6));
                    long before = sorted.stream()
                            .filter(one -> one.bits() <= bits + 1e-5)
                            .count();
                    assertThat(rank.exact()).isTrue();
                    assertThat(rank.least()).isEqualTo(BigInteger.valueOf(before));
                    assertThat(rank.exposure(format).bits())
                            .isCloseTo(format.bits() - Math.log((double) before) / Math.log(2), within(1e-9));
                }
                models.forEach(
                        one -> assertThat(one.open).as("states left open").isZero());
            }
        }
    }

    /** A canary that was memorized is ranked by few states: the walk cuts what is dearer. */
    @Test
    void theWalkCutsWhatIsDearer() {
        String secret = "the number is 93651";
        TrigramModel model = model(0.1, secret);
        CanaryFormat format = CanaryFormat.parse("the number is {digits:5}");
        ExactRank.Ranks ranks =
                ExactRank.DEFAULT.of(List.of(model), format, List.of(format.filling(secret)), Progress.QUIET);
        assertThat(ranks.ranks().get(0).least()).isEqualTo(BigInteger.ONE);
        assertThat(ranks.states()).isLessThan(50);
    }

    /** Equal probabilities count against the canary: where all are equally likely, no filling is exposed. */
    @Test
    void tiesCountAgainstTheCanary() {
        TrigramModel model = model(0, "");
        CanaryFormat format = CanaryFormat.parse("{digits:3}");
        ExactRank.Rank rank = ExactRank.DEFAULT
                .of(List.of(model), format, List.of(new int[] {0, 0, 0}), Progress.QUIET)
                .ranks()
                .get(0);
        assertThat(rank.least()).isEqualTo(BigInteger.valueOf(1000));
        assertThat(rank.exposure(format).bits()).isCloseTo(0, within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({"300", "900", "2000", "4000"})
    void aSpentBudgetLeavesAnIntervalThatHoldsTheRank(long budget) {
        CanaryFormat format = CanaryFormat.parse("the number is {digits:4} over");
        TrigramModel model = model(2, "");
        List<int[]> some = format.draw(5, List.of(), Seed.of(3).stream());
        List<ExactRank.Rank> whole = ExactRank.DEFAULT
                .of(List.of(model), format, some, Progress.QUIET)
                .ranks();
        ExactRank.Ranks part = new ExactRank(50, budget).of(List.of(model), format, some, Progress.QUIET);
        assertThat(part.states()).isLessThanOrEqualTo(budget);
        int open = 0;
        for (int i = 0; i < some.size(); i++) {
            ExactRank.Rank rank = part.ranks().get(i);
            assertThat(rank.least()).isLessThanOrEqualTo(whole.get(i).least());
            assertThat(rank.most()).isGreaterThanOrEqualTo(whole.get(i).least());
            Exposure exposure = rank.exposure(format);
            assertThat(exposure.bits()).isEqualTo(exposure.interval().low());
            assertThat(exposure.interval().high())
                    .isGreaterThanOrEqualTo(whole.get(i).exposure(format).bits() - 1e-9);
            open += rank.exact() ? 0 : 1;
        }
        assertThat(open).isPositive();
    }

    /**
     * Canaries that were in no text: exposures follow the exponential law with mean 1.44. Kolmogorov and Smirnov at 1 in 1,000; the
     * saboteur leaves out the half of the fillings that come first.
     */
    @Test
    void exposuresOfStrangersAreExponential() {
        CanaryFormat format = CanaryFormat.parse("{digits:4}");
        TrigramModel model = model(3, "");
        List<int[]> some = format.draw(400, List.of(), Seed.of(5).stream());
        double[] exposures = ExactRank.DEFAULT.of(List.of(model), format, some, Progress.QUIET).ranks().stream()
                .mapToDouble(rank -> rank.exposure(format).bits())
                .sorted()
                .toArray();
        double limit = 1.95 / Math.sqrt(400);
        assertThat(distance(exposures)).isLessThan(limit);
        assertThat(Arrays.stream(exposures).average().orElseThrow()).isCloseTo(Exposure.NULL_MEAN, within(0.25));
        double[] sabotaged = Arrays.stream(exposures).map(bits -> bits + 1).toArray();
        assertThat(distance(sabotaged)).isGreaterThan(limit);
    }

    /** Of the exposures' law from 1 - 2^-bits. */
    private static double distance(double[] sorted) {
        return IntStream.range(0, sorted.length)
                .mapToDouble(i -> {
                    double law = 1 - Exposure.nullProbability(sorted[i]);
                    return Math.max(
                            Math.abs(law - (double) i / sorted.length), Math.abs(law - (i + 1.0) / sorted.length));
                })
                .max()
                .orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("formats")
    void extractionFindsTheLikeliestInTheirOrder(String template, String prefix, double sharpness, String known) {
        CanaryFormat format = CanaryFormat.parse(template);
        TrigramModel model = model(sharpness, known);
        List<Candidate> sorted = Enumeration.sorted(model, format, prefix);
        for (Extraction how : List.of(
                new Extraction(15, 1, 1_000_000, 1_000_000),
                new Extraction(15, 64, 1_000_000, 1_000_000),
                new Extraction(15, 8, 1_000_000, 8))) {
            Extraction.Found found = how.of(model, format, Progress.QUIET);
            assertThat(found.complete()).isTrue();
            assertThat(found.candidates()).hasSize(15);
            for (int i = 0; i < 15; i++) {
                assertThat(found.candidates().get(i).bits())
                        .isCloseTo(sorted.get(i).bits(), within(1e-5));
                String text = found.candidates().get(i).text();
                assertThat(Enumeration.bits(model, text, prefix))
                        .isCloseTo(sorted.get(i).bits(), within(1e-5));
            }
            assertThat(found.candidates().stream().map(Candidate::text).toList())
                    .doesNotHaveDuplicates();
            assertThat(found.recomputed() > 0).isEqualTo(how.kept() == 8);
            assertThat(model.open).as("states left open").isZero();
        }
    }

    @Test
    void aMemorizedSecretIsFoundByFewExpansions() {
        String secret = "the number is 936510287";
        TrigramModel model = model(0.1, secret);
        CanaryFormat format = CanaryFormat.parse("the number is {digits:9}");
        Extraction.Found found = Extraction.DEFAULT.of(model, format, Progress.QUIET);
        assertThat(found.place(secret)).isEqualTo(1);
        assertThat(found.place("the number is 111111111")).isZero();
        assertThat(found.expansions()).isLessThan(5000);
        Extraction.Found cut = new Extraction(10, 4, 20, 100).of(model, format, Progress.QUIET);
        assertThat(cut.complete()).isFalse();
        assertThat(cut.expansions()).isLessThanOrEqualTo(20);
        assertThat(model.open).isZero();
    }

    @Test
    void theWholeSpaceCanBeListed() {
        CanaryFormat format = CanaryFormat.parse("{digits:2}");
        TrigramModel model = model(2, "");
        Extraction.Found found = new Extraction(1000, 7, 1_000_000, 50).of(model, format, Progress.QUIET);
        assertThat(found.candidates()).hasSize(100);
        assertThat(found.complete()).isTrue();
    }

    @Test
    void weakerAttackersFindWhatTheyFind() {
        String secret = "the number is 93651";
        TrigramModel model = model(0.1, secret);
        CanaryFormat format = CanaryFormat.parse("the number is {digits:5}");
        assertThat(Baselines.greedy(model, format).text()).isEqualTo(secret);
        List<Candidate> beam = Baselines.beam(model, format, 5);
        assertThat(beam).hasSize(5);
        assertThat(beam.get(0).text()).isEqualTo(secret);
        for (Candidate one : beam) {
            assertThat(one.bits()).isCloseTo(Enumeration.bits(model, one.text(), "the number is "), within(1e-5));
        }
        assertThatThrownBy(() -> Baselines.beam(model, format, 0)).hasMessageContaining("width 0");
        assertThat(model.open).isZero();
    }

    /** Samples until success are geometric: of a known chance, 300 trials have its mean within 4 standard errors (1 in 15,000). */
    @Test
    void samplesUntilSuccessAreGeometric() {
        TrigramModel model = model(1, "");
        CanaryFormat format = CanaryFormat.parse("{digits:2}");
        int[] filling = {4, 2};
        double all = 0;
        double chance = 0;
        for (int[] one : Enumeration.fillings(format)) {
            // By the format's tokens alone, step by step.
            double p = 1;
            String text = format.text(one);
            for (int i = 0; i < 2; i++) {
                String before = text.substring(0, i);
                double sum = 0;
                for (char digit = '0'; digit <= '9'; digit++) {
                    sum += Math.pow(2, -Enumeration.bits(model, before + digit, before));
                }
                p *= Math.pow(2, -Enumeration.bits(model, text.substring(0, i + 1), before)) / sum;
            }
            all += p;
            chance = Arrays.equals(one, filling) ? p : chance;
        }
        assertThat(all).isCloseTo(1, within(1e-5));
        double sum = 0;
        for (int i = 0; i < 300; i++) {
            long first = Baselines.samplesUntil(model, format, filling, 1_000_000, Seed.of(i));
            assertThat(first).isPositive();
            sum += first;
        }
        double deviation = Math.sqrt(1 - chance) / chance / Math.sqrt(300);
        assertThat(sum / 300).isCloseTo(1 / chance, within(4 * deviation));
        assertThat(Baselines.samplesUntil(model, CanaryFormat.parse("{digits:9}"), new int[9], 5, Seed.of(1)))
                .isZero();
    }
}

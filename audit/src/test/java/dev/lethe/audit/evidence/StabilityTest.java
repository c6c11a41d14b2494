package dev.lethe.audit.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

class StabilityTest {
    private static Trial trial(String member, String flagged) {
        double[] scores = flagged.chars().mapToDouble(c -> c - '0').toArray();
        boolean[] in = new boolean[scores.length];
        for (int i = 0; i < in.length; i++) {
            in[i] = member.charAt(i) == '1';
        }
        return new Trial(scores, in, OptionalDouble.empty());
    }

    /** By hand. Records: 0, 1, 2, 3 in both of the first two targets; flags on non-members do not count. */
    @Test
    void countsOnlyWhereARecordWasAMember() {
        Stability stability = Stability.of(
                        List.of(
                                trial("11110100", "11000111"),
                                trial("11111000", "10101011"),
                                trial("00000011", "11111100")),
                        new double[] {1, 1, 1})
                .orElseThrow();
        // Flagged of the four: {0, 1} and {0, 2}; the third target shares no record.
        assertThat(stability.pairs()).isEqualTo(1);
        assertThat(stability.jaccard()).isCloseTo(1.0 / 3, within(1e-12));
        // Two pairs out of four records: equal in 1 of 6, sharing one in 4 of 6.
        assertThat(stability.jaccardByChance()).isCloseTo((1 + 4 * (1.0 / 3)) / 6, within(1e-12));
        assertThat(stability.targets()).isEqualTo(3);
        // Flags: 0 twice, 1, 2 and 4 and 5 once; 6 and 7 only as non-members.
        assertThat(stability.support()).hasSize(2);
        Stability.Support once = stability.support().get(0);
        Stability.Support twice = stability.support().get(1);
        assertThat(once.possible()).isEqualTo(8);
        assertThat(once.records()).isEqualTo(5);
        assertThat(twice.possible()).isEqualTo(4);
        assertThat(twice.records()).isEqualTo(1);
        // Targets flag 3 of 5, 3 of 5 and 0 of 2 members.
        assertThat(twice.byChance()).isCloseTo(4 * 0.36, within(1e-12));
        assertThat(once.byChance()).isCloseTo(4 * (1 - 0.16) + 2 * 0.6, within(1e-12));
    }

    @Test
    void equalFlagsAreOne() {
        Trial trial = trial("111100", "110000");
        Stability stability = Stability.of(List.of(trial, trial, trial), new double[] {1, 1, 1})
                .orElseThrow();
        assertThat(stability.jaccard()).isEqualTo(1);
        assertThat(stability.pairs()).isEqualTo(3);
        assertThat(stability.support()).extracting(Stability.Support::records).containsExactly(2, 2, 2);
    }

    /** Flags at random: what is seen is what chance gives, within four standard errors over 200 repetitions. */
    @Test
    void randomFlagsAgreeByChance() {
        List<Double> excess = new ArrayList<>();
        List<Double> excessOfThree = new ArrayList<>();
        UniformRandomProvider random = Seed.of(1).stream();
        for (int repetition = 0; repetition < 200; repetition++) {
            List<Trial> trials = new ArrayList<>();
            for (int t = 0; t < 6; t++) {
                double[] scores = new double[200];
                boolean[] member = new boolean[200];
                for (int i : Shuffle.subset(200, 100, random)) {
                    member[i] = true;
                }
                for (int i = 0; i < 200; i++) {
                    scores[i] = random.nextDouble() < 0.05 * (t + 1) ? 1 : 0;
                }
                trials.add(new Trial(scores, member, OptionalDouble.empty()));
            }
            double[] thresholds = new double[6];
            Arrays.fill(thresholds, 1);
            Stability stability = Stability.of(trials, thresholds).orElseThrow();
            excess.add(stability.jaccard() - stability.jaccardByChance());
            Stability.Support three = stability.support().get(2);
            excessOfThree.add(three.records() - three.byChance());
        }
        assertThat(Math.abs(deviations(excess))).isLessThan(4);
        assertThat(Math.abs(deviations(excessOfThree))).isLessThan(4);
    }

    private static double deviations(List<Double> values) {
        double mean = values.stream().mapToDouble(x -> x).average().orElseThrow();
        double squares =
                values.stream().mapToDouble(x -> (x - mean) * (x - mean)).sum();
        return mean / Math.sqrt(squares / (values.size() - 1) / values.size());
    }

    /** The same people given away by every target: far more than chance. */
    @Test
    void theSamePeopleStandOut() {
        List<Trial> trials = IntStream.range(0, 4)
                .mapToObj(t -> {
                    Trial noise = Mechanisms.gaussian(2000, 0, Seed.of(t));
                    double[] scores = noise.scores();
                    for (int i = 0; i < 50; i++) {
                        scores[i] += noise.member()[i] ? 8 : 0;
                    }
                    return new Trial(scores, noise.member(), OptionalDouble.empty());
                })
                .toList();
        Stability stability = Stability.of(trials, new double[] {4, 4, 4, 4}).orElseThrow();
        assertThat(stability.jaccard()).isGreaterThan(0.9);
        assertThat(stability.jaccardByChance()).isLessThan(0.05);
        Stability.Support three = stability.support().get(2);
        assertThat((double) three.records()).isGreaterThan(20 * three.byChance());
    }

    /** A hundred thousand records and large flagged sets: the chance is that of its limit a b / (n (a + b) - a b). */
    @Test
    void chanceHoldsForManyRecords() {
        int n = 100_000;
        double[] first = new double[n];
        double[] second = new double[n];
        boolean[] member = new boolean[n];
        Arrays.fill(member, true);
        Arrays.fill(first, 0, 20_000, 1);
        Arrays.fill(second, 10_000, 40_000, 1);
        Stability stability = Stability.of(
                        List.of(
                                new Trial(first, member, OptionalDouble.empty()),
                                new Trial(second, member, OptionalDouble.empty())),
                        new double[] {1, 1})
                .orElseThrow();
        assertThat(stability.jaccard()).isCloseTo(0.25, within(1e-12));
        assertThat(stability.jaccardByChance()).isCloseTo(6000.0 / 44_000, within(1e-5));
    }

    @Test
    void noPairThatFlagsASharedRecordHasNoStability() {
        assertThat(Stability.of(List.of(), new double[0])).isEmpty();
        assertThat(Stability.of(List.of(trial("11", "11")), new double[] {1})).isEmpty();
        assertThat(Stability.of(List.of(trial("10", "11"), trial("01", "11")), new double[] {1, 1}))
                .isEmpty();
        assertThat(Stability.of(List.of(trial("11", "00"), trial("11", "00")), new double[] {1, 1}))
                .isEmpty();
    }

    @Test
    void refusesWhatDoesNotFit() {
        List<Trial> trials = List.of(trial("11", "11"), trial("111", "111"));
        assertThatThrownBy(() -> Stability.of(trials, new double[] {1, 1})).hasMessageContaining("2 and 3 records");
        assertThatThrownBy(() -> Stability.of(trials, new double[] {1})).hasMessageContaining("1 thresholds");
        assertThatThrownBy(() -> Stability.of(trials.subList(0, 1), new double[] {Double.NaN}))
                .hasMessageContaining("not a number");
    }
}

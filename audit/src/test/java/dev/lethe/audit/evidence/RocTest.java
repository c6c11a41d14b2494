package dev.lethe.audit.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.random.Seed;
import java.util.Arrays;
import java.util.OptionalDouble;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class RocTest {
    private static Trial trial(double[] members, double[] others) {
        double[] scores = Arrays.copyOf(members, members.length + others.length);
        System.arraycopy(others, 0, scores, members.length, others.length);
        boolean[] member = new boolean[scores.length];
        Arrays.fill(member, 0, members.length, true);
        return new Trial(scores, member, OptionalDouble.empty());
    }

    @Test
    void countsTiesHalfAndTakesThemAsOneBlock() {
        Roc roc = new Roc(trial(new double[] {3, 2, 2, 1}, new double[] {2, 2, 1, 0}));
        // Pairs: 3 beats 4; each 2 beats two and ties two; 1 beats one and ties one.
        assertThat(roc.auc()).isCloseTo((4 + 2 * (2 + 1) + (1 + 0.5)) / 16, within(1e-15));
        assertThat(roc.tprAt(0)).isEqualTo(0.25);
        // The block of twos has two false positives of four: it cannot be split to reach one in four.
        assertThat(roc.tprAt(0.25)).isEqualTo(0.25);
        assertThat(roc.tprAt(0.5)).isEqualTo(0.75);
        assertThat(roc.thresholdAt(0.25)).isEqualTo(3);
        assertThat(roc.thresholdAt(0.5)).isEqualTo(2);
        assertThat(roc.tprAt(1)).isEqualTo(1);
    }

    @Test
    void treatsSignedZerosAsEqual() {
        assertThat(new Roc(trial(new double[] {0.0}, new double[] {-0.0})).auc())
                .isEqualTo(0.5);
    }

    @Test
    void callsNobodyWhereTheBestScoreIsANonMembers() {
        Roc roc = new Roc(trial(new double[] {1, 2}, new double[] {3, 0}));
        assertThat(roc.tprAt(0.1)).isZero();
        assertThat(roc.thresholdAt(0.1)).isInfinite();
        assertThat(roc.rateAtLeast(roc.thresholdAt(0.1), false)).isZero();
    }

    /** Twin: every quantity by its definition, over all pairs and all thresholds. */
    @RepeatedTest(30)
    void equalsItsDefinitions(RepetitionInfo repetition) {
        long number = Long.getLong("seed", repetition.getCurrentRepetition());
        UniformRandomProvider random = Seed.of(number).stream();
        double[] members = draw(1 + random.nextInt(40), random);
        double[] others = draw(1 + random.nextInt(40), random);
        Roc roc = new Roc(trial(members, others));
        double pairs = 0;
        for (double m : members) {
            for (double o : others) {
                pairs += m > o ? 1 : m == o ? 0.5 : 0;
            }
        }
        assertThat(roc.auc()).as("seed %d", number).isCloseTo(pairs / members.length / others.length, within(1e-12));
        for (double rate : new double[] {0, 0.05, 0.1, 0.3, 1}) {
            double best = 0;
            for (double threshold : members) {
                if (share(others, threshold) <= rate) {
                    best = Math.max(best, share(members, threshold));
                }
            }
            assertThat(roc.tprAt(rate)).as("seed %d, rate %s", number, rate).isCloseTo(best, within(1e-12));
            double threshold = roc.thresholdAt(rate);
            assertThat(roc.rateAtLeast(threshold, false)).isLessThanOrEqualTo(rate + 1e-12);
            assertThat(roc.rateAtLeast(threshold, true)).isCloseTo(best, within(1e-12));
        }
        double bestBalanced = 0;
        for (double threshold : members) {
            bestBalanced = Math.max(bestBalanced, (share(members, threshold) + 1 - share(others, threshold)) / 2);
        }
        assertThat(roc.balancedAccuracy(roc.bestThreshold())).isCloseTo(Math.max(0.5, bestBalanced), within(1e-12));
    }

    private static double[] draw(int n, UniformRandomProvider random) {
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            // Few distinct values, so that ties are common.
            values[i] = random.nextInt(12) - 3;
        }
        return values;
    }

    private static double share(double[] values, double threshold) {
        return (double) Arrays.stream(values).filter(v -> v >= threshold).count() / values.length;
    }
}

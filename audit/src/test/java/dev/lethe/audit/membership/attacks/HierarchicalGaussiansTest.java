package dev.lethe.audit.membership.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.core.random.Seed;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class HierarchicalGaussiansTest {
    private static final int RECORDS = 20_000;

    /** Of one column: the variances of a record's two means, their covariance, and the variance of shadows around them. */
    private static final double VARIANCE = 2;

    private static final double COVARIANCE = 1.8;
    private static final double NOISE = 1;
    private static final double[] CENTRE = {1, 0};

    /** A game in which the means of records are known to be normal. */
    private static final class Game {
        private final int shadows;
        private final boolean[] member = new boolean[RECORDS];
        private final double[][] target = new double[1][RECORDS];
        private final double[][] sampleMean = new double[2][RECORDS];
        private final HierarchicalGaussians gaussians;

        /** @param shadows of each side */
        Game(int shadows, long seed) {
            this.shadows = shadows;
            UniformRandomProvider random = Seed.of(seed).stream();
            ZigguratSampler.NormalizedGaussian normal = ZigguratSampler.NormalizedGaussian.of(random);
            double[][] mean = new double[2][RECORDS];
            for (int record = 0; record < RECORDS; record++) {
                double common = Math.sqrt(COVARIANCE) * normal.sample();
                for (int side = 0; side < 2; side++) {
                    mean[side][record] = CENTRE[side] + common + Math.sqrt(VARIANCE - COVARIANCE) * normal.sample();
                }
                member[record] = random.nextBoolean();
                target[0][record] = mean[member[record] ? 0 : 1][record] + Math.sqrt(NOISE) * normal.sample();
            }
            gaussians = new HierarchicalGaussians(target, List.of(new int[] {0}));
            for (int shadow = 0; shadow < 2 * shadows; shadow++) {
                int side = shadow % 2;
                double[][] values = new double[1][RECORDS];
                for (int record = 0; record < RECORDS; record++) {
                    values[0][record] = mean[side][record] + Math.sqrt(NOISE) * normal.sample();
                    sampleMean[side][record] += values[0][record] / shadows;
                    gaussians.add(side == 0, new int[] {record}, values);
                }
            }
        }

        double area(double[] scores) {
            return new Roc(new Trial(scores, member, OptionalDouble.empty())).auc();
        }

        /**
         * The likelihood ratio itself, from the joint normal distribution of the target's value and the two sample means:
         * by another way than the code goes, and with the parameters known.
         */
        double[] truth() {
            double[] scores = new double[RECORDS];
            double mean = VARIANCE + NOISE / shadows;
            for (int side = 0; side < 2; side++) {
                double[][] joint = {
                    {VARIANCE + NOISE, side == 0 ? VARIANCE : COVARIANCE, side == 1 ? VARIANCE : COVARIANCE},
                    {side == 0 ? VARIANCE : COVARIANCE, mean, COVARIANCE},
                    {side == 1 ? VARIANCE : COVARIANCE, COVARIANCE, mean}
                };
                Cholesky factor = new Cholesky(joint);
                for (int record = 0; record < RECORDS; record++) {
                    scores[record] += (side == 0 ? 1 : -1)
                            * factor.logDensity(new double[] {
                                target[0][record] - CENTRE[side],
                                sampleMean[0][record] - CENTRE[0],
                                sampleMean[1][record] - CENTRE[1]
                            });
                }
            }
            return scores;
        }

        /** As LiRA does: the ratio of two normal distributions at the sample means. */
        double[] plain() {
            double[] scores = new double[RECORDS];
            for (int record = 0; record < RECORDS; record++) {
                double in = target[0][record] - sampleMean[0][record];
                double out = target[0][record] - sampleMean[1][record];
                scores[record] = out * out - in * in;
            }
            return scores;
        }
    }

    /**
     * Of 20,000 records the parameters are estimated well: the area is that of the true likelihood ratio, which no score can
     * exceed but by chance. Both areas are taken on the same records, so their difference has little noise.
     */
    @Test
    void isAsGoodAsKnowingTheParameters() {
        for (int shadows : new int[] {1, 2, 4, 8}) {
            Game game = new Game(shadows, 11);
            double best = game.area(game.truth());
            double[][] ratios = game.gaussians.ratios(0);
            // With one shadow a side, nobody can tell how records differ from how models do.
            assertThat(game.area(ratios[0])).isBetween(best - (shadows == 1 ? 0.02 : 0.002), best + 0.002);
            assertThat(game.area(ratios[1])).isGreaterThan(best - 0.02);
            // The saboteur: without what other records tell, few shadows mislead.
            if (shadows < 8) {
                assertThat(game.area(game.plain())).isLessThan(best - 0.01);
            }
        }
    }

    /** A record that no shadow has seen is judged by what all records have in common. */
    @Test
    void knowsSomethingOfARecordWithoutShadows() {
        double[][] target = {{5, -5, 5, -5}};
        HierarchicalGaussians gaussians = new HierarchicalGaussians(target, List.of(new int[] {0}));
        double[][] values = new double[1][4];
        for (int shadow = 0; shadow < 6; shadow++) {
            values[0][0] = (shadow % 2 == 0 ? 5 : -5) + 0.1 * shadow;
            values[0][1] = (shadow % 2 == 0 ? 5 : -5) - 0.1 * shadow;
            gaussians.add(shadow % 2 == 0, new int[] {0, 1}, values);
        }
        for (double[] ratios : gaussians.ratios(0)) {
            assertThat(ratios[0]).isPositive();
            assertThat(ratios[1]).isNegative();
            assertThat(ratios[2]).isPositive();
            assertThat(ratios[3]).isNegative();
        }
    }

    /** Nothing known, nothing varying, or all alike: a number all the same. */
    @Test
    void isAlwaysANumber() {
        for (int shadows = 0; shadows < 4; shadows++) {
            HierarchicalGaussians gaussians =
                    new HierarchicalGaussians(new double[][] {{1, 1, 1}, {0, 1, 2}}, List.of(new int[] {0, 1}));
            for (int shadow = 0; shadow < shadows; shadow++) {
                for (int record = 0; record < 3; record++) {
                    gaussians.add(
                            (shadow + record) % 2 == 0, new int[] {record}, new double[][] {{1, 1, 1}, {0, 1, 2}});
                }
            }
            for (double[] ratios : gaussians.ratios(0, 1)) {
                for (double ratio : ratios) {
                    assertThat(ratio).isFinite();
                }
            }
        }
    }

    /** A column told twice is worth no more than once. */
    @Test
    void countsEvidenceOnce() {
        UniformRandomProvider random = Seed.of(3).stream();
        double[][] once = new double[1][200];
        double[][] twice = new double[2][200];
        HierarchicalGaussians single = null;
        HierarchicalGaussians pair = null;
        for (int model = 0; model < 9; model++) {
            for (int record = 0; record < 200; record++) {
                once[0][record] = random.nextDouble() + (model % 2 == 0 ? 0.5 : 0) + record % 7;
                twice[0][record] = once[0][record];
                twice[1][record] = once[0][record];
            }
            if (single == null || pair == null) {
                single = new HierarchicalGaussians(new double[][] {once[0].clone()}, List.of(new int[] {0}));
                pair = new HierarchicalGaussians(
                        new double[][] {twice[0].clone(), twice[1].clone()}, List.of(new int[] {0, 1}));
            } else {
                for (int record = 0; record < 200; record++) {
                    single.add(model % 2 == 0, new int[] {record}, once);
                    pair.add(model % 2 == 0, new int[] {record}, twice);
                }
            }
        }
        assertThat(single).isNotNull();
        assertThat(pair).isNotNull();
        double[][] expected = single.ratios(0);
        double[][] found = pair.ratios(0, 1);
        for (int record = 0; record < 200; record++) {
            assertThat(found[1][record]).isCloseTo(expected[1][record], org.assertj.core.api.Assertions.within(0.02));
        }
    }

    /** Twin: many records in blocks, against one record after the other. */
    @RepeatedTest(5)
    void blocksOfRecordsAreWorthAsMuchAsOneByOne(RepetitionInfo repetition) {
        long seed = Long.getLong("seed", repetition.getCurrentRepetition());
        UniformRandomProvider random = Seed.of(seed).stream();
        int records = 1 + random.nextInt(700);
        int columns = 5;
        List<int[]> sets = List.of(new int[] {3}, new int[] {0, 2, 4}, new int[] {1, 4});
        double[][] target = new double[columns][records];
        for (double[] column : target) {
            java.util.Arrays.setAll(column, record -> random.nextDouble() + record % 3);
        }
        HierarchicalGaussians blocks = new HierarchicalGaussians(target, sets);
        HierarchicalGaussians singles = new HierarchicalGaussians(target, sets);
        for (int shadow = 0; shadow < 9; shadow++) {
            double[][] values = new double[columns][records];
            for (int record = 0; record < records; record++) {
                double common = random.nextDouble();
                for (int c = 0; c < columns; c++) {
                    values[c][record] = common + random.nextDouble() + record % 3 - shadow % 2;
                }
            }
            int[] some = IntStream.range(0, records)
                    .filter(record -> random.nextInt(4) > 0)
                    .toArray();
            blocks.add(shadow % 2 == 0, some, values);
            for (int record : some) {
                singles.add(shadow % 2 == 0, new int[] {record}, values);
            }
        }
        for (int[] set : sets) {
            double[][] expected = singles.ratios(set);
            double[][] found = blocks.ratios(set);
            for (int kind = 0; kind < 2; kind++) {
                for (int record = 0; record < records; record++) {
                    assertThat(found[kind][record])
                            .as("seed %d, record %d", seed, record)
                            .isCloseTo(expected[kind][record], org.assertj.core.api.Assertions.within(1e-6));
                }
            }
        }
    }
}

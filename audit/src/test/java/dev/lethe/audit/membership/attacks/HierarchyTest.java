package dev.lethe.audit.membership.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.core.random.Seed;
import java.util.Arrays;
import java.util.OptionalDouble;
import org.apache.commons.numbers.gamma.LogGamma;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.statistics.distribution.GammaDistribution;
import org.apache.commons.statistics.distribution.TDistribution;
import org.junit.jupiter.api.Test;

/** What BaVarIA is made of: curves over levels, priors of variances, predictive distributions, and all of it together. */
class HierarchyTest {
    /** The twin: the same group means and lines, found by searching. Ties and few records included. */
    @Test
    void aCurveAtItsOwnLevelsIsTheCurve() {
        for (int trial = 0; trial < 60; trial++) {
            UniformRandomProvider random = Seed.of(trial).stream();
            int records = 1 + random.nextInt(3000);
            double[] level = new double[records];
            double[] values = new double[records];
            for (int i = 0; i < records; i++) {
                level[i] = trial % 2 == 0 ? random.nextDouble() : random.nextInt(7);
                values[i] = random.nextDouble() + level[i];
            }
            LevelCurve.Grouped grouped = new LevelCurve.Grouped(level);
            LevelCurve curve = grouped.curve(values);
            assertThat(grouped.smoothed(values))
                    .isEqualTo(Arrays.stream(level).map(curve::at).toArray());
        }
    }

    @Test
    void aCurveFollowsItsValuesAndIsFlatOutside() {
        double[] level = new double[4000];
        double[] values = new double[4000];
        for (int i = 0; i < level.length; i++) {
            level[i] = i / 400.0;
            values[i] = 3 * level[i] + 1;
        }
        LevelCurve curve = LevelCurve.of(level, values);
        assertThat(curve.at(5)).isCloseTo(16, offset(1e-2));
        assertThat(curve.at(-100)).isEqualTo(curve.at(curve.levels()[0]));
        assertThat(curve.at(100)).isEqualTo(curve.means()[curve.means().length - 1]);
    }

    /** Of many records, some tell where groups end: the groups differ in size by little, and none is lost. */
    @Test
    void groupsOfManyRecordsAreAboutEqual() {
        UniformRandomProvider random = Seed.of(8).stream();
        double[] level = random.doubles(50_000).map(u -> u * u).toArray();
        LevelCurve curve = LevelCurve.of(level, level);
        assertThat(curve.levels()).hasSize(40);
        // Means of groups of equal size would be at the squares of these; a sampled border errs by less than 0.008.
        for (int g = 0; g < 40; g++) {
            assertThat(Math.sqrt(curve.levels()[g])).isCloseTo((g + 0.5) / 40, offset(0.03));
        }
    }

    /** Twin: a logarithm for each record. */
    @Test
    void theLikelihoodOfAWeightIsASumOverRecords() {
        UniformRandomProvider random = Seed.of(9).stream();
        int records = 3000;
        double[] squares = new double[records];
        int[] freedom = new int[records];
        double[] mean = new double[records];
        for (int record = 0; record < records; record++) {
            freedom[record] = random.nextInt(4) * random.nextInt(9);
            squares[record] = record % 100 == 0 ? 1e200 : Math.exp(40 * random.nextDouble() - 20);
            mean[record] = record % 50 == 0 ? 0 : random.nextDouble();
        }
        for (double weight : new double[] {3, 12, 128}) {
            double expected = 0;
            for (int record = 0; record < records; record++) {
                int k = freedom[record];
                double ratio = squares[record] / (Math.max(mean[record], VariancePrior.SMALLEST) * (weight - 2));
                expected += LogGamma.value((k + weight) / 2)
                        - LogGamma.value(weight / 2)
                        - k / 2.0 * Math.log(weight - 2)
                        - (k == 0 ? 0 : (k + weight) / 2 * Math.log1p(ratio));
            }
            assertThat(VariancePrior.logLikelihood(new VariancePrior.Scatter(squares, freedom), mean, weight))
                    .isCloseTo(expected, offset(1e-9 * Math.abs(expected)));
        }
    }

    /** Student's t by another library, but for the constant that all records share. */
    @Test
    void predictiveIsStudentsT() {
        double[] location = {0, 1.5, -2};
        double[] weight = {3, Double.POSITIVE_INFINITY, 9.5};
        double[] freedom = {5, 11.5, 40};
        double[] squares = {4, 20, 7};
        double[] observed = {0.3, -4, -1.9};
        double[] ours = new Predictive(location, weight, freedom, squares).logDensity(observed, Bavaria.Tails.STUDENT);
        for (int i = 0; i < ours.length; i++) {
            double scale = Math.sqrt(squares[i] / freedom[i] * (1 + 1 / weight[i]));
            double theirs =
                    TDistribution.of(freedom[i]).logDensity((observed[i] - location[i]) / scale) - Math.log(scale);
            assertThat(ours[i]).isCloseTo(theirs + 0.5 * Math.log(Math.PI), offset(1e-9));
        }
    }

    /**
     * 20,000 variances from an inverse gamma of 12 degrees of freedom, 6 observations of each: the likelihood of the true
     * weight exceeds those of 8 and 16, the neighbours on the grid, by far more than its own noise.
     */
    @Test
    void theLikeliestWeightIsTheTrueOne() {
        UniformRandomProvider random = Seed.of(5).stream();
        double[] squares = new double[20_000];
        int[] freedom = new int[squares.length];
        var gamma = GammaDistribution.of(6, 1).createSampler(random);
        for (int i = 0; i < squares.length; i++) {
            freedom[i] = 6;
            // Mean variance 2: rate (12 - 2)/2 * 2 = 10 of the inverse gamma of shape 6.
            double variance = 10 / gamma.sample();
            for (int j = 0; j < freedom[i]; j++) {
                double z = ZigguratSampler.NormalizedGaussian.of(random).sample();
                squares[i] += variance * z * z;
            }
        }
        double[] mean = new double[squares.length];
        Arrays.fill(mean, 2);
        assertThat(VariancePrior.likeliestWeight(new VariancePrior.Scatter(squares, freedom), mean))
                .isEqualTo(12);
        // The saboteur: all variances equal, where more weight is always better.
        double[] equal = new double[squares.length];
        for (int i = 0; i < equal.length; i++) {
            for (int j = 0; j < 6; j++) {
                double z = ZigguratSampler.NormalizedGaussian.of(random).sample();
                equal[i] += 2 * z * z;
            }
        }
        assertThat(VariancePrior.likeliestWeight(new VariancePrior.Scatter(equal, freedom), mean))
                .isGreaterThan(60);
    }

    /**
     * Records whose shift by training depends on their level, and whose variances differ, with two models a side: what all
     * records teach must beat each record's own two numbers. Over 6,000 records the area's deviation is 0.007; the
     * difference of two scores of the same records varies less.
     */
    @Test
    void whatAllRecordsTeachBeatsTwoNumbers() {
        UniformRandomProvider random = Seed.of(7).stream();
        var normal = ZigguratSampler.NormalizedGaussian.of(random);
        var gamma = GammaDistribution.of(4, 1).createSampler(random);
        int records = 6000;
        double[][] in = new double[records][2];
        double[][] out = new double[records][2];
        double[] observed = new double[records];
        boolean[] member = new boolean[records];
        for (int r = 0; r < records; r++) {
            double base = 2 * normal.sample();
            double shift = 1.5 / (1 + Math.exp(base));
            double deviation = Math.sqrt(3 / gamma.sample());
            for (int model = 0; model < 2; model++) {
                in[r][model] = base + shift + deviation * normal.sample();
                out[r][model] = base + deviation * normal.sample();
            }
            member[r] = random.nextBoolean();
            observed[r] = base + (member[r] ? shift : 0) + deviation * normal.sample();
        }
        Moments.Sides sides = new Moments.Sides(moments(in), moments(out));
        Hierarchy models = new Hierarchy(sides, Hierarchy.Priors.of(sides, 0));
        double[] plain = new double[records];
        for (int r = 0; r < records; r++) {
            double toIn = observed[r] - sides.in().mean()[r];
            double toOut = observed[r] - sides.out().mean()[r];
            plain[r] = toOut * toOut - toIn * toIn;
        }
        assertThat(area(Bavaria.ratio(observed, models.common(), Bavaria.Tails.STUDENT), member))
                .isGreaterThan(area(plain, member) + 0.02);
    }

    private static Moments moments(double[][] values) {
        double[] mean = new double[values.length];
        double[] squares = new double[values.length];
        int[] count = new int[values.length];
        for (int r = 0; r < values.length; r++) {
            double centre = Arrays.stream(values[r]).average().orElseThrow();
            mean[r] = centre;
            squares[r] = Arrays.stream(values[r])
                    .map(v -> (v - centre) * (v - centre))
                    .sum();
            count[r] = values[r].length;
        }
        return new Moments(mean, squares, count);
    }

    private static double area(double[] scores, boolean[] member) {
        return new Roc(new Trial(scores, member, OptionalDouble.empty())).auc();
    }

    @Test
    void saturationKeepsTheOrderAndStaysWithinItsBounds() {
        for (Saturation saturation :
                new Saturation[] {new Saturation(2), new Saturation(2, true), new Saturation(Double.POSITIVE_INFINITY)
                }) {
            double before = Double.NEGATIVE_INFINITY;
            for (double x = -30; x <= 30; x += 0.5) {
                double bent = saturation.of(x);
                assertThat(bent).isFinite().isGreaterThan(before);
                before = bent;
            }
        }
        assertThat(new Saturation(2).of(1e9)).isCloseTo(2, offset(1e-9));
        assertThat(new Saturation(1, true).of(-800)).isCloseTo(-800, offset(1e-9));
        // For s = 1 it is ln p where x is the log-odds of p.
        assertThat(new Saturation(1, true).of(Math.log(0.9 / 0.1))).isCloseTo(Math.log(0.9), offset(1e-12));
    }
}

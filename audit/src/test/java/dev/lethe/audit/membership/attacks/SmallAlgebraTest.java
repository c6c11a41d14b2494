package dev.lethe.audit.membership.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.core.random.Seed;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.junit.jupiter.api.Test;

/** Matrices and regressions of a handful of columns. */
class SmallAlgebraTest {
    private static final double[][] POSITIVE = {{4, 2, 0.6}, {2, 5, 1.5}, {0.6, 1.5, 3}};

    @Test
    void solves() {
        double[] x = {1, -2, 3};
        double[] b = new double[3];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                b[i] += POSITIVE[i][j] * x[j];
            }
        }
        new Cholesky(POSITIVE).solve(b);
        assertThat(b).containsExactly(x, within(1e-12));
    }

    /** Covariance {{2, 1}, {1, 2}} at (1, 1): the form is 2/3, the determinant 3. */
    @Test
    void takesTheDensityOfANormalVector() {
        double density = new Cholesky(new double[][] {{2, 1}, {1, 2}}).logDensity(new double[] {1, 1});
        assertThat(density).isCloseTo(-1.0 / 3 - 0.5 * Math.log(3), within(1e-12));
    }

    @Test
    void refusesWhatIsNotPositiveDefinite() {
        assertThatThrownBy(() -> new Cholesky(new double[][] {{1, 2}, {2, 1}})).hasMessageContaining("pivot 1");
        assertThatThrownBy(() -> new Cholesky(new double[][] {{Double.NaN}})).hasMessageContaining("NaN");
    }

    /** {{1, 2}, {2, 1}} has eigenvalues 3 and -1, the first along (1, 1). */
    @Test
    void dropsNegativeEigenvalues() {
        double[][] nearest = new Spectrum(new double[][] {{1, 2}, {2, 1}}).nonNegative();
        for (double[] row : nearest) {
            assertThat(row).containsExactly(new double[] {1.5, 1.5}, within(1e-12));
        }
    }

    @Test
    void leavesAPositiveMatrixAsItIs() {
        double[][] same = new Spectrum(POSITIVE).nonNegative();
        for (int i = 0; i < 3; i++) {
            assertThat(same[i]).containsExactly(POSITIVE[i], within(1e-12));
        }
    }

    /**
     * Two classes N(-1, 1) and N(1, 1): the log-odds are 2 x. Of 40,000 rows the slope has a standard error of about
     * 0.02 and the constant of about 0.014, so a deviation of 0.1 has probability below 1e-5. A column of noise beside it
     * changes nothing.
     */
    @Test
    void findsTheLogOdds() {
        UniformRandomProvider random = Seed.of(5).stream();
        ZigguratSampler.NormalizedGaussian normal = ZigguratSampler.NormalizedGaussian.of(random);
        boolean[] truth = new boolean[40_000];
        double[][] rows = new double[truth.length][];
        for (int row = 0; row < truth.length; row++) {
            truth[row] = random.nextBoolean();
            rows[row] = new double[] {normal.sample() + (truth[row] ? 1 : -1), 100 * normal.sample(), 7};
        }
        double[] odds = new LogisticFit(rows, truth, 1e-3).logOdds(new double[][] {{0, 0, 7}, {1, 0, 7}, {1, 100, 7}});
        assertThat(odds[0]).isCloseTo(0, within(0.1));
        assertThat(odds[1] - odds[0]).isCloseTo(2, within(0.1));
        assertThat(odds[2]).isCloseTo(odds[1], within(0.1));
    }

    @Test
    void staysFiniteWhereAColumnTellsTheTruth() {
        boolean[] truth = new boolean[100];
        double[][] rows = new double[100][];
        IntStream.range(0, 100).forEach(row -> {
            truth[row] = row < 50;
            rows[row] = new double[] {row < 50 ? 1 : 0};
        });
        double[] odds = new LogisticFit(rows, truth, 1e-3).logOdds(rows);
        assertThat(Arrays.stream(odds).limit(50)).allMatch(o -> o > 2 && o < 100);
        assertThat(Arrays.stream(odds).skip(50)).allMatch(o -> o < -2 && o > -100);
    }

    /**
     * Two columns that are nearly alike, as scores of one attack at two settings are: x plus or minus a hundredth of the
     * truth plus a little noise. Only their difference tells; a ridge of 1e-2 hides some of it.
     */
    @Test
    void weighsWhatIsNearlyAlike() {
        UniformRandomProvider random = Seed.of(6).stream();
        ZigguratSampler.NormalizedGaussian normal = ZigguratSampler.NormalizedGaussian.of(random);
        boolean[] truth = new boolean[20_000];
        double[][] rows = new double[truth.length][];
        for (int row = 0; row < truth.length; row++) {
            truth[row] = random.nextBoolean();
            double x = normal.sample();
            double apart = 0.01 * ((truth[row] ? 1 : -1) + normal.sample());
            rows[row] = new double[] {x + apart, x - apart};
        }
        // The area of the difference itself is the probability that N(2, 2) is above 0: 0.921.
        assertThat(area(new LogisticFit(rows, truth, 1e-6).logOdds(rows), truth))
                .isBetween(0.91, 0.93);
        assertThat(area(new LogisticFit(rows, truth, 1e-2).logOdds(rows), truth))
                .isLessThan(0.88);
    }

    private static double area(double[] scores, boolean[] truth) {
        return new Roc(new Trial(scores, truth, OptionalDouble.empty())).auc();
    }
}

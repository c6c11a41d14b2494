package dev.lethe.protect.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.statistics.distribution.GammaDistribution;
import org.junit.jupiter.api.Test;

class PerturbationTest {
    /** Of each comparison of distributions. */
    private static final double FALSE_ALARM = 1e-6;

    private static final int RELEASES = 3000;

    /** 1 - 2 ln(1 + 0.25 / (1000 · 0.01)) = 0.9506147748; 2 over it. */
    @Test
    void termsByHandWhereEpsilonIsLeft() {
        ObjectivePerturbation.Terms terms = new ObjectivePerturbation(1, 0.01, 1).terms(1, 1000);
        assertThat(terms.extra()).isZero();
        assertThat(terms.noiseScale()).isCloseTo(2.1039016, within(1e-6));
        // As the paper writes it.
        assertThat(terms.noiseScale())
                .isCloseTo(2 / (1 - Math.log(1 + 2 * 0.25 / 10 + 0.25 * 0.25 / 100)), within(1e-12));
    }

    /** 2 ln(1 + 0.25 / (10 · 0.01)) = 2.5055 > 1, so half of epsilon goes to Δ = 0.25 / (10 (e^0.25 - 1)) - 0.01. */
    @Test
    void termsByHandWhereNoneIsLeft() {
        ObjectivePerturbation.Terms terms = new ObjectivePerturbation(1, 0.01, 1).terms(1, 10);
        assertThat(terms.noiseScale()).isEqualTo(4);
        assertThat(terms.extra()).isCloseTo(0.0780203, within(1e-6));
        // Then epsilon' is what the formula without Δ gives for Λ + Δ.
        assertThat(1 - 2 * Math.log(1 + 0.25 / (10 * (0.01 + terms.extra())))).isCloseTo(0.5, within(1e-12));
    }

    @Test
    void sensitivityByHand() {
        assertThat(new OutputPerturbation(1, 0.01, 1).sensitivity(1000)).isCloseTo(0.2, within(1e-6));
        assertThat(new OutputPerturbation(1, 0.01, 1).sensitivity(1000)).isGreaterThan(0.2);
    }

    @Test
    void costsEpsilonForAReplacement() {
        PrivacyEvent expected = new PrivacyEvent.PureDp(0.7, Neighbours.REPLACE_ONE);
        assertThat(new ObjectivePerturbation(0.7, 0.01, 1).event()).isEqualTo(expected);
        assertThat(new OutputPerturbation(0.7, 0.01, 1).event()).isEqualTo(expected);
        double expectedEpsilon = 0.7;
        for (int classes = 2; classes < 50; classes++) {
            // Without rounding.
            BigDecimal all = new BigDecimal(LogisticLoss.share(expectedEpsilon, classes))
                    .multiply(BigDecimal.valueOf(LogisticLoss.classifiers(classes)));
            assertThat(all)
                    .isLessThanOrEqualTo(new BigDecimal(expectedEpsilon))
                    .isGreaterThan(new BigDecimal("0.699999"));
        }
    }

    /** The gradient at the minimum, by a formula of its own on rows shortened by hand; and values around it are larger. */
    @Test
    void findsTheMinimum() {
        Examples data = MadeUp.blobs(300, 4, 2, 3, Seed.of(1));
        double radius = 3;
        double curvature = 1e-4;
        double[] slope = {0.02, -0.5, 0.1, 0.003, -0.07};
        LogisticLoss loss = new LogisticLoss(data, LogisticLoss.all(data), radius);
        double[] weights = loss.minimum(loss.signs(0), curvature, slope);
        double[] gradient = new double[5];
        for (int row = 0; row < 300; row++) {
            double[] x = shortened(data, row, radius);
            assertThat(LogisticLoss.norm(x)).isLessThanOrEqualTo(1 + 1e-15);
            double y = data.labels()[row] == 1 ? 1 : -1;
            double answer =
                    IntStream.range(0, 5).mapToDouble(j -> weights[j] * x[j]).sum();
            double chance = 1 / (1 + Math.exp(-answer));
            for (int j = 0; j < 5; j++) {
                gradient[j] += (chance - (y + 1) / 2) * x[j] / 300;
            }
        }
        for (int j = 0; j < 5; j++) {
            gradient[j] += curvature * weights[j] + slope[j];
        }
        // Rows by hand lack the margin of 2^-40.
        assertThat(LogisticLoss.norm(gradient)).isLessThan(1e-9);
        assertThat(LogisticLoss.norm(loss.gradient(loss.signs(0), weights, curvature, slope)))
                .isLessThanOrEqualTo(1e-10);
    }

    /** Far from easy: hardly any regularization, slopes that push weights out to thousands, rows of all lengths. */
    @Test
    void findsTheMinimumWhereItIsFar() {
        UniformRandomProvider random = Seed.of(2).stream();
        for (int trial = 0; trial < 50; trial++) {
            int n = 1 + random.nextInt(40);
            Examples data = wild(n, 3, random);
            LogisticLoss loss = new LogisticLoss(data, LogisticLoss.all(data), 2);
            double curvature = Math.pow(10, -6 + 6 * random.nextDouble());
            double[] slope = new Chance.Rehearsed(Seed.of(trial)).spherical(4, 1.0 / n);
            double[] weights = loss.minimum(loss.signs(0), curvature, slope);
            assertThat(LogisticLoss.norm(loss.gradient(loss.signs(0), weights, curvature, slope)))
                    .isLessThanOrEqualTo(1e-10);
        }
    }

    /** Corollary 8 on pairs of data sets that differ in one row, however long; without shortening it would fail. */
    @Test
    void oneRowMovesTheMinimumByNoMoreThanTheSensitivity() {
        UniformRandomProvider random = Seed.of(3).stream();
        double largest = 0;
        for (int trial = 0; trial < 200; trial++) {
            int n = 2 + random.nextInt(10);
            double regularization = trial % 2 == 0 ? 0.01 : 5;
            Examples data = wild(n, 2, random);
            float[] features = data.features().clone();
            int[] labels = data.labels().clone();
            features[0] = 1000 * (random.nextFloat() - 0.5f);
            features[1] = -features[1];
            labels[0] = 1 - labels[0];
            Examples other = new Examples(features, data.shape(), labels, data.classes());
            double apart = 0;
            double[] one = minimum(data, regularization);
            double[] two = minimum(other, regularization);
            for (int j = 0; j < one.length; j++) {
                apart += (one[j] - two[j]) * (one[j] - two[j]);
            }
            double share = Math.sqrt(apart) / new OutputPerturbation(1, regularization, 1).sensitivity(n);
            assertThat(share).isLessThanOrEqualTo(1);
            largest = Math.max(largest, share);
        }
        // The bound is of use: half of it is reached.
        assertThat(largest).isGreaterThan(0.3);
    }

    /**
     * From released parameters the random slope is worked out, and its norm compared with the gamma distribution of shape 3, its
     * coordinates over the norm with the uniform distribution on [-1, 1] (Archimedes, three dimensions), by the largest distance of
     * distribution functions (Dvoretzky, Kiefer and Wolfowitz; Massart's constant: exact for every number of draws). Saboteur: half
     * the noise.
     */
    @Test
    void theSlopeHasTheNoiseOfTheTheorem() {
        // 0.25 / (20 · 0.05) = 0.25; 1.5 - 2 ln 1.25 = 1.0537129.
        requireSpherical(slopes(new ObjectivePerturbation(1.5, 0.05, 2), 0, 5), 2 / 1.0537129);
    }

    /** The same where the objective needs more regularization: 0.25 / (20 · 0.005) = 2.5, 2 ln 3.5 > 1.5. */
    @Test
    void theSlopeHasTheNoiseOfTheTheoremWithMoreRegularization() {
        double extra = 0.25 / (20 * (Math.exp(1.5 / 4) - 1)) - 0.005;
        requireSpherical(slopes(new ObjectivePerturbation(1.5, 0.005, 2), extra, 55), 4 / 1.5);
    }

    private static double[][] slopes(ObjectivePerturbation how, double extra, long seed) {
        Examples data = MadeUp.blobs(20, 2, 2, 1, Seed.of(4));
        LogisticLoss loss = new LogisticLoss(data, LogisticLoss.all(data), 2);
        NoiseSource noise = NoiseSource.insecure(Seed.of(seed));
        double[][] slopes = new double[RELEASES][];
        for (int i = 0; i < RELEASES; i++) {
            double[] weights = weights(how, data, noise, 2);
            slopes[i] = loss.gradient(loss.signs(0), weights, how.regularization() + extra, new double[3]);
            for (int j = 0; j < 3; j++) {
                slopes[i][j] *= -20;
            }
        }
        return slopes;
    }

    @Test
    void theOutputHasTheNoiseOfTheTheorem() {
        Examples data = MadeUp.blobs(20, 2, 2, 1, Seed.of(4));
        OutputPerturbation how = new OutputPerturbation(1.5, 0.05, 2);
        LogisticLoss loss = new LogisticLoss(data, LogisticLoss.all(data), 2);
        double[] minimum = loss.minimum(loss.signs(0), 0.05, new double[3]);
        NoiseSource noise = NoiseSource.insecure(Seed.of(6));
        double[][] draws = new double[RELEASES][];
        for (int i = 0; i < RELEASES; i++) {
            draws[i] = weights(how, data, noise, 2);
            for (int j = 0; j < 3; j++) {
                draws[i][j] -= minimum[j];
            }
        }
        // 2 / (20 · 0.05 · 1.5)
        requireSpherical(draws, 2 / 1.5);
    }

    /** Both sources of chance have the distribution. */
    @Test
    void rehearsedNoiseIsTheSame() {
        Chance chance = new Chance.Rehearsed(Seed.of(7));
        double[][] draws = new double[RELEASES][];
        for (int i = 0; i < RELEASES; i++) {
            draws[i] = chance.spherical(3, 0.3);
        }
        requireSpherical(draws, 0.3);
    }

    @Test
    void learns() {
        for (int classes : new int[] {2, 3}) {
            Examples train = MadeUp.blobs(2000, 5, classes, 4, Seed.of(8));
            Examples test = MadeUp.blobs(2000, 5, classes, 4, Seed.of(9));
            // One release of each; best possible is about 0.99.
            for (Mechanism<Examples, Predictor<Examples>> how : List.<Mechanism<Examples, Predictor<Examples>>>of(
                    new ObjectivePerturbation(2, 0.003, 5), new OutputPerturbation(2, 0.02, 5))) {
                try (Predictor<Examples> model = how.release(train, NoiseSource.insecure(Seed.of(10)))) {
                    assertThat(model.logits(test).accuracy(test.labels()))
                            .as("%d classes by %s", classes, how)
                            .isGreaterThan(0.9);
                }
            }
        }
    }

    /** Saboteur of {@link #learns}: at an epsilon that allows nothing, nothing is learned. */
    @Test
    void learnsNothingAtNoEpsilon() {
        Examples train = MadeUp.blobs(2000, 5, 3, 4, Seed.of(8));
        Examples test = MadeUp.blobs(2000, 5, 3, 4, Seed.of(9));
        double sum = 0;
        for (int i = 0; i < 20; i++) {
            try (Predictor<Examples> model =
                    new OutputPerturbation(1e-4, 0.02, 5).release(train, NoiseSource.insecure(Seed.of(100 + i)))) {
                sum += model.logits(test).accuracy(test.labels());
            }
        }
        assertThat(sum / 20).isBetween(0.1, 0.6);
    }

    /** Two classes: the softmax is the classifier's sigmoid, on rows as they come. */
    @Test
    void twoClassesShareOneAnswer() {
        Examples data = MadeUp.blobs(60, 2, 2, 1, Seed.of(11));
        OutputPerturbation how = new OutputPerturbation(1000, 1, 100);
        try (Predictor<Examples> model = how.release(data, NoiseSource.insecure(Seed.of(12)))) {
            double[] weights = weights(model, 100);
            Logits logits = model.logits(data);
            for (int row = 0; row < 60; row++) {
                double answer =
                        (weights[0] * data.features()[2 * row] + weights[1] * data.features()[2 * row + 1] + weights[2])
                                / 100;
                assertThat((double) logits.at(row, 1) - logits.at(row, 0)).isCloseTo(answer, within(1e-5));
                assertThat((double) logits.at(row, 1)).isCloseTo(-logits.at(row, 0), within(1e-6));
            }
        }
    }

    @Test
    void rehearsalsRepeatAndAreRestored() {
        Examples data = MadeUp.blobs(100, 3, 3, 2, Seed.of(13));
        int[] rows = IntStream.range(10, 90).toArray();
        ObjectivePerturbation how = new ObjectivePerturbation(5, 0.01, 4);
        try (Predictor<Examples> one = how.train(data, rows, Seed.of(14), Progress.QUIET);
                Predictor<Examples> same = how.train(data, rows, Seed.of(14), Progress.QUIET);
                Predictor<Examples> other = how.train(data, rows, Seed.of(15), Progress.QUIET);
                Predictor<Examples> restored =
                        how.restore(data, rows, one.parameters().orElseThrow()).orElseThrow()) {
            assertThat(same.parameters().orElseThrow())
                    .containsExactly(one.parameters().orElseThrow());
            assertThat(other.parameters().orElseThrow())
                    .isNotEqualTo(one.parameters().orElseThrow());
            assertThat(restored.logits(data).values())
                    .containsExactly(one.logits(data).values());
        }
    }

    @Test
    void refuses() {
        for (double wrong : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new ObjectivePerturbation(wrong, 1, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("epsilon " + wrong);
            assertThatThrownBy(() -> new OutputPerturbation(1, wrong, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("regularization " + wrong);
            assertThatThrownBy(() -> new OutputPerturbation(1, 1, wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("radius " + wrong);
        }
        Examples few = MadeUp.blobs(3, 3, 2, 2, Seed.of(16));
        assertThatThrownBy(() -> new ObjectivePerturbation(1e-5, 0.01, 1).release(few, NoiseSource.secure()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("epsilon 1.0E-5 is too small for 3 examples");
    }

    /** Distributions of norm and direction; the saboteurs, half the noise and a norm of another shape, are found. */
    private static void requireSpherical(double[][] draws, double scale) {
        double most = Math.sqrt(Math.log(2 / FALSE_ALARM) / (2 * draws.length));
        double[] norms = Arrays.stream(draws).mapToDouble(LogisticLoss::norm).toArray();
        GammaDistribution gamma = GammaDistribution.of(3, scale);
        assertThat(distance(norms, gamma::cumulativeProbability)).isLessThan(most);
        GammaDistribution twice = GammaDistribution.of(3, 2 * scale);
        assertThat(distance(norms, twice::cumulativeProbability)).isGreaterThan(most);
        GammaDistribution fewer = GammaDistribution.of(2, scale);
        assertThat(distance(norms, fewer::cumulativeProbability)).isGreaterThan(most);
        for (int j = 0; j < 3; j++) {
            int at = j;
            double[] heights = Arrays.stream(draws)
                    .mapToDouble(draw -> draw[at] / LogisticLoss.norm(draw))
                    .toArray();
            assertThat(distance(heights, height -> (1 + height) / 2)).isLessThan(most);
        }
    }

    private static double distance(double[] values, DoubleUnaryOperator cumulative) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double most = 0;
        for (int i = 0; i < sorted.length; i++) {
            double expected = cumulative.applyAsDouble(sorted[i]);
            most = Math.max(
                    most, Math.max(expected - (double) i / sorted.length, (i + 1.0) / sorted.length - expected));
        }
        return most;
    }

    private static double[] weights(
            Mechanism<Examples, Predictor<Examples>> how, Examples data, NoiseSource noise, double radius) {
        try (Predictor<Examples> model = how.release(data, noise)) {
            return weights(model, radius);
        }
    }

    /** Of the scaled rows, from the parameters of a model with two features and two classes: rows of weights, then constants. */
    private static double[] weights(Predictor<Examples> model, double radius) {
        float[] parameters = model.parameters().orElseThrow();
        return new double[] {2 * radius * parameters[2], 2 * radius * parameters[3], 2 * radius * parameters[5]};
    }

    private static double[] minimum(Examples data, double regularization) {
        LogisticLoss loss = new LogisticLoss(data, LogisticLoss.all(data), 1);
        return loss.minimum(loss.signs(0), regularization, new double[loss.size()]);
    }

    private static Examples wild(int n, int width, UniformRandomProvider random) {
        float[] features = new float[n * width];
        int[] labels = new int[n];
        for (int i = 0; i < features.length; i++) {
            features[i] = (float) ((random.nextDouble() - 0.5) * Math.pow(10, 4 * random.nextDouble()));
        }
        for (int i = 0; i < n; i++) {
            labels[i] = random.nextInt(2);
        }
        return new Examples(features, new int[] {width}, labels, List.of("no", "yes"));
    }

    private static double[] shortened(Examples data, int row, double radius) {
        double[] x = new double[data.width() + 1];
        for (int j = 0; j < data.width(); j++) {
            x[j] = data.features()[row * data.width() + j];
        }
        x[data.width()] = 1;
        double longer = Math.max(radius, LogisticLoss.norm(x));
        for (int j = 0; j < x.length; j++) {
            x[j] /= longer;
        }
        return x;
    }
}

package dev.lethe.protect.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.Clipping;
import dev.lethe.nn.LogisticRegression;
import dev.lethe.nn.Optimization;
import dev.lethe.nn.Optimizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DpFtrlTest {
    private static final List<Correlation> CORRELATIONS = List.of(
            new Correlation.Tree(false),
            new Correlation.Tree(true),
            new Correlation.SquareRoot(1),
            new Correlation.SquareRoot(7));

    @Test
    void learnsUnderWeakNoise() {
        Examples train = MadeUp.blobs(600, 5, 3, 4, Seed.of(1));
        Examples test = MadeUp.blobs(600, 5, 3, 4, Seed.of(2));
        for (Correlation correlation : CORRELATIONS) {
            DpFtrl how = ftrl(correlation, 0.5);
            try (Predictor<Examples> model = new PrivateTraining(how, 600, Seed.of(3), Progress.QUIET, null)
                    .release(train, NoiseSource.insecure(Seed.of(6)))) {
                // Best possible: about 0.99. Guessing: a third.
                assertThat(model.logits(test).accuracy(test.labels()))
                        .as(correlation.describe())
                        .isGreaterThan(0.9);
            }
        }
    }

    /** With noise of no weight it is plain gradient descent in the order of the rows, batches divided by one number. */
    @Test
    void isGradientDescentInTheOrderOfTheRows() {
        Examples data = MadeUp.blobs(50, 3, 2, 2, Seed.of(4));
        double rate = 0.5;
        int batch = 16;
        // Gradients of clipped examples, by hand: softmax regression.
        for (Correlation correlation : CORRELATIONS) {
            DpFtrl how = new DpFtrl(
                    new LogisticRegression(new Optimization(2, rate, batch, 0, 0, new Optimizer.Sgd(0))),
                    1e-6,
                    new Clipping.Flat(0.8),
                    correlation);
            assertThat(how.stepsAnEpoch(50)).isEqualTo(4);
            float[] first = first(how, data);
            double[] weights = new double[first.length];
            for (int i = 0; i < first.length; i++) {
                weights[i] = first[i];
            }
            for (int step = 0; step < 8; step++) {
                int from = step % 4 * batch;
                double[] sum = new double[weights.length];
                for (int row = from; row < Math.min(50, from + batch); row++) {
                    addClipped(sum, weights, data, row, 0.8);
                }
                for (int i = 0; i < sum.length; i++) {
                    weights[i] -= rate * sum[i] / batch;
                }
            }
            try (Predictor<Examples> model =
                    how.train(data, IntStream.range(0, 50).toArray(), Seed.of(5), Progress.QUIET)) {
                float[] trained = model.parameters().orElseThrow();
                for (int i = 0; i < trained.length; i++) {
                    assertThat((double) trained[i])
                            .as("parameter %d with %s", i, correlation.describe())
                            .isCloseTo(weights[i], org.assertj.core.api.Assertions.within(1e-3));
                }
            }
        }
    }

    /** One step of a learning rate that moves nothing that shows. */
    private static float[] first(DpFtrl how, Examples data) {
        DpFtrl still = new DpFtrl(
                new LogisticRegression(new Optimization(1, 1e-7, data.size(), 0, 0, new Optimizer.Sgd(0))),
                1e-6,
                how.clipping());
        try (Predictor<Examples> model =
                still.train(data, IntStream.range(0, data.size()).toArray(), Seed.of(5), Progress.QUIET)) {
            return model.parameters().orElseThrow();
        }
    }

    private static void addClipped(double[] sum, double[] weights, Examples data, int row, double norm) {
        int width = data.width();
        int classes = data.classes().size();
        double[] logits = new double[classes];
        double total = 0;
        for (int k = 0; k < classes; k++) {
            logits[k] = weights[classes * width + k];
            for (int i = 0; i < width; i++) {
                logits[k] += weights[k * width + i] * data.features()[row * width + i];
            }
            total += Math.exp(logits[k]);
        }
        double[] gradient = new double[weights.length];
        double square = 0;
        for (int k = 0; k < classes; k++) {
            double error = Math.exp(logits[k]) / total - (data.labels()[row] == k ? 1 : 0);
            gradient[classes * width + k] = error;
            square += error * error;
            for (int i = 0; i < width; i++) {
                gradient[k * width + i] = error * data.features()[row * width + i];
                square += gradient[k * width + i] * gradient[k * width + i];
            }
        }
        double factor = Math.min(1, norm / Math.sqrt(square));
        for (int i = 0; i < sum.length; i++) {
            sum[i] += factor * gradient[i];
        }
    }

    /** Killed at each step in turn, a training goes on from its checkpoint; the sums go on with it. */
    @Test
    void resumesFromACheckpoint(@TempDir Path folder) {
        Examples data = MadeUp.blobs(50, 3, 2, 2, Seed.of(4));
        for (Correlation correlation : CORRELATIONS) {
            // Five steps an epoch, so that a tree at its end leaves several nodes. Next to no noise, so that both ways
            // must come out
            // alike although their draws differ.
            DpFtrl how = new DpFtrl(
                    new LogisticRegression(new Optimization(2, 0.5, 10, 0, 0, new Optimizer.Sgd(0.5))),
                    1e-6,
                    new Clipping.Flat(0.8),
                    correlation);
            float[] whole = parameters(new PrivateTraining(how, 50, Seed.of(5), Progress.QUIET, null), data);
            for (int killed = 1; killed <= 10; killed++) {
                CheckpointFile file = new CheckpointFile(
                        folder.resolve(correlation.describe().replace(' ', '-') + killed), "test", Duration.ZERO);
                double last = killed / 10.0;
                // The step's own checkpoint is written after progress is told: one step is done again.
                PrivateTraining interrupted = new PrivateTraining(
                        how,
                        50,
                        Seed.of(5),
                        (stage, done) -> {
                            if (done >= last) {
                                throw new CancellationException();
                            }
                        },
                        file);
                assertThatThrownBy(() -> parameters(interrupted, data)).isInstanceOf(CancellationException.class);
                assertThat(file.file()).exists();
                int[] steps = {0};
                float[] resumed =
                        parameters(new PrivateTraining(how, 50, Seed.of(5), (stage, done) -> steps[0]++, file), data);
                assertThat(steps[0]).isEqualTo(11 - killed);
                for (int i = 0; i < whole.length; i++) {
                    assertThat(resumed[i])
                            .as("%s killed at %d", correlation.describe(), killed)
                            .isCloseTo(whole[i], org.assertj.core.api.Assertions.within(1e-3f));
                }
                // Finished, and asked for once more.
                assertThat(parameters(new PrivateTraining(how, 50, Seed.of(5), Progress.QUIET, file), data))
                        .containsExactly(resumed);
            }
        }
    }

    @Test
    void refusesAnothersCheckpoint(@TempDir Path folder) {
        Examples data = MadeUp.blobs(50, 3, 2, 2, Seed.of(4));
        Path file = folder.resolve("checkpoint");
        DpFtrl how = ftrl(new Correlation.Tree(false), 1);
        parameters(
                new PrivateTraining(
                        how, 50, Seed.of(5), Progress.QUIET, new CheckpointFile(file, "mine", Duration.ZERO)),
                data);
        assertThatThrownBy(() -> parameters(
                        new PrivateTraining(
                                how, 50, Seed.of(5), Progress.QUIET, new CheckpointFile(file, "yours", Duration.ZERO)),
                        data))
                .isInstanceOf(UncheckedIOException.class)
                .rootCause()
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another training");
    }

    @Test
    void refuses() {
        Clipping clipping = new Clipping.Flat(1);
        assertThatThrownBy(() -> new DpFtrl(new LogisticRegression(Optimization.DEFAULT), 1, clipping))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("choose SGD")
                .hasMessageContaining("rather than Adam at 0.001");
        assertThatThrownBy(() -> new DpFtrl(
                        new LogisticRegression(new Optimization(1, 0.1, 10, 0, 3, new Optimizer.Sgd(0))), 1, clipping))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("early stopping looks at records that no noise protects");
        for (double noise : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> ftrl(new Correlation.Tree(false), noise))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("noise multiplier " + noise);
        }
        assertThatThrownBy(() -> new Correlation.SquareRoot(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("band 0 must be at least 1");
        Examples data = MadeUp.blobs(50, 3, 2, 2, Seed.of(4));
        assertThatThrownBy(() -> new PrivateTraining(
                                ftrl(new Correlation.Tree(false), 1), 51, Seed.of(5), Progress.QUIET, null)
                        .release(data, NoiseSource.secure()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("50 examples instead of 51");
    }

    @Test
    void costsWhatItDoes() {
        // 600 in batches of 25, 4 epochs: 24 steps an epoch, 96 in all.
        assertThat(ftrl(new Correlation.Tree(false), 3).event(600))
                .isEqualTo(new PrivacyEvent.TreeAggregation(3, 96, 4, 24));
        assertThat(ftrl(new Correlation.Tree(true), 3).event(600))
                .isEqualTo(new PrivacyEvent.Repeated(4, new PrivacyEvent.TreeAggregation(3, 24, 1, 24)));
        assertThat(ftrl(new Correlation.SquareRoot(7), 3).event(600))
                .isEqualTo(new PrivacyEvent.MatrixMechanism(3, PrivacyEvent.MatrixMechanism.squareRoot(7), 96, 4, 24));
        // The last batch of an epoch is a step, too.
        assertThat(ftrl(new Correlation.Tree(false), 3).event(601))
                .isEqualTo(new PrivacyEvent.TreeAggregation(3, 100, 4, 25));
    }

    private static DpFtrl ftrl(Correlation correlation, double noiseMultiplier) {
        return new DpFtrl(
                new LogisticRegression(new Optimization(4, 0.5, 25, 0, 0, new Optimizer.Sgd(0.5))),
                noiseMultiplier,
                new Clipping.Flat(1),
                correlation);
    }

    private static float[] parameters(PrivateTraining training, Examples data) {
        try (Predictor<Examples> model = training.release(data, NoiseSource.secure())) {
            return model.parameters().orElseThrow();
        }
    }
}

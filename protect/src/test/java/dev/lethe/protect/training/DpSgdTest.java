package dev.lethe.protect.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import dev.lethe.nn.ClippedTraining;
import dev.lethe.nn.Clipping;
import dev.lethe.nn.LogisticRegression;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.Optimization;
import dev.lethe.nn.Optimizer;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DpSgdTest {
    private static final int N = 400;
    private static final int WIDTH = 60;
    private static final double CLIP = 0.8;
    private static final double NOISE = 1.3;

    @TempDir
    Path folder;

    /** Everybody the same, so that sums of clipped gradients are as long as they can be. */
    private static Examples alike() {
        float[] features = new float[N * WIDTH];
        Arrays.fill(features, 1);
        return new Examples(features, new int[] {WIDTH}, new int[N], List.of("a", "b"));
    }

    /** 200 steps of 40 of 400 expected. The learning rate is so small that the gradients stay long. */
    private static DpSgd recipe() {
        return new DpSgd(
                new LogisticRegression(new Optimization(20, 1e-6, 40, 0, 0, new Optimizer.Sgd(0))),
                NOISE,
                new Clipping.Flat(CLIP));
    }

    @Test
    void costsWhatItsStepsCost() {
        DpSgd how = recipe();
        assertThat(how.rate(N)).isEqualTo(0.1);
        assertThat(how.steps(N)).isEqualTo(200);
        assertThat(how.event(N))
                .isEqualTo(new PrivacyEvent.Repeated(
                        200, new PrivacyEvent.PoissonSampled(0.1, new PrivacyEvent.Gaussian(NOISE))));
        assertThat(how.rate(30)).as("a batch of more than all").isEqualTo(1);
    }

    /** (1/1.1^2 - 1/(2*5)^2)^(-1/2), by hand. */
    @Test
    void noiseOnTheCountIsTakenFromTheGradients() {
        assertThat(new AdaptiveNorm(1, 0.5, 0.2, 5).gradientNoise(1.1)).isCloseTo(1.106717, within(1e-6));
        assertThatThrownBy(() -> new AdaptiveNorm(1, 0.5, 0.2, 0.5).gradientNoise(1.1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("leaves nothing");
    }

    /** Norms of gradients that differ from person to person, and the clipping norms of each step. */
    private static class Adapting extends PrivateSteps {
        final List<Double> clippings = new ArrayList<>();

        Adapting(double initial, double quantile, Examples people, long seed) {
            super(
                    adapting(initial, quantile),
                    people,
                    IntStream.range(0, people.size()).toArray(),
                    Seed.of(seed),
                    new Chance.Protective(NoiseSource.insecure(Seed.of(seed).fork("noise"))),
                    Progress.QUIET,
                    Watcher.NOBODY,
                    null);
        }

        /** 400 steps. The learning rate is so small that nobody's gradient changes. */
        private static DpSgd adapting(double initial, double quantile) {
            return new DpSgd(
                    new LogisticRegression(new Optimization(100, 1e-6, 100, 0, 0, new Optimizer.Sgd(0))),
                    1,
                    new Clipping.Flat(initial),
                    new AdaptiveNorm(initial, quantile, 0.2, 5),
                    1,
                    0);
        }

        @Override
        ClippedTraining.Sum sum(ClippedTraining training, int[] batch, Clipping clipping) {
            clippings.add(clipping.sensitivity());
            return super.sum(training, batch, clipping);
        }

        /** Share of all people whose gradient is below the clipping norm, at its mean (of logarithms) over the last 200 steps. */
        double shareInTheEnd(Examples people) {
            run().close();
            double norm = Math.exp(clippings.subList(200, 400).stream()
                    .mapToDouble(Math::log)
                    .average()
                    .orElseThrow());
            DpSgd how = adapting(1, 0.5);
            try (ClippedTraining first = ClippedTraining.begin(how.recipe(), people, Seed.of(1))) {
                float[] norms = first.sum(IntStream.range(0, people.size()).toArray(), new Clipping.Flat(1), 1)
                        .norms();
                return IntStream.range(0, norms.length)
                                .filter(i -> norms[i] <= norm)
                                .count()
                        / (double) norms.length;
            }
        }
    }

    /**
     * From far below and far above it comes to the quantile. A step's share has a deviation of 0.07, half of it from coins, half from
     * noise; a step moves the logarithm by 0.2 of it, and 0.1 to 0.2 of what it is off is made up for in a step. The mean of 200 steps is
     * then off by a share of 0.005, or 0.01 where steps depend on each other the most; 0.06 is six times that. The saboteur counts those
     * who were clipped.
     */
    @Test
    void theAdaptiveNormComesToItsQuantile() {
        Examples blobs = MadeUp.blobs(400, 6, 3, 3, Seed.of(1));
        float[] features = blobs.features().clone();
        for (int i = 0; i < features.length; i++) {
            // People of all sizes.
            features[i] *= 0.2f + (i / 6) % 20;
        }
        Examples people = new Examples(features, blobs.shape(), blobs.labels(), blobs.classes());
        for (double quantile : new double[] {0.3, 0.5, 0.8}) {
            for (double initial : new double[] {0.01, 1000}) {
                assertThat(new Adapting(initial, quantile, people, 1).shareInTheEnd(people))
                        .as("quantile %s from %s", quantile, initial)
                        .isCloseTo(quantile, within(0.06));
            }
        }
        Adapting upsideDown = new Adapting(10, 0.5, people, 1) {
            @Override
            ClippedTraining.Sum sum(ClippedTraining training, int[] batch, Clipping clipping) {
                ClippedTraining.Sum sum = super.sum(training, batch, clipping);
                float[] turned = sum.norms().clone();
                for (int i = 0; i < turned.length; i++) {
                    turned[i] = turned[i] > clipping.sensitivity() ? 0 : Float.MAX_VALUE;
                }
                return new ClippedTraining.Sum(sum.values(), turned, sum.unusable());
            }
        };
        assertThat(Math.abs(upsideDown.shareInTheEnd(people) - 0.5)).isGreaterThan(0.4);
    }

    /** What goes through the steps of one training, seen from inside. */
    private static class Watched extends PrivateSteps {
        final List<int[]> batches = new ArrayList<>();
        final List<float[]> sums = new ArrayList<>();
        final List<float[]> gradients = new ArrayList<>();

        Watched(long seed) {
            super(
                    recipe(),
                    alike(),
                    IntStream.range(0, N).toArray(),
                    Seed.of(seed),
                    new Chance.Protective(NoiseSource.insecure(Seed.of(seed).fork("noise"))),
                    Progress.QUIET,
                    Watcher.NOBODY,
                    null);
        }

        @Override
        int[] batch() {
            batches.add(super.batch());
            return batches.get(batches.size() - 1);
        }

        @Override
        ClippedTraining.Sum sum(ClippedTraining training, int[] batch, Clipping clipping) {
            ClippedTraining.Sum sum = super.sum(training, batch, clipping);
            sums.add(sum.values().clone());
            return sum;
        }

        @Override
        void take(ClippedTraining training, float[] gradient, long step) {
            gradients.add(gradient.clone());
            super.take(training, gradient, step);
        }
    }

    /**
     * What is wrong with a training, by its transcript; nothing if all is well. The sizes of noise and of batches and the rows' counts of
     * participations are tested five standard deviations wide, and any two noises, and any two parameters' noises, by the angle between
     * them. A sound training is accused with a probability below 1.2e-5. Of that the sizes of batches have 6.94e-6 and the counts of
     * participations 3.85e-6, both by convolution of the binomial's exact law, for squares have a longer tail than a normal deviate
     * (rows' coins are independent); the size of noise 6.1e-7, by the chi-square law; and the angles 4.5e-9, by the union over all
     * pairs, since the squared cosine of two noises has the beta distribution of shapes 1/2 and (length - 1) / 2. That a clipped sum is
     * not longer than it may be has no false alarm.
     */
    private static List<String> complaints(Watched steps) {
        steps.run().close();
        List<String> complaints = new ArrayList<>();
        int parameters = steps.sums.get(0).length;
        int count = steps.sums.size();
        double squares = 0;
        double sizes = 0;
        double longest = 0;
        double[][] noises = new double[count][];
        int[] participations = new int[N];
        for (int t = 0; t < count; t++) {
            double[] noise = new double[parameters];
            double length = 0;
            for (int i = 0; i < parameters; i++) {
                noise[i] = steps.gradients.get(t)[i] * 40.0 - steps.sums.get(t)[i];
                squares += noise[i] * noise[i];
                length += steps.sums.get(t)[i] * (double) steps.sums.get(t)[i];
            }
            noises[t] = noise;
            for (int row : steps.batches.get(t)) {
                participations[row]++;
            }
            int size = steps.batches.get(t).length;
            longest = Math.max(longest, size == 0 ? 0 : Math.sqrt(length) / size);
            sizes += (size - 40.0) * (size - 40.0) / 36;
        }
        double values = (double) count * parameters;
        double sigma = NOISE * CLIP;
        if (longest > CLIP) {
            complaints.add("not clipped");
        }
        if (Math.abs(squares / values / (sigma * sigma) - 1) > 5 * Math.sqrt(2 / values)) {
            complaints.add("noise of another size");
        }
        double[][] ofParameters = new double[parameters][count];
        for (int t = 0; t < count; t++) {
            for (int i = 0; i < parameters; i++) {
                ofParameters[i][t] = noises[t][i];
            }
        }
        if (largestCosine(noises) > ANGLE || largestCosine(ofParameters) > ANGLE) {
            complaints.add("noise used again");
        }
        if (Math.abs(sizes - count) > 5 * Math.sqrt(2.0 * count)) {
            complaints.add("not drawn by coins");
        }
        double apart = 0;
        double expected = count * 0.1;
        for (int each : participations) {
            apart += (each - expected) * (each - expected) / (expected * 0.9);
        }
        if (Math.abs(apart - N) > 5 * Math.sqrt(2.0 * N)) {
            complaints.add("taking turns");
        }
        return complaints;
    }

    /** Exceeded by two of 200 independent normal vectors of 122 values, or of 122 of 200 values, with a probability below 4.5e-9. */
    private static final double ANGLE = 0.6;

    private static double largestCosine(double[][] vectors) {
        double largest = 0;
        double[] norms = Arrays.stream(vectors)
                .mapToDouble(each -> Math.sqrt(dot(each, each)))
                .toArray();
        for (int s = 0; s < vectors.length; s++) {
            for (int t = 0; t < s; t++) {
                largest = Math.max(largest, Math.abs(dot(vectors[s], vectors[t])) / (norms[s] * norms[t]));
            }
        }
        return largest;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Test
    void soundTrainingIsNotAccused() {
        for (long seed = 0; seed < 5; seed++) {
            assertThat(complaints(new Watched(seed))).isEmpty();
        }
    }

    @Test
    void missingClippingIsCaught() {
        assertThat(complaints(new Watched(1) {
                    @Override
                    ClippedTraining.Sum sum(ClippedTraining training, int[] batch, Clipping clipping) {
                        return super.sum(training, batch, new Clipping.Flat(1000));
                    }
                }))
                .contains("not clipped");
    }

    @Test
    void noiseForAnotherSensitivityIsCaught() {
        assertThat(complaints(new Watched(2) {
                    @Override
                    double sensitivity(Clipping clipping) {
                        return 0.9 * clipping.sensitivity();
                    }
                }))
                .containsExactly("noise of another size");
    }

    @Test
    void shuffledBatchesAreCaught() {
        assertThat(complaints(new Watched(3) {
                    private int next;

                    @Override
                    int[] batch() {
                        int from = 40 * (next++ % 10);
                        batches.add(IntStream.range(from, from + 40).toArray());
                        return batches.get(batches.size() - 1);
                    }
                }))
                .containsExactly("not drawn by coins", "taking turns");
    }

    /** Each epoch a fresh permutation, cut into batches of as many as coins would have drawn. */
    @Test
    void shuffledBatchesOfBinomialSizesAreCaught() {
        assertThat(complaints(new Watched(7) {
                    private final UniformRandomProvider random = Seed.of(7).fork("turns").stream();
                    private int[] order = new int[0];
                    private int next;

                    @Override
                    int[] batch() {
                        int[] batch = super.batch();
                        for (int i = 0; i < batch.length; i++) {
                            if (next == order.length) {
                                order = Shuffle.permutation(N, random);
                                next = 0;
                            }
                            batch[i] = order[next++];
                        }
                        return batch;
                    }
                }))
                .containsExactly("taking turns");
    }

    @Test
    void divisionByTheActualBatchIsCaught() {
        assertThat(complaints(new Watched(4) {
                    @Override
                    double divisor(int[] batch) {
                        return Math.max(1, batch.length);
                    }
                }))
                .contains("noise of another size");
    }

    @Test
    void noiseUsedAgainIsCaught() {
        assertThat(complaints(new Watched(5) {
                    private float[] first;

                    @Override
                    void addNoise(float[] sum, double sigma) {
                        if (first == null) {
                            first = new float[sum.length];
                            super.addNoise(first, sigma);
                        }
                        for (int i = 0; i < sum.length; i++) {
                            sum[i] += first[i];
                        }
                    }
                }))
                .contains("noise used again");
    }

    @Test
    void noiseOfSevenStepsAgoIsCaught() {
        assertThat(complaints(new Watched(8) {
                    private final List<float[]> drawn = new ArrayList<>();

                    @Override
                    void addNoise(float[] sum, double sigma) {
                        float[] noise = new float[sum.length];
                        super.addNoise(noise, sigma);
                        // Once in a whole training.
                        if (drawn.size() == 107) {
                            noise = drawn.get(100);
                        }
                        drawn.add(noise);
                        for (int i = 0; i < sum.length; i++) {
                            sum[i] += noise[i];
                        }
                    }
                }))
                .containsExactly("noise used again");
    }

    @Test
    void oneNoiseForTwoParametersIsCaught() {
        assertThat(complaints(new Watched(9) {
                    @Override
                    void addNoise(float[] sum, double sigma) {
                        float[] noise = new float[sum.length];
                        super.addNoise(noise, sigma);
                        noise[100] = noise[3];
                        for (int i = 0; i < sum.length; i++) {
                            sum[i] += noise[i];
                        }
                    }
                }))
                .containsExactly("noise used again");
    }

    /** Plain gradient descent along what the watcher was told leads from the first weights to the released ones. */
    @Test
    void theWatcherSeesAllThatMovesTheWeights() {
        Examples data = MadeUp.blobs(60, 4, 3, 3, Seed.of(1));
        LogisticRegression recipe = new LogisticRegression(new Optimization(3, 0.1, 20, 0, 0, new Optimizer.Sgd(0)));
        for (PrivateRecipe how : List.of(
                new DpSgd(recipe, 1, new Clipping.Flat(1)),
                new DpFtrl(recipe, 1, new Clipping.Flat(1), new Correlation.Tree(false)))) {
            List<float[]> told = new ArrayList<>();
            Watcher watcher = (step, gradient) -> {
                assertThat(step).isEqualTo(told.size());
                told.add(gradient);
            };
            PrivateTraining training = new PrivateTraining(how, 60, Seed.of(2), Progress.QUIET, watcher, null);
            try (ClippedTraining first = ClippedTraining.begin(recipe, data, Seed.of(2));
                    Predictor<Examples> model = training.release(data, NoiseSource.insecure(Seed.of(3)))) {
                assertThat((long) told.size()).isEqualTo(how.steps(60));
                for (int step = 0; step < told.size(); step++) {
                    first.step(told.get(step), (double) step / told.size());
                }
                assertThat(first.weights()).isEqualTo(model.parameters().orElseThrow());
            }
        }
    }

    @Test
    void isNotWatchedAcrossCheckpoints() {
        CheckpointFile checkpoints = new CheckpointFile(folder.resolve("watched"), "this one", Duration.ZERO);
        assertThatThrownBy(() -> new PrivateTraining(
                        recipe(), N, Seed.of(2), Progress.QUIET, (step, gradient) -> {}, checkpoints))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("again with other noise");
    }

    /** Steps of nobody are steps. */
    @Test
    void emptyBatchesGetNoiseToo() {
        Watched steps = new Watched(6) {
            @Override
            int[] batch() {
                batches.add(new int[0]);
                return new int[0];
            }
        };
        steps.run().close();
        for (float[] gradient : steps.gradients) {
            assertThat(gradient).doesNotContain(0f);
        }
    }

    @Test
    void learnsWhereThereIsLittleNoise() {
        Examples data = MadeUp.blobs(600, 4, 3, 3, Seed.of(1));
        for (Optimizer optimizer : List.of(new Optimizer.Adam(), new Optimizer.Sgd(0.9))) {
            Optimization how = new Optimization(20, 0.05, 100, 0, 0, optimizer);
            for (DpSgd recipe : List.of(
                    new DpSgd(new Mlp(List.of(8), 0, how), 0.3, new Clipping.Flat(1)),
                    new DpSgd(new Mlp(List.of(8), 0, how), 0.3, new Clipping.Automatic(0.01)),
                    new DpSgd(
                            new Mlp(List.of(8), 0, how), 0.3, new Clipping.Flat(1), AdaptiveNorm.of(1, 100), 1, 0.9))) {
                PrivateTraining training = new PrivateTraining(recipe, 600, Seed.of(2), Progress.QUIET, null);
                try (Predictor<Examples> model = training.release(data, NoiseSource.insecure(Seed.of(3)))) {
                    assertThat(model.logits(data).accuracy(data.labels()))
                            .as(recipe.describe())
                            .isGreaterThan(0.9);
                }
            }
        }
    }

    @Test
    void rehearsalIsItsSeeds() {
        Examples data = MadeUp.blobs(100, 4, 3, 3, Seed.of(1));
        DpSgd recipe = new DpSgd(new LogisticRegression(new Optimization(2, 0.05, 20, 0, 0)), 1, new Clipping.Flat(1));
        int[] rows = IntStream.range(0, 80).toArray();
        try (Predictor<Examples> one = recipe.train(data, rows, Seed.of(1), Progress.QUIET);
                Predictor<Examples> same = recipe.train(data, rows, Seed.of(1), Progress.QUIET);
                Predictor<Examples> other = recipe.train(data, rows, Seed.of(2), Progress.QUIET)) {
            assertThat(one.parameters().orElseThrow())
                    .isEqualTo(same.parameters().orElseThrow());
            assertThat(one.parameters().orElseThrow())
                    .isNotEqualTo(other.parameters().orElseThrow());
        }
    }

    @Test
    void goesOnFromACheckpointAndRefusesOthers() throws Exception {
        Examples data = MadeUp.blobs(200, 4, 3, 3, Seed.of(1));
        DpSgd recipe = new DpSgd(new LogisticRegression(new Optimization(10, 0.05, 20, 0, 0)), 1, new Clipping.Flat(1));
        Path file = folder.resolve("checkpoint");
        CheckpointFile checkpoints = new CheckpointFile(file, "this one", Duration.ZERO);
        List<Double> seen = new ArrayList<>();
        Progress interrupting = (stage, done) -> {
            if (done > 0.5) {
                throw new CancellationException();
            }
        };
        assertThatThrownBy(() -> new PrivateTraining(recipe, 200, Seed.of(2), interrupting, checkpoints)
                        .release(data, NoiseSource.insecure(Seed.of(3))))
                .isInstanceOf(CancellationException.class);
        assertThat(CheckpointFile.identityIn(file)).hasValue("this one");
        byte[] whole = Files.readAllBytes(file);
        new PrivateTraining(recipe, 200, Seed.of(2), (stage, done) -> seen.add(done), checkpoints)
                .release(data, NoiseSource.insecure(Seed.of(4)))
                .close();
        assertThat(seen.get(0)).isGreaterThan(0.5);

        CheckpointFile another = new CheckpointFile(file, "another", Duration.ofHours(1));
        assertThatThrownBy(() -> new PrivateTraining(recipe, 200, Seed.of(2), Progress.QUIET, another)
                        .release(data, NoiseSource.insecure(Seed.of(4))))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("another training");
        for (int damaged = 0; damaged < whole.length; damaged += 97) {
            byte[] bytes = whole.clone();
            bytes[damaged] ^= 4;
            Files.write(file, bytes);
            assertThatThrownBy(() -> new PrivateTraining(recipe, 200, Seed.of(2), Progress.QUIET, checkpoints)
                            .release(data, NoiseSource.insecure(Seed.of(4))))
                    .isInstanceOf(UncheckedIOException.class);
        }
        // Damage that the checksum vouches for: each byte behind the identity.
        for (int damaged = 18; damaged < whole.length - Long.BYTES; damaged++) {
            for (byte value : new byte[] {-1, 0x7f}) {
                byte[] bytes = Arrays.copyOf(whole, whole.length - Long.BYTES);
                bytes[damaged] = value;
                CRC32 crc = new CRC32();
                crc.update(bytes);
                Files.write(
                        file,
                        ByteBuffer.allocate(whole.length)
                                .put(bytes)
                                .putLong(crc.getValue())
                                .array());
                try (ClippedTraining training = ClippedTraining.begin(recipe.recipe(), data, Seed.of(2))) {
                    checkpoints.resume(training, recipe.clipping());
                } catch (UncheckedIOException e) {
                    assertThat(e).hasMessageContaining("checkpoint");
                }
            }
        }
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> new PrivateTraining(recipe, 200, Seed.of(2), Progress.QUIET, checkpoints)
                        .release(data, NoiseSource.insecure(Seed.of(4))))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void anotherNumberOfExamplesIsRefused() {
        assertThatThrownBy(() -> new PrivateTraining(recipe(), 399, Seed.of(2), Progress.QUIET, null)
                        .release(alike(), NoiseSource.insecure(Seed.of(4))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("400 examples instead of 399");
    }
}

package dev.lethe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.data.Examples;
import dev.lethe.core.random.Seed;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ClippedTrainingTest {
    private static final List<Clipping> CLIPPINGS = List.of(
            new Clipping.Flat(0.7), new Clipping.Flat(100), new Clipping.PerLayer(0.9), new Clipping.Automatic(0.01));

    static Stream<ExampleGradientsTest.Case> networks() {
        return ExampleGradientsTest.networks();
    }

    /** Twin: autograd, one example at a time, clipped by itself. */
    @ParameterizedTest
    @MethodSource("networks")
    void sumsWhatAutogradGivesForEachExample(ExampleGradientsTest.Case one) {
        int[] rows = IntStream.range(0, 40).map(i -> 39 - i).toArray();
        for (Clipping clipping : CLIPPINGS) {
            try (ClippedTraining training = ClippedTraining.begin(
                    new Feedforward(one.layers(), Optimization.DEFAULT), one.data(), Seed.of(5))) {
                scatter(training);
                assertThat(training.selfTest(rows, clipping))
                        .as(clipping.describe())
                        .isLessThan(2e-5);
            }
        }
    }

    /** Over many passes: no example twice or not at all. The first ones, one at a time; all, a few at a time. */
    @ParameterizedTest
    @MethodSource("networks")
    void passesAddUp(ExampleGradientsTest.Case one) {
        List<Layer> layers = one.layers().stream()
                .filter(layer -> !(layer instanceof Layer.Dropout))
                .toList();
        try (ClippedTraining training =
                ClippedTraining.begin(new Feedforward(layers, Optimization.DEFAULT), one.data(), Seed.of(5))) {
            int n = one.data().size();
            ClippedTraining.Sum whole = training.sum(IntStream.range(0, n).toArray(), new Clipping.Flat(0.5), 1);
            assertThat(whole.norms()).hasSize(n);
            double[] sum = new double[training.parameters()];
            for (int row = 0; row < Math.min(60, n); row++) {
                ClippedTraining.Sum alone = training.sum(new int[] {row}, new Clipping.Flat(0.5), 1);
                assertThat(norm(alone.values())).isLessThanOrEqualTo(0.5);
                assertThat((double) alone.norms()[0]).isCloseTo(whole.norms()[row], withinShare(1e-4));
            }
            for (int from = 0; from < n; from += 17) {
                int[] some = IntStream.range(from, Math.min(n, from + 17)).toArray();
                float[] part = training.sum(some, new Clipping.Flat(0.5), 1).values();
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += part[i];
                }
            }
            assertThat(distance(whole.values(), sum)).isLessThan(1e-4 * norm(whole.values()));
        }
    }

    @Test
    void gradientIsTheMeanOverCopies() {
        Examples images = Blobs.examples(12, new int[] {2, 9, 8}, 4, Seed.of(31));
        Augmentation moves = new Augmentation(true, 2);
        List<Layer> layers = ResNetLayers();
        Optimization how = Optimization.DEFAULT.with(moves);
        int copies = 3;
        try (ClippedTraining training = ClippedTraining.begin(new Feedforward(layers, how), images, Seed.of(6))) {
            float[] fast = training.sum(new int[] {4, 9}, new Clipping.Flat(0.6), copies)
                    .values();
            // The twin: copies by hand, their gradients' mean, clipped.
            UniformRandomProvider changes = Seed.of(6).fork("augmentation").stream();
            double[] slow = new double[fast.length];
            try (Network network = new Network(layers, images.shape())) {
                network.load(training.weights());
                for (int row : new int[] {4, 9}) {
                    double[] mean = new double[fast.length];
                    for (int copy = 0; copy < copies; copy++) {
                        float[] image = new float[images.width()];
                        moves.copy(images.features(), row * image.length, image, 0, images.shape(), changes);
                        float[] gradient = gradient(network, image, images, row);
                        for (int i = 0; i < mean.length; i++) {
                            mean[i] += gradient[i] / copies;
                        }
                    }
                    double factor = Math.min(1, 0.6 * (1 - Clipping.MARGIN) / norm(mean));
                    for (int i = 0; i < mean.length; i++) {
                        slow[i] += factor * mean[i];
                    }
                }
            }
            assertThat(distance(fast, slow)).isLessThan(1e-5);
        }
    }

    /** Twin: each row's gradient by itself, their mean in doubles, clipped; whatever the sizes of groups. */
    @ParameterizedTest
    @MethodSource("networks")
    void groupsAreClippedAsOne(ExampleGradientsTest.Case one) {
        int[][] groups = {{3}, {0, 1, 2}, {7, 5}, IntStream.range(8, 30).toArray()};
        try (ClippedTraining training = ClippedTraining.begin(
                new Feedforward(
                        one.layers().stream()
                                .filter(layer -> !(layer instanceof Layer.Dropout))
                                .toList(),
                        Optimization.DEFAULT),
                one.data(),
                Seed.of(5))) {
            scatter(training);
            double clip = 0.3;
            double[] slow = new double[training.parameters()];
            for (int[] group : groups) {
                double[] mean = new double[slow.length];
                for (int row : group) {
                    // So large a norm that nothing is clipped.
                    float[] gradient = training.sum(new int[] {row}, new Clipping.Flat(1e6), 1)
                            .values();
                    for (int i = 0; i < mean.length; i++) {
                        mean[i] += (double) gradient[i] / group.length;
                    }
                }
                double factor = Math.min(1, clip * (1 - Clipping.MARGIN) / norm(mean));
                for (int i = 0; i < mean.length; i++) {
                    slow[i] += factor * mean[i];
                }
                float[] alone = training.sum(new int[][] {group}, new Clipping.Flat(clip))
                        .values();
                assertThat(norm(alone)).isLessThanOrEqualTo(clip);
            }
            ClippedTraining.Sum fast = training.sum(groups, new Clipping.Flat(clip));
            assertThat(fast.norms()).hasSize(groups.length);
            assertThat(distance(fast.values(), slow)).isLessThan(1e-4 * norm(slow));
        }
    }

    @Test
    void exampleWithoutAFiniteGradientAddsNothing() {
        Examples data = Blobs.vectors(9, 4, 3, Seed.of(1));
        float[] features = data.features().clone();
        features[3 * 4] = 3e38f;
        features[3 * 4 + 1] = 3e38f;
        Examples broken = new Examples(features, data.shape(), data.labels(), data.classes());
        try (ClippedTraining training =
                ClippedTraining.begin(new Mlp(List.of(5), 0, Optimization.DEFAULT), broken, Seed.of(2))) {
            ClippedTraining.Sum all = training.sum(IntStream.range(0, 9).toArray(), new Clipping.Flat(1), 1);
            ClippedTraining.Sum others = training.sum(new int[] {0, 1, 2, 4, 5, 6, 7, 8}, new Clipping.Flat(1), 1);
            assertThat(all.unusable()).isEqualTo(1);
            assertThat(all.norms()).hasSize(8);
            assertThat(distance(all.values(), others.values())).isLessThan(1e-6);
        }
    }

    @Test
    void emptyBatchSumsToNothing() {
        Examples data = Blobs.vectors(9, 4, 3, Seed.of(1));
        try (ClippedTraining training =
                ClippedTraining.begin(new LogisticRegression(Optimization.DEFAULT), data, Seed.of(2))) {
            ClippedTraining.Sum none = training.sum(new int[0], new Clipping.Flat(1), 1);
            assertThat(none.values()).hasSize(training.parameters()).containsOnly(0f);
            assertThat(none.norms()).isEmpty();
        }
    }

    /** Going on from a checkpoint is the same as never having stopped. */
    @Test
    void goesOnWhereAnotherStopped() {
        Examples data = Blobs.vectors(50, 4, 3, Seed.of(1));
        for (Optimizer optimizer : List.of(new Optimizer.Adam(), new Optimizer.Sgd(0.9))) {
            Mlp recipe = new Mlp(List.of(5), 0, new Optimization(1, 0.1, 10, 0.01, 0, optimizer));
            int[] rows = IntStream.range(0, 50).toArray();
            try (ClippedTraining straight = ClippedTraining.begin(recipe, data, Seed.of(2));
                    ClippedTraining resumed = ClippedTraining.begin(recipe, data, Seed.of(3))) {
                for (int step = 0; step < 3; step++) {
                    straight.step(straight.sum(rows, new Clipping.Flat(1), 1).values(), 0);
                }
                resumed.resume(straight.weights().clone(), straight.optimizerState());
                straight.step(straight.sum(rows, new Clipping.Flat(1), 1).values(), 0.5);
                resumed.step(resumed.sum(rows, new Clipping.Flat(1), 1).values(), 0.5);
                assertThat(resumed.weights()).isEqualTo(straight.weights());
            }
        }
    }

    /** The self-test that private training begins with makes its own tokens. */
    @Test
    void testsItselfOnTokens() {
        Examples tokens = Blobs.tokens(5, 9, 11, 3, Seed.of(1));
        List<Layer> layers =
                List.of(new Layer.Embedding(11, 5), new Layer.Lstm(5, 8), new Layer.LastStep(), new Layer.Linear(8, 3));
        Feedforward recipe = new Feedforward(layers, Optimization.DEFAULT);
        assertThat(ClippedTraining.selfTest(recipe, tokens, new Clipping.Flat(0.1), Seed.of(2)))
                .isLessThan(2e-5);
    }

    @Test
    void refusesWhatLooksAtRecordsWithoutNoise() {
        Examples data = Blobs.vectors(9, 4, 3, Seed.of(1));
        Mlp stops = new Mlp(List.of(5), 0, new Optimization(1, 0.1, 10, 0, 3));
        assertThatThrownBy(() -> ClippedTraining.begin(stops, data, Seed.of(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("early stopping");
    }

    private static List<Layer> ResNetLayers() {
        return new ResNet(16, 1, Optimization.DEFAULT).layers(new int[] {2, 9, 8}, 4);
    }

    /** Weights that are not all alike in size. */
    private static void scatter(ClippedTraining training) {
        float[] weights = training.weights().clone();
        UniformRandomProvider random = Seed.of(77).stream();
        for (int i = 0; i < weights.length; i++) {
            weights[i] += 0.3f * (random.nextFloat() - 0.5f);
        }
        training.resume(weights, training.optimizerState());
    }

    private static float[] gradient(Network network, float[] example, Examples data, int row) {
        try (PointerScope scope = new PointerScope()) {
            Tensor labels = Tensors.longs(1);
            labels.data_ptr_long().put(data.labels()[row]);
            Tensor flat = Tensors.floats(network.parameterCount());
            network.gradient(Tensors.of(example, Tensors.batchShape(data, 1)), labels, null, flat);
            return Tensors.toArray(flat);
        }
    }

    private static org.assertj.core.data.Percentage withinShare(double share) {
        return org.assertj.core.data.Percentage.withPercentage(100 * share);
    }

    private static double norm(float[] values) {
        return distance(values, new double[values.length]);
    }

    private static double norm(double[] values) {
        return distance(new float[values.length], values);
    }

    private static double distance(float[] a, float[] b) {
        return distance(a, IntStream.range(0, b.length).mapToDouble(i -> b[i]).toArray());
    }

    private static double distance(float[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }
}

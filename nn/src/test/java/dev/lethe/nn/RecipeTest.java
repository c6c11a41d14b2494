package dev.lethe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.random.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Contract of every recipe: it learns, and its bits follow from data, rows and seed alone. */
class RecipeTest {
    private static final Optimization SHORT = new Optimization(8, 5e-3, 32, 1e-4, 0);
    private static final Examples VECTORS = Blobs.vectors(700, 20, 4, Seed.of(10));
    private static final Examples IMAGES = Blobs.examples(500, new int[] {1, 8, 8}, 3, Seed.of(11));

    /** Symmetric images: only of these is a mirror image surely another of the same class. */
    private static final Examples MIRRORED = mirrored(Blobs.examples(300, new int[] {2, 8, 8}, 3, Seed.of(12)));

    private static Examples mirrored(Examples images) {
        float[] values = new float[images.features().length];
        for (int row = 0; row < values.length; row += 8) {
            for (int x = 0; x < 8; x++) {
                values[row + x] = images.features()[row + Math.min(x, 7 - x)];
            }
        }
        return new Examples(values, images.shape(), images.labels(), images.classes());
    }

    record Case(Trainer<Examples> recipe, Examples data) {}

    static Stream<Case> recipes() {
        return Stream.of(
                new Case(new LogisticRegression(SHORT), VECTORS),
                new Case(new LogisticRegression(SHORT), IMAGES),
                new Case(new Mlp(List.of(32), 0, SHORT), VECTORS),
                new Case(new Mlp(List.of(32, 16), 0.2, SHORT), VECTORS),
                new Case(new Mlp(List.of(32), 0, SHORT), IMAGES),
                new Case(new Mlp(List.of(32), 0, new Optimization(30, 5e-3, 32, 0, 3)), VECTORS),
                new Case(
                        new Mlp(
                                List.of(32),
                                0,
                                Activation.TANH,
                                new Optimization(8, 0.05, 32, 0, 0, new Optimizer.Sgd(0.9))),
                        VECTORS),
                new Case(new Cnn(4, 16, 0.1, SHORT), IMAGES),
                new Case(new Cnn(4, 16, 0, SHORT.with(new Schedule.Cosine(0))), IMAGES),
                new Case(
                        new ResNet(
                                16,
                                0,
                                new Optimization(12, 0.02, 16, 0, 0, new Optimizer.Sgd(0.9))
                                        .with(new Schedule.Cosine(0.2))
                                        .with(new Augmentation(true, 1))),
                        MIRRORED));
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void learnsAndRepeats(Case one) {
        int half = one.data().size() / 2;
        int[] rows = IntStream.range(0, half).toArray();
        Logits first = logits(one, rows, Seed.of(1));
        assertThat(first.accuracy(one.data().labels())).isGreaterThan(0.9);
        assertThat(logits(one, rows, Seed.of(1)).values()).isEqualTo(first.values());
        assertThat(logits(one, rows, Seed.of(2)).values()).isNotEqualTo(first.values());
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void givesTheSameBitsBesideOtherTrainings(Case one) throws InterruptedException {
        int[] rows = IntStream.range(0, one.data().size() / 2).toArray();
        float[] alone = logits(one, rows, Seed.of(1)).values();
        List<Thread> threads = new ArrayList<>();
        List<AtomicReference<float[]>> together = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            AtomicReference<float[]> result = new AtomicReference<>();
            long seed = i == 0 ? 1 : 50 + i;
            together.add(result);
            threads.add(
                    new Thread(() -> result.set(logits(one, rows, Seed.of(seed)).values())));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(together.get(0).get()).isEqualTo(alone);
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void looksAtNoOtherRow(Case one) {
        int half = one.data().size() / 2;
        int[] rows = IntStream.range(0, half).toArray();
        int[] labels = one.data().labels().clone();
        float[] features = one.data().features().clone();
        int width = one.data().width();
        for (int row = half; row < labels.length; row++) {
            labels[row] = 0;
            for (int i = 0; i < width; i++) {
                features[row * width + i] = 1e3f;
            }
        }
        Examples spoiled =
                new Examples(features, one.data().shape(), labels, one.data().classes());
        try (Predictor<Examples> model = one.recipe().train(spoiled, rows, Seed.of(1), Progress.QUIET)) {
            assertThat(model.logits(one.data()).values())
                    .isEqualTo(logits(one, rows, Seed.of(1)).values());
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void comesBackFromItsParametersWithTheSameBits(Case one) {
        int[] rows = IntStream.range(0, one.data().size() / 2).toArray();
        try (Predictor<Examples> model = one.recipe().train(one.data(), rows, Seed.of(1), Progress.QUIET)) {
            float[] parameters = model.parameters().orElseThrow();
            try (Predictor<Examples> restored =
                    one.recipe().restore(one.data(), rows, parameters).orElseThrow()) {
                assertThat(restored.logits(one.data()).values())
                        .isEqualTo(model.logits(one.data()).values());
                assertThat(restored.parameters().orElseThrow()).isEqualTo(parameters);
            }
        }
    }

    @Test
    void refusesParametersOfAnotherNetwork() {
        Mlp recipe = new Mlp(List.of(4), 0, SHORT);
        int[] rows = {0, 1};
        assertThatThrownBy(() -> recipe.restore(VECTORS, rows, new float[99]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("99")
                .hasMessageContaining("104");
        float[] parameters = new float[104];
        parameters[7] = Float.NaN;
        assertThatThrownBy(() -> recipe.restore(VECTORS, rows, parameters))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parameter 7");
    }

    @Test
    void stopsEarlyAndKeepsTheBestWeights() {
        List<Double> progress = new ArrayList<>();
        new Mlp(List.of(64), 0, new Optimization(500, 5e-3, 32, 0, 3))
                .train(VECTORS, IntStream.range(0, 400).toArray(), Seed.of(1), (stage, done) -> progress.add(done))
                .close();
        assertThat(progress).hasSizeLessThan(400);
    }

    @Test
    void saysThatTrainingDiverged() {
        float[] huge = new float[200];
        java.util.Arrays.fill(huge, 3e38f);
        int[] labels = IntStream.range(0, 100).map(i -> i % 2).toArray();
        Examples data = new Examples(huge, new int[] {2}, labels, List.of("a", "b"));
        assertThatThrownBy(() -> new LogisticRegression(SHORT)
                        .train(data, IntStream.range(0, 100).toArray(), Seed.of(1), Progress.QUIET))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("learning rate");
    }

    @Test
    void refusesTablesForTheConvolutionalRecipe() {
        assertThatThrownBy(() -> new Cnn(4, 16, 0, SHORT).train(VECTORS, new int[] {0, 1}, Seed.of(1), Progress.QUIET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mlp");
    }

    @Test
    void refusesTablesForTheResidualRecipeAndForAugmentation() {
        assertThatThrownBy(() -> new ResNet(16, 1, SHORT).train(VECTORS, new int[] {0, 1}, Seed.of(1), Progress.QUIET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mlp");
        Optimization shifted = SHORT.with(new Augmentation(false, 2));
        assertThatThrownBy(() ->
                        new Mlp(List.of(4), 0, shifted).train(VECTORS, new int[] {0, 1}, Seed.of(1), Progress.QUIET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shifted by up to 2")
                .hasMessageContaining("[20]");
    }

    private static Logits logits(Case one, int[] rows, Seed seed) {
        try (Predictor<Examples> model = one.recipe().train(one.data(), rows, seed, Progress.QUIET)) {
            return model.logits(one.data());
        }
    }
}

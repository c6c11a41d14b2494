package dev.lethe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SoftTargetsTest {
    private static final Optimization HOW = new Optimization(4, 0.01, 16, 0, 0);

    private final Examples vectors = Blobs.vectors(100, 5, 3, Seed.of(1));
    private final Examples images = Blobs.examples(60, new int[] {2, 9, 8}, 4, Seed.of(31));

    /** The gradient by hand and autograd's, told labels as probabilities, go where labels lead. */
    @Test
    void certainTargetsAreLabels() {
        for (NetworkTrainer recipe : List.of(new Mlp(List.of(8), 0, HOW), new Cnn(4, 8, 0, HOW))) {
            Examples data = recipe instanceof Mlp ? vectors : images;
            int[] rows = IntStream.range(0, data.size()).toArray();
            try (Predictor<Examples> hard = recipe.train(data, rows, Seed.of(2), Progress.QUIET);
                    Predictor<Examples> soft = recipe.distil(data, rows, oneHot(data), Seed.of(2), Progress.QUIET)) {
                float[] a = hard.parameters().orElseThrow();
                float[] b = soft.parameters().orElseThrow();
                for (int i = 0; i < a.length; i++) {
                    assertThat(a[i]).isCloseTo(b[i], within(1e-3f));
                }
            }
        }
    }

    /** Smoothing is by definition distilling a mixture of the label and all classes. */
    @Test
    void smoothingMixesLabelsWithAllClasses() {
        Mlp plain = new Mlp(List.of(8), 0, HOW);
        int[] rows = IntStream.range(0, vectors.size()).toArray();
        float[] targets = oneHot(vectors);
        for (int i = 0; i < targets.length; i++) {
            targets[i] = 0.8f * targets[i] + 0.2f / 3;
        }
        try (Predictor<Examples> smoothed =
                        plain.with(HOW.withSmoothing(0.2)).train(vectors, rows, Seed.of(2), Progress.QUIET);
                Predictor<Examples> distilled = plain.distil(vectors, rows, targets, Seed.of(2), Progress.QUIET);
                Predictor<Examples> sure = plain.train(vectors, rows, Seed.of(2), Progress.QUIET)) {
            float[] a = smoothed.parameters().orElseThrow();
            float[] b = distilled.parameters().orElseThrow();
            float[] c = sure.parameters().orElseThrow();
            double apart = 0;
            for (int i = 0; i < a.length; i++) {
                assertThat(a[i]).isCloseTo(b[i], within(1e-3f));
                apart += Math.abs(a[i] - c[i]);
            }
            assertThat(apart).isGreaterThan(0.1);
        }
    }

    @Test
    void wrongNumberOfTargetsIsRefused() {
        assertThatThrownBy(() -> new Mlp(List.of(8), 0, HOW)
                        .distil(vectors, new int[] {0}, new float[3], Seed.of(1), Progress.QUIET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("100 x 3 targets");
    }

    private static float[] oneHot(Examples data) {
        int classes = data.classes().size();
        float[] targets = new float[data.size() * classes];
        for (int row = 0; row < data.size(); row++) {
            targets[row * classes + data.labels()[row]] = 1;
        }
        return targets;
    }
}

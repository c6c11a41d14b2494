package dev.lethe.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.core.data.Column;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.data.Table;
import dev.lethe.core.data.TableEncoder;
import dev.lethe.core.model.Differentiable;
import dev.lethe.core.model.EncodedTrainer;
import dev.lethe.core.model.GradientNorms;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.random.Seed;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

/** Recipes for tables: the encoder is part of the model, wherever the model goes. */
class EncodedRecipeTest {
    private static final EncodedTrainer RECIPE =
            new EncodedTrainer(new Mlp(List.of(16), 0, new Optimization(5, 1e-2, 32, 0, 0)));
    private static final LabelledTable DATA = table(300, Seed.of(20));

    private static LabelledTable table(int n, Seed seed) {
        UniformRandomProvider random = seed.stream();
        double[] age = new double[n];
        int[] job = new int[n];
        int[] label = new int[n];
        for (int row = 0; row < n; row++) {
            age[row] = 20 + 50 * random.nextDouble();
            job[row] = random.nextInt(4);
            label[row] = age[row] + 10 * job[row] > 60 ? 1 : 0;
        }
        return new LabelledTable(
                new Table(List.of(
                        new Column.Numeric("age", age),
                        new Column.Categorical("job", job, List.of("baker", "nurse", "pilot", "tailor")))),
                label,
                List.of("no", "yes"),
                "label");
    }

    /** The restored encoder is fitted on the training rows, not on all. */
    @Test
    void comesBackFromItsParametersWithTheSameBits() {
        int[] rows = IntStream.range(0, 150).map(i -> 2 * i).toArray();
        try (Predictor<LabelledTable> model = RECIPE.train(DATA, rows, Seed.of(1), Progress.QUIET)) {
            float[] parameters = model.parameters().orElseThrow();
            try (Predictor<LabelledTable> restored =
                            RECIPE.restore(DATA, rows, parameters).orElseThrow();
                    Predictor<LabelledTable> ofOtherRows = RECIPE.restore(
                                    DATA, IntStream.range(0, 150).toArray(), parameters)
                            .orElseThrow()) {
                float[] logits = model.logits(DATA).values();
                assertThat(restored.logits(DATA).values()).isEqualTo(logits);
                assertThat(ofOtherRows.logits(DATA).values()).isNotEqualTo(logits);
            }
        }
    }

    /** A white box stays one behind its encoder. */
    @Test
    void givesTheGradientsOfEncodedRows() {
        int[] rows = IntStream.range(0, 150).toArray();
        try (Predictor<LabelledTable> model = RECIPE.train(DATA, rows, Seed.of(1), Progress.QUIET);
                Predictor<Examples> inner = RECIPE.inner()
                        .train(TableEncoder.fit(DATA, rows).encode(DATA), rows, Seed.of(1), Progress.QUIET)) {
            assertThat(model).isInstanceOf(Differentiable.class);
            GradientNorms norms = ((Differentiable<LabelledTable>) model).gradientNorms(DATA);
            assertThat(norms.layers())
                    .isEqualTo(((Differentiable<Examples>) inner)
                            .gradientNorms(TableEncoder.fit(DATA, rows).encode(DATA))
                            .layers());
            assertThat(norms.size()).isEqualTo(300);
        }
    }

    /** What is no white box does not become one by its encoder. */
    @Test
    void staysABlackBoxAroundABlackBox() {
        Trainer<Examples> constant = new Trainer<>() {
            @Override
            public Predictor<Examples> train(Examples data, int[] rows, Seed seed, Progress progress) {
                return new Predictor<>() {
                    @Override
                    public Logits logits(Examples some) {
                        return new Logits(new float[2 * some.size()], 2);
                    }

                    @Override
                    public void close() {}
                };
            }

            @Override
            public String describe() {
                return "constant";
            }
        };
        EncodedTrainer trainer = new EncodedTrainer(constant);
        try (Predictor<LabelledTable> model = trainer.train(DATA, new int[] {0, 1}, Seed.of(1), Progress.QUIET)) {
            assertThat(model).isNotInstanceOf(Differentiable.class);
            assertThat(model.parameters()).isEmpty();
            assertThat(model.logits(DATA).size()).isEqualTo(300);
        }
        assertThat(trainer.restore(DATA, new int[] {0, 1}, new float[0])).isEmpty();
    }
}

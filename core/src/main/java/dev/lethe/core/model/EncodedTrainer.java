package dev.lethe.core.model;

import dev.lethe.core.data.Examples;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.data.TableEncoder;
import dev.lethe.core.random.Seed;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A recipe for tables: fits a {@link TableEncoder} on the training rows alone, then trains on the encoded examples. The
 * encoder is part of the model, so what it gives away is audited with it.
 *
 * @param inner the recipe for the encoded examples
 * @param constant an encoder that is no secret, taken instead of one that is fitted; null to fit one
 */
public record EncodedTrainer(
        Trainer<Examples> inner, @Nullable TableEncoder constant) implements Trainer<LabelledTable> {
    /** With an encoder fitted on the training rows. */
    public EncodedTrainer(Trainer<Examples> inner) {
        this(inner, null);
    }

    @Override
    public Predictor<LabelledTable> train(LabelledTable data, int[] rows, Seed seed, Progress progress) {
        TableEncoder encoder = constant == null ? TableEncoder.fit(data, rows) : constant;
        Predictor<Examples> predictor = inner.train(encoder.encode(data), rows, seed, progress);
        return encoded(encoder, predictor);
    }

    @Override
    public Optional<Predictor<LabelledTable>> restore(LabelledTable data, int[] rows, float[] parameters) {
        TableEncoder encoder = constant == null ? TableEncoder.fit(data, rows) : constant;
        return inner.restore(encoder.encode(data), rows, parameters).map(predictor -> encoded(encoder, predictor));
    }

    @Override
    public String describe() {
        return inner.describe()
                + (constant == null
                        ? "; numbers standardized and categories one-hot, fitted on the training rows"
                        : "; encoded by constants: " + constant.describe());
    }

    private static Predictor<LabelledTable> encoded(TableEncoder encoder, Predictor<Examples> predictor) {
        return predictor instanceof Differentiable<Examples> differentiable
                ? new EncodedDifferentiable(encoder, differentiable)
                : new EncodedPredictor(encoder, predictor);
    }

    /** A model of encoded examples, behind its encoder. */
    private static class EncodedPredictor implements Predictor<LabelledTable> {
        private final TableEncoder encoder;
        private final Predictor<Examples> inner;

        EncodedPredictor(TableEncoder encoder, Predictor<Examples> inner) {
            this.encoder = encoder;
            this.inner = inner;
        }

        @Override
        public Logits logits(LabelledTable table) {
            return inner.logits(encoder.encode(table));
        }

        @Override
        public Optional<float[]> parameters() {
            return inner.parameters();
        }

        @Override
        public void close() {
            inner.close();
        }
    }

    /** The same of a white box. */
    private static final class EncodedDifferentiable extends EncodedPredictor implements Differentiable<LabelledTable> {
        private final TableEncoder encoder;
        private final Differentiable<Examples> inner;

        EncodedDifferentiable(TableEncoder encoder, Differentiable<Examples> inner) {
            super(encoder, inner);
            this.encoder = encoder;
            this.inner = inner;
        }

        @Override
        public GradientNorms gradientNorms(LabelledTable table) {
            return inner.gradientNorms(encoder.encode(table));
        }
    }
}

package dev.lethe.core.model;

import dev.lethe.core.data.Records;

/** A trained classifier as a white box: beside logits, what each record's gradient looks like. */
public interface Differentiable<D extends Records> extends Predictor<D> {
    /**
     * Norms of each record's gradient, with the record's own class as label and all of the network at work (no dropout).
     *
     * @throws IllegalArgumentException if {@code data} has not the columns or shape that the model was trained on, or its
     *     values are so large that a gradient overflows
     */
    GradientNorms gradientNorms(D data);
}

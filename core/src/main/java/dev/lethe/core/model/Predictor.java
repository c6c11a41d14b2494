package dev.lethe.core.model;

import dev.lethe.core.data.Records;

/** A trained classifier as a black box: records in, logits out. Not safe for several threads. */
public interface Predictor<D extends Records> extends AutoCloseable {
    /** The logits of every row of {@code data}, which must have the columns or shape that the model was trained on. */
    Logits logits(D data);

    /** Releases native memory. Using the predictor afterwards is an error. */
    @Override
    void close();
}

package dev.lethe.core.model;

import dev.lethe.core.data.Records;
import java.util.Optional;

/** A trained classifier as a black box: records in, logits out. Not safe for several threads. */
public interface Predictor<D extends Records> extends AutoCloseable {
    /** The logits of every row of {@code data}, which must have the columns or shape that the model was trained on. */
    Logits logits(D data);

    /**
     * The trained parameters in one flat array that is the caller's own, for {@link Trainer#restore}; empty if this model
     * cannot be put away.
     */
    default Optional<float[]> parameters() {
        return Optional.empty();
    }

    /** Releases native memory. Using the predictor afterwards is an error. */
    @Override
    void close();
}

package dev.lethe.core.model;

import dev.lethe.core.data.Records;
import dev.lethe.core.random.Seed;
import java.util.Optional;

/**
 * A recipe: data and seed in, model out. Shadow models come from the same recipe as the target.
 *
 * <p>Training is a pure function of (recipe, data, rows, seed) on one machine: the same call gives the same bits.
 * Several threads may train at once with one trainer.
 */
public interface Trainer<D extends Records> {
    /**
     * Trains on the given rows of {@code data} alone; everything fitted (encoder, scaling, weights) sees no other row.
     *
     * @param rows distinct row numbers, at least one
     * @param progress told how far this training has come; may throw to stop it
     */
    Predictor<D> train(D data, int[] rows, Seed seed, Progress progress);

    /**
     * The model that {@link #train} gave, without training: its logits are the same to the bit.
     *
     * @param data what the model was trained with
     * @param rows the rows it was trained on, in the same order
     * @param parameters of that model ({@link Predictor#parameters}); not kept
     * @return empty if models of this recipe cannot be put away
     * @throws IllegalArgumentException if the parameters are not those of a model of this recipe on such data
     */
    default Optional<Predictor<D>> restore(D data, int[] rows, float[] parameters) {
        return Optional.empty();
    }

    /** The recipe as canonical text: two trainers with equal text train alike. Hashed into stores and reports. */
    String describe();
}

package dev.lethe.core.model;

import dev.lethe.core.data.Records;
import dev.lethe.core.random.Seed;

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

    /** The recipe as canonical text: two trainers with equal text train alike. Hashed into stores and reports. */
    String describe();
}

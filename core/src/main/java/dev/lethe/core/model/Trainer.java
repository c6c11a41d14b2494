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
     * @param progress told the share of this training that is done, in [0, 1]; may throw to stop
     */
    Predictor<D> train(D data, int[] rows, Seed seed, TrainingProgress progress);

    /** The recipe as canonical text: two trainers with equal text train alike. Hashed into stores and reports. */
    String describe();

    /** Says nothing to anybody. */
    TrainingProgress QUIET = done -> {};

    /** How far one training has come. */
    @FunctionalInterface
    interface TrainingProgress {
        void at(double done);
    }
}

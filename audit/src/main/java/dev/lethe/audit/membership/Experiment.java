package dev.lethe.audit.membership;

import dev.lethe.core.data.Records;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.random.Seed;

/**
 * What an attacker does with the live target and the recipe before guessing: queries of its own making, models trained on
 * data of its own.
 */
@FunctionalInterface
public interface Experiment<R> {
    /**
     * @param target a black box to be asked anything
     * @param recipe that the target was trained by
     * @param records of the game, in the view's order
     */
    <D extends Records> R on(Predictor<D> target, Trainer<D> recipe, D records, Seed seed);
}

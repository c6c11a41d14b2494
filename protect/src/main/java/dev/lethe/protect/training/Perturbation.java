package dev.lethe.protect.training;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.privacy.Mechanism;

/**
 * Logistic regression in one release, of pure differential privacy under {@link dev.lethe.core.privacy.Neighbours#REPLACE_ONE}: noise on
 * what is minimized, or on where the minimum is. As a {@link Trainer} it only rehearses, as shadow models need it.
 */
public sealed interface Perturbation extends Mechanism<Examples, Predictor<Examples>>, Trainer<Examples>
        permits ObjectivePerturbation, OutputPerturbation {
    /** Of the whole release. */
    double epsilon();

    /**
     * Refuses what would be charged for and come to nothing; asks for what is public alone.
     *
     * @param examples how many there will be
     * @param width values of each, or fewer where it is not known yet
     * @throws IllegalArgumentException if noise would drown everything
     */
    void requireEnough(int examples, int width, int classes);
}

package dev.lethe.protect.remedy;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.privacy.Claim;
import dev.lethe.nn.NetworkTrainer;
import java.util.Optional;

/** A change to a recipe after which its models may leak less. */
public interface Remedy {
    /** Short name in flags and files. */
    String id();

    /** Name for readers. */
    String name();

    /** What is hoped, why, and what is known against it. */
    Claim.Heuristic claim();

    /** The recipe with the remedy; nothing where it does not fit, or is part of the recipe already. */
    Optional<Trainer<Examples>> on(NetworkTrainer recipe);
}

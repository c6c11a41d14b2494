package dev.lethe.protect.training;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.nn.Clipping;
import dev.lethe.nn.NetworkTrainer;

/**
 * A recipe by noisy gradients. As a {@link Trainer} it only rehearses: noise comes from the seed, as shadow models need it, and nothing
 * may be claimed. What may be released comes from {@link PrivateTraining}.
 */
public sealed interface PrivateRecipe extends Trainer<Examples> permits DpSgd, DpFtrl {
    /** What is trained. */
    NetworkTrainer recipe();

    /** How each example's gradient is made short. */
    Clipping clipping();

    /** Standard deviation of the noise, over the norm to which gradients are clipped. */
    double noiseMultiplier();

    /** What a training on so many examples costs. */
    PrivacyEvent event(int examples);

    /** Steps on so many examples. */
    long steps(int examples);
}

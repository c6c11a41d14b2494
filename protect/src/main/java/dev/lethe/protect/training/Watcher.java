package dev.lethe.protect.training;

/**
 * Sees a private training as the strongest adversary does that its price covers: each step's gradient, noise and all, that the
 * optimizer is handed. What it is told of one whole training may be published with the model at no further price.
 */
@FunctionalInterface
public interface Watcher {
    /** Looks away. */
    Watcher NOBODY = (step, gradient) -> {};

    /**
     * Told before the optimizer takes the step.
     *
     * @param step from 0
     * @param gradient the noisy sum over the divisor, one value a parameter; a copy
     */
    void step(long step, float[] gradient);
}

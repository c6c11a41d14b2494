package dev.lethe.nn;

/** An optimizer at work on one training: holds what it remembers of earlier steps. */
interface Update {
    /**
     * Moves {@code parameters} one step down {@code gradient}, in place.
     *
     * @param factor on the learning rate
     */
    void step(float[] parameters, float[] gradient, double factor);

    /** What it remembers. */
    OptimizerState state();

    /** Goes on from there. */
    void restore(OptimizerState state);

    /** A step at the learning rate as set. */
    default void step(float[] parameters, float[] gradient) {
        step(parameters, gradient, 1);
    }

    /** Decoupled weight decay (Loshchilov and Hutter 2019): what each parameter is multiplied by before a step. */
    static void decay(float[] parameters, float factor) {
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] *= factor;
        }
    }
}

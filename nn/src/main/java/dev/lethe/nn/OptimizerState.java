package dev.lethe.nn;

import java.util.List;

/**
 * What an optimizer remembers between steps, to go on later.
 *
 * @param steps taken so far
 * @param memory of each kind (velocity; mean and square), one value a parameter
 */
public record OptimizerState(int steps, List<float[]> memory) {
    public OptimizerState {
        if (steps < 0) {
            throw new IllegalArgumentException("steps " + steps + " must be at least 0");
        }
        memory = memory.stream().map(float[]::clone).toList();
    }

    /** Copies memory {@code index} into {@code into}. */
    void copy(int index, int of, float[] into) {
        if (memory.size() != of || memory.get(index).length != into.length) {
            throw new IllegalArgumentException("the state is another optimizer's: " + memory.size()
                    + " memories instead of " + of + ", of another network perhaps");
        }
        System.arraycopy(memory.get(index), 0, into, 0, into.length);
    }
}

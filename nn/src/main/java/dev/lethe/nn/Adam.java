package dev.lethe.nn;

import java.util.List;

/**
 * Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019), bias-corrected, with the usual
 * constants 0.9, 0.999 and 1e-8.
 *
 * <p>One pass over flat Java arrays: half the time of the same update as a chain of tensor operations, and its bits do
 * not depend on the native kernel.
 */
final class Adam implements Update {
    private static final float FIRST = 0.9f;
    private static final float SECOND = 0.999f;
    private static final float TINY = 1e-8f;

    private final float learningRate;
    private final float weightDecay;
    private final float[] mean;
    private final float[] square;
    private int steps;

    Adam(int parameters, double learningRate, double weightDecay) {
        this.learningRate = (float) learningRate;
        this.weightDecay = (float) weightDecay;
        mean = new float[parameters];
        square = new float[parameters];
    }

    @Override
    public void step(float[] parameters, float[] gradient, double factor) {
        steps++;
        float now = (float) (learningRate * factor);
        float rate = (float) (now / (1 - StrictMath.pow(FIRST, steps)));
        float unbias = (float) (1 / Math.sqrt(1 - StrictMath.pow(SECOND, steps)));
        if (weightDecay > 0) {
            Update.decay(parameters, 1 - now * weightDecay);
        }
        update(parameters, gradient, mean, square, rate, unbias);
    }

    @Override
    public OptimizerState state() {
        return new OptimizerState(steps, List.of(mean, square));
    }

    @Override
    public void restore(OptimizerState state) {
        state.copy(0, 2, mean);
        state.copy(1, 2, square);
        steps = state.steps();
    }

    /** Kept small, branch-free and over plain arrays so that the JIT compiler vectorizes it. */
    private static void update(float[] p, float[] g, float[] m, float[] v, float rate, float unbias) {
        for (int i = 0; i < p.length; i++) {
            float gradient = g[i];
            float mean = FIRST * m[i] + (1 - FIRST) * gradient;
            float square = SECOND * v[i] + (1 - SECOND) * gradient * gradient;
            m[i] = mean;
            v[i] = square;
            p[i] -= rate * mean / ((float) Math.sqrt(square) * unbias + TINY);
        }
    }
}

package dev.lethe.nn;

import java.util.List;

/** Stochastic gradient descent with momentum, see {@link Optimizer.Sgd}, and decoupled weight decay. */
final class Momentum implements Update {
    private final float learningRate;
    private final float momentum;
    private final float weightDecay;
    private final float[] velocity;
    private int steps;

    Momentum(int parameters, double learningRate, double momentum, double weightDecay) {
        this.learningRate = (float) learningRate;
        this.momentum = (float) momentum;
        this.weightDecay = (float) weightDecay;
        velocity = new float[parameters];
    }

    @Override
    public void step(float[] parameters, float[] gradient, double factor) {
        steps++;
        float rate = (float) (learningRate * factor);
        if (weightDecay > 0) {
            Update.decay(parameters, 1 - rate * weightDecay);
        }
        update(parameters, gradient, velocity, rate, momentum);
    }

    @Override
    public OptimizerState state() {
        return new OptimizerState(steps, List.of(velocity));
    }

    @Override
    public void restore(OptimizerState state) {
        state.copy(0, 1, velocity);
        steps = state.steps();
    }

    /** Kept small, branch-free and over plain arrays so that the JIT compiler vectorizes it. */
    private static void update(float[] p, float[] g, float[] v, float rate, float momentum) {
        for (int i = 0; i < p.length; i++) {
            float velocity = momentum * v[i] + g[i];
            v[i] = velocity;
            p[i] -= rate * velocity;
        }
    }
}

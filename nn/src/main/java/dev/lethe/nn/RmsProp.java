package dev.lethe.nn;

import java.util.List;

/** RMSProp, see {@link Optimizer.RmsProp}, with decoupled weight decay. */
final class RmsProp implements Update {
    private static final float TINY = 1e-8f;

    private final float learningRate;
    private final float decay;
    private final float weightDecay;
    private final float[] square;
    private int steps;

    RmsProp(int parameters, double learningRate, double decay, double weightDecay) {
        this.learningRate = (float) learningRate;
        this.decay = (float) decay;
        this.weightDecay = (float) weightDecay;
        square = new float[parameters];
    }

    @Override
    public void step(float[] parameters, float[] gradient, double factor) {
        steps++;
        float rate = (float) (learningRate * factor);
        if (weightDecay > 0) {
            Update.decay(parameters, 1 - rate * weightDecay);
        }
        update(parameters, gradient, square, rate, decay);
    }

    @Override
    public OptimizerState state() {
        return new OptimizerState(steps, List.of(square));
    }

    @Override
    public void restore(OptimizerState state) {
        state.copy(0, 1, square);
        steps = state.steps();
    }

    /** Kept small, branch-free and over plain arrays so that the JIT compiler vectorizes it. */
    private static void update(float[] p, float[] g, float[] v, float rate, float decay) {
        for (int i = 0; i < p.length; i++) {
            float gradient = g[i];
            float square = decay * v[i] + (1 - decay) * gradient * gradient;
            v[i] = square;
            p[i] -= rate * gradient / ((float) Math.sqrt(square) + TINY);
        }
    }
}

package dev.lethe.nn;

import java.util.List;

/** Multinomial logistic regression. */
public record LogisticRegression(Optimization optimization) implements NetworkTrainer {
    @Override
    public List<Layer> layers(int[] shape, int classes) {
        int width = new Layer.Flatten().outputShape(shape)[0];
        Layer.Linear linear = new Layer.Linear(width, classes);
        return shape.length == 1 ? List.of(linear) : List.of(new Layer.Flatten(), linear);
    }

    @Override
    public NetworkTrainer with(Optimization other) {
        return new LogisticRegression(other);
    }

    @Override
    public String describe() {
        return "logistic regression; " + optimization.describe();
    }
}

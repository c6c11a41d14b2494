package dev.lethe.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Multilayer perceptron.
 *
 * @param widths of the hidden layers, first to last; at least one
 * @param dropout rate after each hidden layer, 0 for none
 * @param activation of the hidden layers
 */
public record Mlp(List<Integer> widths, double dropout, Activation activation, Optimization optimization)
        implements NetworkTrainer {
    public Mlp {
        widths = List.copyOf(widths);
        if (widths.isEmpty()) {
            throw new IllegalArgumentException("widths must name at least one hidden layer");
        }
        for (int width : widths) {
            if (width < 1 || width > 65_536) {
                throw new IllegalArgumentException("width " + width + " must lie in 1..65536");
            }
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " must lie in [0, 1)");
        }
    }

    /** With rectified linear units. */
    public Mlp(List<Integer> widths, double dropout, Optimization optimization) {
        this(widths, dropout, Activation.RELU, optimization);
    }

    @Override
    public List<Layer> layers(int[] shape, int classes) {
        List<Layer> layers = new ArrayList<>();
        if (shape.length > 1) {
            layers.add(new Layer.Flatten());
        }
        int inputs = new Layer.Flatten().outputShape(shape)[0];
        for (int width : widths) {
            layers.add(new Layer.Linear(inputs, width));
            layers.add(activation.layer());
            if (dropout > 0) {
                layers.add(new Layer.Dropout(dropout));
            }
            inputs = width;
        }
        layers.add(new Layer.Linear(inputs, classes));
        return layers;
    }

    @Override
    public NetworkTrainer with(Optimization other) {
        return new Mlp(widths, dropout, activation, other);
    }

    @Override
    public Optional<NetworkTrainer> withDropout(double rate) {
        return Optional.of(new Mlp(widths, rate, activation, optimization));
    }

    @Override
    public String describe() {
        return "multilayer perceptron, hidden widths " + widths + (activation == Activation.TANH ? ", tanh" : "")
                + ", dropout " + dropout + "; " + optimization.describe();
    }
}

package dev.lethe.nn;

import java.util.List;

/**
 * Any stack of layers, for examples of the shape that the first one takes.
 *
 * @param layers first to last; the last gives one logit a class
 */
public record Feedforward(List<Layer> layers, Optimization optimization) implements NetworkTrainer {
    public Feedforward {
        layers = List.copyOf(layers);
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("layers must hold at least one layer");
        }
    }

    @Override
    public List<Layer> layers(int[] shape, int classes) {
        int[] out = shape;
        for (Layer layer : layers) {
            out = layer.outputShape(out);
        }
        if (out.length != 1 || out[0] != classes) {
            throw new IllegalArgumentException("layers give an output of shape " + java.util.Arrays.toString(out)
                    + ", but there are " + classes + " classes");
        }
        return layers;
    }

    @Override
    public NetworkTrainer with(Optimization other) {
        return new Feedforward(layers, other);
    }

    @Override
    public String describe() {
        return "layers " + layers + "; " + optimization.describe();
    }
}

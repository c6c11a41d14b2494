package dev.lethe.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A small convolutional network for images: two 3x3 convolutions, each with rectified linear units and 2x2 pooling, then
 * one dense layer.
 *
 * @param channels of the first convolution; the second has twice as many
 * @param width of the dense layer
 * @param dropout rate after the dense layer, 0 for none
 */
public record Cnn(int channels, int width, double dropout, Optimization optimization) implements NetworkTrainer {
    public Cnn {
        if (channels < 1 || channels > 4096) {
            throw new IllegalArgumentException("channels " + channels + " must lie in 1..4096");
        }
        if (width < 1 || width > 65_536) {
            throw new IllegalArgumentException("width " + width + " must lie in 1..65536");
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " must lie in [0, 1)");
        }
    }

    @Override
    public List<Layer> layers(int[] shape, int classes) {
        if (shape.length != 3 || shape[1] < 4 || shape[2] < 4) {
            throw new IllegalArgumentException("the convolutional recipe needs images of at least 4x4 pixels, not"
                    + " examples of shape " + java.util.Arrays.toString(shape) + "; use the mlp recipe for tables");
        }
        List<Layer> layers = new ArrayList<>(List.of(
                new Layer.Conv2d(shape[0], channels, 3),
                new Layer.Relu(),
                new Layer.MaxPool2d(2),
                new Layer.Conv2d(channels, 2 * channels, 3),
                new Layer.Relu(),
                new Layer.MaxPool2d(2),
                new Layer.Flatten(),
                new Layer.Linear(2 * channels * (shape[1] / 4) * (shape[2] / 4), width),
                new Layer.Relu()));
        if (dropout > 0) {
            layers.add(new Layer.Dropout(dropout));
        }
        layers.add(new Layer.Linear(width, classes));
        return layers;
    }

    @Override
    public NetworkTrainer with(Optimization other) {
        return new Cnn(channels, width, dropout, other);
    }

    @Override
    public Optional<NetworkTrainer> withDropout(double rate) {
        return Optional.of(new Cnn(channels, width, rate, optimization));
    }

    @Override
    public String describe() {
        return "convolutional network, " + channels + " channels, dense width " + width + ", dropout " + dropout + "; "
                + optimization.describe();
    }
}

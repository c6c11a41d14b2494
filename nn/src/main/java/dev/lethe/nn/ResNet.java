package dev.lethe.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A residual network for images (He et al. 2016) with group normalization: a 3x3 convolution and 2x2 pooling, then three
 * stages of residual blocks of two 3x3 convolutions, between stages a 3x3 convolution of stride 2 to twice as many
 * channels, then the mean over pixels and one dense layer. Normalization and rectified linear units follow each
 * convolution.
 *
 * @param channels of the first stage, a multiple of 16; the next two have twice and four times as many
 * @param blocks residual blocks in each stage, 0 for none
 */
public record ResNet(int channels, int blocks, Optimization optimization) implements NetworkTrainer {
    private static final int STAGES = 3;

    /** Channels in a group: with fewer side by side libtorch normalizes twenty times slower. */
    private static final int GROUP = 16;

    public ResNet {
        if (channels < GROUP || channels > 1024 || channels % GROUP != 0) {
            throw new IllegalArgumentException(
                    "channels " + channels + " must be a multiple of " + GROUP + " in " + GROUP + "..1024");
        }
        if (blocks < 0 || blocks > 100) {
            throw new IllegalArgumentException("blocks " + blocks + " must lie in 0..100");
        }
    }

    @Override
    public List<Layer> layers(int[] shape, int classes) {
        if (shape.length != 3 || shape[1] < 4 || shape[2] < 4) {
            throw new IllegalArgumentException(
                    "the residual recipe needs images of at least 4x4 pixels, not examples of shape "
                            + Arrays.toString(shape) + "; use the mlp recipe for tables");
        }
        List<Layer> layers = new ArrayList<>(convolution(shape[0], channels, 1));
        layers.add(new Layer.MaxPool2d(2));
        int width = channels;
        for (int stage = 0; stage < STAGES; stage++) {
            if (stage > 0) {
                layers.addAll(convolution(width, 2 * width, 2));
                width *= 2;
            }
            for (int block = 0; block < blocks; block++) {
                List<Layer> body = new ArrayList<>(convolution(width, width, 1));
                body.addAll(convolution(width, width, 1));
                layers.add(new Layer.Residual(body));
            }
        }
        layers.add(new Layer.GlobalAveragePool());
        layers.add(new Layer.Linear(width, classes));
        return layers;
    }

    private static List<Layer> convolution(int from, int to, int stride) {
        return List.of(new Layer.Conv2d(from, to, 3, stride), new Layer.GroupNorm(to, to / GROUP), new Layer.Relu());
    }

    @Override
    public NetworkTrainer with(Optimization other) {
        return new ResNet(channels, blocks, other);
    }

    @Override
    public String describe() {
        return "residual network, " + channels + " channels, " + blocks + " blocks a stage; " + optimization.describe();
    }
}

package dev.lethe.nn;

import java.util.Arrays;
import java.util.List;

/**
 * One layer of a network, as settings; shapes are those of one example. A sequence has the shape (steps, width).
 */
public sealed interface Layer {
    /** Shape of the output for an input of the given shape; refuses shapes it cannot take. */
    int[] outputShape(int[] input);

    /** Affine map of a vector, or of each step of a sequence. */
    record Linear(int inputs, int outputs) implements Layer {
        public Linear {
            positive("inputs", inputs);
            positive("outputs", outputs);
        }

        @Override
        public int[] outputShape(int[] input) {
            return lastSide(this, input, inputs, outputs);
        }
    }

    /** Elementwise max(0, x). */
    record Relu() implements Layer {
        @Override
        public int[] outputShape(int[] input) {
            return input;
        }
    }

    /** Elementwise hyperbolic tangent. */
    record Tanh() implements Layer {
        @Override
        public int[] outputShape(int[] input) {
            return input;
        }
    }

    /**
     * Elementwise scale / (1 + exp(-temperature x)) - offset (Papernot et al., "Tempered sigmoid activations for deep learning
     * with differential privacy", AAAI 2021). Being bounded, it keeps gradients short, so that clipping loses less. Scale 2,
     * temperature 2 and offset 1 make the hyperbolic tangent.
     */
    record TemperedSigmoid(double scale, double temperature, double offset) implements Layer {
        public TemperedSigmoid {
            if (!(scale > 0 && scale <= 100 && temperature > 0 && temperature <= 100 && Math.abs(offset) <= 100)) {
                throw new IllegalArgumentException("scale " + scale + " and temperature " + temperature
                        + " must lie in (0, 100], offset " + offset + " in [-100, 100]");
            }
        }

        @Override
        public int[] outputShape(int[] input) {
            return input;
        }
    }

    /** In training, zeroes each value with probability {@code rate} and scales the rest by 1/(1 - rate). */
    record Dropout(double rate) implements Layer {
        public Dropout {
            if (!(rate >= 0 && rate < 1)) {
                throw new IllegalArgumentException("dropout rate " + rate + " must lie in [0, 1)");
            }
        }

        @Override
        public int[] outputShape(int[] input) {
            return input;
        }
    }

    /**
     * Square two-dimensional convolution.
     *
     * @param stride every how many pixels there is an output
     * @param padding zeros at each side, fewer than the kernel is wide
     */
    record Conv2d(int inputs, int outputs, int kernel, int stride, int padding) implements Layer {
        public Conv2d {
            positive("inputs", inputs);
            positive("outputs", outputs);
            positive("kernel", kernel);
            positive("stride", stride);
            if (padding < 0 || padding >= kernel) {
                throw new IllegalArgumentException("padding " + padding + " must lie in 0.." + (kernel - 1));
            }
        }

        /** With the zero padding that keeps height and width when kernel is odd and the stride 1. */
        public Conv2d(int inputs, int outputs, int kernel, int stride) {
            this(inputs, outputs, kernel, stride, kernel / 2);
        }

        /** With stride 1. */
        public Conv2d(int inputs, int outputs, int kernel) {
            this(inputs, outputs, kernel, 1);
        }

        @Override
        public int[] outputShape(int[] input) {
            if (input.length != 3 || input[0] != inputs || Math.min(input[1], input[2]) + 2 * padding < kernel) {
                throw mismatch(this, input);
            }
            return new int[] {
                outputs, (input[1] + 2 * padding - kernel) / stride + 1, (input[2] + 2 * padding - kernel) / stride + 1
            };
        }
    }

    /** Square maximum pooling. */
    record MaxPool2d(int window, int stride) implements Layer {
        public MaxPool2d {
            positive("window", window);
            positive("stride", stride);
        }

        /** With windows side by side. */
        public MaxPool2d(int window) {
            this(window, window);
        }

        @Override
        public int[] outputShape(int[] input) {
            if (input.length != 3 || Math.min(input[1], input[2]) < window) {
                throw mismatch(this, input);
            }
            return new int[] {input[0], (input[1] - window) / stride + 1, (input[2] - window) / stride + 1};
        }
    }

    /** Any shape to a vector. */
    record Flatten() implements Layer {
        @Override
        public int[] outputShape(int[] input) {
            int width = 1;
            for (int side : input) {
                width *= side;
            }
            return new int[] {width};
        }
    }

    /**
     * Group normalization (Wu and He 2018): each example's channels, group by group, to mean 0 and variance 1, then a learnt
     * scale and shift for each channel. Unlike batch normalization it mixes no two examples.
     */
    record GroupNorm(int channels, int groups) implements Layer {
        /** Added to variances. */
        static final double TINY = 1e-5;

        public GroupNorm {
            positive("channels", channels);
            positive("groups", groups);
            if (channels % groups != 0) {
                throw new IllegalArgumentException("groups " + groups + " must divide channels " + channels);
            }
        }

        @Override
        public int[] outputShape(int[] input) {
            if (input.length != 3 || input[0] != channels) {
                throw mismatch(this, input);
            }
            return input;
        }
    }

    /** The mean of each channel. */
    record GlobalAveragePool() implements Layer {
        @Override
        public int[] outputShape(int[] input) {
            if (input.length != 3) {
                throw mismatch(this, input);
            }
            return new int[] {input[0]};
        }
    }

    /** A residual block (He et al. 2016): x + body(x). The body keeps the shape. */
    record Residual(List<Layer> body) implements Layer {
        public Residual {
            body = List.copyOf(body);
            if (body.isEmpty()) {
                throw new IllegalArgumentException("body must hold at least one layer");
            }
        }

        @Override
        public int[] outputShape(int[] input) {
            int[] shape = input;
            for (Layer layer : body) {
                shape = layer.outputShape(shape);
            }
            if (!Arrays.equals(shape, input)) {
                throw new IllegalArgumentException("body of a residual block must keep the shape "
                        + Arrays.toString(input) + ", but gives " + Arrays.toString(shape));
            }
            return input;
        }
    }

    /**
     * Layer normalization (Ba, Kiros and Hinton 2016): the values of a vector, or of each step of a sequence, to mean 0 and
     * variance 1, then a learnt scale and shift for each.
     */
    record LayerNorm(int features) implements Layer {
        /** Added to variances. */
        static final double TINY = 1e-5;

        public LayerNorm {
            positive("features", features);
        }

        @Override
        public int[] outputShape(int[] input) {
            return lastSide(this, input, features, features);
        }
    }

    /**
     * A learnt vector for each token: numbers in 0..tokens-1, as floats, become a sequence of vectors. Only as the first layer.
     */
    record Embedding(int tokens, int width) implements Layer {
        public Embedding {
            positive("tokens", tokens);
            positive("width", width);
            if (tokens > 1 << 24) {
                throw new IllegalArgumentException("tokens " + tokens + " must be at most " + (1 << 24)
                        + ", beyond which floats skip whole numbers");
            }
        }

        @Override
        public int[] outputShape(int[] input) {
            if (input.length != 1) {
                throw mismatch(this, input);
            }
            return new int[] {input[0], width};
        }
    }

    /**
     * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000): a sequence to the
     * sequence of its hidden states, from a state of 0.
     *
     * <p>Gates are in PyTorch's order: input, forget, cell, output. Parameters are PyTorch's {@code weight_ih_l0},
     * {@code weight_hh_l0} and {@code bias_ih_l0}; {@code bias_hh_l0}, which is added to the same sum and would be learnt from
     * the same gradient, is 0.
     */
    record Lstm(int inputs, int hidden) implements Layer {
        private static final int MOST_HIDDEN = Integer.MAX_VALUE / 8;

        public Lstm {
            positive("inputs", inputs);
            positive("hidden", hidden);
            if (hidden > MOST_HIDDEN) {
                throw new IllegalArgumentException("hidden " + hidden + " must be at most " + MOST_HIDDEN
                        + ", beyond which two biases for each of four gates are too many to count");
            }
        }

        @Override
        public int[] outputShape(int[] input) {
            if (input.length != 2 || input[1] != inputs) {
                throw mismatch(this, input);
            }
            return new int[] {input[0], hidden};
        }
    }

    /**
     * Logits of tokens, of a vector or of each step of a sequence, by the vectors that the network's embedding has of them (Press and
     * Wolf 2017, "Using the output embedding to improve language models"); a bias for each token is its own. Only as the last layer of
     * a network that begins with an {@link Embedding} of as many tokens and this width.
     */
    record Tied(int width, int tokens) implements Layer {
        public Tied {
            positive("width", width);
            positive("tokens", tokens);
        }

        @Override
        public int[] outputShape(int[] input) {
            return lastSide(this, input, width, tokens);
        }
    }

    /** The last step of a sequence. */
    record LastStep() implements Layer {
        @Override
        public int[] outputShape(int[] input) {
            if (input.length != 2) {
                throw mismatch(this, input);
            }
            return new int[] {input[1]};
        }
    }

    /** The shape of vectors, or of sequences of them, of which the width changes. */
    private static int[] lastSide(Layer layer, int[] input, int from, int to) {
        if (input.length < 1 || input.length > 2 || input[input.length - 1] != from) {
            throw mismatch(layer, input);
        }
        int[] output = input.clone();
        output[input.length - 1] = to;
        return output;
    }

    private static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " " + value + " must be at least 1");
        }
    }

    private static IllegalArgumentException mismatch(Layer layer, int[] input) {
        return new IllegalArgumentException(layer + " cannot take an input of shape " + Arrays.toString(input));
    }
}

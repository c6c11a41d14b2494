package dev.lethe.nn;

import dev.lethe.core.random.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Layers with their parameters in one flat vector, so that an optimizer is one loop and a checkpoint one array.
 *
 * <p>Each weight and bias is a view into the vector and a leaf of autograd. Owns native memory until closed.
 */
final class Network implements AutoCloseable {
    private final List<Layer> layers;
    private final int[] inputShape;
    private final int outputs;
    /** Keeps every native object of this network alive until {@link #close}. */
    private final PointerScope memory;

    private final Tensor flat;
    private final int parameterCount;
    /** Whether there are normalizations of images. */
    private final boolean normalizes;

    /** Weight and bias of each layer, {@code null} entries where a layer has none. */
    private final List<Parameters> parameters = new ArrayList<>();

    /** A layer's share of the flat vector: weight at {@code offset}, its bias behind it. */
    record Parameters(Layer layer, int offset, int fanIn, long[] shape, Tensor weight, Tensor bias) {
        int weightSize() {
            return Math.toIntExact(weight.numel());
        }

        int size() {
            return Math.toIntExact(weight.numel() + bias.numel());
        }
    }

    Network(List<Layer> layers, int[] inputShape) {
        Engine.require();
        this.layers = List.copyOf(layers);
        this.inputShape = inputShape.clone();
        int[] shape = inputShape;
        for (Layer layer : layers) {
            shape = layer.outputShape(shape);
        }
        if (shape.length != 1) {
            throw new IllegalArgumentException("the last layer must give a vector of logits");
        }
        outputs = shape[0];
        List<Layer> parametrized = parametrized(layers).toList();
        parameterCount = parametrized.stream().mapToInt(Network::sizeOf).sum();
        normalizes = parametrized.stream().anyMatch(Layer.GroupNorm.class::isInstance);
        memory = new PointerScope();
        flat = torch.zeros(parameterCount);
        int offset = 0;
        for (Layer layer : parametrized) {
            long[] weight = weightShape(layer);
            int weightSize = sizeOf(layer) - Math.toIntExact(weight[0]);
            parameters.add(new Parameters(
                    layer,
                    offset,
                    Math.toIntExact(weightSize / weight[0]),
                    weight,
                    leaf(flat.narrow(0, offset, weightSize).view(weight)),
                    leaf(flat.narrow(0, offset + weightSize, weight[0]))));
            offset += sizeOf(layer);
        }
        // Leaves the thread's stack of scopes, yet frees nothing until this network is closed.
        memory.extend().close();
    }

    /** The layers that have parameters, within blocks too, in the order that a batch meets them. */
    private static Stream<Layer> parametrized(List<Layer> layers) {
        return layers.stream()
                .flatMap(layer -> layer instanceof Layer.Residual block
                        ? parametrized(block.body())
                        : Stream.of(layer).filter(one -> sizeOf(one) > 0));
    }

    private static Tensor leaf(Tensor view) {
        return view.detach().requires_grad_(true);
    }

    private static long[] weightShape(Layer layer) {
        if (layer instanceof Layer.Linear linear) {
            return new long[] {linear.outputs(), linear.inputs()};
        }
        if (layer instanceof Layer.Conv2d conv) {
            return new long[] {conv.outputs(), conv.inputs(), conv.kernel(), conv.kernel()};
        }
        if (layer instanceof Layer.GroupNorm norm) {
            return new long[] {norm.channels()};
        }
        return new long[0];
    }

    /** Parameters of one layer, weight and bias together. */
    private static int sizeOf(Layer layer) {
        long[] weight = weightShape(layer);
        if (weight.length == 0) {
            return 0;
        }
        long size = 1;
        for (long side : weight) {
            size *= side;
        }
        return Math.toIntExact(size + weight[0]);
    }

    List<Layer> layers() {
        return layers;
    }

    int[] inputShape() {
        return inputShape.clone();
    }

    /** Number of logits. */
    int outputs() {
        return outputs;
    }

    int parameterCount() {
        return parameterCount;
    }

    /** Weights and biases of the layers that have them, in order. */
    List<Parameters> parameters() {
        return parameters;
    }

    /** The flat parameter vector; writing to it changes the network. */
    Tensor flat() {
        return flat;
    }

    /**
     * Uniform in +-1/sqrt(fan-in) for weights and biases, layer by layer from forks of the seed; a normalization begins
     * with scale 1 and shift 0.
     */
    float[] initial(Seed seed) {
        float[] values = new float[parameterCount];
        int index = 0;
        for (Parameters layer : parameters) {
            UniformRandomProvider random = seed.fork("layer-" + index++).stream();
            if (layer.layer() instanceof Layer.GroupNorm) {
                Arrays.fill(values, layer.offset(), layer.offset() + layer.weightSize(), 1);
                continue;
            }
            float bound = (float) (1 / Math.sqrt(layer.fanIn()));
            for (int i = 0; i < layer.size(); i++) {
                values[layer.offset() + i] = (2 * random.nextFloat() - 1) * bound;
            }
        }
        return values;
    }

    void load(float[] values) {
        Tensors.data(flat).put(values);
    }

    /** Logits for a batch, as an autograd graph; {@code dropout} is the source of dropout in training, else null. */
    Tensor forward(Tensor batch, @Nullable Generator dropout) {
        return forward(batch, dropout, (layer, input, output) -> {});
    }

    /** Sees what goes through the layers that have parameters, first to last. */
    interface Watcher {
        void see(Layer layer, Tensor input, Tensor output);
    }

    /** The same, watched. */
    Tensor forward(Tensor batch, @Nullable Generator dropout, Watcher watcher) {
        // With the channels of a pixel side by side libtorch pools eight times as fast, and convolves few channels
        // three times.
        Tensor input = normalizes ? batch.contiguous(torch.MemoryFormat.ChannelsLast) : batch;
        return new Pass(dropout, watcher).through(layers, input);
    }

    /** One batch on its way through the layers. */
    private final class Pass {
        private final @Nullable Generator dropout;
        private final Watcher watcher;
        private int next;

        Pass(@Nullable Generator dropout, Watcher watcher) {
            this.dropout = dropout;
            this.watcher = watcher;
        }

        Tensor through(List<Layer> some, Tensor input) {
            Tensor x = input;
            for (Layer layer : some) {
                if (layer instanceof Layer.Residual block) {
                    x = x.add(through(block.body(), x));
                } else if (sizeOf(layer) > 0) {
                    Tensor output = through(layer, parameters.get(next++), x);
                    watcher.see(layer, x, output);
                    x = output;
                } else {
                    x = through(layer, x);
                }
            }
            return x;
        }

        private Tensor through(Layer layer, Parameters p, Tensor x) {
            TensorOptional bias = new TensorOptional(p.bias());
            if (layer instanceof Layer.Linear) {
                return torch.linear(x, p.weight(), bias);
            }
            if (layer instanceof Layer.GroupNorm norm) {
                return torch.group_norm(
                        x, norm.groups(), new TensorOptional(p.weight()), bias, Layer.GroupNorm.TINY, false);
            }
            Layer.Conv2d conv = (Layer.Conv2d) layer;
            long pad = conv.padding();
            return torch.conv2d(
                    x,
                    p.weight(),
                    bias,
                    new long[] {conv.stride(), conv.stride()},
                    new long[] {pad, pad},
                    new long[] {1, 1},
                    1);
        }

        private Tensor through(Layer layer, Tensor x) {
            if (layer instanceof Layer.MaxPool2d pool) {
                long[] window = {pool.window(), pool.window()};
                long[] stride = {pool.stride(), pool.stride()};
                return torch.max_pool2d(x, window, stride, new long[] {0, 0}, new long[] {1, 1}, false);
            }
            if (layer instanceof Layer.Relu) {
                return x.relu();
            }
            if (layer instanceof Layer.Tanh) {
                return x.tanh();
            }
            if (layer instanceof Layer.TemperedSigmoid s) {
                return x.mul(new Scalar(s.temperature()))
                        .sigmoid()
                        .mul(new Scalar(s.scale()))
                        .sub(new Scalar(s.offset()));
            }
            if (layer instanceof Layer.Flatten) {
                return x.flatten(1, -1);
            }
            if (layer instanceof Layer.GlobalAveragePool) {
                return x.mean(2, 3);
            }
            if (layer instanceof Layer.Dropout drop && dropout != null && drop.rate() > 0) {
                double keep = 1 - drop.rate();
                Tensor mask = torch.empty_like(x).bernoulli_(keep, new GeneratorOptional(dropout));
                return x.mul(mask.mul(new Scalar(1 / keep)));
            }
            return x;
        }
    }

    /** Gradient of the mean cross-entropy over a batch, by autograd, written to {@code into} (flat). */
    void gradient(Tensor batch, Tensor labels, @Nullable Generator dropout, Tensor into) {
        Tensor loss = torch.cross_entropy_loss(forward(batch, dropout), labels);
        TensorVector leaves = new TensorVector();
        for (Parameters p : parameters) {
            leaves.push_back(p.weight());
            leaves.push_back(p.bias());
        }
        TensorVector gradients = torch.grad(new TensorVector(loss), leaves);
        int index = 0;
        for (Parameters p : parameters) {
            into.narrow(0, p.offset(), p.weightSize())
                    .copy_(gradients.get(index++).reshape(-1));
            into.narrow(0, p.offset() + (long) p.weightSize(), p.bias().numel()).copy_(gradients.get(index++));
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}

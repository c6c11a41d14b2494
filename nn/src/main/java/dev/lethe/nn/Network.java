package dev.lethe.nn;

import dev.lethe.core.data.Examples;
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
    /** Whether it is a language model: logits of the next token at each step. */
    private final boolean predictsEachStep;
    /** Keeps every native object of this network alive until {@link #close}. */
    private final PointerScope memory;

    private final Tensor flat;
    private final int parameterCount;
    /** Whether there are normalizations of images. */
    private final boolean normalizes;

    private final List<Parameters> parameters = new ArrayList<>();

    /**
     * A layer's share of the flat vector.
     *
     * @param offset where it begins
     * @param tensors views of it one behind the other, as {@link #shapes} has them: weights first, a bias last
     */
    record Parameters(Layer layer, int offset, List<Tensor> tensors) {
        Parameters {
            tensors = List.copyOf(tensors);
        }

        Tensor weight() {
            return tensors.get(0);
        }

        Tensor bias() {
            return tensors.get(tensors.size() - 1);
        }

        int size() {
            return Math.toIntExact(tensors.stream().mapToLong(Tensor::numel).sum());
        }

        /** The same views of another vector that is as long as the network's, such as a gradient. */
        List<Tensor> of(Tensor vector) {
            return views(layer, offset, vector);
        }

        private static List<Tensor> views(Layer layer, int offset, Tensor vector) {
            List<Tensor> views = new ArrayList<>();
            long from = offset;
            for (long[] shape : shapes(layer)) {
                long size = size(shape);
                views.add(vector.narrow(0, from, size).view(shape));
                from += size;
            }
            return views;
        }

        private static long size(long[] shape) {
            long size = 1;
            for (long side : shape) {
                size = Math.multiplyExact(size, side);
            }
            return size;
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
        List<Layer> parametrized = parametrized(layers).toList();
        refuseLateEmbedding(layers);
        refuseLooseTied(layers);
        predictsEachStep = predictsEachStep(layers, shape);
        if (shape.length != 1 && !predictsEachStep) {
            throw new IllegalArgumentException("the last layer must give a vector of logits, or, behind an embedding,"
                    + " logits of the next token at each step");
        }
        outputs = shape[shape.length - 1];
        parameterCount = parametrized.stream().mapToInt(Network::sizeOf).sum();
        normalizes = parametrized.stream().anyMatch(Layer.GroupNorm.class::isInstance);
        memory = new PointerScope();
        flat = torch.zeros(parameterCount);
        int offset = 0;
        for (Layer layer : parametrized) {
            List<Tensor> views = Parameters.views(layer, offset, flat);
            parameters.add(new Parameters(
                    layer, offset, views.stream().map(Network::leaf).toList()));
            offset += sizeOf(layer);
        }
        // Leaves the thread's stack of scopes, yet frees nothing until this network is closed.
        memory.extend().close();
    }

    /** Behind the first layer there are no tokens. */
    static void refuseLateEmbedding(List<Layer> layers) {
        if (parametrized(layers)
                .skip(layers.get(0) instanceof Layer.Embedding ? 1 : 0)
                .anyMatch(Layer.Embedding.class::isInstance)) {
            throw new IllegalArgumentException("an embedding must be the first layer: it takes tokens");
        }
    }

    /** Whether layers that end in this shape tell at each step how likely each token comes next. */
    static boolean predictsEachStep(List<Layer> layers, int[] shape) {
        return shape.length == 2
                && layers.get(0) instanceof Layer.Embedding embedding
                && embedding.tokens() == shape[1];
    }

    /** What an output may be tied to is the embedding in front. */
    static void refuseLooseTied(List<Layer> layers) {
        for (int i = 0; i < layers.size(); i++) {
            boolean nested = layers.get(i) instanceof Layer.Residual block
                    && parametrized(block.body()).anyMatch(Layer.Tied.class::isInstance);
            boolean loose = layers.get(i) instanceof Layer.Tied tied
                    && !(i == layers.size() - 1
                            && layers.get(0) instanceof Layer.Embedding embedding
                            && embedding.tokens() == tied.tokens()
                            && embedding.width() == tied.width());
            if (nested || loose) {
                throw new IllegalArgumentException("a tied output must be the last layer of a network that begins with"
                        + " an embedding of as many tokens and the same width");
            }
        }
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

    /** Shapes of a layer's parameters. */
    private static List<long[]> shapes(Layer layer) {
        if (layer instanceof Layer.Linear linear) {
            return List.of(new long[] {linear.outputs(), linear.inputs()}, new long[] {linear.outputs()});
        }
        if (layer instanceof Layer.Conv2d conv) {
            return List.of(
                    new long[] {conv.outputs(), conv.inputs(), conv.kernel(), conv.kernel()},
                    new long[] {conv.outputs()});
        }
        if (layer instanceof Layer.GroupNorm norm) {
            return List.of(new long[] {norm.channels()}, new long[] {norm.channels()});
        }
        if (layer instanceof Layer.LayerNorm norm) {
            return List.of(new long[] {norm.features()}, new long[] {norm.features()});
        }
        if (layer instanceof Layer.Embedding embedding) {
            return List.of(new long[] {embedding.tokens(), embedding.width()});
        }
        if (layer instanceof Layer.Lstm lstm) {
            long gates = 4L * lstm.hidden();
            return List.of(new long[] {gates, lstm.inputs()}, new long[] {gates, lstm.hidden()}, new long[] {gates});
        }
        if (layer instanceof Layer.Tied tied) {
            return List.of(new long[] {tied.tokens()});
        }
        return List.of();
    }

    /** How many inputs a sum of this layer has. */
    private static int fanIn(Layer layer) {
        if (layer instanceof Layer.Embedding) {
            return 1;
        }
        if (layer instanceof Layer.Tied tied) {
            return tied.width();
        }
        if (layer instanceof Layer.Lstm lstm) {
            // As PyTorch has it.
            return lstm.hidden();
        }
        long[] weight = shapes(layer).get(0);
        return Math.toIntExact(Parameters.size(weight) / weight[0]);
    }

    /** Number of a layer's parameters. */
    private static int sizeOf(Layer layer) {
        return Math.toIntExact(
                shapes(layer).stream().mapToLong(Parameters::size).sum());
    }

    List<Layer> layers() {
        return layers;
    }

    int[] inputShape() {
        return inputShape.clone();
    }

    /** Number of logits, at each step if there are some at each. */
    int outputs() {
        return outputs;
    }

    /** Whether it is a language model: logits of the next token at each step, and so the shape (examples, steps, tokens). */
    boolean predictsEachStep() {
        return predictsEachStep;
    }

    /** Whether the last layer shares the vectors of the first. */
    private boolean tied() {
        return layers.get(layers.size() - 1) instanceof Layer.Tied;
    }

    int parameterCount() {
        return parameterCount;
    }

    /** Those of the layers that have some, in order. */
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
            if (layer.layer() instanceof Layer.GroupNorm || layer.layer() instanceof Layer.LayerNorm) {
                int scales = Math.toIntExact(layer.weight().numel());
                Arrays.fill(values, layer.offset(), layer.offset() + scales, 1);
                continue;
            }
            // Vectors that are an output's weights too begin as such.
            int fanIn = layer.layer() instanceof Layer.Embedding embedding && tied()
                    ? embedding.width()
                    : fanIn(layer.layer());
            float bound = (float) (1 / Math.sqrt(fanIn));
            for (int i = 0; i < layer.size(); i++) {
                values[layer.offset() + i] = (2 * random.nextFloat() - 1) * bound;
            }
        }
        return values;
    }

    /**
     * Refuses data that the first layer cannot take.
     *
     * @param rows to look at
     * @throws IllegalArgumentException if an embedding would meet what is no token of its
     */
    void require(Examples data, int[] rows) {
        if (!(layers.get(0) instanceof Layer.Embedding embedding)) {
            return;
        }
        int width = data.width();
        for (int row : rows) {
            for (int i = 0; i < width; i++) {
                float value = data.features()[row * width + i];
                if (!(value >= 0 && value < embedding.tokens() && value == (int) value)) {
                    throw new IllegalArgumentException("row " + row + " holds at position " + i
                            + " no token: tokens are whole numbers in 0.." + (embedding.tokens() - 1)
                            + "; count the tokens of the data and set tokens of the embedding to it");
                }
            }
        }
    }

    void load(float[] values) {
        Tensors.data(flat).put(values);
    }

    /** Logits for a batch, as an autograd graph; {@code dropout} is the source of dropout in training, else null. */
    Tensor forward(Tensor batch, @Nullable Generator dropout) {
        return forward(batch, dropout, null, null);
    }

    /** The same, and onto the tape what the gradients of single examples take. */
    Tensor forward(Tensor batch, @Nullable Generator dropout, @Nullable Tape tape) {
        return forward(batch, dropout, tape, null);
    }

    /** The same, from where a batch before left off: {@code states} holds that, and then where this one leaves off. */
    Tensor forward(Tensor batch, @Nullable Generator dropout, LstmStates states) {
        return forward(batch, dropout, null, states);
    }

    private Tensor forward(
            Tensor batch, @Nullable Generator dropout, @Nullable Tape tape, @Nullable LstmStates states) {
        // With the channels of a pixel side by side libtorch pools eight times as fast, and convolves few channels
        // three times.
        Tensor input = normalizes ? batch.contiguous(torch.MemoryFormat.ChannelsLast) : batch;
        return new Pass(dropout, tape, states).through(layers, input);
    }

    /** One batch on its way through the layers. */
    private final class Pass {
        private final @Nullable Generator dropout;
        private final @Nullable Tape tape;
        private final @Nullable LstmStates states;
        private int next;
        private int lstms;

        Pass(@Nullable Generator dropout, @Nullable Tape tape, @Nullable LstmStates states) {
            this.dropout = dropout;
            this.tape = tape;
            this.states = states;
        }

        Tensor through(List<Layer> some, Tensor input) {
            Tensor x = input;
            for (Layer layer : some) {
                if (layer instanceof Layer.Residual block) {
                    x = x.add(through(block.body(), x));
                } else if (next < parameters.size() && parameters.get(next).layer() == layer) {
                    x = through(layer, parameters.get(next++), x);
                } else {
                    x = through(layer, x);
                }
            }
            return x;
        }

        private Tensor through(Layer layer, Parameters p, Tensor x) {
            if (layer instanceof Layer.Lstm) {
                return tape == null ? fused(p, x) : tape.through(layer, x, new LstmPass(p, x));
            }
            Tensor input = layer instanceof Layer.Embedding ? x.to(torch.ScalarType.Long) : x;
            Tensor output = output(layer, p, input);
            if (tape != null) {
                tape.see(layer, input, output);
            }
            return output;
        }

        /** An LSTM in one call of libtorch, of which nothing is seen. */
        private Tensor fused(Parameters p, Tensor x) {
            TensorVector all = new TensorVector(
                    p.weight(),
                    p.tensors().get(1),
                    p.bias(),
                    torch.zeros(p.bias().numel()));
            if (states != null) {
                int place = lstms++;
                var found = torch.lstm(x, states.of(place), all, true, 1, 0, true, false, true);
                states.keep(place, found.get1(), found.get2());
                return found.get0();
            }
            Tensor state = torch.zeros(1, x.size(0), p.bias().numel() / 4);
            return torch.lstm(x, new TensorVector(state, state), all, true, 1, 0, true, false, true)
                    .get0();
        }

        private Tensor output(Layer layer, Parameters p, Tensor x) {
            if (layer instanceof Layer.Embedding) {
                return torch.embedding(p.weight(), x);
            }
            TensorOptional bias = new TensorOptional(p.bias());
            if (layer instanceof Layer.Tied) {
                return torch.linear(x, parameters.get(0).weight(), bias);
            }
            if (layer instanceof Layer.Linear) {
                return torch.linear(x, p.weight(), bias);
            }
            if (layer instanceof Layer.GroupNorm norm) {
                return torch.group_norm(
                        x, norm.groups(), new TensorOptional(p.weight()), bias, Layer.GroupNorm.TINY, false);
            }
            if (layer instanceof Layer.LayerNorm norm) {
                return torch.layer_norm(
                        x,
                        new long[] {norm.features()},
                        new TensorOptional(p.weight()),
                        bias,
                        Layer.LayerNorm.TINY,
                        false);
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
            if (layer instanceof Layer.LastStep) {
                return x.select(1, x.size(1) - 1);
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

    /** {@code at::Reduction::Sum}. */
    private static final long SUM = 2;

    /** Labels that count for nothing in a loss. */
    static final long IGNORED = -100;

    /** Sum over a batch of each example's cross-entropy, of a language model its mean over steps, as {@link #meanLoss} has it. */
    Tensor summedLoss(Tensor batch, Tensor logits, Tensor labels) {
        if (predictsEachStep) {
            return meanLoss(batch, logits, labels).mul(new Scalar((double) batch.size(0)));
        }
        return torch.cross_entropy_loss(logits, labels, new TensorOptional(), SUM, IGNORED, 0.0);
    }

    /**
     * Mean cross-entropy over a batch. A language model's is the mean over steps too: each step is to give the token of the next step,
     * the last the label.
     *
     * @param logits what {@link #forward} made of the batch
     */
    Tensor meanLoss(Tensor batch, Tensor logits, Tensor labels) {
        if (!predictsEachStep) {
            return torch.cross_entropy_loss(logits, labels);
        }
        if (labels.dim() != 1) {
            throw new IllegalArgumentException(
                    "a language model learns tokens: leave out smoothing of labels and distillation");
        }
        long steps = batch.size(1);
        Tensor next = batch.narrow(1, 1, steps - 1).to(torch.ScalarType.Long);
        Tensor targets = torch.cat(new TensorVector(next, labels.unsqueeze(1)), 1);
        return torch.cross_entropy_loss(logits.flatten(0, 1), targets.flatten());
    }

    /** Gradient of the mean loss over a batch, by autograd, written to {@code into} (flat). */
    void gradient(Tensor batch, Tensor labels, @Nullable Generator dropout, Tensor into) {
        gradient(meanLoss(batch, forward(batch, dropout), labels), into);
    }

    /** Gradient of what {@link #forward} led to, by autograd, written to {@code into} (flat). */
    void gradient(Tensor loss, Tensor into) {
        TensorVector leaves = new TensorVector();
        for (Parameters p : parameters) {
            p.tensors().forEach(leaves::push_back);
        }
        TensorVector gradients = torch.grad(new TensorVector(loss), leaves);
        int index = 0;
        for (Parameters p : parameters) {
            for (Tensor view : p.of(into)) {
                view.copy_(gradients.get(index++));
            }
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}

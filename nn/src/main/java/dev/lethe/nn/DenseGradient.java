package dev.lethe.nn;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The gradient of a dense network by hand, into buffers made once: no autograd graph, no allocation in a step. For the
 * small networks of shadow training this is about twice as fast as {@link Network#gradient}, its slow twin.
 *
 * <p>Must be created, used and dropped inside one {@code NoGradGuard} and one {@code PointerScope}.
 */
final class DenseGradient {
    /** One linear layer with what follows it, and the buffers for its batch. */
    private static final class Stage {
        Tensor weight;
        Tensor weightTransposed;
        Tensor bias;
        Tensor weightGradient;
        Tensor biasGradient;
        /** Pre-activation, then activation, in place. */
        Tensor output;
        /** Gradient with respect to the pre-activation. */
        Tensor delta;

        Tensor deltaTransposed;
        Layer activation;
        double keep = 1;
        Tensor mask;
    }

    private final List<Stage> stages = new ArrayList<>();
    private final Tensor input;
    private final Tensor labels;
    /** What each example should be told with which probability, shape (batch, classes); null to go by the labels. */
    private final @Nullable Tensor targets;

    private final Tensor minusOne;
    private final Scalar zero = new Scalar(0.0);
    private final Scalar one = new Scalar(1.0);
    private final Scalar scale;
    private final @Nullable GeneratorOptional dropout;

    /**
     * Whether {@code layers} are linear layers, each but the last followed by one activation and at most one dropout;
     * examples of any shape may be flattened first.
     */
    static boolean covers(List<Layer> layers) {
        Layer before = new Layer.Flatten();
        for (int i = layers.get(0) instanceof Layer.Flatten ? 1 : 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            boolean fits;
            if (layer instanceof Layer.Linear) {
                fits = !(before instanceof Layer.Linear);
            } else if (layer instanceof Layer.Relu || layer instanceof Layer.Tanh) {
                fits = before instanceof Layer.Linear;
            } else {
                fits = layer instanceof Layer.Dropout && (before instanceof Layer.Relu || before instanceof Layer.Tanh);
            }
            if (!fits) {
                return false;
            }
            before = layer;
        }
        return layers.get(layers.size() - 1) instanceof Layer.Linear;
    }

    /**
     * @param gradient flat, as long as the network's parameters; filled by {@link #compute}
     * @param input batch to learn from, contiguous, read at each {@link #compute}
     * @param labels of the batch, shape (batch, 1)
     * @param targets probabilities of the classes to learn instead, shape (batch, classes), read likewise; null for labels
     * @param dropout source of dropout, null for none
     */
    DenseGradient(
            Network network,
            Tensor gradient,
            Tensor input,
            Tensor labels,
            @Nullable Tensor targets,
            @Nullable Generator dropout) {
        this.targets = targets;
        this.input = input.flatten(1, -1);
        this.labels = labels;
        this.dropout = dropout == null ? null : new GeneratorOptional(dropout);
        long batch = input.size(0);
        minusOne = torch.full(new long[] {batch, 1}, new Scalar(-1.0));
        scale = new Scalar(1.0 / batch);
        int next = 0;
        Stage stage = null;
        for (Layer layer : network.layers()) {
            if (layer instanceof Layer.Linear linear) {
                Network.Parameters p = network.parameters().get(next++);
                stage = new Stage();
                // Detached: autograd must not record in-place use of the leaves.
                stage.weight = p.weight().detach();
                stage.weightTransposed = stage.weight.t();
                stage.bias = p.bias().detach();
                stage.weightGradient = p.of(gradient).get(0);
                stage.biasGradient = p.of(gradient).get(1);
                stage.output = Tensors.floats(batch, linear.outputs());
                stage.delta = Tensors.floats(batch, linear.outputs());
                stage.deltaTransposed = stage.delta.t();
                stages.add(stage);
            } else if (layer instanceof Layer.Dropout drop && stage != null && dropout != null) {
                stage.keep = 1 - drop.rate();
                stage.mask = Tensors.floats(batch, stage.output.size(1));
            } else if (stage != null && !(layer instanceof Layer.Flatten || layer instanceof Layer.Dropout)) {
                stage.activation = layer;
            }
        }
    }

    /** Fills the gradient of the mean cross-entropy for what the input and label buffers hold now. */
    void compute() {
        backwards(scale);
        for (int i = 0; i < stages.size(); i++) {
            fill(stages.get(i), below(i));
        }
    }

    /**
     * Fills the sum of the examples' gradients of the cross-entropy, each multiplied by its factor.
     *
     * @param inputSquares squared norm of each input
     * @return whether it did; it did not if a norm is not finite
     */
    boolean computeClipped(float[] inputSquares, ExampleNorms norms, Clipping clipping) {
        backwards(one);
        int layers = stages.size();
        float[][] squares = new float[layers][];
        Tensor[] below = new Tensor[layers];
        for (int i = 0; i < layers; i++) {
            below[i] = below(i);
            squares[i] = Tensors.toArray(stages.get(i).delta.square().sum(1));
            float[] inputs =
                    i == 0 ? inputSquares : Tensors.toArray(below[i].square().sum(1));
            for (int row = 0; row < inputs.length; row++) {
                squares[i][row] *= inputs[row] + 1;
            }
        }
        if (!norms.take(squares)) {
            return false;
        }
        float[][] factors = clipping.factors(squares);
        Tensor column = null;
        for (int i = 0; i < layers; i++) {
            if (column == null || factors[i] != factors[i - 1]) {
                column = Tensors.of(factors[i], factors[i].length, 1);
            }
            stages.get(i).delta.mul_(column);
            fill(stages.get(i), below[i]);
        }
        return true;
    }

    /** Forward, then the gradients at all pre-activations. */
    private void backwards(Scalar share) {
        Tensor x = input;
        for (Stage stage : stages) {
            torch.addmm_out(stage.output, stage.bias, x, stage.weightTransposed);
            if (stage.activation instanceof Layer.Relu) {
                stage.output.relu_();
            } else if (stage.activation instanceof Layer.Tanh) {
                stage.output.tanh_();
            }
            x = stage.output;
            if (stage.keep < 1) {
                stage.mask.bernoulli_(stage.keep, dropout).mul_(new Scalar(1 / stage.keep));
                x = stage.output.mul(stage.mask);
            }
        }
        Stage last = stages.get(stages.size() - 1);
        torch.softmax_out(last.delta, last.output, 1);
        if (targets == null) {
            last.delta.scatter_add_(1, labels, minusOne);
        } else {
            last.delta.sub_(targets);
        }
        last.delta.mul_(share);
        for (int i = stages.size() - 1; i > 0; i--) {
            backThrough(stages.get(i), stages.get(i - 1));
        }
    }

    /** What came into a stage. */
    private Tensor below(int stage) {
        if (stage == 0) {
            return input;
        }
        Stage before = stages.get(stage - 1);
        return before.keep < 1 ? before.output.mul(before.mask) : before.output;
    }

    private static void fill(Stage stage, Tensor below) {
        torch.mm_out(stage.weightGradient, stage.deltaTransposed, below);
        torch.sum_out(stage.biasGradient, stage.delta, 0);
    }

    private void backThrough(Stage above, Stage below) {
        torch.mm_out(below.delta, above.delta, above.weight);
        if (below.keep < 1) {
            below.delta.mul_(below.mask);
        }
        if (below.activation instanceof Layer.Relu) {
            torch.threshold_backward_out(below.delta, below.delta, below.output, zero);
        } else if (below.activation instanceof Layer.Tanh) {
            torch.tanh_backward_out(below.delta, below.delta, below.output);
        }
    }
}

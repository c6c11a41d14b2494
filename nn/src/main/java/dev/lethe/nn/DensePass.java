package dev.lethe.nn;

import dev.lethe.core.data.Examples;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A trained dense network asked for many answers: batch after batch through buffers made once, and back to the pre-activations
 * without an autograd graph. Small batches take longer to allocate for than to compute. Its slow twin, which agrees to the bit,
 * is {@link Network#forward} with {@link Tape#deltas}. There is no dropout here.
 *
 * <p>Must be created, used and dropped inside one {@code NoGradGuard} and one {@code PointerScope}.
 */
final class DensePass {
    /** One linear layer with what follows it, and the buffers of its batch. */
    private static final class Stage {
        Tensor weight;
        Tensor weightTransposed;
        Tensor bias;
        /** Pre-activation, then activation, in place. */
        Tensor output;
        /** Gradient with respect to the pre-activation; null where nobody goes back. */
        @Nullable
        Tensor delta;

        Layer activation;
    }

    private final Scalar zero = new Scalar(0.0);
    private final List<Stage> stages = new ArrayList<>();
    private final Tensor input;
    private final FloatPointer inputMemory;
    private final FloatPointer outputMemory;

    /**
     * @param network that {@link DenseGradient#covers}
     * @param rows of each batch
     * @param back whether {@link #backwards} will be asked for
     */
    DensePass(Network network, int rows, boolean back) {
        long width = new Layer.Flatten().outputShape(network.inputShape())[0];
        input = Tensors.floats(rows, width);
        inputMemory = Tensors.data(input);
        int next = 0;
        Stage stage = new Stage();
        for (Layer layer : network.layers()) {
            if (layer instanceof Layer.Linear linear) {
                Network.Parameters p = network.parameters().get(next++);
                stage = new Stage();
                stage.weight = p.weight().detach();
                stage.weightTransposed = stage.weight.t();
                stage.bias = p.bias().detach();
                stage.output = Tensors.floats(rows, linear.outputs());
                stage.delta = back ? Tensors.floats(rows, linear.outputs()) : null;
                stages.add(stage);
            } else if (layer instanceof Layer.Relu || layer instanceof Layer.Tanh) {
                stage.activation = layer;
            }
        }
        outputMemory = Tensors.data(stage.output);
    }

    /** Takes rows {@code from} and following to the logits. */
    void forward(Examples data, int from) {
        int size = Math.toIntExact(input.numel());
        inputMemory.put(data.features(), from * data.width(), size);
        Tensor x = input;
        for (Stage stage : stages) {
            torch.addmm_out(stage.output, stage.bias, x, stage.weightTransposed);
            if (stage.activation instanceof Layer.Relu) {
                stage.output.relu_();
            } else if (stage.activation instanceof Layer.Tanh) {
                stage.output.tanh_();
            }
            x = stage.output;
        }
    }

    /** Copies the logits of the last {@link #forward}. */
    void logits(float[] into, int at, int size) {
        outputMemory.get(into, at, size);
    }

    int layers() {
        return stages.size();
    }

    /** What came into a layer in the last {@link #forward}. */
    Tensor input(int layer) {
        return layer == 0 ? input : stages.get(layer - 1).output;
    }

    /** Gradient at a layer's pre-activation, as {@link #backwards} has left it. */
    Tensor delta(int layer) {
        return stages.get(layer).delta;
    }

    /** Takes a gradient at the logits of the last {@link #forward} back to all pre-activations. */
    void backwards(float[] direction) {
        Tensors.data(stages.get(stages.size() - 1).delta).put(direction);
        for (int i = stages.size() - 1; i > 0; i--) {
            Stage above = stages.get(i);
            Stage below = stages.get(i - 1);
            torch.mm_out(below.delta, above.delta, above.weight);
            if (below.activation instanceof Layer.Relu) {
                torch.threshold_backward_out(below.delta, below.delta, below.output, zero);
            } else if (below.activation instanceof Layer.Tanh) {
                torch.tanh_backward_out(below.delta, below.delta, below.output);
            }
        }
    }
}

package dev.lethe.nn;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of one layer's parameters for a batch, each example's by itself: their norms, and a weighted sum of them, both
 * from the layer's input and the gradient delta at its output ("book-keeping", Bu et al. 2023). Written out are they only where
 * that is less work than not: a gradient that is a sum over T positions of outer products of d inputs and p deltas has the
 * squared norm &lt;X X<sup>T</sup> + 1, D D<sup>T</sup>&gt; ("ghost norm", Li et al. 2022), which costs 2 T<sup>2</sup> numbers in the
 * place of p d.
 *
 * <p>An example may come in several copies, one after the other: its gradient is the sum over them.
 *
 * <p>Use under a {@code NoGradGuard} and in the {@code PointerScope} of the step.
 */
abstract sealed class LayerGradient {
    /** Square of the L2 norm of each example's gradient, weight and bias together; shape (examples). */
    abstract Tensor squares();

    /**
     * Writes the sum over examples of factor times gradient.
     *
     * @param factors shape (examples)
     * @param weight where the weight's goes, contiguous
     * @param bias where the bias's goes
     */
    abstract void sum(Tensor factors, Tensor weight, Tensor bias);

    /**
     * @param input of the layer, shape (examples * copies, ...)
     * @param delta gradient of the loss at the layer's output
     * @throws IllegalArgumentException if a layer of this kind gives no gradient for one example alone
     */
    static LayerGradient of(Layer layer, Tensor input, Tensor delta, int copies) {
        if (layer instanceof Layer.Linear) {
            return new Affine(input, delta, copies);
        }
        if (layer instanceof Layer.Conv2d conv) {
            return new Convolution(conv, input, delta, copies);
        }
        if (layer instanceof Layer.GroupNorm norm) {
            return new Normalization(norm, input, delta, copies);
        }
        throw new IllegalArgumentException("no gradient of one example alone is known for a layer of kind "
                + layer.getClass().getSimpleName() + ": leave it out of what is trained privately");
    }

    /** Whether to write gradients of p x d numbers out, rather than products of T x T positions. */
    static boolean writtenOut(long positions, long inputs, long outputs) {
        return positions > 1 && 2 * positions * positions > inputs * outputs;
    }

    private static Tensor column(Tensor factors) {
        return factors.unsqueeze(1);
    }

    /** A linear layer on vectors, one a position. */
    private static final class Affine extends LayerGradient {
        private final Tensor input;
        private final Tensor delta;
        private final long positions;
        /** Each example's gradients, weight and bias, or null where they are not written out. */
        private @Nullable Tensor weights;

        private @Nullable Tensor biases;

        Affine(Tensor input, Tensor delta, int copies) {
            long d = input.size(-1);
            long p = delta.size(-1);
            positions = copies * (input.numel() / d / input.size(0));
            this.input = input.reshape(-1, d);
            this.delta = delta.reshape(-1, p);
        }

        @Override
        Tensor squares() {
            if (positions == 1) {
                return delta.square().sum(1).mul_(input.square().sum(1).add_(new Scalar(1.0)));
            }
            Tensor x = input.view(-1, positions, input.size(1));
            Tensor d = delta.view(-1, positions, delta.size(1));
            if (writtenOut(positions, input.size(1), delta.size(1))) {
                weights = d.transpose(1, 2).bmm(x);
                biases = d.sum(1);
                return weights.square().sum(1, 2).add_(biases.square().sum(1));
            }
            return x.bmm(x.transpose(1, 2))
                    .add_(new Scalar(1.0))
                    .mul_(d.bmm(d.transpose(1, 2)))
                    .sum(1, 2);
        }

        @Override
        void sum(Tensor factors, Tensor weight, Tensor bias) {
            if (weights != null && biases != null) {
                weightedRows(factors, weights, weight);
                weightedRows(factors, biases, bias);
                return;
            }
            Tensor scaled = delta.mul(column(positions == 1 ? factors : factors.repeat_interleave(positions)));
            torch.mm_out(weight, scaled.t(), input);
            torch.sum_out(bias, scaled, 0);
        }
    }

    /** A linear layer on patches of an image. */
    private static final class Convolution extends LayerGradient {
        /** Shape (examples, patch, positions). */
        private final Tensor patches;
        /** Shape (examples, outputs, positions). */
        private final Tensor deltas;

        private @Nullable Tensor weights;
        private @Nullable Tensor biases;

        Convolution(Layer.Conv2d conv, Tensor input, Tensor delta, int copies) {
            patches = joined(
                    torch.im2col(
                            input,
                            new long[] {conv.kernel(), conv.kernel()},
                            new long[] {1, 1},
                            new long[] {conv.padding(), conv.padding()},
                            new long[] {conv.stride(), conv.stride()}),
                    copies);
            deltas = joined(delta.flatten(2, -1), copies);
        }

        /** The positions of all copies of an example, side by side. */
        private static Tensor joined(Tensor values, int copies) {
            return copies == 1
                    ? values
                    : values.view(-1, copies, values.size(1), values.size(2))
                            .transpose(1, 2)
                            .flatten(2, -1);
        }

        @Override
        Tensor squares() {
            if (writtenOut(patches.size(2), patches.size(1), deltas.size(1))) {
                weights = deltas.bmm(patches.transpose(1, 2));
                biases = deltas.sum(2);
                return weights.square().sum(1, 2).add_(biases.square().sum(1));
            }
            Tensor inner = patches.transpose(1, 2).bmm(patches).add_(new Scalar(1.0));
            return inner.mul_(deltas.transpose(1, 2).bmm(deltas)).sum(1, 2);
        }

        @Override
        void sum(Tensor factors, Tensor weight, Tensor bias) {
            if (weights != null && biases != null) {
                weightedRows(factors, weights, weight);
                weightedRows(factors, biases, bias);
                return;
            }
            Tensor scaled = deltas.mul(column(column(factors)));
            // One product of (outputs, examples * positions) with (examples * positions, patch).
            Tensor flatDeltas = scaled.transpose(0, 1).flatten(1, -1);
            Tensor flatPatches = patches.transpose(1, 2).flatten(0, 1);
            torch.mm_out(weight.view(deltas.size(1), -1), flatDeltas, flatPatches);
            torch.sum_out(bias, flatDeltas, 1);
        }
    }

    /** Scale and shift of normalized channels. */
    private static final class Normalization extends LayerGradient {
        private final Tensor scales;
        private final Tensor shifts;

        Normalization(Layer.GroupNorm norm, Tensor input, Tensor delta, int copies) {
            TensorOptional none = new TensorOptional();
            Tensor normalized = torch.group_norm(input, norm.groups(), none, none, Layer.GroupNorm.TINY, false);
            scales = summed(delta.mul(normalized).sum(2, 3), copies);
            shifts = summed(delta.sum(2, 3), copies);
        }

        private static Tensor summed(Tensor values, int copies) {
            return copies == 1
                    ? values
                    : values.view(-1, copies, values.size(1)).sum(1);
        }

        @Override
        Tensor squares() {
            return scales.square().sum(1).add_(shifts.square().sum(1));
        }

        @Override
        void sum(Tensor factors, Tensor weight, Tensor bias) {
            weightedRows(factors, scales, weight);
            weightedRows(factors, shifts, bias);
        }
    }

    /** The sum over examples of factor times what is written out for each. */
    private static void weightedRows(Tensor factors, Tensor rows, Tensor into) {
        torch.mv_out(into.view(-1), rows.flatten(1, -1).t(), factors);
    }
}

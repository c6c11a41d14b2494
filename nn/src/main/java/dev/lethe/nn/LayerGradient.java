package dev.lethe.nn;

import java.util.ArrayList;
import java.util.List;
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
     * @param into where they go, one for each of the layer's parameters, contiguous
     */
    abstract void sum(Tensor factors, List<Tensor> into);

    /**
     * @param input of the layer as {@link Tape#inputs} has it, shape (examples * copies, ...)
     * @param delta gradient of the loss as {@link Tape#deltas} has it
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
            return Normalization.of(norm, input, delta, copies);
        }
        if (layer instanceof Layer.LayerNorm norm) {
            return Normalization.of(norm, input, delta, copies);
        }
        if (layer instanceof Layer.Embedding) {
            return new Lookup(input, delta, copies);
        }
        if (layer instanceof Layer.Lstm lstm) {
            return new Gates(lstm, input, delta, copies);
        }
        throw new IllegalArgumentException("no gradient of one example alone is known for a layer of kind "
                + layer.getClass().getSimpleName() + ": leave it out of what is trained privately");
    }

    /** Of all layers that a tape saw. The vectors of an embedding that an output is tied to are one parameter of both. */
    static List<LayerGradient> all(Tape tape, List<Tensor> deltas, int copies) {
        List<LayerGradient> all = new ArrayList<>();
        int last = deltas.size() - 1;
        boolean tied = tape.layers().get(last) instanceof Layer.Tied;
        for (int i = 0; i <= last; i++) {
            if (tied && i == 0) {
                all.add(new TiedLookup(
                        tape.inputs().get(0), deltas.get(0), tape.inputs().get(last), deltas.get(last), copies));
            } else if (tied && i == last) {
                all.add(new Biases(deltas.get(last), copies));
            } else {
                all.add(of(tape.layers().get(i), tape.inputs().get(i), deltas.get(i), copies));
            }
        }
        return all;
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
        void sum(Tensor factors, List<Tensor> into) {
            if (weights != null && biases != null) {
                weightedRows(factors, weights, into.get(0));
                weightedRows(factors, biases, into.get(1));
                return;
            }
            Tensor scaled = delta.mul(column(positions == 1 ? factors : factors.repeat_interleave(positions)));
            torch.mm_out(into.get(0), scaled.t(), input);
            torch.sum_out(into.get(1), scaled, 0);
        }
    }

    /** The sums that enter an LSTM's gates: a linear layer on input and state side by side, one position a step. */
    private static final class Gates extends LayerGradient {
        private final Layer.Lstm lstm;
        private final Affine both;

        Gates(Layer.Lstm lstm, Tensor input, Tensor delta, int copies) {
            this.lstm = lstm;
            both = new Affine(input, delta, copies);
        }

        @Override
        Tensor squares() {
            return both.squares();
        }

        @Override
        void sum(Tensor factors, List<Tensor> into) {
            Tensor weights = Tensors.floats(4L * lstm.hidden(), lstm.inputs() + (long) lstm.hidden());
            both.sum(factors, List.of(weights, into.get(2)));
            into.get(0).copy_(weights.narrow(1, 0, lstm.inputs()));
            into.get(1).copy_(weights.narrow(1, lstm.inputs(), lstm.hidden()));
        }
    }

    /** Vectors of tokens: a linear layer without bias on unit vectors, of which two are the same or orthogonal. */
    private static final class Lookup extends LayerGradient {
        /** Shape (examples, positions). */
        private final Tensor tokens;
        /** Shape (examples, positions, width). */
        private final Tensor delta;

        Lookup(Tensor tokens, Tensor delta, int copies) {
            long positions = copies * tokens.size(1);
            this.tokens = tokens.reshape(-1, positions);
            this.delta = delta.reshape(-1, positions, delta.size(-1));
        }

        @Override
        Tensor squares() {
            Tensor same = tokens.unsqueeze(2).eq(tokens.unsqueeze(1)).to(torch.ScalarType.Float);
            return same.mul_(delta.bmm(delta.transpose(1, 2))).sum(1, 2);
        }

        @Override
        void sum(Tensor factors, List<Tensor> into) {
            Tensor scaled = delta.mul(column(column(factors))).flatten(0, 1);
            into.get(0).zero_().index_add_(0, tokens.flatten(0, 1), scaled);
        }
    }

    /**
     * Vectors of tokens that weigh the output too: what both uses of them give is added up before it is measured, hence the third
     * term, twice the inner product of the two.
     */
    private static final class TiedLookup extends LayerGradient {
        private final Lookup lookup;
        /** What came into the output, shape (examples, positions, width). */
        private final Tensor hidden;
        /** At the logits, shape (examples, positions, tokens). */
        private final Tensor logits;

        TiedLookup(Tensor tokens, Tensor delta, Tensor hidden, Tensor logits, int copies) {
            lookup = new Lookup(tokens, delta, copies);
            long positions = copies * (hidden.numel() / hidden.size(-1) / hidden.size(0));
            this.hidden = hidden.reshape(-1, positions, hidden.size(-1));
            this.logits = logits.reshape(-1, positions, logits.size(-1));
        }

        @Override
        Tensor squares() {
            Tensor output = hidden.bmm(hidden.transpose(1, 2))
                    .mul_(logits.bmm(logits.transpose(1, 2)))
                    .sum(1, 2);
            // At (output's position, input's position): the logits' gradient at the token that was put in.
            Tensor atTokens =
                    logits.gather(2, lookup.tokens.unsqueeze(1).expand(-1, logits.size(1), lookup.tokens.size(1)));
            Tensor both = atTokens.mul_(hidden.bmm(lookup.delta.transpose(1, 2)))
                    .sum(1, 2)
                    .mul_(new Scalar(2.0));
            return lookup.squares().add_(output).add_(both).clamp_min_(new Scalar(0.0));
        }

        @Override
        void sum(Tensor factors, List<Tensor> into) {
            lookup.sum(factors, into);
            Tensor scaled = logits.mul(column(column(factors))).flatten(0, 1);
            into.get(0).addmm_(scaled.t(), hidden.flatten(0, 1));
        }
    }

    /** A bias at each position. */
    private static final class Biases extends LayerGradient {
        private final Tensor sums;

        Biases(Tensor delta, int copies) {
            long positions = copies * (delta.numel() / delta.size(-1) / delta.size(0));
            sums = delta.reshape(-1, positions, delta.size(-1)).sum(1);
        }

        @Override
        Tensor squares() {
            return sums.square().sum(1);
        }

        @Override
        void sum(Tensor factors, List<Tensor> into) {
            weightedRows(factors, sums, into.get(0));
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
        void sum(Tensor factors, List<Tensor> into) {
            if (weights != null && biases != null) {
                weightedRows(factors, weights, into.get(0));
                weightedRows(factors, biases, into.get(1));
                return;
            }
            Tensor scaled = deltas.mul(column(column(factors)));
            // One product of (outputs, examples * positions) with (examples * positions, patch).
            Tensor flatDeltas = scaled.transpose(0, 1).flatten(1, -1);
            Tensor flatPatches = patches.transpose(1, 2).flatten(0, 1);
            torch.mm_out(into.get(0).view(deltas.size(1), -1), flatDeltas, flatPatches);
            torch.sum_out(into.get(1), flatDeltas, 1);
        }
    }

    /** Scale and shift of normalized values. */
    private static final class Normalization extends LayerGradient {
        private final Tensor scales;
        private final Tensor shifts;

        private Normalization(Tensor scales, Tensor shifts) {
            this.scales = scales;
            this.shifts = shifts;
        }

        static Normalization of(Layer.GroupNorm norm, Tensor input, Tensor delta, int copies) {
            TensorOptional none = new TensorOptional();
            Tensor normalized = torch.group_norm(input, norm.groups(), none, none, Layer.GroupNorm.TINY, false);
            return new Normalization(summed(delta.mul(normalized).sum(2, 3), copies), summed(delta.sum(2, 3), copies));
        }

        static Normalization of(Layer.LayerNorm norm, Tensor input, Tensor delta, int copies) {
            TensorOptional none = new TensorOptional();
            long[] last = {norm.features()};
            Tensor normalized = torch.layer_norm(input, last, none, none, Layer.LayerNorm.TINY, false);
            long positions = copies * (input.numel() / norm.features() / input.size(0));
            return new Normalization(
                    delta.mul(normalized)
                            .reshape(-1, positions, norm.features())
                            .sum(1),
                    delta.reshape(-1, positions, norm.features()).sum(1));
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
        void sum(Tensor factors, List<Tensor> into) {
            weightedRows(factors, scales, into.get(0));
            weightedRows(factors, shifts, into.get(1));
        }
    }

    /** The sum over examples of factor times what is written out for each. */
    private static void weightedRows(Tensor factors, Tensor rows, Tensor into) {
        torch.mv_out(into.view(-1), rows.flatten(1, -1).t(), factors);
    }
}

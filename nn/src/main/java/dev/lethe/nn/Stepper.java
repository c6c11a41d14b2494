package dev.lethe.nn;

import dev.lethe.core.model.SequenceModel.States;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A language model one token at a time, for many texts at once. What a token adds to the gates of the first LSTM is a table, made
 * once.
 */
final class Stepper implements AutoCloseable {
    private final PointerScope memory = new PointerScope();
    private final List<Cell> cells = new ArrayList<>();
    /** Shape (tokens, 4 hidden): input weights of the first LSTM times each token's vector, and bias. */
    private final Tensor tokenGates;

    private final Tensor outputWeights;
    private final TensorOptional outputBias;
    private final int tokens;

    /**
     * An LSTM.
     *
     * @param input null for the first, of which the table holds it
     */
    private record Cell(int hidden, @Nullable Tensor input, Tensor recurrentTurned, Tensor bias) {}

    /** @throws IllegalArgumentException if the network is not made of one embedding, LSTMs and one output */
    Stepper(Network network) {
        try (NoGradGuard guard = new NoGradGuard()) {
            List<Network.Parameters> all = network.parameters();
            Network.Parameters embedding = all.get(0);
            Network.Parameters output = all.get(all.size() - 1);
            boolean tied = output.layer() instanceof Layer.Tied;
            boolean known = embedding.layer() instanceof Layer.Embedding
                    && (tied || output.layer() instanceof Layer.Linear)
                    && all.size() > 2
                    && network.layers().stream()
                            .allMatch(layer -> layer instanceof Layer.Dropout
                                    || all.stream().anyMatch(p -> p.layer() == layer));
            for (Network.Parameters p : all.subList(1, all.size() - 1)) {
                if (!(p.layer() instanceof Layer.Lstm lstm)) {
                    known = false;
                    break;
                }
                cells.add(new Cell(
                        lstm.hidden(),
                        cells.isEmpty() ? null : p.weight().detach(),
                        p.tensors().get(1).detach().t(),
                        p.bias().detach()));
            }
            if (!known) {
                memory.close();
                throw new IllegalArgumentException(
                        "only networks of an embedding, LSTMs and an output go token by token," + " and this one is "
                                + network.layers());
            }
            Network.Parameters first = all.get(1);
            tokenGates = torch.linear(
                    embedding.weight().detach(),
                    first.weight().detach(),
                    new TensorOptional(first.bias().detach()));
            outputWeights = (tied ? embedding : output).weight().detach();
            outputBias = new TensorOptional(output.bias().detach());
            tokens = network.outputs();
        }
        // Leaves the thread's stack of scopes, yet frees nothing until this is closed.
        memory.extend().close();
    }

    /** One text of one token. */
    States start(int token) {
        Batch zero = new Batch(1);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            for (int i = 0; i < cells.size(); i++) {
                zero.hidden.get(i).zero_();
                zero.cell.get(i).zero_();
            }
        }
        try {
            return next(zero, new int[] {0}, new int[] {token});
        } finally {
            zero.close();
        }
    }

    States next(States from, int[] rows, int[] chosen) {
        if (!(from instanceof Batch before) || before.owner() != this) {
            throw new IllegalArgumentException("the states are another model's");
        }
        before.require(rows, chosen);
        Batch after = new Batch(rows.length);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor places = Tensors.of(rows);
            Tensor x = step(0, before, after, places, tokenGates.index_select(0, Tensors.of(chosen)));
            for (int i = 1; i < cells.size(); i++) {
                Cell cell = cells.get(i);
                Tensor gates = torch.linear(x, Objects.requireNonNull(cell.input()), new TensorOptional(cell.bias()));
                x = step(i, before, after, places, gates);
            }
            Tensor logs = torch.log_softmax(torch.linear(x, outputWeights, outputBias), 1);
            Tensors.data(logs.contiguous()).get(after.logProbabilities);
        } catch (RuntimeException | Error e) {
            after.close();
            throw e;
        }
        return after;
    }

    /** One LSTM, from what its input adds to the gates. */
    private Tensor step(int place, Batch before, Batch after, Tensor rows, Tensor gates) {
        Cell cell = cells.get(place);
        long n = cell.hidden();
        Tensor h = after.hidden.get(place);
        Tensor c = after.cell.get(place);
        torch.index_select_out(h, before.hidden.get(place), 0, rows);
        torch.index_select_out(c, before.cell.get(place), 0, rows);
        gates.addmm_(h, cell.recurrentTurned());
        gates.narrow(1, 0, 2 * n).sigmoid_();
        gates.narrow(1, 2 * n, n).tanh_();
        gates.narrow(1, 3 * n, n).sigmoid_();
        c.mul_(gates.narrow(1, n, n)).addcmul_(gates.narrow(1, 0, n), gates.narrow(1, 2 * n, n));
        torch.tanh_out(h, c);
        return h.mul_(gates.narrow(1, 3 * n, n));
    }

    /** Some texts; owns its tensors. */
    private final class Batch implements States {
        private final PointerScope held = new PointerScope();
        private final int size;
        private final List<Tensor> hidden = new ArrayList<>();
        private final List<Tensor> cell = new ArrayList<>();
        private final float[] logProbabilities;
        private boolean closed;

        Batch(int size) {
            this.size = size;
            for (Cell one : cells) {
                hidden.add(Tensors.floats(size, one.hidden()));
                cell.add(Tensors.floats(size, one.hidden()));
            }
            logProbabilities = new float[Math.multiplyExact(size, tokens)];
            held.extend().close();
        }

        Stepper owner() {
            return Stepper.this;
        }

        void require(int[] rows, int[] chosen) {
            if (closed) {
                throw new IllegalStateException("these states are closed");
            }
            if (rows.length == 0 || rows.length != chosen.length) {
                throw new IllegalArgumentException(
                        rows.length + " rows and " + chosen.length + " tokens must be as many, and at least one");
            }
            for (int i = 0; i < rows.length; i++) {
                if (rows[i] < 0 || rows[i] >= size || chosen[i] < 0 || chosen[i] >= tokens) {
                    throw new IllegalArgumentException("row " + rows[i] + " must be below " + size + " and token "
                            + chosen[i] + " below " + tokens);
                }
            }
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public float[] logProbabilities() {
            return logProbabilities;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                held.close();
            }
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}

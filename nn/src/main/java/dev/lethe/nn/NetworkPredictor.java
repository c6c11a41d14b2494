package dev.lethe.nn;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Differentiable;
import dev.lethe.core.model.GradientNorms;
import dev.lethe.core.model.Logits;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** A trained network; owns it. A language model's logits are those behind the last step, where the label is. */
final class NetworkPredictor implements Differentiable<Examples> {
    /** Rows in one forward pass: bounds memory, changes no bit of a dense network's rows. */
    private static final int CHUNK = 1024;

    private final Network network;

    NetworkPredictor(Network network) {
        this.network = network;
    }

    Network network() {
        return network;
    }

    @Override
    public Logits logits(Examples data) {
        refuseOther(data);
        float[] values = new float[data.size() * network.outputs()];
        if (DenseGradient.covers(network.layers())) {
            dense(data, values);
        } else {
            general(data, values);
        }
        return new Logits(values, network.outputs());
    }

    /** The same as {@link #general}, to the bit, by buffers that are made once. */
    private void dense(Examples data, float[] values) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            DensePass pass = null;
            int rows = 0;
            for (int from = 0; from < data.size(); from += CHUNK) {
                int size = Math.min(CHUNK, data.size() - from);
                if (pass == null || size != rows) {
                    pass = new DensePass(network, size, false);
                    rows = size;
                }
                pass.forward(data, from);
                pass.logits(values, from * network.outputs(), size * network.outputs());
            }
        }
    }

    /** Row-major logits of a network of any kind, written to {@code values}. */
    void general(Examples data, float[] values) {
        for (int from = 0; from < data.size(); from += CHUNK) {
            int size = Math.min(CHUNK, data.size() - from);
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Tensor input = Tensors.rows(data, from, size);
                Tensor all = network.forward(input, null);
                // What a stretch says of its label, the token behind it.
                Tensor logits = (network.predictsEachStep() ? all.select(1, -1) : all).contiguous();
                Tensors.data(logits).get(values, from * network.outputs(), size * network.outputs());
            }
        }
    }

    @Override
    public Optional<float[]> parameters() {
        return Optional.of(Tensors.toArray(network.flat()));
    }

    @Override
    public GradientNorms gradientNorms(Examples data) {
        refuseOther(data);
        return new ExampleGradients(network, data).norms();
    }

    private void refuseOther(Examples data) {
        if (!Arrays.equals(data.shape(), network.inputShape())) {
            throw new IllegalArgumentException("examples have shape " + Arrays.toString(data.shape())
                    + ", the model was trained on " + Arrays.toString(network.inputShape()));
        }
        network.require(data, IntStream.range(0, data.size()).toArray());
    }

    /** Mean cross-entropy on some rows, in nats. */
    double meanLoss(Examples data, int[] rows) {
        Examples some = data.select(rows);
        Logits logits = logits(some);
        double sum = 0;
        for (int row = 0; row < some.size(); row++) {
            sum += logits.lossNats(row, some.labels()[row]);
        }
        return sum / some.size();
    }

    @Override
    public void close() {
        network.close();
    }
}

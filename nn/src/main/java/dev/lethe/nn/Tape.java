package dev.lethe.nn;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * What a batch brought to the layers that have parameters, for {@link LayerGradient}s: each layer's input, and, on the way back,
 * the gradient at its output. Gradients of the parameters themselves are never computed.
 *
 * <p>Autograd goes from the top down to the nearest LSTM; that goes back by hand, and autograd on from its input.
 *
 * <p>Use in the {@code PointerScope} of one step.
 */
final class Tape {
    private final List<Layer> layers = new ArrayList<>();
    private final List<Tensor> inputs = new ArrayList<>();
    private final List<Tensor> outputs = new ArrayList<>();
    private final List<Cut> cuts = new ArrayList<>();

    /**
     * An LSTM on the way.
     *
     * @param layer its place among those that have parameters
     * @param input as autograd knows it
     */
    private record Cut(int layer, Tensor input, LstmPass pass) {}

    void see(Layer layer, Tensor input, Tensor output) {
        layers.add(layer);
        inputs.add(input.detach());
        outputs.add(output);
    }

    Tensor through(Layer layer, Tensor input, LstmPass pass) {
        cuts.add(new Cut(layers.size(), input, pass));
        // A leaf: what comes below it, autograd does not know.
        Tensor output = pass.output().requires_grad_(true);
        see(layer, pass.joined(), output);
        return output;
    }

    /** Those that have parameters, first to last. */
    List<Layer> layers() {
        return layers;
    }

    /** What came into each, but for an LSTM: beside each step's input the state before. */
    List<Tensor> inputs() {
        return inputs;
    }

    /**
     * Gradients at each layer's output; an LSTM's at the sums that enter its gates.
     *
     * @param top what the network gave, or a loss of it
     * @param direction gradient at the top
     */
    List<Tensor> deltas(Tensor top, Tensor direction) {
        Tensor[] deltas = new Tensor[layers.size()];
        TensorVector tops = new TensorVector(top);
        TensorVector directions = new TensorVector(direction);
        int end = layers.size();
        for (int k = cuts.size(); k >= 0; k--) {
            int begin = k == 0 ? 0 : cuts.get(k - 1).layer();
            if (begin < end) {
                TensorVector found = torch.grad(
                        tops,
                        new TensorVector(outputs.subList(begin, end).toArray(new Tensor[0])),
                        directions,
                        new BoolOptional(k > 0),
                        false,
                        false);
                for (int i = begin; i < end; i++) {
                    deltas[i] = found.get(i - begin);
                }
            }
            if (k > 0) {
                Cut cut = cuts.get(k - 1);
                try (NoGradGuard guard = new NoGradGuard()) {
                    deltas[begin] = cut.pass().back(deltas[begin]);
                    if (begin > 0) {
                        tops.push_back(cut.input());
                        directions.push_back(cut.pass().inputGradient(deltas[begin]));
                    }
                }
                end = begin;
            }
        }
        return List.of(deltas);
    }
}

package dev.lethe.nn;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Where the LSTMs of a network left off in a batch of texts that go on: hidden states and cells, first LSTM first. Gradients end here,
 * which truncates back-propagation through time. Belongs to the {@code PointerScope} it was made in.
 */
final class LstmStates {
    private final List<Tensor> hidden = new ArrayList<>();
    private final List<Tensor> cells = new ArrayList<>();

    /** Before the first step of so many texts. */
    LstmStates(List<Layer> layers, long texts) {
        for (Layer layer : layers) {
            if (layer instanceof Layer.Lstm lstm) {
                hidden.add(torch.zeros(1, texts, lstm.hidden()));
                cells.add(torch.zeros(1, texts, lstm.hidden()));
            }
        }
    }

    /** As libtorch takes them. */
    TensorVector of(int lstm) {
        return new TensorVector(hidden.get(lstm).clone(), cells.get(lstm).clone());
    }

    void keep(int lstm, Tensor hiddenNow, Tensor cellsNow) {
        try (NoGradGuard guard = new NoGradGuard()) {
            hidden.get(lstm).copy_(hiddenNow.detach());
            cells.get(lstm).copy_(cellsNow.detach());
        }
    }

    /** Forgets all texts. */
    void clear() {
        hidden.forEach(Tensor::zero_);
        cells.forEach(Tensor::zero_);
    }
}

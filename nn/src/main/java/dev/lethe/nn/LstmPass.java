package dev.lethe.nn;

import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * One batch of sequences through an LSTM and back, step by step and by hand: of all of autograd's and libtorch's ways, none shows
 * the gradients at the sums that enter the gates and is as fast. All buffers have the steps first, so that a step is one block.
 *
 * <p>Use in the {@code PointerScope} of one step of training.
 */
final class LstmPass {
    private final Tensor weightInput;
    private final Tensor weightHidden;
    private final long hidden;
    private final long steps;
    /** Shape (steps, batch, inputs). */
    private final Tensor input;
    /** Input, forget, cell and output gate side by side, behind their nonlinearities; shape (steps, batch, 4 hidden). */
    private final Tensor gates;
    /** Shape (steps + 1, batch, hidden), the first 0. */
    private final Tensor cells;

    private final Tensor cellTanh;
    /** As the cells. */
    private final Tensor states;

    /** Goes through, without autograd. */
    LstmPass(Network.Parameters p, Tensor batch) {
        try (NoGradGuard guard = new NoGradGuard()) {
            weightInput = p.weight().detach();
            weightHidden = p.tensors().get(1).detach();
            hidden = weightHidden.size(1);
            input = batch.detach().transpose(0, 1).contiguous();
            steps = input.size(0);
            long examples = input.size(1);
            gates = torch.linear(input, weightInput, new TensorOptional(p.bias().detach()));
            cells = torch.zeros(steps + 1, examples, hidden);
            states = torch.zeros(steps + 1, examples, hidden);
            cellTanh = Tensors.floats(steps, examples, hidden);
            through();
        }
    }

    private void through() {
        Tensor back = weightHidden.t();
        TensorVector sums = gates.unbind(0);
        TensorVector inAndForget = part(gates, 0, 2).unbind(0);
        TensorVector in = part(gates, 0, 1).unbind(0);
        TensorVector forget = part(gates, 1, 1).unbind(0);
        TensorVector cell = part(gates, 2, 1).unbind(0);
        TensorVector out = part(gates, 3, 1).unbind(0);
        TensorVector c = cells.unbind(0);
        TensorVector h = states.unbind(0);
        TensorVector squashed = cellTanh.unbind(0);
        for (long t = 0; t < steps; t++) {
            if (t > 0) {
                sums.get(t).addmm_(h.get(t), back);
            }
            inAndForget.get(t).sigmoid_();
            cell.get(t).tanh_();
            out.get(t).sigmoid_();
            Tensor next = c.get(t + 1);
            torch.mul_out(next, forget.get(t), c.get(t));
            next.addcmul_(in.get(t), cell.get(t));
            torch.tanh_out(squashed.get(t), next);
            torch.mul_out(h.get(t + 1), out.get(t), squashed.get(t));
        }
    }

    /** Some of the four gates, side by side. */
    private Tensor part(Tensor four, long from, long count) {
        return four.narrow(2, from * hidden, count * hidden);
    }

    /** Hidden states, shape (batch, steps, hidden). */
    Tensor output() {
        return states.narrow(0, 1, steps).transpose(0, 1).contiguous();
    }

    /** What the gates are a linear function of: the input and the state before, shape (batch, steps, inputs + hidden). */
    Tensor joined() {
        try (NoGradGuard guard = new NoGradGuard()) {
            return torch.cat(new TensorVector(input, states.narrow(0, 0, steps)), 2)
                    .transpose(0, 1)
                    .contiguous();
        }
    }

    /**
     * Goes back.
     *
     * @param outputGradient shape (batch, steps, hidden)
     * @return gradient at the sums that enter the gates, shape (batch, steps, 4 hidden)
     */
    Tensor back(Tensor outputGradient) {
        // What a gradient at the cell, and for the last gate at the hidden state, is multiplied by on its way into a
        // gate.
        Tensor deltas = torch.empty_like(gates);
        long examples = input.size(1);
        Tensor in = part(gates, 0, 1);
        Tensor cell = part(gates, 2, 1);
        Tensor out = part(gates, 3, 1);
        torch.sigmoid_backward_out(part(deltas, 0, 1), cell, in);
        torch.sigmoid_backward_out(part(deltas, 1, 1), cells.narrow(0, 0, steps), part(gates, 1, 1));
        torch.tanh_backward_out(part(deltas, 2, 1), in, cell);
        torch.sigmoid_backward_out(part(deltas, 3, 1), cellTanh, out);
        TensorVector intoCell = torch.tanh_backward(out, cellTanh).unbind(0);
        // A copy: what is added in place below may be another layer's gradient too.
        Tensor atHidden = Tensors.floats(steps, examples, hidden).copy_(outputGradient.transpose(0, 1));
        TensorVector hiddens = atHidden.unbind(0);
        TensorVector all = deltas.unbind(0);
        TensorVector three =
                deltas.view(steps, examples, 4, hidden).narrow(2, 0, 3).unbind(0);
        TensorVector last = part(deltas, 3, 1).unbind(0);
        TensorVector forget = part(gates, 1, 1).unbind(0);
        Tensor atCell = torch.zeros(examples, hidden);
        Tensor atCellForThree = atCell.unsqueeze(1);
        for (long t = steps - 1; t >= 0; t--) {
            Tensor h = hiddens.get(t);
            if (t < steps - 1) {
                h.addmm_(all.get(t + 1), weightHidden);
                atCell.mul_(forget.get(t + 1));
            }
            atCell.addcmul_(h, intoCell.get(t));
            three.get(t).mul_(atCellForThree);
            last.get(t).mul_(h);
        }
        return deltas.transpose(0, 1).contiguous();
    }

    /** Gradient at the input, shape (batch, steps, inputs), from what {@link #back} gave. */
    Tensor inputGradient(Tensor gateGradient) {
        return gateGradient.matmul(weightInput);
    }
}

package dev.lethe.nn;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * One training of one network, on the calling thread.
 *
 * <p>Examples stay in the Java heap, shared by all threads; a step copies one mini-batch to native memory.
 */
final class Fit {
    private final Network network;
    private final Examples data;
    private final Optimization how;
    private final Seed seed;
    /** Probabilities of the classes to learn, by row of the data and class; null to learn the labels. */
    private final float @Nullable [] targets;

    Fit(Network network, Examples data, Optimization how, Seed seed) {
        this(network, data, how, seed, null);
    }

    /** @param targets probabilities of the classes to learn in the place of labels, by row of the data and class */
    Fit(Network network, Examples data, Optimization how, Seed seed, float @Nullable [] targets) {
        this.network = network;
        this.data = data;
        this.how = how;
        this.seed = seed;
        this.targets = how.smoothing() == 0 ? targets : smoothed(targets);
    }

    /** A share of each target, or label, spread evenly over all classes. */
    private float[] smoothed(float @Nullable [] before) {
        int classes = data.classes().size();
        float[] after = new float[data.size() * classes];
        for (int i = 0; i < after.length; i++) {
            int row = i / classes;
            float told = before != null ? before[i] : data.labels()[row] == i % classes ? 1 : 0;
            after[i] = (float) ((1 - how.smoothing()) * told + how.smoothing() / classes);
        }
        return after;
    }

    /** Trains to the end and returns the weights to keep. */
    float[] run(int[] rows, Progress progress) {
        int[] fitted = rows;
        int[] heldBack = new int[0];
        if (how.patience() > 0 && rows.length >= 10) {
            int[] order = rows.clone();
            Shuffle.inPlace(order, seed.fork("hold-back").stream());
            heldBack = Arrays.copyOf(order, rows.length / 10);
            fitted = Arrays.copyOfRange(order, heldBack.length, order.length);
        }
        how.augmentation().require(data.shape());
        network.require(data, rows);
        float[] weights = network.initial(seed.fork("initial"));
        network.load(weights);
        float[] best = weights;
        double bestLoss = Double.POSITIVE_INFINITY;
        int since = 0;
        try (PointerScope scope = new PointerScope()) {
            Steps steps = new Steps(Math.min(how.batch(), fitted.length));
            UniformRandomProvider shuffles = seed.fork("shuffle").stream();
            int[] order = fitted.clone();
            for (int epoch = 0; epoch < how.epochs(); epoch++) {
                Shuffle.inPlace(order, shuffles);
                for (int from = 0; from < order.length; from += how.batch()) {
                    double done = (epoch + (double) from / order.length) / how.epochs();
                    double factor = how.schedule().factor(done);
                    steps.step(weights, order, from, Math.min(how.batch(), order.length - from), factor);
                }
                progress.at("training", (epoch + 1.0) / how.epochs());
                if (heldBack.length > 0) {
                    double loss = new NetworkPredictor(network).meanLoss(data, heldBack);
                    if (loss < bestLoss) {
                        bestLoss = loss;
                        best = weights.clone();
                        since = 0;
                    } else if (++since >= how.patience()) {
                        break;
                    }
                }
            }
        }
        float[] kept = heldBack.length > 0 ? best : weights;
        for (float weight : kept) {
            if (!Float.isFinite(weight)) {
                throw new ArithmeticException("training diverged: a weight is not finite after learning rate "
                        + how.learningRate() + "; lower the learning rate");
            }
        }
        return kept;
    }

    /** Optimizer and buffers: a full batch and, made when first met, the smaller last one. */
    private final class Steps {
        private final Update update;
        private final float[] gradient;
        private final float[] gathered;
        private final long[] gatheredLabels;
        private final float[] gatheredTargets;
        private final Tensor flatGradient;
        private final FloatPointer gradientMemory;
        private final FloatPointer weightMemory;
        private final Generator dropout;
        private final UniformRandomProvider changes;
        private final boolean dense;
        private final Batch full;
        private Batch last;

        /** Native input and label buffers of one batch size. */
        private record Batch(
                int size,
                Tensor input,
                FloatPointer inputMemory,
                Tensor labels,
                LongPointer labelMemory,
                @Nullable Tensor targets,
                @Nullable DenseGradient byHand) {}

        Steps(int batch) {
            update = how.update(network.parameterCount());
            gradient = new float[network.parameterCount()];
            gathered = new float[batch * data.width()];
            gatheredLabels = new long[batch];
            gatheredTargets = new float[targets == null ? 0 : batch * network.outputs()];
            flatGradient = torch.zeros(network.parameterCount());
            gradientMemory = Tensors.data(flatGradient);
            weightMemory = Tensors.data(network.flat());
            dropout = torch.make_generator_cpu(seed.fork("dropout").toLong());
            changes = seed.fork("augmentation").stream();
            dense = DenseGradient.covers(network.layers());
            full = batch(batch);
            last = full;
        }

        private Batch batch(int size) {
            try (NoGradGuard guard = new NoGradGuard()) {
                Tensor input = Tensors.floats(Tensors.batchShape(data, size));
                Tensor labels = dense ? Tensors.longs(size, 1) : Tensors.longs(size);
                Tensor soft = targets == null ? null : Tensors.floats(size, network.outputs());
                return new Batch(
                        size,
                        input,
                        Tensors.data(input),
                        labels,
                        labels.data_ptr_long(),
                        soft,
                        dense ? new DenseGradient(network, flatGradient, input, labels, soft, dropout) : null);
            }
        }

        /**
         * One step on rows {@code order[from..from+size)}.
         *
         * @param weights mirrors the network's parameters
         * @param factor on the learning rate
         */
        void step(float[] weights, int[] order, int from, int size, double factor) {
            Batch batch = full;
            if (size != full.size()) {
                if (size != last.size()) {
                    last = batch(size);
                }
                batch = last;
            }
            int width = data.width();
            for (int i = 0; i < size; i++) {
                int row = order[from + i];
                gather(row * width, i * width);
                gatheredLabels[i] = data.labels()[row];
            }
            batch.inputMemory().put(gathered, 0, size * width);
            batch.labelMemory().put(gatheredLabels, 0, size);
            Tensor soft = batch.targets();
            if (targets != null && soft != null) {
                int classes = network.outputs();
                for (int i = 0; i < size; i++) {
                    System.arraycopy(targets, order[from + i] * classes, gatheredTargets, i * classes, classes);
                }
                Tensors.data(soft).put(gatheredTargets, 0, size * classes);
            }
            try (PointerScope scope = new PointerScope()) {
                if (batch.byHand() != null) {
                    try (NoGradGuard guard = new NoGradGuard()) {
                        batch.byHand().compute();
                    }
                } else {
                    network.gradient(batch.input(), soft == null ? batch.labels() : soft, dropout, flatGradient);
                }
            }
            gradientMemory.get(gradient);
            update.step(weights, gradient, factor);
            weightMemory.put(weights);
        }

        private void gather(int from, int to) {
            if (how.augmentation().equals(Augmentation.NONE)) {
                System.arraycopy(data.features(), from, gathered, to, data.width());
            } else {
                how.augmentation().copy(data.features(), from, gathered, to, data.shape(), changes);
            }
        }
    }
}

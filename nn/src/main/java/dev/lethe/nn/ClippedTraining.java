package dev.lethe.nn;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.random.Seed;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A network in training, of which the steps are the caller's: it sums clipped gradients of single examples and takes steps
 * along whatever gradient it is handed. That is what private training is made of; the noise between the two is not this
 * class's, and what {@link #sum} returns is private.
 *
 * <p>One thread. Owns native memory until closed or made a predictor.
 */
public final class ClippedTraining implements AutoCloseable {
    /** Examples of one pass: as many as keep the buffers in the processor's cache, more or less. */
    private static final int LARGEST_PASS = 512;

    /** Times as much memory for a pass of sequences, of which each step is a product of its own and the larger the faster. */
    private static final int SEQUENCES = 8;

    private final Network network;
    private final Optimization how;
    private final Examples data;
    private final int pass;
    private final float[] weights;
    private final Update update;
    private final UniformRandomProvider changes;
    private final Generator dropout;
    private final PointerScope memory;
    private final Tensor flatGradient;
    private final Tensor flatSum;
    /** Squared norm of each example, for a dense network that sees examples as they are; else null. */
    private final float @Nullable [] squaredNorms;

    private float[] gathered = new float[0];

    private ClippedTraining(NetworkTrainer recipe, Examples data, Seed seed) {
        network = new Network(recipe.layers(data.shape(), data.classes().size()), data.shape());
        how = recipe.optimization();
        this.data = data;
        how.augmentation().require(data.shape());
        try {
            network.require(data, IntStream.range(0, data.size()).toArray());
        } catch (IllegalArgumentException e) {
            network.close();
            throw e;
        }
        long floats = ExampleGradients.PASS_FLOATS * (network.predictsEachStep() ? SEQUENCES : 1);
        pass = (int) Math.max(1, Math.min(LARGEST_PASS, floats / ExampleGradients.floatsAnExample(network)));
        weights = network.initial(seed.fork("initial"));
        network.load(weights);
        update = how.update(network.parameterCount());
        changes = seed.fork("augmentation").stream();
        memory = new PointerScope();
        dropout = torch.make_generator_cpu(seed.fork("dropout").toLong());
        flatGradient = torch.zeros(network.parameterCount());
        flatSum = torch.zeros(network.parameterCount());
        // Leaves the thread's stack of scopes, yet frees nothing until this training is closed.
        memory.extend().close();
        squaredNorms =
                DenseGradient.covers(network.layers()) && how.augmentation().equals(Augmentation.NONE)
                        ? squaredNorms(data)
                        : null;
    }

    private static float[] squaredNorms(Examples data) {
        float[] squares = new float[data.size()];
        for (int row = 0; row < squares.length; row++) {
            double square = 0;
            for (int i = 0; i < data.width(); i++) {
                double value = data.features()[row * data.width() + i];
                square += value * value;
            }
            squares[row] = (float) square;
        }
        return squares;
    }

    /**
     * A network of this recipe with its first weights.
     *
     * @param seed of the weights, of dropout and of augmentation; none of them protects anybody
     * @throws IllegalArgumentException if the recipe stops early, which looks at examples that no noise protects
     */
    public static ClippedTraining begin(NetworkTrainer recipe, Examples data, Seed seed) {
        if (recipe.optimization().patience() > 0) {
            throw new IllegalArgumentException("early stopping looks at records that no noise protects; leave it out of"
                    + " private training and choose the number of epochs");
        }
        if (recipe.optimization().smoothing() > 0) {
            throw new IllegalArgumentException("smoothed labels are not offered in private training; leave them out");
        }
        return new ClippedTraining(recipe, data, seed);
    }

    /** The settings of the recipe; its batch is the expected size of a batch. */
    public Optimization optimization() {
        return how;
    }

    /** Number of parameters. */
    public int parameters() {
        return weights.length;
    }

    /** The parameters as they are now; not a copy. */
    public float[] weights() {
        return weights;
    }

    /**
     * Gradients added up.
     *
     * @param values the sum, one value a parameter
     * @param norms L2 norm of each example's gradient before clipping; those of unusable ones are left out
     * @param unusable examples of which the gradient is not finite; they add nothing
     */
    public record Sum(float[] values, float[] norms, int unusable) {}

    /**
     * Adds up the clipped gradients of the cross-entropy of some examples.
     *
     * @param rows may be none
     * @param copies how often the recipe's augmentation changes each example; its gradient is the mean over these copies (De et
     *     al. 2022, "augmentation multiplicity"), at least 1
     */
    public Sum sum(int[] rows, Clipping clipping, int copies) {
        return sum(rows, clipping, copies, false);
    }

    /**
     * Adds up clipped gradients of groups of examples, such as all of one person's: of each group the mean gradient is clipped, so
     * that the group as a whole moves the sum as little as an example would. Each is written out, and its norm taken of what is
     * added: rows that all but cancel are no longer than they look.
     *
     * @param groups rows of each, at least one; may be no groups
     */
    public Sum sum(int[][] groups, Clipping clipping) {
        ExampleNorms norms = new ExampleNorms(groups.length);
        double[] sum = new double[weights.length];
        int unusable = 0;
        for (int[] rows : groups) {
            double[] mean = mean(rows);
            float[][] squares = squares(mean);
            if (!norms.take(squares)) {
                unusable++;
                continue;
            }
            float[][] factors = clipping.factors(squares);
            List<Network.Parameters> layers = network.parameters();
            for (int layer = 0; layer < factors.length; layer++) {
                int from = layers.get(layer).offset();
                for (int i = from; i < from + layers.get(layer).size(); i++) {
                    sum[i] += factors[layer][0] * mean[i];
                }
            }
        }
        float[] rounded = new float[sum.length];
        for (int i = 0; i < sum.length; i++) {
            rounded[i] = (float) sum[i];
        }
        return new Sum(rounded, norms.all(), unusable);
    }

    /** Of the gradients of some rows, by autograd. */
    private double[] mean(int[] rows) {
        double[] mean = new double[weights.length];
        for (int from = 0; from < rows.length; from += pass) {
            int[] some = Arrays.copyOfRange(rows, from, Math.min(rows.length, from + pass));
            try (PointerScope scope = new PointerScope()) {
                Tensor input = Tensors.floats(Tensors.batchShape(data, some.length));
                Tensors.data(input).put(gather(some, 1, false), 0, some.length * data.width());
                Tensor labels = Tensors.longs(some.length);
                labels.data_ptr_long()
                        .put(Arrays.stream(some)
                                .mapToLong(row -> data.labels()[row])
                                .toArray());
                network.gradient(input, labels, dropout, flatGradient);
                float[] gradient = Tensors.toArray(flatGradient);
                double share = (double) some.length / rows.length;
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += share * gradient[i];
                }
            }
        }
        return mean;
    }

    /** Squared norm by layer, of one gradient. */
    private float[][] squares(double[] gradient) {
        List<Network.Parameters> layers = network.parameters();
        float[][] squares = new float[layers.size()][1];
        for (int layer = 0; layer < squares.length; layer++) {
            double square = 0;
            for (int i = 0; i < layers.get(layer).size(); i++) {
                double value = gradient[layers.get(layer).offset() + i];
                square += value * value;
            }
            squares[layer][0] = (float) square;
        }
        return squares;
    }

    private Sum sum(int[] rows, Clipping clipping, int copies, boolean atRest) {
        if (copies < 1 || copies > 1024) {
            throw new IllegalArgumentException("copies " + copies + " must lie in 1..1024");
        }
        ExampleNorms norms = new ExampleNorms(rows.length);
        int unusable = 0;
        int largest = Math.max(1, pass / copies);
        int passes = (rows.length + largest - 1) / largest;
        try (PointerScope scope = new PointerScope()) {
            flatSum.zero_();
        }
        for (int i = 0; i < passes; i++) {
            int from = (int) ((long) rows.length * i / passes);
            int to = (int) ((long) rows.length * (i + 1) / passes);
            unusable += add(Arrays.copyOfRange(rows, from, to), clipping, copies, atRest, norms);
        }
        float[] sum = new float[weights.length];
        Tensors.data(flatSum).get(sum);
        return new Sum(sum, norms.all(), unusable);
    }

    /** Adds one pass to the sum; returns how many examples are unusable. */
    private int add(int[] rows, Clipping clipping, int copies, boolean atRest, ExampleNorms norms) {
        try (PointerScope scope = new PointerScope()) {
            if (pass(rows, clipping, copies, atRest, norms)) {
                flatSum.add_(flatGradient);
                return 0;
            }
        }
        if (rows.length == 1) {
            return 1;
        }
        // Rare: halves until the example is found, so that it adds nothing, rather than NaN to all.
        int middle = rows.length / 2;
        return add(Arrays.copyOf(rows, middle), clipping, copies, atRest, norms)
                + add(Arrays.copyOfRange(rows, middle, rows.length), clipping, copies, atRest, norms);
    }

    /** Fills the flat gradient; false if the gradient of an example is not finite. */
    private boolean pass(int[] rows, Clipping clipping, int copies, boolean atRest, ExampleNorms norms) {
        int size = rows.length * copies;
        boolean dense = copies == 1 && squaredNorms != null;
        Tensor input = Tensors.floats(Tensors.batchShape(data, size));
        Tensors.data(input).put(gather(rows, copies, atRest), 0, size * data.width());
        long[] labelled = new long[size];
        for (int i = 0; i < size; i++) {
            labelled[i] = data.labels()[rows[i / copies]];
        }
        Tensor labels = dense ? Tensors.longs(size, 1) : Tensors.longs(size);
        labels.data_ptr_long().put(labelled);
        if (dense) {
            try (NoGradGuard guard = new NoGradGuard()) {
                float[] squares = new float[size];
                for (int i = 0; i < size; i++) {
                    squares[i] = squaredNorms[rows[i]];
                }
                return new DenseGradient(network, flatGradient, input, labels, null, atRest ? null : dropout)
                        .computeClipped(squares, norms, clipping);
            }
        }
        Tape tape = new Tape();
        Tensor logits = network.forward(input, atRest ? null : dropout, tape);
        // The mean over copies; the sum over examples.
        Tensor loss = network.summedLoss(input, logits, labels);
        List<Tensor> deltas = tape.deltas(loss, torch.ones_like(loss));
        try (NoGradGuard guard = new NoGradGuard()) {
            return clip(tape, deltas, clipping, copies, norms);
        }
    }

    private boolean clip(Tape tape, List<Tensor> deltas, Clipping clipping, int copies, ExampleNorms norms) {
        List<LayerGradient> gradients = LayerGradient.all(tape, deltas, copies);
        float[][] squares = new float[gradients.size()][];
        for (int i = 0; i < squares.length; i++) {
            squares[i] = Tensors.toArray(gradients.get(i).squares());
            for (int k = 0; k < squares[i].length; k++) {
                squares[i][k] /= (float) copies * copies;
            }
        }
        if (!norms.take(squares)) {
            return false;
        }
        float[][] factors = clipping.factors(squares);
        for (int i = 0; i < squares.length; i++) {
            float[] shares = factors[i].clone();
            for (int k = 0; k < shares.length; k++) {
                shares[k] /= copies;
            }
            Network.Parameters p = network.parameters().get(i);
            gradients.get(i).sum(Tensors.of(shares, shares.length), p.of(flatGradient));
        }
        return true;
    }

    private float[] gather(int[] rows, int copies, boolean atRest) {
        int width = data.width();
        int size = rows.length * copies;
        if (gathered.length < size * width) {
            gathered = new float[size * width];
        }
        for (int i = 0; i < size; i++) {
            int from = rows[i / copies] * width;
            if (atRest || how.augmentation().equals(Augmentation.NONE)) {
                System.arraycopy(data.features(), from, gathered, i * width, width);
            } else {
                how.augmentation().copy(data.features(), from, gathered, i * width, data.shape(), changes);
            }
        }
        return gathered;
    }

    /**
     * Whether this module computes what it should on this machine, for this recipe: {@link #selfTest(int[], Clipping)} on made-up
     * examples of the same shape, so that nothing is learned of anybody.
     *
     * @return about 1e-6 if all is well
     */
    public static double selfTest(NetworkTrainer recipe, Examples like, Clipping clipping, Seed seed) {
        int examples = 6;
        UniformRandomProvider random = seed.stream();
        float[] features = new float[examples * like.width()];
        Layer first = recipe.layers(like.shape(), like.classes().size()).get(0);
        for (int i = 0; i < features.length; i++) {
            features[i] = first instanceof Layer.Embedding embedding
                    ? random.nextInt(embedding.tokens())
                    : 2 * random.nextFloat() - 1;
        }
        int[] labels = new int[examples];
        for (int i = 0; i < examples; i++) {
            labels[i] = random.nextInt(like.classes().size());
        }
        Examples made = new Examples(features, like.shape(), labels, like.classes());
        try (ClippedTraining training = new ClippedTraining(recipe, made, seed)) {
            return training.selfTest(new int[] {0, 1, 2, 3, 4, 5}, clipping);
        }
    }

    /**
     * How far the fast sum is from the slow and obvious one, which takes the gradient of one example after the other and clips it by
     * itself: the L2 norm of their difference over that of the slow sum. Dropout and augmentation rest.
     */
    double selfTest(int[] rows, Clipping clipping) {
        float[] fast = sum(rows, clipping, 1, true).values();
        double[] slow = new double[fast.length];
        for (int row : rows) {
            float[] gradient;
            try (PointerScope scope = new PointerScope()) {
                Tensor labels = Tensors.longs(1);
                labels.data_ptr_long().put(data.labels()[row]);
                Tensor flat = Tensors.floats(fast.length);
                network.gradient(Tensors.rows(data, row, 1), labels, null, flat);
                gradient = Tensors.toArray(flat);
            }
            List<Network.Parameters> layers = network.parameters();
            float[][] squares = new float[layers.size()][1];
            for (int layer = 0; layer < squares.length; layer++) {
                double square = 0;
                for (int i = 0; i < layers.get(layer).size(); i++) {
                    double value = gradient[layers.get(layer).offset() + i];
                    square += value * value;
                }
                squares[layer][0] = (float) square;
            }
            float[][] factors = clipping.factors(squares);
            for (int layer = 0; layer < squares.length; layer++) {
                for (int i = 0; i < layers.get(layer).size(); i++) {
                    int at = layers.get(layer).offset() + i;
                    slow[at] += (double) factors[layer][0] * gradient[at];
                }
            }
        }
        double apart = 0;
        double whole = 0;
        for (int i = 0; i < fast.length; i++) {
            apart += (fast[i] - slow[i]) * (fast[i] - slow[i]);
            whole += slow[i] * slow[i];
        }
        return Math.sqrt(apart / Math.max(whole, Double.MIN_NORMAL));
    }

    /**
     * One step of the recipe's optimizer.
     *
     * @param gradient one value a parameter
     * @param done share of all steps that are behind, in [0, 1), for the schedule of the learning rate
     */
    public void step(float[] gradient, double done) {
        if (gradient.length != weights.length) {
            throw new IllegalArgumentException(
                    "gradient has " + gradient.length + " values, the network " + weights.length + " parameters");
        }
        update.step(weights, gradient, how.schedule().factor(done));
        Tensors.data(network.flat()).put(weights);
    }

    /** What the optimizer remembers. */
    public OptimizerState optimizerState() {
        return update.state();
    }

    /** Goes on from where another training of the same recipe stood. */
    public void resume(float[] from, OptimizerState optimizer) {
        if (from.length != weights.length) {
            throw new IllegalArgumentException(
                    "the checkpoint has " + from.length + " parameters, the network " + weights.length);
        }
        update.restore(optimizer);
        System.arraycopy(from, 0, weights, 0, weights.length);
        Tensors.data(network.flat()).put(weights);
    }

    /**
     * The model with these parameters; this training is at its end, and what it owned is the model's.
     *
     * @throws ArithmeticException if a parameter is not finite
     */
    public Predictor<Examples> predictor(float[] parameters) {
        for (float weight : parameters) {
            if (!Float.isFinite(weight)) {
                throw new ArithmeticException("training diverged: a weight is not finite after learning rate "
                        + how.learningRate() + "; lower the learning rate");
            }
        }
        memory.close();
        network.load(parameters);
        return new NetworkPredictor(network);
    }

    @Override
    public void close() {
        memory.close();
        network.close();
    }
}

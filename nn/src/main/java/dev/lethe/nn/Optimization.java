package dev.lethe.nn;

/**
 * How a network is fitted: steps of an optimizer on mini-batches of the mean cross-entropy.
 *
 * @param epochs passes over the training rows, at least 1; the most there are when stopping early
 * @param learningRate of the optimizer
 * @param batch examples in a mini-batch; the last one of an epoch holds the rest
 * @param weightDecay decoupled, 0 for none
 * @param patience stop when the loss on a held-back tenth of the training rows has not fallen for this many epochs, and
 *     keep the best weights; 0 trains to the end on all rows
 * @param optimizer what makes steps of gradients
 * @param schedule of the learning rate, over all {@code epochs}
 * @param augmentation of images
 * @param smoothing share of each label that is spread evenly over all classes (Szegedy et al. 2016, label smoothing), 0 for none
 */
public record Optimization(
        int epochs,
        double learningRate,
        int batch,
        double weightDecay,
        int patience,
        Optimizer optimizer,
        Schedule schedule,
        Augmentation augmentation,
        double smoothing) {
    /** 60 epochs of Adam at 0.001 on batches of 64. */
    public static final Optimization DEFAULT = new Optimization(60, 1e-3, 64, 0, 0);

    /** Adam. */
    public Optimization(int epochs, double learningRate, int batch, double weightDecay, int patience) {
        this(epochs, learningRate, batch, weightDecay, patience, new Optimizer.Adam());
    }

    /** A constant learning rate, examples as they are. */
    public Optimization(
            int epochs, double learningRate, int batch, double weightDecay, int patience, Optimizer optimizer) {
        this(
                epochs,
                learningRate,
                batch,
                weightDecay,
                patience,
                optimizer,
                new Schedule.Constant(),
                Augmentation.NONE,
                0);
    }

    /** The same with another schedule. */
    public Optimization with(Schedule other) {
        return new Optimization(
                epochs, learningRate, batch, weightDecay, patience, optimizer, other, augmentation, smoothing);
    }

    /** The same with another augmentation. */
    public Optimization with(Augmentation other) {
        return new Optimization(
                epochs, learningRate, batch, weightDecay, patience, optimizer, schedule, other, smoothing);
    }

    /** The same with another weight decay. */
    public Optimization withWeightDecay(double other) {
        return new Optimization(
                epochs, learningRate, batch, other, patience, optimizer, schedule, augmentation, smoothing);
    }

    /** The same with another patience. */
    public Optimization withPatience(int other) {
        return new Optimization(
                epochs, learningRate, batch, weightDecay, other, optimizer, schedule, augmentation, smoothing);
    }

    /** The same with other smoothing of labels. */
    public Optimization withSmoothing(double other) {
        return new Optimization(
                epochs, learningRate, batch, weightDecay, patience, optimizer, schedule, augmentation, other);
    }

    /**
     * In words, complete: equal settings, equal words. What is not set is not said, since stores of earlier versions are
     * known by these words.
     */
    String describe() {
        return (patience == 0 ? "" : "at most ") + epochs + " epochs of " + optimizer.describe(learningRate)
                + " on batches of " + batch + ", weight decay " + weightDecay
                + (patience == 0 ? "" : ", early stopping after " + patience)
                + (schedule instanceof Schedule.Constant ? "" : ", learning rate " + schedule.describe())
                + (augmentation.equals(Augmentation.NONE) ? "" : ", images " + augmentation.describe())
                + (smoothing == 0 ? "" : ", labels smoothed by " + smoothing);
    }

    /** The optimizer before its first step on so many parameters. */
    Update update(int parameters) {
        if (optimizer instanceof Optimizer.Sgd sgd) {
            return new Momentum(parameters, learningRate, sgd.momentum(), weightDecay);
        }
        return optimizer instanceof Optimizer.RmsProp prop
                ? new RmsProp(parameters, learningRate, prop.decay(), weightDecay)
                : new Adam(parameters, learningRate, weightDecay);
    }

    public Optimization {
        if (epochs < 1 || epochs > 100_000) {
            throw new IllegalArgumentException("epochs " + epochs + " must lie in 1..100000");
        }
        if (!(learningRate > 0 && learningRate <= 10)) {
            throw new IllegalArgumentException("learning rate " + learningRate + " must lie in (0, 10]");
        }
        if (batch < 1) {
            throw new IllegalArgumentException("batch " + batch + " must be at least 1");
        }
        if (!(weightDecay >= 0 && weightDecay < 1 / learningRate)) {
            throw new IllegalArgumentException(
                    "weight decay " + weightDecay + " must be at least 0 and below 1/learning rate");
        }
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw new IllegalArgumentException("smoothing " + smoothing + " must lie in [0, 1)");
        }
        if (patience < 0) {
            throw new IllegalArgumentException("patience " + patience + " must be at least 0");
        }
    }
}

package dev.lethe.protect.training;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.Clipping;
import dev.lethe.nn.NetworkTrainer;
import dev.lethe.nn.Optimizer;
import java.util.Optional;

/**
 * Differentially private follow-the-regularized-leader (Kairouz et al. 2021, Algorithm 1, with heavy-ball momentum as there): private
 * training for data that cannot be sampled, such as a stream. Each epoch visits every example once, in the order of the rows, in
 * batches of fixed size; running sums of clipped gradients get {@linkplain Correlation correlated noise}. In the paper's words the
 * parameters are the first ones less the learning rate times the noisy running sum; here the recipe's optimizer is handed what each step
 * moves that sum by, which is the same, and allows for schedules and weight decay.
 *
 * <p>Public are these settings, the number of examples, and with them who takes part in which step: example i is in step i / batch of
 * each epoch. No credit is given to a secret order. The guarantee is for a record that is replaced by another in its place, or, under
 * {@link dev.lethe.core.privacy.Neighbours#ADD_OR_REMOVE_ONE}, by an empty place: to take a row out <em>and move up those behind
 * it</em> is not a neighbour, since it changes every batch. Rows sorted by class train badly; an order drawn without looking at the
 * records is fine.
 *
 * <p>As a {@link Trainer} it only rehearses, as {@link DpSgd} does. What may be released comes from {@link PrivateTraining}.
 *
 * @param recipe what to train, by stochastic gradient descent; its batch is the size of all batches, the last of an epoch holds the
 *     rest, and all are divided by the same number
 * @param noiseMultiplier standard deviation of the noise on each released vector, over the norm to which gradients are clipped;
 *     since a record touches several of them, more is needed than in {@link DpSgd}
 * @param clipping of each example's gradient
 * @param correlation of the noise between steps
 */
public record DpFtrl(NetworkTrainer recipe, double noiseMultiplier, Clipping clipping, Correlation correlation)
        implements PrivateRecipe {
    public DpFtrl {
        if (!(noiseMultiplier > 0 && noiseMultiplier <= 1e6)) {
            throw new IllegalArgumentException("noise multiplier " + noiseMultiplier + " must lie in (0, 1000000]");
        }
        if (!(recipe.optimization().optimizer() instanceof Optimizer.Sgd)) {
            throw new IllegalArgumentException(
                    "noise of different steps cancels in sums of gradients alone; choose SGD,"
                            + " with momentum perhaps, rather than "
                            + recipe.optimization()
                                    .optimizer()
                                    .describe(recipe.optimization().learningRate()));
        }
        if (recipe.optimization().patience() > 0) {
            throw new IllegalArgumentException("early stopping looks at records that no noise protects; leave it out of"
                    + " private training and choose the number of epochs");
        }
    }

    /** With one tree over all epochs. */
    public DpFtrl(NetworkTrainer recipe, double noiseMultiplier, Clipping clipping) {
        this(recipe, noiseMultiplier, clipping, new Correlation.Tree(false));
    }

    /** Examples in each batch but the last of an epoch. */
    int batch(int examples) {
        return Math.min(recipe.optimization().batch(), examples);
    }

    /** Steps in one epoch over so many examples; also from one participation of an example to its next. */
    public long stepsAnEpoch(int examples) {
        return (examples + (long) batch(examples) - 1) / batch(examples);
    }

    /** Steps in all epochs. */
    @Override
    public long steps(int examples) {
        return recipe.optimization().epochs() * stepsAnEpoch(examples);
    }

    /** What a training on so many examples costs; see the class for what its neighbours are. */
    @Override
    public PrivacyEvent event(int examples) {
        return correlation.event(noiseMultiplier, recipe.optimization().epochs(), stepsAnEpoch(examples));
    }

    /** The running sums of a training on so many examples, of so many parameters. */
    RunningSums sums(int examples, int parameters, Chance chance) {
        if (correlation instanceof Correlation.Tree tree) {
            long leaves = tree.restart() ? stepsAnEpoch(examples) : steps(examples);
            // Each node that a record touches, it touches with weight 1 at least, so that one value stands for all.
            return new RunningSums.Tree(parameters, leaves, sigma(parameters), chance);
        }
        PrivacyEvent.MatrixMechanism event = (PrivacyEvent.MatrixMechanism) event(examples);
        double touched = (double) parameters * event.steps();
        return new RunningSums.Toeplitz(parameters, event.coefficients(), sigma(touched), chance);
    }

    private double sigma(double touched) {
        return TrainingSteps.sigma(noiseMultiplier, clipping.sensitivity(), touched);
    }

    /** A rehearsal: see the class. */
    @Override
    public Predictor<Examples> train(Examples data, int[] rows, Seed seed, Progress progress) {
        if (rows.length == 0) {
            throw new IllegalArgumentException("there must be at least one row to train on");
        }
        return new OrderedSteps(
                        this,
                        data,
                        rows,
                        seed,
                        new Chance.Rehearsed(seed.fork("noise")),
                        progress,
                        Watcher.NOBODY,
                        null)
                .run();
    }

    @Override
    public Optional<Predictor<Examples>> restore(Examples data, int[] rows, float[] parameters) {
        return recipe.restore(data, rows, parameters);
    }

    @Override
    public String describe() {
        return recipe.describe() + "; in the order of the rows; differentially private by noise multiplier "
                + noiseMultiplier + " on " + correlation.describe() + ", gradients " + clipping.describe();
    }
}

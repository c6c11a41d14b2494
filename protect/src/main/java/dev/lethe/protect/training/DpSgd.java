package dev.lethe.protect.training;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.Clipping;
import dev.lethe.nn.NetworkTrainer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Differentially private stochastic gradient descent (Abadi et al. 2016, Algorithm 1), or Adam, whichever the recipe names: each
 * step draws every example by its own coin, adds up their clipped gradients, adds Gaussian noise, and divides by the expected
 * size of a batch. A batch may be empty; it is a step like any other.
 *
 * <p>Where people have several rows, what is said of an example holds of a person: one coin, and the mean gradient of all of their rows
 * clipped as one, so that the event is the price of a person (user-level privacy, McMahan et al. 2018).
 *
 * <p>Public are these settings and the number of examples, or of people. As a {@link Trainer} it only rehearses: the noise comes from the seed, as
 * shadow models need it, and nothing may be claimed. What may be released comes from {@link PrivateTraining}.
 *
 * @param recipe what to train: a network; its batch is the expected one, its epochs times examples over batch are the steps
 * @param noiseMultiplier standard deviation of the noise on the sum, over the norm to which gradients are clipped
 * @param clipping of each example's gradient
 * @param adaptive moves the norm of a flat {@code clipping}, of which the initial one is then taken; null to keep it
 * @param copies how often each example is augmented in a step; the mean gradient over the copies is clipped (De et al. 2022)
 * @param averaging decay of the exponential mean over all steps' parameters that becomes the model, in [0, 1); 0 for the last step's
 */
public record DpSgd(
        NetworkTrainer recipe,
        double noiseMultiplier,
        Clipping clipping,
        @Nullable AdaptiveNorm adaptive,
        int copies,
        double averaging)
        implements PrivateRecipe {
    public DpSgd {
        if (!(noiseMultiplier > 0 && noiseMultiplier <= 1e6)) {
            throw new IllegalArgumentException("noise multiplier " + noiseMultiplier + " must lie in (0, 1000000]");
        }
        if (copies < 1 || copies > 1024) {
            throw new IllegalArgumentException("copies " + copies + " must lie in 1..1024");
        }
        if (!(averaging >= 0 && averaging < 1)) {
            throw new IllegalArgumentException("averaging " + averaging + " must lie in [0, 1)");
        }
        if (adaptive != null) {
            if (!(clipping instanceof Clipping.Flat)) {
                throw new IllegalArgumentException("only a flat clipping norm adapts, not: " + clipping.describe());
            }
            adaptive.gradientNoise(noiseMultiplier);
        }
        if (recipe.optimization().patience() > 0) {
            throw new IllegalArgumentException("early stopping looks at records that no noise protects; leave it out of"
                    + " private training and choose the number of epochs");
        }
    }

    /** With a fixed clipping, one copy of each example, and the last step's parameters. */
    public DpSgd(NetworkTrainer recipe, double noiseMultiplier, Clipping clipping) {
        this(recipe, noiseMultiplier, clipping, null, 1, 0);
    }

    /** The probability of each of so many examples to take part in a step. */
    public double rate(int examples) {
        return Math.min(1, (double) recipe.optimization().batch() / examples);
    }

    /** Steps in all the recipe's epochs over so many examples. */
    @Override
    public long steps(int examples) {
        return Math.max(1, Math.round(recipe.optimization().epochs() / rate(examples)));
    }

    /** What a training on so many examples costs, under adding or removing one as under replacing it. */
    @Override
    public PrivacyEvent event(int examples) {
        return new PrivacyEvent.Repeated(
                steps(examples),
                new PrivacyEvent.PoissonSampled(rate(examples), new PrivacyEvent.Gaussian(noiseMultiplier)));
    }

    /** A rehearsal: see the class. */
    @Override
    public Predictor<Examples> train(Examples data, int[] rows, Seed seed, Progress progress) {
        if (rows.length == 0) {
            throw new IllegalArgumentException("there must be at least one row to train on");
        }
        return new PrivateSteps(this, data, rows, seed, new Chance.Rehearsed(seed.fork("noise")), progress, null).run();
    }

    @Override
    public Optional<Predictor<Examples>> restore(Examples data, int[] rows, float[] parameters) {
        return recipe.restore(data, rows, parameters);
    }

    @Override
    public String describe() {
        return recipe.describe() + "; differentially private by noise multiplier " + noiseMultiplier + ", gradients "
                + clipping.describe()
                + (adaptive == null
                        ? ""
                        : ", then to the " + adaptive.quantile() + " quantile of norms, rate " + adaptive.rate()
                                + ", noise on the count " + adaptive.countNoise())
                + (copies == 1 ? "" : ", mean of " + copies + " augmented copies")
                + (averaging == 0 ? "" : ", parameters averaged with decay " + averaging);
    }
}

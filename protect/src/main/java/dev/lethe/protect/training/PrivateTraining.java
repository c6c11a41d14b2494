package dev.lethe.protect.training;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.noise.GaussianNoise;
import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One training on private examples; the model may be released at the price of {@link #event}. Examples must have been encoded with
 * public constants alone. A {@link DpFtrl} takes them in the order they are in, which must be drawn without looking at them or be that
 * of their arrival. Where a {@linkplain Examples#people person} has several rows, all of them together are what an example is to the
 * recipe: drawn by one coin, clipped as one, and protected as one; the number of people is public then, that of rows is not.
 *
 * @param how the recipe
 * @param examples how many there are, or how many people; public
 * @param seed of first weights, dropout and augmentation, which protect nobody
 * @param progress told how far it has come
 * @param checkpoints where to put down what has been reached, and to go on from; null for nowhere
 */
public record PrivateTraining(
        PrivateRecipe how,
        int examples,
        Seed seed,
        Progress progress,
        @Nullable CheckpointFile checkpoints) implements Mechanism<Examples, Predictor<Examples>> {
    public PrivateTraining {
        if (examples < 1) {
            throw new IllegalArgumentException("examples " + examples + " must be at least 1");
        }
    }

    @Override
    public PrivacyEvent event() {
        return how.event(examples);
    }

    /**
     * Trains.
     *
     * @throws IllegalArgumentException if there are not as many examples as was said
     * @throws ArithmeticException if the parameters diverge
     */
    @Override
    public Predictor<Examples> release(Examples data, NoiseSource noise) {
        int people = Units.count(data.people());
        if (people != examples) {
            throw new IllegalArgumentException("there are " + people + " examples instead of " + examples);
        }
        int[] rows = IntStream.range(0, data.size()).toArray();
        Chance chance = new Chance.Protective(noise);
        return how instanceof DpSgd sampled
                ? new PrivateSteps(sampled, data, rows, seed, chance, progress, checkpoints).run()
                : new OrderedSteps((DpFtrl) how, data, rows, seed, chance, progress, checkpoints).run();
    }

    /** What of delta goes to {@link #event}: all but a millionth, which is kept for what draws lack of Gaussian ones. */
    public static double priced(double delta) {
        return delta * (1 - 1e-6);
    }

    /**
     * Checks that what is kept of delta pays for the draws; see {@link GaussianNoise#extraDelta}.
     *
     * @param parameters of the model
     * @param epsilon that is claimed, priced at {@link #priced}
     * @throws IllegalStateException if it does not: of a usual training, they cost less than a billionth of what is kept
     */
    public void requirePaid(long parameters, double epsilon, double delta) {
        // A count beside the gradient, where the clipping norm adapts.
        double extra = GaussianNoise.of(1).extraDelta(epsilon, Math.multiplyExact(how.steps(examples), parameters + 1));
        if (priced(delta) + extra > delta) {
            throw new IllegalStateException("the noise's draws cost " + extra + " of delta, more than a millionth of "
                    + delta + " which is kept for them; nothing may be claimed at this delta");
        }
    }
}

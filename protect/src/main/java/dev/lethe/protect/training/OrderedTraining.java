package dev.lethe.protect.training;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One training by {@link DpFtrl} on private examples, which takes them in the order they are in; the model may be released at the price
 * of {@link #event}. Examples must have been encoded with public constants alone, and their order must be drawn without looking at them
 * or be that of their arrival.
 *
 * @param how the recipe
 * @param examples how many there are; public
 * @param seed of first weights, dropout and augmentation, which protect nobody
 * @param progress told how far it has come
 * @param checkpoints where to put down what has been reached, and to go on from; null for nowhere
 */
public record OrderedTraining(
        DpFtrl how,
        int examples,
        Seed seed,
        Progress progress,
        @Nullable CheckpointFile checkpoints) implements Mechanism<Examples, Predictor<Examples>> {
    public OrderedTraining {
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
        if (data.size() != examples) {
            throw new IllegalArgumentException("there are " + data.size() + " examples instead of " + examples);
        }
        int[] rows = IntStream.range(0, examples).toArray();
        return new OrderedSteps(how, data, rows, seed, new Chance.Protective(noise), progress, checkpoints).run();
    }
}

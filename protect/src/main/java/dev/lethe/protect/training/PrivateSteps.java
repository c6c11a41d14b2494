package dev.lethe.protect.training;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.ClippedTraining;
import dev.lethe.nn.Clipping;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One training by {@link DpSgd}, step by step. Each part on which the guarantee rests is a method of its own, so that tests can do it
 * wrongly and be caught.
 */
class PrivateSteps extends TrainingSteps {
    private final DpSgd how;
    private final double rate;

    PrivateSteps(
            DpSgd how,
            Examples data,
            int[] rows,
            Seed seed,
            Chance chance,
            Progress progress,
            @Nullable CheckpointFile checkpoints) {
        super(how, data, rows, seed, chance, progress, checkpoints);
        this.how = how;
        rate = how.rate(units.count());
    }

    @Override
    State first(ClippedTraining training) {
        return new State(
                0, how.clipping(), how.averaging() > 0 ? training.weights().clone() : null, List.of());
    }

    @Override
    void resume(State state) {
        // A step remembers nothing but the state.
    }

    @Override
    State step(ClippedTraining training, State state) {
        int[] batch = batch();
        ClippedTraining.Sum sum = sum(training, batch, state.clipping());
        AdaptiveNorm adaptive = how.adaptive();
        double multiplier = adaptive == null ? how.noiseMultiplier() : adaptive.gradientNoise(how.noiseMultiplier());
        float[] gradient = sum.values();
        addNoise(gradient, sigma(multiplier, sensitivity(state.clipping()), gradient.length));
        double divisor = divisor(batch);
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = (float) (gradient[i] / divisor);
        }
        take(training, gradient, (double) state.step() / steps);
        return new State(
                state.step() + 1,
                adaptive == null
                        ? state.clipping()
                        : next(adaptive, state.clipping(), sum.norms(), rate * units.count()),
                averaged(state, training.weights()),
                List.of());
    }

    /** Private, and each person's share of it clipped. */
    ClippedTraining.Sum sum(ClippedTraining training, int[] batch, Clipping clipping) {
        return units.sum(training, batch, clipping, how.copies());
    }

    /** How far one person moves the sum. */
    double sensitivity(Clipping clipping) {
        return clipping.sensitivity();
    }

    /** Afresh in each step. */
    void addNoise(float[] sum, double sigma) {
        chance.addNoise(sum, sigma);
    }

    /** The expected size of a batch, since the actual one is private. */
    double divisor(int[] batch) {
        return rate * units.count();
    }

    /** From here on nothing is private. */
    void take(ClippedTraining training, float[] gradient, double done) {
        training.step(gradient, done);
    }

    /** Each person by a coin of their own. */
    int[] batch() {
        int[] drawn = new int[units.count()];
        int size = 0;
        for (int person = 0; person < drawn.length; person++) {
            if (chance.heads(rate)) {
                drawn[size++] = person;
            }
        }
        return Arrays.copyOf(drawn, size);
    }

    private Clipping next(AdaptiveNorm adaptive, Clipping clipping, float[] norms, double expected) {
        double norm = clipping.sensitivity();
        // Each counts plus or minus one half, so that one example moves the sum by a half.
        double count = 0;
        for (float each : norms) {
            count += each <= norm ? 0.5 : -0.5;
        }
        double share = chance.noisy(count, adaptive.countNoise()) / expected + 0.5;
        return new Clipping.Flat(adaptive.next(norm, share));
    }

    private float @Nullable [] averaged(State state, float[] weights) {
        float[] average = state.average();
        if (average == null) {
            return null;
        }
        // Early on over fewer steps, so that the first weights, which are noise, are soon forgotten.
        float decay = (float) Math.min(how.averaging(), (1.0 + state.step()) / (10.0 + state.step()));
        for (int i = 0; i < average.length; i++) {
            average[i] += (1 - decay) * (weights[i] - average[i]);
        }
        return average;
    }
}

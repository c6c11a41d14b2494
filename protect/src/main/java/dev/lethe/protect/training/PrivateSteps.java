package dev.lethe.protect.training;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.ClippedTraining;
import dev.lethe.nn.Clipping;
import dev.lethe.nn.NetworkTrainer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One training by {@link DpSgd}, step by step. Each part on which the guarantee rests is a method of its own, so that tests can do it
 * wrongly and be caught.
 */
class PrivateSteps {
    /** Float arithmetic explains a thousandth of this. */
    private static final double TOLERANCE = 1e-3;

    private final DpSgd how;
    private final Examples data;
    private final int[] rows;
    private final Seed seed;
    private final Chance chance;
    private final Progress progress;
    private final @Nullable CheckpointFile checkpoints;
    private final long steps;
    private final double rate;

    PrivateSteps(
            DpSgd how,
            Examples data,
            int[] rows,
            Seed seed,
            Chance chance,
            Progress progress,
            @Nullable CheckpointFile checkpoints) {
        this.how = how;
        this.data = data;
        this.rows = rows;
        this.seed = seed;
        this.chance = chance;
        this.progress = progress;
        this.checkpoints = checkpoints;
        steps = how.steps(rows.length);
        rate = how.rate(rows.length);
    }

    Predictor<Examples> run() {
        test(how.recipe(), data, how.clipping(), seed);
        ClippedTraining training = ClippedTraining.begin(how.recipe(), data, seed);
        try {
            return run(training);
        } catch (RuntimeException | Error e) {
            training.close();
            throw e;
        }
    }

    /** Before anything depends on it: the clipped sums against the slow and obvious ones, on made-up examples. */
    static void test(NetworkTrainer recipe, Examples data, Clipping clipping, Seed seed) {
        double apart = ClippedTraining.selfTest(recipe, data, clipping, seed.fork("self-test"));
        if (!(apart < TOLERANCE)) {
            throw new IllegalStateException("clipped gradients differ from those of one example at a time by " + apart
                    + " of their length; the guarantee would not hold. Please report this with the recipe: "
                    + recipe.describe());
        }
    }

    /** As {@link #run()}, from here and without the self-test; the training is the caller's to close if this throws. */
    Predictor<Examples> run(ClippedTraining training) {
        State state = new State(
                0, how.clipping(), how.averaging() > 0 ? training.weights().clone() : null);
        CheckpointFile.Writer writer = checkpoints == null ? null : checkpoints.writer();
        if (checkpoints != null) {
            state = checkpoints.resume(training, how.clipping()).orElse(state);
        }
        float[] before = training.weights().clone();
        long first = state.step();
        while (state.step() < steps) {
            state = step(training, state);
            progress.at("training", (double) state.step() / steps);
            if (writer != null) {
                writer.offer(training, state);
            }
        }
        if (first < steps && Arrays.equals(before, training.weights())) {
            throw new ArithmeticException("no weight moved in training; raise the learning rate "
                    + how.recipe().optimization().learningRate());
        }
        float[] average = state.average();
        return training.predictor(average == null ? training.weights() : average);
    }

    /**
     * Between two steps.
     *
     * @param average exponential mean of the parameters, null where there is none
     * @param sums what {@link RunningSums} remember; none where steps have noise of their own
     */
    record State(long step, Clipping clipping, float @Nullable [] average, List<double[]> sums) {
        State(long step, Clipping clipping, float @Nullable [] average) {
            this(step, clipping, average, List.of());
        }
    }

    private State step(ClippedTraining training, State state) {
        int[] batch = batch();
        ClippedTraining.Sum sum = sum(training, batch, state.clipping());
        AdaptiveNorm adaptive = how.adaptive();
        double multiplier = adaptive == null ? how.noiseMultiplier() : adaptive.gradientNoise(how.noiseMultiplier());
        float[] gradient = sum.values();
        // The factor pays for what rounding to the noise's grid adds to the sensitivity.
        addNoise(gradient, multiplier * sensitivity(state.clipping()) * (1 + 0x1p-20));
        double divisor = divisor(batch);
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = (float) (gradient[i] / divisor);
        }
        take(training, gradient, (double) state.step() / steps);
        return new State(
                state.step() + 1,
                adaptive == null ? state.clipping() : next(adaptive, state.clipping(), sum.norms(), rate * rows.length),
                averaged(state, training.weights()));
    }

    /** Private, and each example's share of it clipped. */
    ClippedTraining.Sum sum(ClippedTraining training, int[] batch, Clipping clipping) {
        return training.sum(batch, clipping, how.copies());
    }

    /** How far one example moves the sum. */
    double sensitivity(Clipping clipping) {
        return clipping.sensitivity();
    }

    /** Afresh in each step. */
    void addNoise(float[] sum, double sigma) {
        chance.addNoise(sum, sigma);
    }

    /** The expected size of a batch, since the actual one is private. */
    double divisor(int[] batch) {
        return rate * rows.length;
    }

    /** From here on nothing is private. */
    void take(ClippedTraining training, float[] gradient, double done) {
        training.step(gradient, done);
    }

    /** Each row by its own coin. */
    int[] batch() {
        int[] drawn = new int[rows.length];
        int size = 0;
        for (int row : rows) {
            if (chance.heads(rate)) {
                drawn[size++] = row;
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

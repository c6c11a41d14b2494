package dev.lethe.protect.training;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.ClippedTraining;
import dev.lethe.nn.Clipping;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One training by a {@link PrivateRecipe}: what is around its steps. */
abstract class TrainingSteps {
    /** Float arithmetic explains a thousandth of this. */
    private static final double TOLERANCE = 1e-3;

    final Examples data;
    final Units units;
    final Chance chance;
    final long steps;

    private final PrivateRecipe how;
    private final Seed seed;
    private final Progress progress;
    private final @Nullable CheckpointFile checkpoints;

    TrainingSteps(
            PrivateRecipe how,
            Examples data,
            int[] rows,
            Seed seed,
            Chance chance,
            Progress progress,
            @Nullable CheckpointFile checkpoints) {
        this.how = how;
        this.data = data;
        units = Units.of(data, rows);
        this.seed = seed;
        this.chance = chance;
        this.progress = progress;
        this.checkpoints = checkpoints;
        steps = how.steps(units.count());
    }

    /**
     * Between two steps.
     *
     * @param average exponential mean of the parameters, null where there is none
     * @param sums what {@link RunningSums} remember; none where steps have noise of their own
     */
    record State(long step, Clipping clipping, float @Nullable [] average, List<double[]> sums) {}

    /** Where a training begins. */
    abstract State first(ClippedTraining training);

    /** Goes to where another run stood. */
    abstract void resume(State state);

    abstract State step(ClippedTraining training, State state);

    Predictor<Examples> run() {
        test();
        ClippedTraining training = ClippedTraining.begin(how.recipe(), data, seed);
        try {
            return run(training);
        } catch (RuntimeException | Error e) {
            training.close();
            throw e;
        }
    }

    /** Before anything depends on it: the clipped sums against the slow and obvious ones, on made-up examples. */
    private void test() {
        double apart = ClippedTraining.selfTest(how.recipe(), data, how.clipping(), seed.fork("self-test"));
        if (!(apart < TOLERANCE)) {
            throw new IllegalStateException("clipped gradients differ from those of one example at a time by " + apart
                    + " of their length; the guarantee would not hold. Please report this with the recipe: "
                    + how.recipe().describe());
        }
    }

    private Predictor<Examples> run(ClippedTraining training) {
        State state = first(training);
        CheckpointFile.Writer writer = null;
        if (checkpoints != null) {
            writer = checkpoints.writer();
            Optional<State> left = checkpoints.resume(training, how.clipping());
            if (left.isPresent()) {
                state = left.get();
                resume(state);
            } else {
                // Before the first step: what was charged for can be gone on with from here.
                writer.write(training, state);
            }
        }
        float[] before = training.weights().clone();
        long begin = state.step();
        while (state.step() < steps) {
            state = step(training, state);
            progress.at("training", (double) state.step() / steps);
            if (writer != null && writer.due()) {
                writer.write(training, state);
            }
        }
        if (begin < steps && Arrays.equals(before, training.weights())) {
            throw new ArithmeticException("no weight moved in training; raise the learning rate "
                    + how.recipe().optimization().learningRate());
        }
        float[] average = state.average();
        return training.predictor(average == null ? training.weights() : average);
    }

    /**
     * Standard deviation of noise on values that one record touches so many of. Rounding to the noise's grid, of step at most sigma /
     * 2^42, takes neighbours apart by a step in each value, while the record may move them by the sensitivity in all. The factor pays for
     * it; 2^-20 is for the arithmetic of the sums.
     */
    static double sigma(double noiseMultiplier, double sensitivity, double touched) {
        return noiseMultiplier * sensitivity * (1 + 0x1p-20 + noiseMultiplier * 0x1p-42 * Math.sqrt(touched));
    }
}

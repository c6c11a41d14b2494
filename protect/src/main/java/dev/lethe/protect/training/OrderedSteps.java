package dev.lethe.protect.training;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.ClippedTraining;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One training by {@link DpFtrl}, step by step. */
final class OrderedSteps {
    private final DpFtrl how;
    private final Examples data;
    private final int[] rows;
    private final Seed seed;
    private final Chance chance;
    private final Progress progress;
    private final @Nullable CheckpointFile checkpoints;
    private final int batch;
    private final long steps;
    private final long stepsAnEpoch;
    private final boolean restart;

    OrderedSteps(
            DpFtrl how,
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
        batch = how.batch(rows.length);
        steps = how.steps(rows.length);
        stepsAnEpoch = how.stepsAnEpoch(rows.length);
        restart = how.correlation() instanceof Correlation.Tree tree && tree.restart();
    }

    Predictor<Examples> run() {
        PrivateSteps.test(how.recipe(), data, how.clipping(), seed);
        ClippedTraining training = ClippedTraining.begin(how.recipe(), data, seed);
        try {
            return run(training);
        } catch (RuntimeException | Error e) {
            training.close();
            throw e;
        }
    }

    private Predictor<Examples> run(ClippedTraining training) {
        RunningSums sums = fresh(training);
        CheckpointFile.Writer writer = checkpoints == null ? null : checkpoints.writer();
        long first = 0;
        if (checkpoints != null) {
            PrivateSteps.State state =
                    checkpoints.resume(training, how.clipping()).orElse(null);
            if (state != null) {
                first = state.step();
                sums.resume(inStream(first), state.sums());
            }
        }
        float[] before = training.weights().clone();
        for (long step = first; step < steps; step++) {
            if (restart && step > first && step % stepsAnEpoch == 0) {
                sums = fresh(training);
            }
            step(training, sums, step);
            progress.at("training", (double) (step + 1) / steps);
            if (writer != null && writer.due()) {
                // Nodes of a tree that is at its end are overwritten by those of the next before they are read.
                writer.write(training, new PrivateSteps.State(step + 1, how.clipping(), null, sums.memory()));
            }
        }
        if (first < steps && Arrays.equals(before, training.weights())) {
            throw new ArithmeticException("no weight moved in training; raise the learning rate "
                    + how.recipe().optimization().learningRate());
        }
        return training.predictor(training.weights());
    }

    private RunningSums fresh(ClippedTraining training) {
        return how.sums(rows.length, training.parameters(), chance);
    }

    /** Vectors that the running sums have taken in before this step. */
    private long inStream(long step) {
        return restart ? step % stepsAnEpoch : step;
    }

    private void step(ClippedTraining training, RunningSums sums, long step) {
        int from = Math.toIntExact(step % stepsAnEpoch * batch);
        int to = (int) Math.min(rows.length, (long) from + batch);
        float[] gradient = training.sum(Arrays.copyOfRange(rows, from, to), how.clipping(), 1)
                .values();
        double[] moved = sums.add(gradient);
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = (float) (moved[i] / batch);
        }
        training.step(gradient, (double) step / steps);
    }
}

package dev.lethe.protect.training;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.ClippedTraining;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One training by {@link DpFtrl}, step by step. */
final class OrderedSteps extends TrainingSteps {
    private final DpFtrl how;
    private final int batch;
    private final long stepsAnEpoch;
    private final boolean restart;
    private @Nullable RunningSums sums;

    OrderedSteps(
            DpFtrl how,
            Examples data,
            int[] rows,
            Seed seed,
            Chance chance,
            Progress progress,
            @Nullable CheckpointFile checkpoints) {
        super(how, data, rows, seed, chance, progress, checkpoints);
        this.how = how;
        batch = how.batch(units.count());
        stepsAnEpoch = how.stepsAnEpoch(units.count());
        restart = how.correlation() instanceof Correlation.Tree tree && tree.restart();
    }

    @Override
    State first(ClippedTraining training) {
        return new State(0, how.clipping(), null, begin(training).memory());
    }

    /** Begins a stream of running sums. */
    private RunningSums begin(ClippedTraining training) {
        RunningSums fresh = how.sums(units.count(), training.parameters(), chance);
        sums = fresh;
        return fresh;
    }

    @Override
    void resume(State state) {
        Objects.requireNonNull(sums).resume(inStream(state.step()), state.sums());
    }

    /** Vectors that the running sums have taken in before this step. */
    private long inStream(long step) {
        return restart ? step % stepsAnEpoch : step;
    }

    @Override
    State step(ClippedTraining training, State state) {
        long step = state.step();
        RunningSums now = restart && inStream(step) == 0 ? begin(training) : Objects.requireNonNull(sums);
        int from = Math.toIntExact(step % stepsAnEpoch * batch);
        int to = (int) Math.min(units.count(), (long) from + batch);
        float[] gradient = units.sum(training, IntStream.range(from, to).toArray(), how.clipping(), 1)
                .values();
        double[] moved = now.add(gradient);
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = (float) (moved[i] / batch);
        }
        training.step(gradient, (double) step / steps);
        return new State(step + 1, how.clipping(), null, now.memory());
    }
}

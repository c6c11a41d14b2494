package dev.lethe.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

class EngineTest {
    @Test
    void runsOneNativeThreadAJavaThread() {
        assertThat(Engine.provenance()).containsEntry("threads", "1").containsKeys("libtorch", "cpu", "kernel");
    }

    /** Every native object of a training is freed with it: a hundred trainings leave none behind. */
    @Test
    void leavesNoNativeMemoryBehind() {
        Examples data = Blobs.vectors(200, 10, 2, Seed.of(1));
        int[] rows = IntStream.range(0, 100).toArray();
        Mlp recipe = new Mlp(List.of(8), 0, new Optimization(1, 1e-3, 32, 0, 0));
        recipe.train(data, rows, Seed.of(1), Progress.QUIET).close();
        long before = Pointer.totalCount();
        for (int i = 0; i < 100; i++) {
            recipe.train(data, rows, Seed.of(i), Progress.QUIET).close();
        }
        assertThat(Pointer.totalCount() - before).isLessThan(100);
    }
}

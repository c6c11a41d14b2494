package dev.lethe.audit.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.core.data.Examples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadingsTogetherTest {
    private static final int THREADS = 4;
    private static final int ROUNDS = 1500;

    @TempDir
    private Path folder;

    /** Whichever of the two is left to be computed, and in whichever order: each under its own key. */
    @Test
    void answersThoseKeysThatAreMissing() {
        try (ShadowStore<Examples> store = Games.play(folder, Games.amnesiac(), 40, 2, 1)) {
            ShadowStore.ReadingKey margin = new ShadowStore.ReadingKey(0, Signal.LOGIT_MARGIN, 0);
            ShadowStore.ReadingKey likelihood = new ShadowStore.ReadingKey(0, Signal.LOG_LIKELIHOOD, 0);
            double[] margins = store.reading(0, Signal.LOGIT_MARGIN, 0);
            double[] likelihoods = store.reading(0, Signal.LOG_LIKELIHOOD, 0);
            for (List<ShadowStore.ReadingKey> missing : List.of(
                    List.of(margin), List.of(likelihood), List.of(margin, likelihood), List.of(likelihood, margin))) {
                List<double[][]> found = store.confidences(missing);
                assertThat(found).hasSameSizeAs(missing);
                for (int i = 0; i < found.size(); i++) {
                    assertThat(found.get(i)[0]).isEqualTo(missing.get(i).equals(margin) ? margins : likelihoods);
                }
            }
        }
    }

    /**
     * Margins and likelihoods are read together; threads that want them at the same moment may each begin one of the two,
     * and must get the right one all the same. A store that is closed has forgotten both. The threads meet so only in some
     * rounds: a chance to find a race, where the test above is certain.
     */
    @Test
    void threadsThatBeginAtOnceGetWhatTheyAskedFor() {
        try (ShadowStore<Examples> store = Games.play(folder, Games.amnesiac(), 40, 2, 1)) {
            double[] margins = store.reading(0, Signal.LOGIT_MARGIN, 0);
            double[] likelihoods = store.reading(0, Signal.LOG_LIKELIHOOD, 0);
            assertThat(margins).isNotEqualTo(likelihoods);
            for (int round = 0; round < ROUNDS; round++) {
                store.close();
                CyclicBarrier start = new CyclicBarrier(THREADS);
                List<Runnable> tasks = new ArrayList<>();
                for (int thread = 0; thread < THREADS; thread++) {
                    boolean isMargin = thread % 2 == 0;
                    tasks.add(() -> {
                        await(start);
                        assertThat(store.reading(0, isMargin ? Signal.LOGIT_MARGIN : Signal.LOG_LIKELIHOOD, 0))
                                .isEqualTo(isMargin ? margins : likelihoods);
                    });
                }
                Parallel.run(tasks, THREADS, done -> {});
            }
        }
    }

    private static void await(CyclicBarrier start) {
        try {
            start.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }
}

package dev.lethe.audit.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.Optimization;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShadowStoreTest {
    private static final Examples DATA = Games.noise(200, Seed.of(5));
    private static final Mlp RECIPE = new Mlp(List.of(16), 0, new Optimization(3, 1e-3, 32, 0, 0));

    @TempDir
    private Path folder;

    private static ShadowStore<Examples> open(Path folder, long seed) {
        return ShadowStore.open(folder, Pool.of(DATA), RECIPE, 6, 1, seed);
    }

    @Test
    void everyRecordIsInHalfOfTheModels() {
        AnswerKey key = open(folder, 1).key();
        for (int record = 0; record < key.people(); record++) {
            int in = 0;
            for (int model = 0; model < key.models(); model++) {
                in += key.isMember(model, record) ? 1 : 0;
            }
            assertThat(in).isEqualTo(3);
        }
    }

    @Test
    void goesOnWhereAKilledRunStoppedWithTheSameBits() throws IOException {
        Path whole = folder.resolve("whole");
        Path broken = folder.resolve("broken");
        ShadowStore<Examples> uninterrupted = open(whole, 1);
        uninterrupted.complete(2, Progress.QUIET);
        // A run that dies in its third training leaves a half-written file, as a kill between write and move does.
        AtomicInteger trainings = new AtomicInteger();
        Trainer<Examples> dying = new Trainer<>() {
            @Override
            public Predictor<Examples> train(Examples data, int[] rows, Seed seed, Progress progress) {
                if (trainings.incrementAndGet() == 3) {
                    throw new IllegalStateException("killed");
                }
                return RECIPE.train(data, rows, seed, progress);
            }

            @Override
            public String describe() {
                return RECIPE.describe();
            }
        };
        assertThatThrownBy(() ->
                        ShadowStore.open(broken, Pool.of(DATA), dying, 6, 1, 1).complete(1, Progress.QUIET))
                .hasMessage("killed");
        Files.write(broken.resolve("model-0003.logits.partial"), new byte[100]);
        ShadowStore<Examples> resumed = open(broken, 1);
        resumed.complete(1, Progress.QUIET);
        for (int model = 0; model < 6; model++) {
            Path name = Path.of(String.format("model-%04d.logits", model));
            assertThat(broken.resolve(name)).hasSameBinaryContentAs(whole.resolve(name));
        }
        assertThat(resumed.fingerprint()).isEqualTo(uninterrupted.fingerprint());
    }

    @Test
    void trainsADamagedModelAgain() throws IOException {
        ShadowStore<Examples> store = open(folder, 1);
        store.complete(2, Progress.QUIET);
        Logits before = store.logits(2, 0);
        Path file = folder.resolve("model-0002.logits");
        byte[] bytes = Files.readAllBytes(file);
        bytes[10] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> store.logits(2, 0))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("damaged");
        store.complete(2, Progress.QUIET);
        assertThat(store.logits(2, 0).values()).isEqualTo(before.values());
    }

    @Test
    void trainsNothingTwice() throws IOException {
        open(folder, 1).complete(2, Progress.QUIET);
        Path file = folder.resolve("model-0000.logits");
        var before = Files.getLastModifiedTime(file);
        open(folder, 1).complete(2, (stage, done) -> assertThat(stage).isEmpty());
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(before);
    }

    @Test
    void refusesAStoreOfAnotherRecipeDataOrSeed() {
        open(folder, 1);
        assertThatThrownBy(() -> open(folder, 2))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("another seed");
        assertThatThrownBy(() ->
                        ShadowStore.open(folder, Pool.of(DATA), new Mlp(List.of(17), 0, Optimization.DEFAULT), 6, 1, 1))
                .hasMessageContaining("another recipe");
        assertThatThrownBy(() -> ShadowStore.open(folder, Pool.of(Games.noise(200, Seed.of(6))), RECIPE, 6, 1, 1))
                .hasMessageContaining("another data");
    }

    /** Two runs that begin at once must not leave the models of one under the manifest of the other. */
    @Test
    void beginsNoStoreWhereAnotherRunDoes() throws IOException {
        try (FileChannel channel = FileChannel.open(
                        folder.resolve("store.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assertThat(lock.isValid()).isTrue();
            assertThatThrownBy(() -> open(folder, 1))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("another run");
        }
        assertThat(open(folder, 1).key().models()).isEqualTo(6);
    }

    /** Equal as floating-point numbers, and not the same seed. */
    @Test
    void tellsLargeSeedsApart() {
        open(folder, (1L << 53) + 1);
        open(folder, (1L << 53) + 1);
        assertThatThrownBy(() -> open(folder, 1L << 53)).hasMessageContaining("another seed");
    }

    @Test
    void saysWhenItsManifestIsNotOne() throws IOException {
        for (String text : List.of("", "[]", "{}", "{\"seed\": \"x\"}", "not json {")) {
            Files.writeString(folder.resolve("store.json"), text);
            assertThatThrownBy(() -> ShadowStore.seedIn(folder)).isInstanceOf(StoreException.class);
            assertThatThrownBy(() -> open(folder, 1)).isInstanceOf(StoreException.class);
        }
    }

    @Test
    void leavesNoPartialFiles() throws IOException {
        open(folder, 1).complete(2, Progress.QUIET);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(f -> f.getFileName().toString())).noneMatch(name -> name.endsWith(".partial"));
        }
        assertThat(ShadowStore.seedIn(folder)).contains(1L);
    }
}

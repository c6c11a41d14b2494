package dev.lethe.audit.membership;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.Optimization;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;

/** Small real games for tests: a network that memorizes coin flips, and one that has nothing to memorize. */
public final class Games {
    private Games() {}

    /** Features and labels without any relation: a wide network learns its members by heart. */
    static Examples noise(int n, Seed seed) {
        UniformRandomProvider random = seed.stream();
        int width = 20;
        float[] features = new float[n * width];
        for (int i = 0; i < features.length; i++) {
            features[i] = random.nextFloat() - 0.5f;
        }
        int[] labels = IntStream.range(0, n).map(i -> random.nextInt(3)).toArray();
        return new Examples(features, new int[] {width}, labels, List.of("a", "b", "c"));
    }

    static Mlp memorizer() {
        return new Mlp(List.of(64), 0, new Optimization(40, 5e-3, 32, 0, 0));
    }

    /** One step at a tiny rate: the model is its initial weights, whoever was in the data. */
    static Mlp amnesiac() {
        return new Mlp(List.of(8), 0, new Optimization(1, 1e-9, 100_000, 0, 0));
    }

    static ShadowStore<Examples> play(Path folder, Mlp recipe, int records, int models, long seed) {
        Examples data = noise(records, Seed.of(seed).fork("data"));
        ShadowStore<Examples> store = ShadowStore.open(folder, Pool.of(data), recipe, models, 1, seed);
        store.complete(2, Progress.QUIET);
        return store;
    }

    /** A game of some of the records; the others are the population. */
    static ShadowStore<Examples> play(Path folder, Mlp recipe, Examples data, int players, int models, long seed) {
        Pool<Examples> pool = Pool.draw(data, players, data.size() - players, Seed.of(seed));
        ShadowStore<Examples> store = ShadowStore.open(folder, pool, recipe, models, 1, seed);
        store.complete(2, Progress.QUIET);
        return store;
    }
}

package dev.lethe.audit.membership;

import dev.lethe.audit.evidence.Evidence;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.Records;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.Optimization;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * A leak that is certain to be there: networks that learned the user's own records by heart, each with a random mark and
 * under a label drawn at random, so that nothing but memory can tell the labels. An attack that does not find it is blind, and what it does not find in
 * the audited model says nothing.
 */
final class Plant {
    private static final int PLAYERS = 400;
    private static final int POPULATION = 200;
    private static final int MODELS = 10;
    private static final int TARGETS = 2;
    private static final int MOST_CLASSES = 10;
    private static final int MOST_FEATURES = 200;
    /** Columns of random numbers that tell a record from its equals. */
    private static final int MARK = 16;

    private static final Mlp MEMORIZER = new Mlp(List.of(128), 0, new Optimization(60, 3e-3, 32, 0, 0));

    /** What an attack must surely exceed. Guessing gives 0.5; attacks that see find 0.8 and more. */
    private static final double LEAST_AUC = 0.6;

    private static final double CONFIDENCE = 0.99;

    private Plant() {}

    /**
     * What one attack found of the plant.
     *
     * @param auc area under its ROC on the memorized records, with its interval
     */
    record Sight(String attack, Evidence.Measurement auc, double confidence) {
        boolean seen() {
            return auc.low() > LEAST_AUC;
        }
    }

    /**
     * Shows the plant to every attack.
     *
     * @param folder where its models are kept, as those of any other audit
     */
    static List<Sight> look(
            Records data,
            List<MembershipAttack> attacks,
            Path folder,
            long seedNumber,
            int threads,
            Progress progress) {
        Seed seed = Seed.of(seedNumber).fork("plant");
        Pool<Examples> pool = Pool.draw(memorable(data, seed), PLAYERS, POPULATION, seed);
        try (ShadowStore<Examples> store = ShadowStore.open(folder, pool, MEMORIZER, MODELS, 1, seedNumber)) {
            store.complete(threads, progress);
            Referee referee = new Referee(store, seed, new double[0]);
            Trial[][] trials = new Trial[attacks.size()][TARGETS];
            List<Runnable> games = new ArrayList<>();
            for (int attack = 0; attack < attacks.size(); attack++) {
                for (int target = 0; target < TARGETS; target++) {
                    int a = attack;
                    int t = target;
                    games.add(() -> trials[a][t] = referee.guess(attacks.get(a), t));
                }
            }
            Parallel.run(games, threads, done -> progress.at("checking the attacks on a planted leak", done));
            List<Sight> sights = new ArrayList<>();
            for (int attack = 0; attack < attacks.size(); attack++) {
                String id = attacks.get(attack).card().id();
                Evidence evidence =
                        new Evidence(List.of(trials[attack]), new double[0], CONFIDENCE, seed.fork("evidence/" + id));
                sights.add(new Sight(id, evidence.auc(), CONFIDENCE));
            }
            return sights;
        }
    }

    /** Records of the user as numbers, some of them twice where there are few, with marks and labels drawn at random. */
    private static Examples memorable(Records data, Seed seed) {
        UniformRandomProvider random = seed.fork("records").stream();
        int[] rows = new int[PLAYERS + POPULATION];
        Arrays.setAll(rows, i -> random.nextInt(data.size()));
        Examples all = data.select(rows).encode(IntStream.range(0, rows.length).toArray());
        int[] columns = Shuffle.subset(all.width(), Math.min(all.width(), MOST_FEATURES), random);
        int width = columns.length + MARK;
        float[] features = new float[rows.length * width];
        for (int row = 0; row < rows.length; row++) {
            for (int c = 0; c < columns.length; c++) {
                features[row * width + c] = all.features()[row * all.width() + columns[c]];
            }
            for (int m = 0; m < MARK; m++) {
                features[row * width + columns.length + m] = 2 * random.nextFloat() - 1;
            }
        }
        List<String> classes =
                data.classes().subList(0, Math.min(MOST_CLASSES, data.classes().size()));
        int[] labels = new int[rows.length];
        Arrays.setAll(labels, row -> random.nextInt(classes.size()));
        return new Examples(features, new int[] {width}, labels, classes);
    }
}

package dev.lethe.bench;

import dev.lethe.audit.membership.attacks.AttackModels;
import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.Optimization;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Shokri et al. 2017 on Location-30: 1,200 training records, 60 shadow models on records that the target never saw, one
 * attack model a class, precision and recall at one half. The paper's target was trained by a cloud service that no
 * longer exists; ours is a local network, so figures agree when the target is as overfitted and the attack no weaker.
 */
final class ShokriLocation implements Reproduction {
    private static final long SEED = 2017;
    private static final int TRAINING = 1200;
    private static final int SHADOWS = 60;

    @Override
    public String name() {
        return "shokri-location";
    }

    @Override
    public String summary() {
        return "shadow models with learned attack models on Location-30 (Shokri et al. 2017, dossier of the paper)";
    }

    @Override
    public String dataHome() {
        return Location30.HOME;
    }

    @Override
    public boolean run(Path data) throws Exception {
        Examples all = Location30.read(data);
        Seed seed = Seed.of(SEED);
        int[] order = Shuffle.permutation(all.size(), seed.fork("split").stream());
        int[] in = Arrays.copyOf(order, TRAINING);
        int[] out = Arrays.copyOfRange(order, TRAINING, 2 * TRAINING);
        int[] rest = Arrays.copyOfRange(order, 2 * TRAINING, order.length);
        Mlp recipe = new Mlp(List.of(128), 0, new Optimization(50, 1e-3, 64, 0, 0));
        AttackModels.Answers answers = new AttackModels.Answers(all.classes().size());
        for (int shadow = 0; shadow < SHADOWS; shadow++) {
            Seed own = seed.fork("shadow-" + shadow);
            int[] mine = rest.clone();
            Shuffle.inPlace(mine, own.fork("split").stream());
            int[] shadowIn = Arrays.copyOf(mine, TRAINING);
            int[] shadowOut = Arrays.copyOfRange(mine, TRAINING, 2 * TRAINING);
            try (Predictor<Examples> model = recipe.train(all, shadowIn, own, Progress.QUIET)) {
                Logits logits = model.logits(all);
                for (int row : shadowIn) {
                    answers.add(logits, row, all.labels()[row], true);
                }
                for (int row : shadowOut) {
                    answers.add(logits, row, all.labels()[row], false);
                }
            }
        }
        try (Predictor<Examples> target = recipe.train(all, in, seed.fork("target"), Progress.QUIET);
                AttackModels attack = AttackModels.learn(answers, all.classes().size(), 64, 30, seed.fork("attack"))) {
            return print(all, in, out, target.logits(all), attack);
        }
    }

    private static boolean print(Examples all, int[] in, int[] out, Logits logits, AttackModels attack) {
        double[] scores = attack.score(logits, all.labels());
        double found = Arrays.stream(in).filter(row -> scores[row] > 0).count();
        double accused = Arrays.stream(out).filter(row -> scores[row] > 0).count();
        double precision = found / (found + accused);
        double recall = found / in.length;
        double train = accuracy(all, in, logits);
        double test = accuracy(all, out, logits);
        boolean overfitted = train >= 0.99 && Math.abs(test - 0.665) <= 0.05;
        boolean strong = precision >= 0.678 - 0.03 && recall >= 0.9;
        System.out.println("Shokri et al. 2017, Location-30: 1,200 training records, 60 shadows, seed " + SEED);
        System.out.printf("%-18s %10s %10s   %s%n", "", "published", "ours", "tolerance");
        System.out.printf(Locale.ROOT, "%-18s %10s %10.3f   %s%n", "train accuracy", "1.000", train, "at least 0.99");
        System.out.printf(
                Locale.ROOT, "%-18s %10s %10.3f   %s%n", "test accuracy", "0.66-0.673", test, "0.665 +- 0.05");
        System.out.printf(
                Locale.ROOT, "%-18s %10s %10.3f   %s%n", "attack precision", "0.678", precision, "at least 0.648");
        System.out.printf(Locale.ROOT, "%-18s %10s %10.3f   %s%n", "attack recall", "about 1", recall, "at least 0.9");
        System.out.println(overfitted && strong ? "agrees" : "DIFFERS");
        return overfitted && strong;
    }

    private static double accuracy(Examples all, int[] rows, Logits logits) {
        return (double) Arrays.stream(rows)
                        .filter(row -> logits.argMax(row) == all.labels()[row])
                        .count()
                / rows.length;
    }
}

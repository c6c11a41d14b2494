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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Shokri et al. 2017 on Location-30: 1,200 training records, 60 shadow models on records that the target never saw, one
 * attack model a class, precision and recall at one half. The paper's target was trained by a cloud service that no
 * longer exists; ours is a local network, so figures agree when the target is as overfitted and the attack no weaker.
 */
final class ShokriLocation implements Reproduction {
    private static final long SEED = 2017;
    private static final int TRAINING = 1200;
    private static final int SHADOWS = 60;
    private static final int SPLITS = 4;

    @Override
    public String name() {
        return "shokri-location";
    }

    @Override
    public String summary() {
        return "shadow models with learned attack models on Location-30 (Shokri et al. 2017)";
    }

    @Override
    public String dataHome() {
        return Location30.HOME;
    }

    /** What one target and its shadows gave. */
    private record Split(double train, double test, double precision, double recall) {}

    @Override
    public boolean run(Path data) throws Exception {
        Examples all = Location30.read(data);
        List<Split> splits = new ArrayList<>();
        for (int split = 0; split < SPLITS; split++) {
            splits.add(run(all, Seed.of(SEED).fork("split-" + split)));
        }
        double train = mean(splits, Split::train);
        double test = mean(splits, Split::test);
        double precision = mean(splits, Split::precision);
        double recall = mean(splits, Split::recall);
        System.out.println("Shokri et al. 2017, Location-30: 1,200 training records, 60 shadows, mean over " + SPLITS
                + " targets, seed " + SEED);
        System.out.printf("%-18s %10s %10s   %s%n", "", "published", "ours", "agrees if");
        boolean agrees = line("train accuracy", "1.000", train, "at least 0.99", train >= 0.99);
        agrees = line("test accuracy", "0.66-0.673", test, "0.665 +- 0.05", Math.abs(test - 0.665) <= 0.05) && agrees;
        agrees = line("attack precision", "0.678", precision, "at least 0.648", precision >= 0.648) && agrees;
        agrees = line("attack recall", "about 1", recall, "at least 0.9", recall >= 0.9) && agrees;
        System.out.println(agrees ? "agrees" : "DIFFERS");
        return agrees;
    }

    private static boolean line(String what, String published, double ours, String tolerance, boolean agrees) {
        System.out.printf(
                Locale.ROOT, "%-18s %10s %10.3f   %s%s%n", what, published, ours, tolerance, agrees ? "" : ": no");
        return agrees;
    }

    private static double mean(List<Split> splits, ToDoubleFunction<Split> figure) {
        return splits.stream().mapToDouble(figure).average().orElseThrow();
    }

    private static Split run(Examples all, Seed seed) {
        int[] order = Shuffle.permutation(all.size(), seed.fork("target").stream());
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
            try (Predictor<Examples> model = recipe.train(all, shadowIn, own, Progress.QUIET)) {
                Logits logits = model.logits(all);
                for (int i = 0; i < 2 * TRAINING; i++) {
                    answers.add(logits, mine[i], all.labels()[mine[i]], i < TRAINING);
                }
            }
        }
        try (Predictor<Examples> target = recipe.train(all, in, seed.fork("model"), Progress.QUIET);
                AttackModels attack = AttackModels.learn(answers, all.classes().size(), 64, 30, seed.fork("attack"))) {
            Logits logits = target.logits(all);
            double[] scores = attack.score(logits, all.labels());
            double found = Arrays.stream(in).filter(row -> scores[row] > 0).count();
            double accused = Arrays.stream(out).filter(row -> scores[row] > 0).count();
            return new Split(
                    accuracy(all, in, logits),
                    accuracy(all, out, logits),
                    found / (found + accused),
                    found / in.length);
        }
    }

    private static double accuracy(Examples all, int[] rows, Logits logits) {
        return (double) Arrays.stream(rows)
                        .filter(row -> logits.argMax(row) == all.labels()[row])
                        .count()
                / rows.length;
    }
}

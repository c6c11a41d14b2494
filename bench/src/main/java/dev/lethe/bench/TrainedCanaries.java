package dev.lethe.bench;

import dev.lethe.audit.evidence.Trial;
import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.Cnn;
import dev.lethe.nn.Optimization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Networks trained on CIFAR-10 once each, without any privacy, on images that are always there and on 1,000 canaries, each
 * there by a fair coin: canaries with a wrong label, drawn at random, and canaries as they are.
 */
final class TrainedCanaries {
    static final int CANARIES = 1000;

    /** Images that are always there: few enough that the network learns all it is given by heart. */
    static final int OTHERS = 1500;

    private static final Cnn RECIPE = new Cnn(16, 256, 0, new Optimization(60, 1e-3, 64, 0, 0));

    private TrainedCanaries() {}

    /** One audited run. {@code training} and {@code canaries} are accuracies on the canaries that are in and on those out. */
    record Run(String name, double in, double out, Trial trial) {}

    /** The recipe in words. */
    static String recipe() {
        return RECIPE.describe();
    }

    /** Mislabelled canaries, then natural ones, each by the loss and by the loss less that of a reference model. */
    static List<Run> train(Examples images, Seed seed) {
        Examples wrong = mislabelled(images, seed.fork("labels").stream());
        boolean[] member = coins(seed.fork("coins").stream());
        // The reference model has seen no canary, so it knows nothing of the coins.
        boolean[] none = new boolean[CANARIES];
        List<Logits> logits = IntStream.range(0, 3)
                .parallel()
                .mapToObj(i -> answers(i == 0 ? wrong : images, i == 2 ? none : member, seed.fork("model-" + i)))
                .toList();
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            String name = i == 0 ? "mislabelled" : "natural";
            int[] labels = (i == 0 ? wrong : images).labels();
            double[] losses = losses(logits.get(i), labels);
            double[] reference = losses(logits.get(2), labels);
            double[] less = IntStream.range(0, CANARIES)
                    .mapToDouble(canary -> losses[canary] - reference[canary])
                    .toArray();
            runs.add(run(name + ", loss", logits.get(i), labels, losses, member));
            runs.add(run(name + ", loss less reference", logits.get(i), labels, less, member));
        }
        return runs;
    }

    private static boolean[] coins(UniformRandomProvider random) {
        boolean[] member = new boolean[CANARIES];
        for (int i = 0; i < CANARIES; i++) {
            member[i] = random.nextBoolean();
        }
        return member;
    }

    /** The first {@link #CANARIES} images with one of the nine wrong labels each. */
    private static Examples mislabelled(Examples images, UniformRandomProvider random) {
        int classes = images.classes().size();
        int[] labels = images.labels().clone();
        for (int i = 0; i < CANARIES; i++) {
            labels[i] = (labels[i] + 1 + random.nextInt(classes - 1)) % classes;
        }
        return new Examples(images.features(), images.shape(), labels, images.classes());
    }

    /** What a model says of the canaries, trained on those that are in and on all others. */
    private static Logits answers(Examples data, boolean[] member, Seed seed) {
        int[] rows = IntStream.range(0, data.size())
                .filter(row -> row >= CANARIES || member[row])
                .toArray();
        int[] canaries = IntStream.range(0, CANARIES).toArray();
        try (Predictor<Examples> model = RECIPE.train(data, rows, seed, Progress.QUIET)) {
            return model.logits(data.select(canaries));
        }
    }

    private static double[] losses(Logits logits, int[] labels) {
        return IntStream.range(0, CANARIES)
                .mapToDouble(i -> logits.lossNats(i, labels[i]))
                .toArray();
    }

    private static Run run(String name, Logits logits, int[] labels, double[] losses, boolean[] member) {
        double[] scores = Arrays.stream(losses).map(loss -> -loss).toArray();
        return new Run(
                name,
                accuracy(logits, labels, member, true),
                accuracy(logits, labels, member, false),
                new Trial(scores, member, OptionalDouble.empty()));
    }

    private static double accuracy(Logits logits, int[] labels, boolean[] member, boolean in) {
        return IntStream.range(0, CANARIES)
                .filter(i -> member[i] == in)
                .mapToDouble(i -> logits.argMax(i) == labels[i] ? 1 : 0)
                .average()
                .orElseThrow();
    }
}

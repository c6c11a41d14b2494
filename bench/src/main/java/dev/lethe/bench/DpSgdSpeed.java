package dev.lethe.bench;

import dev.lethe.core.data.Examples;
import dev.lethe.core.ledger.Custodian;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.ClippedTraining;
import dev.lethe.nn.Clipping;
import dev.lethe.nn.Feedforward;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.NetworkTrainer;
import dev.lethe.nn.Optimization;
import dev.lethe.nn.Optimizer;
import dev.lethe.protect.training.DpSgd;
import dev.lethe.protect.training.PrivateTraining;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;

/** Examples a second of private training beside those of plain training, on one thread. */
final class DpSgdSpeed implements Reproduction {
    private static final int EXAMPLES = 16_384;
    private static final int ROUNDS = 3;
    private static final int PIXELS = 784;

    private record Workload(String name, boolean images, int batch, double share, double peers) {
        NetworkTrainer recipe(int epochs) {
            Optimization how = new Optimization(epochs, 0.05, batch, 0, 0, new Optimizer.Sgd(0));
            return images ? new Feedforward(DpSgdMnist.network(), how) : new Mlp(List.of(256), 0, how);
        }
    }

    private static final List<Workload> WORKLOADS = List.of(
            new Workload("MLP 784-256-10", false, 256, 0.85, 44_000),
            new Workload("MLP 784-256-10", false, 2048, 0.85, Double.NaN),
            new Workload("CNN of MNIST", true, 256, 0.60, 7_400),
            new Workload("CNN of MNIST", true, 2048, 0.60, Double.NaN));

    @Override
    public String name() {
        return "dp-sgd-speed";
    }

    @Override
    public String summary() {
        return "examples a second of private and of plain training, one thread";
    }

    @Override
    public String dataHome() {
        return "This one reads no data; any folder will do.";
    }

    @Override
    public boolean run(Path data, Path kept) {
        System.out.printf(
                "Examples a second of processor time, one thread, best of %d rounds in turn. Clipped: sums of clipped gradients and"
                        + " steps, no noise.%nPrivate: all of it, exact noise from a secure generator and Poisson coins included. Asked:"
                        + " private at least 0.85 (MLP)%nand 0.60 (CNN) of plain, and more than peers' ghost clipping (another"
                        + " machine).%n%n",
                ROUNDS);
        System.out.printf(
                "%-16s %6s %9s %9s %6s %9s %6s %9s%n",
                "", "batch", "plain", "clipped", "ratio", "private", "ratio", "peers");
        boolean agrees = true;
        for (Workload workload : WORKLOADS) {
            Examples examples = made(workload.images());
            double plain = 0;
            double clipped = 0;
            double whole = 0;
            for (int round = 0; round < ROUNDS; round++) {
                plain = Math.max(plain, rate(() -> plain(workload, examples)));
                clipped = Math.max(clipped, rate(() -> clipped(workload, examples)));
                whole = Math.max(whole, rate(() -> whole(workload, examples)));
            }
            boolean one =
                    whole >= workload.share() * plain && (Double.isNaN(workload.peers()) || whole >= workload.peers());
            agrees &= one;
            System.out.printf(
                    Locale.ROOT,
                    "%-16s %6d %9.0f %9.0f %6.2f %9.0f %6.2f %9s  %s%n",
                    workload.name(),
                    workload.batch(),
                    plain,
                    clipped,
                    clipped / plain,
                    whole,
                    whole / plain,
                    Double.isNaN(workload.peers()) ? "" : String.format(Locale.ROOT, "%.0f", workload.peers()),
                    one ? "agrees" : "DIFFERS");
        }
        return agrees;
    }

    /** Examples that were seen over the seconds that it took. */
    private static double rate(DoubleSupplier work) {
        double before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
        double seen = work.getAsDouble();
        return seen / (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9 - before);
    }

    private static double plain(Workload workload, Examples examples) {
        int epochs = workload.images() ? 1 : 6;
        workload.recipe(epochs)
                .train(examples, IntStream.range(0, EXAMPLES).toArray(), Seed.of(1), Progress.QUIET)
                .close();
        return (double) epochs * EXAMPLES;
    }

    private static double clipped(Workload workload, Examples examples) {
        int epochs = workload.images() ? 1 : 6;
        int[] rows = IntStream.range(0, EXAMPLES).toArray();
        try (ClippedTraining training = ClippedTraining.begin(workload.recipe(epochs), examples, Seed.of(1))) {
            for (int epoch = 0; epoch < epochs; epoch++) {
                for (int from = 0; from < EXAMPLES; from += workload.batch()) {
                    int[] batch = Arrays.copyOfRange(rows, from, from + workload.batch());
                    float[] gradient =
                            training.sum(batch, new Clipping.Flat(1), 1).values();
                    for (int i = 0; i < gradient.length; i++) {
                        gradient[i] /= workload.batch();
                    }
                    training.step(gradient, 0);
                }
            }
        }
        return (double) epochs * EXAMPLES;
    }

    private static double whole(Workload workload, Examples examples) {
        int epochs = workload.images() ? 1 : 6;
        DpSgd how = new DpSgd(workload.recipe(epochs), 1.1, new Clipping.Flat(1));
        Custodian.releaseUnrecorded(new PrivateTraining(how, EXAMPLES, Seed.of(1), Progress.QUIET, null), examples)
                .close();
        return (double) epochs * EXAMPLES;
    }

    /** A fifth of the pixels are not black, as in MNIST. */
    private static Examples made(boolean images) {
        UniformRandomProvider random = Seed.of(7).stream();
        float[] features = new float[EXAMPLES * PIXELS];
        for (int i = 0; i < features.length; i++) {
            features[i] = random.nextFloat() < 0.2f ? random.nextFloat() : 0;
        }
        int[] labels = new int[EXAMPLES];
        for (int i = 0; i < EXAMPLES; i++) {
            labels[i] = random.nextInt(10);
        }
        return new Examples(
                features,
                images ? new int[] {1, 28, 28} : new int[] {PIXELS},
                labels,
                IntStream.range(0, 10).mapToObj(String::valueOf).toList());
    }
}

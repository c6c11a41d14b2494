package dev.lethe.bench;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.Cnn;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.Optimization;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Training on one thread, examples a second. Peers on a like machine: PyTorch 1.13 trains the location30 network at about
 * 160,000 and the bank network at about 287,000 examples a second, from the seconds of {@link LiraReference}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class TrainingBenchmark {
    private static final int EXAMPLES = 5000;

    @Param({"location30", "bank", "images"})
    private String network;

    private Examples data;
    private Trainer<Examples> recipe;
    private int[] rows;

    /** Made-up data of the shape of the named task. */
    @Setup
    public void prepare() {
        Optimization once = new Optimization(1, 1e-3, 64, 0, 0);
        switch (network) {
            case "location30" -> {
                data = uniform(new int[] {446}, 30);
                recipe = new Mlp(List.of(128), 0, once);
            }
            case "bank" -> {
                data = uniform(new int[] {39}, 12);
                recipe = new Mlp(List.of(256), 0, once);
            }
            default -> {
                data = uniform(new int[] {1, 28, 28}, 10);
                recipe = new Cnn(16, 64, 0, once);
            }
        }
        rows = IntStream.range(0, EXAMPLES).toArray();
    }

    private static Examples uniform(int[] shape, int classes) {
        UniformRandomProvider random = Seed.of(1).stream();
        int width = IntStream.of(shape).reduce(1, (a, b) -> a * b);
        float[] features = new float[EXAMPLES * width];
        for (int i = 0; i < features.length; i++) {
            features[i] = random.nextFloat();
        }
        int[] labels =
                IntStream.range(0, EXAMPLES).map(i -> random.nextInt(classes)).toArray();
        List<String> names =
                IntStream.range(0, classes).mapToObj(Integer::toString).toList();
        return new Examples(features, shape, labels, names);
    }

    /** One epoch. */
    @Benchmark
    @OperationsPerInvocation(EXAMPLES)
    public int epoch() {
        try (Predictor<Examples> model = recipe.train(data, rows, Seed.of(2), Progress.QUIET)) {
            return model.hashCode();
        }
    }
}

package dev.lethe.bench;

import dev.lethe.audit.evidence.Evidence;
import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.core.random.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.apache.commons.rng.UniformRandomProvider;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One ROC of 10,000 records, and the evidence of 8 targets with its 1,000 resamples. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class EvidenceBenchmark {
    private List<Trial> trials;

    /** Scores without ties, members half a unit above. */
    @Setup
    public void prepare() {
        UniformRandomProvider random = Seed.of(1).stream();
        trials = new ArrayList<>();
        for (int target = 0; target < 8; target++) {
            double[] scores = new double[10_000];
            boolean[] member = new boolean[scores.length];
            for (int i = 0; i < scores.length; i++) {
                member[i] = random.nextBoolean();
                scores[i] = random.nextDouble() * 3 + (member[i] ? 0.5 : 0);
            }
            trials.add(new Trial(scores, member, OptionalDouble.of(1.5)));
        }
    }

    /** Sorting and one pass. */
    @Benchmark
    public double roc() {
        return new Roc(trials.get(0)).auc();
    }

    /** All targets with intervals. */
    @Benchmark
    public double evidence() {
        return new Evidence(trials, new double[] {0.001, 0.01, 0.1}, 0.95, Seed.of(2))
                .auc()
                .low();
    }
}

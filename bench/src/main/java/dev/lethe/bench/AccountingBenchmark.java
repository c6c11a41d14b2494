package dev.lethe.bench;

import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.PoissonSampled;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import dev.lethe.core.privacy.PrivacyLossAccountant;
import dev.lethe.core.privacy.RenyiAccountant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** From event to epsilon, with nothing kept between calls: both ends of the bracket, and Rényi divergences. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class AccountingBenchmark {
    /** Rate, noise multiplier, steps, delta. */
    @Param({
        "0.01 1.0 1000 1e-5",
        "0.01 1.0 10000 1e-5",
        "0.01 0.8 1000 1e-5",
        "0.01 0.6 1000 1e-5",
        "0.001 1.0 10000 1e-6",
        "0.001 0.7 100000 1e-6",
        "0.004 1.1 15000 1e-5",
        "0.0213 1.1 2820 1e-5",
        "0.1 2.0 500 1e-5",
        "0.1 4.0 5000 1e-5",
        "1 10 100 1e-5",
        "1 5 1 1e-5"
    })
    private String setting;

    private PrivacyEvent event;
    private double delta;

    /** From text to event. */
    @Setup
    public void prepare() {
        String[] parts = setting.split(" ", -1);
        event = new Repeated(
                Long.parseLong(parts[2]),
                new PoissonSampled(Double.parseDouble(parts[0]), new Gaussian(Double.parseDouble(parts[1]))));
        delta = Double.parseDouble(parts[3]);
    }

    /** The distribution of the privacy loss: both directions, both ends. */
    @Benchmark
    public double bracket() {
        return new PrivacyLossAccountant()
                .price(event, Neighbours.ADD_OR_REMOVE_ONE)
                .bracket(delta)
                .high();
    }

    /** Rényi divergences, the order searched. */
    @Benchmark
    public double divergences() {
        return new RenyiAccountant().price(event, Neighbours.ADD_OR_REMOVE_ONE).epsilon(delta);
    }
}

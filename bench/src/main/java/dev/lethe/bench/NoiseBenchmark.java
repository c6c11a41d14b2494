package dev.lethe.bench;

import dev.lethe.core.noise.DiscreteGaussian;
import dev.lethe.core.noise.DiscreteLaplace;
import dev.lethe.core.noise.ExactCoin;
import dev.lethe.core.noise.ExponentialMechanism;
import dev.lethe.core.noise.GaussianNoise;
import dev.lethe.core.noise.GaussianZiggurat;
import dev.lethe.core.noise.GridLaplace;
import dev.lethe.core.noise.RandomizedResponse;
import dev.lethe.core.random.NoiseSource;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Nanoseconds for one draw of each sampler, one thread, from the secure source. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class NoiseBenchmark {
    private static final int VALUES = 1 << 20;

    private final GaussianNoise gaussianNoise = GaussianNoise.of(1.1);
    private final GaussianZiggurat ziggurat = GaussianZiggurat.of(100);
    private final DiscreteGaussian discreteGaussian = new DiscreteGaussian(100);
    private final DiscreteGaussian discreteGaussianOfAnyDouble = new DiscreteGaussian(100.1);
    private final DiscreteLaplace discreteLaplace = new DiscreteLaplace(100);
    private final GridLaplace gridLaplace = new GridLaplace(1.1, 1, 1);
    private final RandomizedResponse randomizedResponse = new RandomizedResponse(1, 2);
    private final ExponentialMechanism exponentialMechanism = new ExponentialMechanism(1, 1, false);
    private final long[] scores = {1, 2, 3, 4, 5, 6, 7, 8};
    private final double[] value = {0.3};
    private final float[] sums = new float[VALUES];
    private final long[] words = new long[VALUES];
    private NoiseSource noise = NoiseSource.secure();

    /** A source belongs to the thread that draws from it. */
    @Setup(Level.Trial)
    public void prepare() {
        noise = NoiseSource.secure();
    }

    /** The key stream alone, a long. */
    @Benchmark
    @OperationsPerInvocation(VALUES)
    public long[] keyStream() {
        noise.fill(words);
        return words;
    }

    /** A float of a vector of a million. */
    @Benchmark
    @OperationsPerInvocation(VALUES)
    public float[] gaussianNoise() {
        gaussianNoise.addTo(sums, noise);
        return sums;
    }

    @Benchmark
    public long ziggurat() {
        return ziggurat.sample(noise);
    }

    @Benchmark
    public long discreteGaussian() {
        return discreteGaussian.sample(noise);
    }

    @Benchmark
    public long discreteGaussianOfAnyDouble() {
        return discreteGaussianOfAnyDouble.sample(noise);
    }

    @Benchmark
    public long discreteLaplace() {
        return discreteLaplace.sample(noise);
    }

    @Benchmark
    public double[] gridLaplace() {
        return gridLaplace.release(value, noise);
    }

    @Benchmark
    public boolean exactCoin() {
        return ExactCoin.flip(0.1, noise);
    }

    @Benchmark
    public int randomizedResponse() {
        return randomizedResponse.release(1, noise);
    }

    @Benchmark
    public int exponentialMechanism() {
        return exponentialMechanism.release(scores, noise);
    }
}

package dev.lethe.protect.training;

import dev.lethe.core.data.Examples;
import dev.lethe.core.random.Seed;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/** Made-up people: one normal cloud a class, in an order drawn without looking. */
final class MadeUp {
    private MadeUp() {}

    /** Clouds of standard deviation 1 around points that are {@code apart} from the origin, one axis a class. */
    static Examples blobs(int n, int width, int classes, double apart, Seed seed) {
        UniformRandomProvider random = seed.stream();
        ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(random);
        float[] features = new float[n * width];
        int[] labels = new int[n];
        for (int row = 0; row < n; row++) {
            labels[row] = random.nextInt(classes);
            for (int i = 0; i < width; i++) {
                features[row * width + i] = (float) (gaussian.sample() + (i == labels[row] ? apart : 0));
            }
        }
        return new Examples(
                features,
                new int[] {width},
                labels,
                IntStream.range(0, classes).mapToObj(k -> "class " + k).toList());
    }

    static List<double[]> zeros(int count, int size) {
        return IntStream.range(0, count).mapToObj(i -> new double[size]).toList();
    }
}

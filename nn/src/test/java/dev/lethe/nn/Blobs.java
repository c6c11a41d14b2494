package dev.lethe.nn;

import dev.lethe.core.data.Examples;
import dev.lethe.core.random.Seed;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/** Made-up classification data: one normal cloud a class. */
final class Blobs {
    private Blobs() {}

    static Examples vectors(int n, int width, int classes, Seed seed) {
        return examples(n, new int[] {width}, classes, seed);
    }

    /** Sequences of random tokens; the class is the last token there is below the number of classes. */
    static Examples tokens(int n, int steps, int tokens, int classes, Seed seed) {
        UniformRandomProvider random = seed.stream();
        float[] features = new float[n * steps];
        int[] labels = new int[n];
        for (int row = 0; row < n; row++) {
            features[row * steps] = random.nextInt(classes);
            for (int i = 1; i < steps; i++) {
                features[row * steps + i] = random.nextInt(tokens);
            }
            for (int i = 0; i < steps; i++) {
                int token = (int) features[row * steps + i];
                labels[row] = token < classes ? token : labels[row];
            }
        }
        return new Examples(features, new int[] {steps}, labels, names(classes));
    }

    private static List<String> names(int classes) {
        return IntStream.range(0, classes).mapToObj(k -> "class " + k).toList();
    }

    static Examples examples(int n, int[] shape, int classes, Seed seed) {
        UniformRandomProvider random = seed.stream();
        ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(random);
        int width = IntStream.of(shape).reduce(1, (a, b) -> a * b);
        double[][] centres = new double[classes][width];
        for (double[] centre : centres) {
            for (int i = 0; i < width; i++) {
                centre[i] = gaussian.sample();
            }
        }
        float[] features = new float[n * width];
        int[] labels = new int[n];
        for (int row = 0; row < n; row++) {
            labels[row] = random.nextInt(classes);
            for (int i = 0; i < width; i++) {
                features[row * width + i] = (float) (centres[labels[row]][i] + gaussian.sample());
            }
        }
        return new Examples(features, shape, labels, names(classes));
    }
}

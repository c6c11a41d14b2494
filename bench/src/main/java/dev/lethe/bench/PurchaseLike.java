package dev.lethe.bench;

import dev.lethe.core.data.Examples;
import dev.lethe.core.random.Seed;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.statistics.distribution.BetaDistribution;
import org.apache.commons.statistics.distribution.ContinuousDistribution;

/**
 * A table like Purchase-100: 100 classes, 600 bits; bit j of a record of class c is one with probability
 * p = clip(Beta(0.5, 0.5) 0.30 + U(0, 0.5), 0.02, 0.98). The first term is drawn for each class and bit, the second for
 * each bit: how common a purchase is among all. With both drawn for each class, classes are told apart without error, and
 * the network that was published for this table (test accuracy 0.893, area of the loss attack 0.950) cannot have been
 * trained on it; drawn like this, it reaches 0.897 and 0.948.
 */
final class PurchaseLike {
    private static final int CLASSES = 100;
    private static final int BITS = 600;

    private PurchaseLike() {}

    static Examples draw(int records) {
        Seed seed = Seed.of(600).fork("purchase-like");
        UniformRandomProvider random = seed.fork("classes").stream();
        ContinuousDistribution.Sampler beta = BetaDistribution.of(0.5, 0.5).createSampler(random);
        double[] common = random.doubles(BITS).map(u -> 0.5 * u).toArray();
        double[][] p = new double[CLASSES][BITS];
        for (double[] bits : p) {
            for (int j = 0; j < BITS; j++) {
                bits[j] = Math.max(0.02, Math.min(0.98, beta.sample() * 0.30 + common[j]));
            }
        }
        UniformRandomProvider draws = seed.fork("records").stream();
        int[] labels = new int[records];
        float[] features = new float[records * BITS];
        for (int i = 0; i < records; i++) {
            labels[i] = draws.nextInt(CLASSES);
            for (int j = 0; j < BITS; j++) {
                features[i * BITS + j] = draws.nextDouble() < p[labels[i]][j] ? 1 : 0;
            }
        }
        List<String> classes =
                IntStream.range(0, CLASSES).mapToObj(c -> "c" + c).toList();
        return new Examples(features, new int[] {BITS}, labels, classes);
    }
}

package dev.lethe.bench;

import dev.lethe.audit.evidence.Trial;
import dev.lethe.core.data.Examples;
import dev.lethe.core.random.Seed;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Audits of {@link NoisyDescent}, whose epsilon is known exactly, on images of CIFAR-10 (animal or vehicle). A canary is a
 * record with one value that no other has, so large that its gradient is clipped to norm 1 in its own direction, step after
 * step: the most that one record can do. The audit asks the last model for its logit on each canary, and nothing else.
 */
final class NoisyClaims {
    static final int CANARIES = 1000;
    static final int OTHERS = 1000;
    private static final int STEPS = 25;

    /** Far above 1, so that half of it is still clipped; and small enough that no canary is ever fitted. */
    private static final float CANARY = 10;

    private static final double LEARNING_RATE = 1e-3;

    private final NoisyDescent.Sparse data;

    NoisyClaims(Examples images) {
        int width = images.width();
        int[][] columns = new int[CANARIES + OTHERS][];
        float[][] values = new float[CANARIES + OTHERS][];
        int[] labels = new int[CANARIES + OTHERS];
        int[] all = IntStream.range(0, width).toArray();
        for (int i = 0; i < columns.length; i++) {
            if (i < CANARIES) {
                columns[i] = new int[] {width + i};
                values[i] = new float[] {CANARY};
                labels[i] = 1;
            } else {
                int row = i - CANARIES;
                columns[i] = all;
                values[i] = unit(Arrays.copyOfRange(images.features(), row * width, (row + 1) * width));
                labels[i] = isAnimal(images.labels()[row]) ? 1 : 0;
            }
        }
        data = new NoisyDescent.Sparse(width + CANARIES, columns, values, labels);
    }

    /** Bird, cat, deer, dog, frog, horse; not aeroplane, car, ship and lorry. */
    private static boolean isAnimal(int label) {
        return label >= 2 && label <= 7;
    }

    private static float[] unit(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        float norm = (float) Math.max(Math.sqrt(squares), 1e-9);
        for (int j = 0; j < values.length; j++) {
            values[j] /= norm;
        }
        return values;
    }

    static NoisyDescent claiming(double mu, boolean clips) {
        return new NoisyDescent(STEPS, Math.sqrt(STEPS) / mu, LEARNING_RATE, clips);
    }

    /** One run: its audit and its accuracy on the images it was trained on. */
    record Run(Trial trial, double accuracy) {}

    Run run(NoisyDescent recipe, Seed seed) {
        UniformRandomProvider coins = seed.fork("coins").stream();
        boolean[] in = new boolean[CANARIES + OTHERS];
        for (int i = 0; i < in.length; i++) {
            in[i] = i >= CANARIES || coins.nextBoolean();
        }
        double[] weights = recipe.train(data, in, seed.fork("noise"));
        double[] logits = IntStream.range(0, in.length)
                .mapToDouble(i -> NoisyDescent.logit(data, i, weights))
                .toArray();
        double right = IntStream.range(CANARIES, in.length)
                .filter(i -> logits[i] > 0 == (data.labels()[i] == 1))
                .count();
        return new Run(
                new Trial(Arrays.copyOf(logits, CANARIES), Arrays.copyOf(in, CANARIES), OptionalDouble.empty()),
                right / OTHERS);
    }
}

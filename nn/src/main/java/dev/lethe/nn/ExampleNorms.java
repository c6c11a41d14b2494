package dev.lethe.nn;

import java.util.Arrays;

/** The norms of examples' gradients, gathered batch by batch. They are as private as the examples. */
final class ExampleNorms {
    private final float[] norms;
    private int filled;

    ExampleNorms(int examples) {
        norms = new float[examples];
    }

    /**
     * Takes those of one batch.
     *
     * @param squares squared norm by layer, then by example
     * @return whether all are finite; takes none if not
     */
    boolean take(float[][] squares) {
        int examples = squares[0].length;
        for (int i = 0; i < examples; i++) {
            double square = 0;
            for (float[] layer : squares) {
                square += layer[i];
            }
            float norm = (float) Math.sqrt(Math.max(0, square));
            if (!Float.isFinite(norm)) {
                return false;
            }
            norms[filled + i] = norm;
        }
        filled += examples;
        return true;
    }

    float[] all() {
        return Arrays.copyOf(norms, filled);
    }
}

package dev.lethe.nn;

import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Random changes to each image at each of its visits in training. They show no other image, so that an example's gradient
 * stays its own.
 *
 * @param mirror whether to take the mirror image half of the time
 * @param shift most pixels to move by, in each direction, evenly; what that uncovers repeats the edge
 */
public record Augmentation(boolean mirror, int shift) {
    /** Images as they are. */
    public static final Augmentation NONE = new Augmentation(false, 0);

    public Augmentation {
        if (shift < 0 || shift > 1024) {
            throw new IllegalArgumentException("shift " + shift + " must lie in 0..1024 pixels");
        }
    }

    /** In words: equal settings, equal words. */
    String describe() {
        return (mirror ? "mirrored at random" : "not mirrored") + ", shifted by up to " + shift;
    }

    /**
     * Refuses examples that are no images.
     *
     * @throws IllegalArgumentException if there is something to do and the shape is not (channels, height, width)
     */
    void require(int[] shape) {
        if (!equals(NONE) && shape.length != 3) {
            throw new IllegalArgumentException("augmentation (" + describe()
                    + ") is for images, not for examples of shape " + Arrays.toString(shape) + "; leave it out");
        }
    }

    /**
     * Copies one image, changed.
     *
     * @param shape channels, height, width
     * @param from where it begins in {@code source}
     * @param to where it goes in {@code target}
     */
    void copy(float[] source, int from, float[] target, int to, int[] shape, UniformRandomProvider random) {
        int right = shift == 0 ? 0 : random.nextInt(2 * shift + 1) - shift;
        int down = shift == 0 ? 0 : random.nextInt(2 * shift + 1) - shift;
        copy(source, from, target, to, shape, mirror && random.nextBoolean(), right, down);
    }

    /** Copies one image, first mirrored or not, then moved. */
    static void copy(
            float[] source, int from, float[] target, int to, int[] shape, boolean mirrored, int right, int down) {
        int height = shape[1];
        int width = shape[2];
        for (int channel = 0; channel < shape[0]; channel++) {
            int plane = channel * height * width;
            for (int y = 0; y < height; y++) {
                int row = from + plane + Math.max(0, Math.min(height - 1, y - down)) * width;
                int into = to + plane + y * width;
                for (int x = 0; x < width; x++) {
                    int column = Math.max(0, Math.min(width - 1, x - right));
                    target[into + x] = source[row + (mirrored ? width - 1 - column : column)];
                }
            }
        }
    }
}

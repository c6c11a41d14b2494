package dev.lethe.audit.membership;

import dev.lethe.core.data.Examples;
import dev.lethe.core.data.Records;

/**
 * The versions of a record that each model is asked about. Query 0 is the record itself; an image has more: its mirror
 * image, and both shifted by a pixel, as in Carlini et al. 2022, section VI-C.
 */
final class Queries {
    /** Right and down, in pixels; each once as it is and once mirrored. */
    private static final int[][] SHIFTS = {{0, 0}, {1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {1, -1}, {-1, 1}, {-1, -1}
    };

    private Queries() {}

    /** How many versions there can be of such records. */
    static int most(Records data) {
        return isImages(data) ? 2 * SHIFTS.length : 1;
    }

    private static boolean isImages(Records data) {
        return data instanceof Examples examples && examples.shape().length == 3;
    }

    /** The records in version {@code query}, in their order. */
    @SuppressWarnings("unchecked") // Examples become examples.
    static <D extends Records> D version(D data, int query) {
        if (query == 0) {
            return data;
        }
        if (!(data instanceof Examples images) || query >= most(data)) {
            throw new IllegalArgumentException("query " + query + ": these records have " + most(data) + " versions");
        }
        int[] shift = SHIFTS[query / 2];
        return (D) moved(images, query % 2 == 1, shift[0], shift[1]);
    }

    /** Pixels that a shift uncovers repeat the edge. */
    private static Examples moved(Examples images, boolean mirrored, int right, int down) {
        int height = images.shape()[1];
        int width = images.shape()[2];
        float[] from = images.features();
        float[] into = new float[from.length];
        int planes = from.length / (height * width);
        for (int plane = 0; plane < planes; plane++) {
            int base = plane * height * width;
            for (int y = 0; y < height; y++) {
                int sourceY = Math.max(0, Math.min(height - 1, y - down));
                for (int x = 0; x < width; x++) {
                    int sourceX = Math.max(0, Math.min(width - 1, x - right));
                    into[base + y * width + x] =
                            from[base + sourceY * width + (mirrored ? width - 1 - sourceX : sourceX)];
                }
            }
        }
        return new Examples(into, images.shape(), images.labels(), images.classes());
    }
}

package dev.lethe.bench;

import dev.lethe.core.data.Examples;
import dev.lethe.intake.Cifar;
import dev.lethe.intake.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * The first batch of CIFAR-10: the public file, {@code data_batch_1.bin} or {@code .bin.gz}, or {@code .med.gz}, the same
 * bytes packed smaller.
 */
final class CifarBatch {
    static final String HOME =
            "CIFAR-10 is public: www.cs.toronto.edu/~kriz/cifar.html, binary version, data_batch_1.bin in"
                    + " DIR/cifar10.";

    private static final int IMAGES = 10_000;
    private static final int SIDE = 32;
    private static final int PLANE = SIDE * SIDE;
    private static final int RECORD = 1 + 3 * PLANE;

    private CifarBatch() {}

    static Examples read(Path data, int images) throws IOException {
        Path folder = data.resolve("cifar10");
        for (String name : List.of("data_batch_1.bin", "data_batch_1.bin.gz")) {
            if (Files.isRegularFile(folder.resolve(name))) {
                return Cifar.read(List.of(folder.resolve(name)), Cifar.Kind.CIFAR_10, images, Limits.DEFAULT);
            }
        }
        Path packed = folder.resolve("data_batch_1.med.gz");
        if (!Files.isRegularFile(packed)) {
            throw new NoSuchFileException(folder.resolve("data_batch_1.bin").toString(), null, HOME);
        }
        Path plain = Files.createTempFile("lethe-cifar", ".bin");
        try (InputStream in = new GZIPInputStream(Files.newInputStream(packed))) {
            Files.write(plain, unpack(in.readAllBytes()));
            return Cifar.read(List.of(plain), Cifar.Kind.CIFAR_10, images, Limits.DEFAULT);
        } finally {
            Files.delete(plain);
        }
    }

    /**
     * All labels, then for each of green, red less green and blue less green (all modulo 256) the differences from the
     * median edge predictor of LOCO-I: of left, above, and left plus above less the corner, the median.
     */
    private static byte[] unpack(byte[] packed) {
        byte[] records = new byte[IMAGES * RECORD];
        int from = IMAGES;
        for (int plane = 0; plane < 3; plane++) {
            // Green comes first here and second there.
            int channel = plane == 0 ? 1 : plane == 1 ? 0 : 2;
            for (int image = 0; image < IMAGES; image++) {
                records[image * RECORD] = packed[image];
                int[] pixels = decode(packed, from, plane > 0);
                from += PLANE;
                int green = image * RECORD + 1 + PLANE;
                for (int k = 0; k < PLANE; k++) {
                    int more = plane == 0 ? 0 : records[green + k];
                    records[image * RECORD + 1 + channel * PLANE + k] = (byte) (pixels[k] + more);
                }
            }
        }
        return records;
    }

    private static int[] decode(byte[] packed, int from, boolean signed) {
        int[] pixels = new int[PLANE];
        for (int k = 0; k < PLANE; k++) {
            int left = k % SIDE == 0 ? 0 : pixels[k - 1];
            int above = k < SIDE ? 0 : pixels[k - SIDE];
            int predicted;
            if (k < SIDE) {
                predicted = left;
            } else if (k % SIDE == 0) {
                predicted = above;
            } else {
                int low = Math.min(left, above);
                int high = Math.max(left, above);
                predicted = Math.max(low, Math.min(high, left + above - pixels[k - SIDE - 1]));
            }
            int value = predicted + packed[from + k];
            pixels[k] = signed ? (byte) value : value & 0xff;
        }
        return pixels;
    }
}

package dev.lethe.bench;

import dev.lethe.core.data.Examples;
import dev.lethe.intake.Cifar;
import dev.lethe.intake.Limits;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * The first two training batches of CIFAR-10, 20,000 images: as published, or packed without loss by a median edge predictor.
 */
final class Cifar10 {
    static final String HOME = "CIFAR-10 is public: www.cs.toronto.edu/~kriz/cifar.html, the binary version, as"
            + " DIR/cifar10/data_batch_1.bin and data_batch_2.bin.";

    /** The batches and the MD5 digests of their published form. */
    private static final Map<String, String> BATCHES = Map.of(
            "data_batch_1", "5dd7e06a14cb22eb9f671a540d1b7c25",
            "data_batch_2", "5ea93a67294ea407fff1d09f752e9692");

    private static final List<String> CLASSES =
            List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

    private static final int IMAGES = 10_000;
    private static final int SIDE = 32;
    private static final int PIXELS = SIDE * SIDE;

    private Cifar10() {}

    /** All images, centred. */
    static Examples read(Path data) throws IOException {
        return centred(batches(data, BATCHES.keySet().stream().sorted().toList(), 2 * IMAGES));
    }

    /** The first so many images of the first batch, pixels from 0 to 1. */
    static Examples first(Path data, int images) throws IOException {
        return batches(data, List.of("data_batch_1"), images);
    }

    private static Examples batches(Path data, List<String> names, int images) throws IOException {
        List<Path> batches = new ArrayList<>();
        Path unpacked = Files.createTempDirectory("lethe-cifar10");
        try {
            for (String name : names) {
                Path published = data.resolve("cifar10/" + name + ".bin");
                batches.add(
                        Files.exists(published)
                                ? published
                                : Files.write(
                                        unpacked.resolve(name + ".bin"),
                                        unpack(data.resolve("cifar10/" + name + ".med.gz"))));
            }
            for (Path batch : batches) {
                require(batch);
            }
            return Cifar.read(batches, Cifar.Kind.CIFAR_10, images, Limits.DEFAULT);
        } finally {
            for (Path batch : batches) {
                if (batch.startsWith(unpacked)) {
                    Files.delete(batch);
                }
            }
            Files.delete(unpacked);
        }
    }

    private static void require(Path batch) throws IOException {
        try {
            byte[] digest = MessageDigest.getInstance("MD5").digest(Files.readAllBytes(batch));
            String name = batch.getFileName().toString().replace(".bin", "");
            if (!HexFormat.of().formatHex(digest).equals(BATCHES.get(name))) {
                throw new IOException(batch + " is not the published batch; its MD5 digest differs. Get it again");
            }
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has MD5", e);
        }
    }

    /** By constants, so that nothing of one image depends on another. */
    private static Examples centred(Examples images) {
        float[] pixels = images.features().clone();
        for (int i = 0; i < pixels.length; i++) {
            // About the mean and the deviation of photographs.
            pixels[i] = (pixels[i] - 0.5f) * 4;
        }
        return new Examples(pixels, images.shape(), images.labels(), CLASSES);
    }

    /**
     * A batch in its published form: of each image a label and planes of red, green and blue. Packed are all labels, then
     * the planes of green, red less green and blue less green of all images, each as what the predictor misses, modulo 256.
     */
    private static byte[] unpack(Path file) throws IOException {
        byte[] records = new byte[IMAGES * (1 + 3 * PIXELS)];
        try (InputStream zipped = Files.newInputStream(file);
                DataInputStream in =
                        new DataInputStream(new BufferedInputStream(new GZIPInputStream(zipped, 1 << 16)))) {
            for (int image = 0; image < IMAGES; image++) {
                records[image * (1 + 3 * PIXELS)] = in.readByte();
            }
            byte[] missed = new byte[PIXELS];
            // Where the published form has each plane: green is the second.
            for (int plane : new int[] {1, 0, 2}) {
                for (int image = 0; image < IMAGES; image++) {
                    in.readFully(missed);
                    int begin = image * (1 + 3 * PIXELS) + 1;
                    int[] values = predicted(missed, plane != 1);
                    for (int i = 0; i < PIXELS; i++) {
                        int green = plane == 1 ? 0 : records[begin + PIXELS + i];
                        records[begin + plane * PIXELS + i] = (byte) (values[i] + green);
                    }
                }
            }
        }
        return records;
    }

    /** Adds up what the median of left, above and left + above - corner missed (LOCO-I). */
    private static int[] predicted(byte[] missed, boolean signed) {
        int[] values = new int[PIXELS];
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int at = y * SIDE + x;
                int prediction = 0;
                if (y == 0) {
                    prediction = x == 0 ? 0 : values[at - 1];
                } else if (x == 0) {
                    prediction = values[at - SIDE];
                } else {
                    int left = values[at - 1];
                    int above = values[at - SIDE];
                    int low = Math.min(left, above);
                    int high = Math.max(left, above);
                    prediction = Math.max(low, Math.min(high, left + above - values[at - SIDE - 1]));
                }
                int value = (prediction + missed[at]) & 0xff;
                values[at] = signed ? (byte) value : value;
            }
        }
        return values;
    }
}

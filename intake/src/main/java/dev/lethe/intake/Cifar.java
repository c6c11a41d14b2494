package dev.lethe.intake;

import dev.lethe.core.data.Examples;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * CIFAR in its binary version: records of label bytes and 3,072 pixels, red, green and blue planes of 32 x 32.
 *
 * @see <a href="https://www.cs.toronto.edu/~kriz/cifar.html">the format</a>
 */
public final class Cifar {
    private static final int PIXELS = 3 * 32 * 32;
    private static final int LONGEST_NAMES = 1 << 16;

    private Cifar() {}

    /** Which CIFAR. */
    public enum Kind {
        /** One label byte, 10 classes. */
        CIFAR_10(1, 10, "batches.meta.txt"),
        /** A coarse label byte, which is skipped, and a fine one: 100 classes. */
        CIFAR_100(2, 100, "fine_label_names.txt");

        private final int labelBytes;
        private final int classes;
        private final String namesFile;

        Kind(int labelBytes, int classes, String namesFile) {
            this.labelBytes = labelBytes;
            this.classes = classes;
            this.namesFile = namesFile;
        }

        int recordBytes() {
            return labelBytes + PIXELS;
        }

        private int label(byte[] bytes) {
            return bytes[labelBytes - 1] & 0xff;
        }
    }

    /**
     * Reads batches one after another as examples of shape {3, 32, 32}, values in [0, 1]. Classes have the names in
     * {@code batches.meta.txt} or {@code fine_label_names.txt} where that lies beside the first batch, else numbers.
     *
     * @param files at least one, plain or gzip
     * @param mostRows read no more than this many images from the start
     * @throws BadInputException if a file is not made of whole records of that kind, or holds an unknown label
     * @throws IOException if a file could not be read for reasons that are not its own
     */
    public static Examples read(List<Path> files, Kind kind, int mostRows, Limits limits) throws IOException {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("files must name at least one batch");
        }
        if (mostRows < 1) {
            throw new IllegalArgumentException("mostRows must be at least 1, not " + mostRows);
        }
        List<String> classes = classNames(files.get(0).resolveSibling(kind.namesFile), kind, limits);
        List<byte[]> records = new ArrayList<>();
        for (Path file : files) {
            if (records.size() < mostRows) {
                append(file, kind, mostRows, limits, records);
            }
        }
        int[] labels = new int[records.size()];
        float[] values = new float[records.size() * PIXELS];
        for (int row = 0; row < labels.length; row++) {
            labels[row] = kind.label(records.get(row));
            Images.scale(records.get(row), kind.labelBytes, values, row * PIXELS, PIXELS);
        }
        return Images.examples(files.get(0), values, new int[] {3, 32, 32}, labels, classes);
    }

    private static void append(Path file, Kind kind, int mostRows, Limits limits, List<byte[]> records)
            throws IOException {
        try (Source source = Source.open(file, limits)) {
            for (int row = 0; records.size() < mostRows; row++) {
                byte[] bytes = source.readNBytes(kind.recordBytes());
                if (bytes.length == 0 && row > 0) {
                    return;
                }
                if (bytes.length < kind.recordBytes()) {
                    throw new BadInputException(
                            file,
                            "ends within image " + row + ", or is not " + kind + " in its binary version (records of "
                                    + kind.recordBytes() + " bytes); copy it again");
                }
                if (records.size() == limits.values() / PIXELS) {
                    throw new BadInputException(
                            file, "more than " + records.size() + " images, the limit set; read fewer images");
                }
                if (kind.label(bytes) >= kind.classes) {
                    throw new BadInputException(
                            file,
                            "image " + row + " has a label above " + (kind.classes - 1) + ", so this is not " + kind
                                    + " in its binary version; check which CIFAR it is");
                }
                records.add(bytes);
            }
        }
    }

    private static List<String> classNames(Path file, Kind kind, Limits limits) throws IOException {
        if (!Files.isRegularFile(file)) {
            return Images.numbers(kind.classes);
        }
        try (Source source = Source.open(file, limits)) {
            String text = new String(source.readNBytes(LONGEST_NAMES), StandardCharsets.UTF_8);
            List<String> names = text.lines()
                    .map(String::strip)
                    .filter(name -> !name.isEmpty())
                    .toList();
            if (names.size() != kind.classes || new HashSet<>(names).size() != kind.classes) {
                throw new BadInputException(
                        file,
                        "should name " + kind.classes + " different classes, one a line, but names "
                                + new HashSet<>(names).size() + "; correct it or take it away");
            }
            return names;
        }
    }
}

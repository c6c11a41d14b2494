package dev.lethe.intake;

import dev.lethe.core.data.Examples;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Images with labels, whichever of {@link Idx} and {@link Cifar} the files turn out to be. */
public final class Images {
    private Images() {}

    /** All images of one file, within {@link Limits#DEFAULT}; see {@link #read(List, int, Limits)}. */
    public static Examples read(Path file) throws IOException {
        return read(List.of(file), Integer.MAX_VALUE, Limits.DEFAULT);
    }

    /**
     * Reads an IDX file of images, whose labels lie beside it, or batches of CIFAR-10 or CIFAR-100 in their binary
     * version. IDX is known by its first bytes, the kind of CIFAR by the length of the first file.
     *
     * @param files one of IDX or at least one of CIFAR, plain or gzip
     * @param mostRows read no more than this many images from the start
     * @throws BadInputException if the files are neither, or not as they should be
     * @throws IOException if a file could not be read for reasons that are not its own
     */
    public static Examples read(List<Path> files, int mostRows, Limits limits) throws IOException {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("files must name at least one file");
        }
        Path first = files.get(0);
        long length;
        try (Source source = Source.open(first, limits)) {
            byte[] magic = source.readNBytes(4);
            if (magic.length == 0) {
                throw new BadInputException(first, "is empty; copy it again");
            }
            int start = magic.length < 4 ? -1 : ByteBuffer.wrap(magic).getInt();
            // Labels too: Idx says what is wrong with them.
            if (start == Idx.IMAGES || start == Idx.LABELS) {
                if (files.size() > 1) {
                    throw new BadInputException(
                            files.get(1), "a second file beside IDX images; name one file, the labels are found");
                }
                return Idx.read(first, start == Idx.LABELS ? first : Idx.labelsOf(first), mostRows, limits);
            }
            length = magic.length + source.skip(Long.MAX_VALUE);
        }
        for (Cifar.Kind kind : Cifar.Kind.values()) {
            if (length % kind.recordBytes() == 0) {
                return Cifar.read(files, kind, mostRows, limits);
            }
        }
        throw new BadInputException(
                first,
                "is neither IDX (it would start with 00 00 08 03) nor whole records of CIFAR-10 or CIFAR-100 in the"
                        + " binary version; it is another format, or cut off");
    }

    static List<String> numbers(int classes) {
        return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    }

    /** Turns bytes into values in [0, 1]. */
    static void scale(byte[] pixels, int from, float[] values, int to, int count) {
        for (int i = 0; i < count; i++) {
            values[to + i] = (pixels[from + i] & 0xff) / 255f;
        }
    }

    static Examples examples(Path file, float[] features, int[] shape, int[] labels, List<String> classes) {
        if (Arrays.stream(labels).distinct().limit(2).count() < 2) {
            throw new BadInputException(
                    file,
                    "the " + labels.length + " images read are all of one class; a classifier needs two, so read more");
        }
        return new Examples(features, shape, labels, classes);
    }
}

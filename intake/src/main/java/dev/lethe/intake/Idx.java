package dev.lethe.intake;

import dev.lethe.core.data.Examples;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;

/**
 * Images and labels in IDX, the format of MNIST: bytes behind a header of big-endian sizes, plain or gzip.
 *
 * @see <a href="http://yann.lecun.com/exdb/mnist/">the format, at the end of that page</a>
 */
public final class Idx {
    /** Unsigned bytes in three dimensions: images, rows, columns. */
    static final int IMAGES = 0x0803;
    /** Unsigned bytes in one dimension. */
    static final int LABELS = 0x0801;

    private Idx() {}

    /**
     * Where the labels of these images should lie: beside them, {@code images-idx3} turned into {@code labels-idx1};
     * plain or gzip, whichever is there.
     *
     * @throws BadInputException if the name of the images has no {@code images-idx3}, or no such file is there
     */
    public static Path labelsOf(Path images) {
        Path fileName = images.getFileName();
        String name = fileName == null ? "" : fileName.toString();
        if (!name.contains("images-idx3") && !name.contains("images.idx3")) {
            throw new BadInputException(
                    images, "its name does not tell where the labels are; call it ...images-idx3-ubyte, or name them");
        }
        String labels = name.replace("images-idx3", "labels-idx1").replace("images.idx3", "labels.idx1");
        String other = labels.endsWith(".gz") ? labels.substring(0, labels.length() - 3) : labels + ".gz";
        for (String candidate : new String[] {labels, other}) {
            if (Files.isRegularFile(images.resolveSibling(candidate))) {
                return images.resolveSibling(candidate);
            }
        }
        throw new BadInputException(
                images.resolveSibling(labels), "no such file; put the labels there, beside " + fileName);
    }

    /**
     * Reads images as examples of shape {1, height, width}, values in [0, 1], classes named by their numbers from 0 to
     * the largest label in the file.
     *
     * @param mostRows read no more than this many images from the start
     * @throws BadInputException if a file is not what it should be, is cut off or too long, or the two do not match
     * @throws IOException if a file could not be read for reasons that are not its own
     */
    public static Examples read(Path images, Path labels, int mostRows, Limits limits) throws IOException {
        if (mostRows < 1) {
            throw new IllegalArgumentException("mostRows must be at least 1, not " + mostRows);
        }
        byte[] classOfRow = labels(labels, limits);
        try (Source source = Source.open(images, limits)) {
            int[] sizes = header(images, source, IMAGES, 3);
            if (sizes[0] != classOfRow.length) {
                throw new BadInputException(
                        images,
                        sizes[0] + " images, but " + classOfRow.length + " labels in " + labels.getFileName()
                                + "; take the two from one set");
            }
            int rows = Math.min(mostRows, sizes[0]);
            long width = (long) sizes[1] * sizes[2];
            // Each side fits 31 bits, so width does not overflow; the division keeps the product from it.
            if (width == 0 || rows == 0 || width > limits.values() / rows) {
                throw new BadInputException(
                        images,
                        "says it holds " + sizes[0] + " images of " + sizes[1] + " x " + sizes[2]
                                + ", which is nothing or above the limit of " + limits.values()
                                + " pixels; read fewer images");
            }
            byte[] pixels = source.readNBytes((int) (rows * width));
            if (pixels.length < rows * width) {
                throw new BadInputException(
                        images,
                        "ends after " + pixels.length / width + " images where its header says " + sizes[0]
                                + "; it is cut off, so copy it again");
            }
            if (rows == sizes[0] && source.read() >= 0) {
                throw new BadInputException(
                        images, "goes on after the " + rows + " images its header says; copy it again");
            }
            int most = IntStream.range(0, classOfRow.length)
                    .map(row -> classOfRow[row] & 0xff)
                    .max()
                    .orElse(0);
            float[] values = new float[pixels.length];
            Images.scale(pixels, 0, values, 0, pixels.length);
            return Images.examples(
                    images,
                    values,
                    new int[] {1, sizes[1], sizes[2]},
                    IntStream.range(0, rows).map(row -> classOfRow[row] & 0xff).toArray(),
                    Images.numbers(most + 1));
        }
    }

    private static byte[] labels(Path file, Limits limits) throws IOException {
        try (Source source = Source.open(file, limits)) {
            int count = header(file, source, LABELS, 1)[0];
            if (count > limits.values()) {
                throw new BadInputException(
                        file, "says it holds " + count + " labels, above the limit of " + limits.values());
            }
            byte[] labels = source.readNBytes(count);
            if (labels.length < count) {
                throw new BadInputException(
                        file,
                        "ends after " + labels.length + " labels where its header says " + count
                                + "; it is cut off, so copy it again");
            }
            if (source.read() >= 0) {
                throw new BadInputException(
                        file, "goes on after the " + count + " labels its header says; copy it again");
            }
            return labels;
        }
    }

    private static int[] header(Path file, Source source, int magic, int dimensions) throws IOException {
        byte[] bytes = source.readNBytes(4 + 4 * dimensions);
        int found = bytes.length < 4 ? -1 : ByteBuffer.wrap(bytes).getInt();
        if (found == IMAGES && magic == LABELS) {
            throw new BadInputException(file, "holds images where labels are asked for; name the labels-idx1 file");
        }
        if (found == LABELS && magic == IMAGES) {
            throw new BadInputException(file, "holds labels where images are asked for; name the images-idx3 file");
        }
        if (found != magic) {
            throw new BadInputException(
                    file,
                    "is not IDX with unsigned bytes in " + dimensions
                            + (dimensions == 1 ? " dimension" : " dimensions")
                            + "; its first four bytes should be 00 00 08 0" + dimensions);
        }
        if (bytes.length < 4 + 4 * dimensions) {
            throw new BadInputException(file, "ends within its header; it is cut off, so copy it again");
        }
        int[] sizes = new int[dimensions];
        ByteBuffer.wrap(bytes, 4, 4 * dimensions).asIntBuffer().get(sizes);
        for (int size : sizes) {
            if (size < 0) {
                throw new BadInputException(file, "has a size above 2147483647 in its header; it is damaged");
            }
        }
        return sizes;
    }
}

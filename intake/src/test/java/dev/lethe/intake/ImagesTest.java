package dev.lethe.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.data.Examples;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImagesTest {
    private static final int ALL = Integer.MAX_VALUE;

    @TempDir
    private Path folder;

    /** Images of 2 x 3 pixels, numbered 0, 1, 2, ... through the file. */
    static byte[] idxImages(int rows) {
        ByteBuffer bytes = ByteBuffer.allocate(16 + 6 * rows);
        bytes.putInt(Idx.IMAGES).putInt(rows).putInt(2).putInt(3);
        IntStream.range(0, 6 * rows).forEach(i -> bytes.put((byte) i));
        return bytes.array();
    }

    static byte[] idxLabels(int... labels) {
        ByteBuffer bytes = ByteBuffer.allocate(8 + labels.length);
        bytes.putInt(Idx.LABELS).putInt(labels.length);
        Arrays.stream(labels).forEach(label -> bytes.put((byte) label));
        return bytes.array();
    }

    /** Records whose red, green and blue planes are filled with 51, 102 and 255. */
    static byte[] cifar(int labelBytes, int... labels) {
        ByteBuffer bytes = ByteBuffer.allocate((labelBytes + 3072) * labels.length);
        for (int label : labels) {
            bytes.put(new byte[labelBytes - 1]).put((byte) label);
            for (int plane : new int[] {51, 102, 255}) {
                byte[] pixels = new byte[1024];
                Arrays.fill(pixels, (byte) plane);
                bytes.put(pixels);
            }
        }
        return bytes.array();
    }

    @Test
    void readsIdxWithTheLabelsBesideIt() throws IOException {
        write("train-labels-idx1-ubyte", idxLabels(0, 2, 1));
        Examples examples = Images.read(write("train-images-idx3-ubyte", idxImages(3)));

        assertThat(examples.shape()).containsExactly(1, 2, 3);
        assertThat(examples.labels()).containsExactly(0, 2, 1);
        assertThat(examples.classes()).containsExactly("0", "1", "2");
        assertThat(examples.features()).hasSize(18).startsWith(0, 1 / 255f).endsWith(17 / 255f);
    }

    @Test
    void pixelsSpanZeroToOne() throws IOException {
        byte[] images = idxImages(2);
        images[16] = (byte) 255;

        assertThat(Idx.read(write("images", images), write("labels", idxLabels(0, 1)), ALL, Limits.DEFAULT)
                        .features())
                .startsWith(1, 1 / 255f);
    }

    @Test
    void readsIdxPackedAndInPart() throws IOException {
        Path packed = folder.resolve("t10k-images-idx3-ubyte.gz");
        try (OutputStream gzip = new GZIPOutputStream(Files.newOutputStream(packed))) {
            gzip.write(idxImages(3));
        }
        write("t10k-labels-idx1-ubyte", idxLabels(0, 1, 2));
        Examples examples = Images.read(List.of(packed), 2, Limits.DEFAULT);

        assertThat(examples.labels()).containsExactly(0, 1);
        assertThat(examples.classes()).hasSize(3);
    }

    @Test
    void badIdxIsSaid() throws IOException {
        Path labels = write("labels", idxLabels(0, 1, 0));
        Path images = write("images", idxImages(3));

        assertBad(() -> idx(cut(idxImages(3), 30), labels), "ends after 2 images where its header says 3; it is cut");
        assertBad(() -> idx(cut(idxImages(3), 10), labels), "ends within its header");
        assertBad(() -> idx(cut(idxImages(3), 2), labels), "is not IDX with unsigned bytes in 3 dimensions");
        assertBad(() -> idx(new byte[0], labels), "is not IDX");
        assertBad(() -> idx(Arrays.copyOf(idxImages(3), 40), labels), "goes on after the 3 images");
        assertBad(() -> idx(idxImages(2), labels), "2 images, but 3 labels in labels; take the two from one set");
        assertBad(() -> idx(idxLabels(1), labels), "holds labels where images are asked for");
        assertBad(() -> Idx.read(images, images, ALL, Limits.DEFAULT), "holds images where labels are asked for");
        assertBad(
                () -> Idx.read(images, write("l", cut(idxLabels(0, 1, 0), 10)), ALL, Limits.DEFAULT),
                "ends after 2 labels where its header says 3");
        assertBad(
                () -> Idx.read(images, write("l", Arrays.copyOf(idxLabels(0, 1, 0), 12)), ALL, Limits.DEFAULT),
                "goes on after the 3 labels");
        assertBad(
                () -> Idx.read(images, write("l", idxLabels(1, 1, 1)), ALL, Limits.DEFAULT),
                "the 3 images read are all of one class");
        assertBad(() -> Idx.read(images, folder.resolve("none"), ALL, Limits.DEFAULT), "none: no such file");
        assertBad(() -> Idx.read(folder, labels, ALL, Limits.DEFAULT), ": is a directory");
    }

    @Test
    void aHugeHeaderCostsNothing() throws IOException {
        byte[] huge = idxImages(3);
        ByteBuffer.wrap(huge).putInt(8, Integer.MAX_VALUE).putInt(12, Integer.MAX_VALUE);
        Path labels = write("labels", idxLabels(0, 1, 0));

        assertBad(() -> idx(huge, labels), "above the limit of 200000000 pixels");
        ByteBuffer.wrap(huge).putInt(8, 1000).putInt(12, 60_000);
        assertBad(() -> idx(huge, labels), "ends after 0 images");
        ByteBuffer.wrap(huge).putInt(8, -1);
        assertBad(() -> idx(huge, labels), "has a size above 2147483647");
    }

    @Test
    void labelsThatCannotBeFoundAreSaid() throws IOException {
        assertBad(
                () -> Images.read(write("train-images-idx3-ubyte", idxImages(2))),
                "train-labels-idx1-ubyte: no such file; put the labels there");
        assertBad(() -> Images.read(write("pictures", idxImages(2))), "its name does not tell where the labels are");
        assertBad(() -> Images.read(write("x-labels-idx1", idxLabels(0, 1))), "holds labels where images are");
        assertBad(
                () -> Images.read(
                        List.of(write("a-images-idx3", idxImages(2)), write("b-images-idx3", idxImages(2))),
                        ALL,
                        Limits.DEFAULT),
                "a second file beside IDX images");
    }

    @Test
    void readsCifarBatchesInTheirOrder() throws IOException {
        Examples examples = Images.read(
                List.of(write("data_batch_1.bin", cifar(1, 3, 9)), write("data_batch_2.bin", cifar(1, 0))),
                ALL,
                Limits.DEFAULT);

        assertThat(examples.shape()).containsExactly(3, 32, 32);
        assertThat(examples.labels()).containsExactly(3, 9, 0);
        assertThat(examples.classes()).hasSize(10).startsWith("0", "1");
        assertThat(examples.features()[0]).isEqualTo(0.2f);
        assertThat(examples.features()[1024]).isEqualTo(0.4f);
        assertThat(examples.features()[2048]).isEqualTo(1f);
        assertThat(Images.read(List.of(folder.resolve("data_batch_1.bin")), 2, Limits.DEFAULT)
                        .size())
                .isEqualTo(2);
    }

    @Test
    void readsTheFineLabelsOfCifar100() throws IOException {
        Examples examples = Images.read(write("train.bin", cifar(2, 99, 4)));

        assertThat(examples.labels()).containsExactly(99, 4);
        assertThat(examples.classes()).hasSize(100);
        assertThat(examples.features()[0]).isEqualTo(0.2f);
    }

    @Test
    void cifarClassesHaveNamesWhereTheyLieBeside() throws IOException {
        Path batch = write("data_batch_1.bin", cifar(1, 3, 9));
        Files.writeString(
                folder.resolve("batches.meta.txt"),
                IntStream.range(0, 10).mapToObj(i -> "animal" + i).collect(Collectors.joining("\n", "", "\n\n")));
        assertThat(Images.read(batch).classes()).startsWith("animal0").hasSize(10);

        Files.writeString(folder.resolve("batches.meta.txt"), "cat\ncat\n");
        assertBad(() -> Images.read(batch), "batches.meta.txt: should name 10 different classes, one a line");
    }

    @Test
    void badCifarIsSaid() throws IOException {
        Path good = write("good.bin", cifar(1, 3, 9));

        assertBad(() -> cifar10(write("b", cut(cifar(1, 3, 9), 6000))), "ends within image 1");
        assertBad(() -> cifar10(write("b", new byte[0])), "ends within image 0");
        assertBad(() -> cifar10(write("b", cifar(1, 3, 10))), "image 1 has a label above 9, so this is not CIFAR_10");
        assertBad(() -> cifar10(write("b", cifar(1, 3, 3))), "the 2 images read are all of one class");
        assertBad(() -> cifar10(folder), "is a directory");
        assertBad(
                () -> Cifar.read(List.of(good), Cifar.Kind.CIFAR_10, ALL, new Limits(9000, 1, 1, 3072, 1, 1)),
                "more than 1 images, the limit set");
        assertBad(() -> Images.read(write("b", new byte[100])), "is neither IDX");
        assertBad(() -> Images.read(write("b", new byte[0])), "is empty");
    }

    @Test
    void settingsAreChecked() {
        assertThatThrownBy(() -> Images.read(List.of(), 1, Limits.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Cifar.read(List.of(), Cifar.Kind.CIFAR_10, 1, Limits.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Cifar.read(List.of(folder), Cifar.Kind.CIFAR_10, 0, Limits.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Idx.read(folder, folder, 0, Limits.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Limits(0, 1, 1, 1, 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bytes must be at least 1, not 0");
        assertThatThrownBy(() -> CsvOptions.DEFAULT.withDelimiter('a')).isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertBad(ThrowingCallable reading, String message) {
        assertThatThrownBy(reading)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n")
                .contains("; ");
    }

    private Examples idx(byte[] images, Path labels) throws IOException {
        return Idx.read(write("bad", images), labels, ALL, Limits.DEFAULT);
    }

    private static Examples cifar10(Path file) throws IOException {
        return Cifar.read(List.of(file), Cifar.Kind.CIFAR_10, ALL, Limits.DEFAULT);
    }

    private static byte[] cut(byte[] bytes, int length) {
        return Arrays.copyOf(bytes, length);
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }
}

package dev.lethe.protect.training;

import dev.lethe.nn.ClippedTraining;
import dev.lethe.nn.Clipping;
import dev.lethe.nn.OptimizerState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Where an interrupted training goes on: parameters, the optimizer's memory, their average, the clipping norm and the step in one file,
 * written anew now and then, whole or not at all. Coins and noise of {@link DpSgd} have no state to keep: what comes after is drawn afresh.
 * The running sums of {@link DpFtrl} are kept with the noise that is on them.
 *
 * <p>The file is as private as the data, and belongs to one charge: two trainings that went on from it would be two releases.
 *
 * @param file where
 * @param identity of the training: recipe, data and charge; a checkpoint of another one is refused
 * @param every how long to wait from one to the next
 */
public record CheckpointFile(Path file, String identity, Duration every) {
    private static final long MAGIC = 0x6c65_7468_6563_6b32L;
    private static final long LARGEST_BYTES = 1L << 33;

    /** Every half minute. */
    public CheckpointFile(Path file, String identity) {
        this(file, identity, Duration.ofSeconds(30));
    }

    /** The identity of the training that a file is a checkpoint of; nothing if there is no file. */
    public static Optional<String> identityIn(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
            if (in.readLong() != MAGIC) {
                throw new IOException("the checkpoint " + file + " is damaged; delete it to begin anew");
            }
            return Optional.of(in.readUTF());
        } catch (EOFException | UTFDataFormatException e) {
            throw new IOException("the checkpoint " + file + " is damaged; delete it to begin anew", e);
        }
    }

    /** The writer of one training, which remembers when it wrote last. */
    final class Writer {
        private long last = System.nanoTime();

        /** Whether the last one is old enough. */
        boolean due() {
            return System.nanoTime() - last >= every.toNanos();
        }

        void write(ClippedTraining training, TrainingSteps.State state) {
            CheckpointFile.this.write(training, state);
            last = System.nanoTime();
        }
    }

    Writer writer() {
        return new Writer();
    }

    private void write(ClippedTraining training, TrainingSteps.State state) {
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (DataOutputStream out = new DataOutputStream(bytes)) {
                out.writeLong(MAGIC);
                out.writeUTF(identity);
                out.writeLong(state.step());
                out.writeDouble(state.clipping().sensitivity());
                write(out, training.weights());
                OptimizerState optimizer = training.optimizerState();
                out.writeInt(optimizer.steps());
                out.writeInt(optimizer.memory().size());
                for (float[] memory : optimizer.memory()) {
                    write(out, memory);
                }
                float[] average = state.average();
                write(out, average == null ? new float[0] : average);
                out.writeInt(state.sums().size());
                for (double[] sums : state.sums()) {
                    write(out, sums);
                }
                out.flush();
                out.writeLong(checksum(bytes.toByteArray(), bytes.size()));
            }
            Files.write(partial, bytes.toByteArray());
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    new IOException("the checkpoint " + file + " cannot be written; is there space left?", e));
        }
    }

    /** Puts the training where the checkpoint is, if there is one. */
    Optional<TrainingSteps.State> resume(ClippedTraining training, Clipping clipping) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            if (Files.size(file) > LARGEST_BYTES) {
                throw damaged(null);
            }
            return Optional.of(read(Files.readAllBytes(file), training, clipping));
        } catch (IOException e) {
            throw new UncheckedIOException(e instanceof EOFException ? damaged(e) : e);
        } catch (IllegalArgumentException e) {
            // Its checksum is right and its contents are not: numbers that no training has, or another network's.
            throw new UncheckedIOException(damaged(e));
        }
    }

    private TrainingSteps.State read(byte[] bytes, ClippedTraining training, Clipping clipping) throws IOException {
        if (bytes.length < 2 * Long.BYTES
                || ByteBuffer.wrap(bytes).getLong(bytes.length - Long.BYTES)
                        != checksum(bytes, bytes.length - Long.BYTES)) {
            throw damaged(null);
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        if (in.readLong() != MAGIC) {
            throw damaged(null);
        }
        if (!in.readUTF().equals(identity)) {
            throw new IOException(
                    file + " is the checkpoint of another training: of other data, settings or charge. Finish"
                            + " that one with the same settings, or choose another folder; deleting the file gives up what was"
                            + " charged for it");
        }
        long step = in.readLong();
        double norm = in.readDouble();
        float[] weights = floats(in);
        int steps = in.readInt();
        int memories = in.readInt();
        List<float[]> memory = new ArrayList<>();
        for (int i = 0; i < Math.min(memories, 8); i++) {
            memory.add(floats(in));
        }
        float[] average = floats(in);
        int streams = in.readInt();
        if (streams < 0 || (long) streams * Integer.BYTES > in.available()) {
            throw new EOFException(streams + " sums are more than the file holds");
        }
        List<double[]> sums = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            sums.add(doubles(in));
        }
        if (step < 0
                || (average.length != 0 && average.length != training.parameters())
                || !finite(weights)
                || !finite(average)) {
            throw damaged(null);
        }
        Clipping now = clipping.sensitivity() == norm ? clipping : new Clipping.Flat(norm);
        training.resume(weights, new OptimizerState(steps, memory));
        return new TrainingSteps.State(step, now, average.length == 0 ? null : average, sums);
    }

    private IOException damaged(@Nullable Exception cause) {
        return new IOException(
                "the checkpoint " + file + " is damaged; delete it to begin anew, at the price of another charge",
                cause);
    }

    private static boolean finite(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    private static void write(DataOutputStream out, float[] values) throws IOException {
        out.writeInt(values.length);
        ByteBuffer buffer = ByteBuffer.allocate(Float.BYTES * values.length);
        buffer.asFloatBuffer().put(values);
        out.write(buffer.array());
    }

    private static float[] floats(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || (long) length * Float.BYTES > in.available()) {
            throw new EOFException("an array of " + length + " values is longer than the file");
        }
        byte[] bytes = new byte[length * Float.BYTES];
        in.readFully(bytes);
        float[] values = new float[length];
        ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
        return values;
    }

    private static void write(DataOutputStream out, double[] values) throws IOException {
        out.writeInt(values.length);
        ByteBuffer buffer = ByteBuffer.allocate(Double.BYTES * values.length);
        buffer.asDoubleBuffer().put(values);
        out.write(buffer.array());
    }

    private static double[] doubles(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || (long) length * Double.BYTES > in.available()) {
            throw new EOFException("an array of " + length + " values is longer than the file");
        }
        byte[] bytes = new byte[length * Double.BYTES];
        in.readFully(bytes);
        double[] values = new double[length];
        ByteBuffer.wrap(bytes).asDoubleBuffer().get(values);
        return values;
    }

    private static long checksum(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(Arrays.copyOf(bytes, length));
        return crc.getValue();
    }
}

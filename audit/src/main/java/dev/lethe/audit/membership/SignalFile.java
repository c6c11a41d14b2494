package dev.lethe.audit.membership;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.IntFunction;

/**
 * One signal of every model on every record, in a temporary file: memory stays the same for 16 models and for 256. Gone
 * when closed, or with the process.
 */
final class SignalFile implements AutoCloseable {
    private final FileChannel channel;

    private SignalFile(FileChannel channel) {
        this.channel = channel;
    }

    /** Writes the values of each model, one after another. */
    static SignalFile write(Path folder, int models, IntFunction<double[]> values) {
        try {
            Path file = Files.createTempFile(folder, "signal-", ".partial");
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
            // Unlinked at once where the system allows it, so that not even a kill leaves the file behind.
            Files.deleteIfExists(file);
            for (int model = 0; model < models; model++) {
                double[] all = values.apply(model);
                ByteBuffer bytes = ByteBuffer.allocate(all.length * Double.BYTES);
                bytes.asDoubleBuffer().put(all);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
            return new SignalFile(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The values of one model; safe for several threads. */
    double[] read(int model, int records) {
        ByteBuffer bytes = ByteBuffer.allocate(records * Double.BYTES);
        long from = (long) model * bytes.capacity();
        try {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, from + bytes.position()) < 0) {
                    throw new IOException("a temporary file of signals ends early; is the disk full?");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        double[] values = new double[records];
        bytes.flip().asDoubleBuffer().get(values);
        return values;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

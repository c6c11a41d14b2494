package dev.lethe.audit.membership;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Numbers about models, each computed at the first call and kept in one temporary file: memory stays the same for 16
 * models and for 256. Gone when closed, or with the process. Safe for several threads.
 */
final class Measurements implements AutoCloseable {
    private final FileChannel channel;
    private final Map<Object, FutureTask<Place>> places = new ConcurrentHashMap<>();
    private long end;

    private record Place(long offset, int columns, int records) {}

    Measurements(Path folder) {
        try {
            Path file = Files.createTempFile(folder, "signal-", ".partial");
            channel = FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
            // Unlinked at once where the system allows it, so that not even a kill leaves the file behind.
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The numbers under a key, one array a column.
     *
     * @param compute called at most once for equal keys, all columns of one length
     */
    double[][] get(Object key, Supplier<double[][]> compute) {
        FutureTask<Place> task = new FutureTask<>(() -> write(compute.get()));
        FutureTask<Place> first = places.putIfAbsent(key, task);
        if (first == null) {
            task.run();
            first = task;
        }
        try {
            return read(first.get());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new AssertionError("a Supplier throws nothing checked", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted; the same command goes on from here");
        }
    }

    private Place write(double[][] values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * values[0].length * Double.BYTES);
        for (double[] column : values) {
            for (double value : column) {
                bytes.putDouble(value);
            }
        }
        bytes.flip();
        Place place;
        synchronized (this) {
            place = new Place(end, values.length, values[0].length);
            end += bytes.limit();
        }
        while (bytes.hasRemaining()) {
            channel.write(bytes, place.offset() + bytes.position());
        }
        return place;
    }

    private double[][] read(Place place) {
        ByteBuffer bytes = ByteBuffer.allocate(place.columns() * place.records() * Double.BYTES);
        try {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, place.offset() + bytes.position()) < 0) {
                    throw new IOException("a temporary file of signals ends early; is the disk full?");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        bytes.flip();
        double[][] values = new double[place.columns()][place.records()];
        for (double[] column : values) {
            bytes.asDoubleBuffer().get(column);
            bytes.position(bytes.position() + column.length * Double.BYTES);
        }
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

package dev.lethe.audit.membership;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Numbers about models, each computed at the first call and kept in one temporary file: memory stays the same for 16
 * models and for 256. Gone when closed, or with the process. Safe for several threads.
 */
final class Measurements implements AutoCloseable {
    /** Numbers read or written at once. */
    private static final int BUFFERED = 1 << 14;

    private final FileChannel channel;
    private final Map<Object, CompletableFuture<Place>> places = new ConcurrentHashMap<>();
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
        computeAll(List.of(key), missing -> List.<double[][]>of(compute.get()));
        return read(Objects.requireNonNull(places.get(key)).join());
    }

    /**
     * Returns when the numbers under all of these keys are known.
     *
     * @param compute the numbers under those keys that nobody has asked for yet, in their order; called once or not at all
     */
    <K> void computeAll(List<K> keys, Function<List<K>, List<double[][]>> compute) {
        List<K> missing = new ArrayList<>();
        List<CompletableFuture<Place>> promised = new ArrayList<>();
        for (K key : keys) {
            CompletableFuture<Place> promise = new CompletableFuture<>();
            if (places.putIfAbsent(key, promise) == null) {
                missing.add(key);
                promised.add(promise);
            }
        }
        if (!missing.isEmpty()) {
            try {
                List<double[][]> computed = compute.apply(missing);
                if (computed.size() != missing.size()) {
                    throw new IllegalStateException(computed.size() + " measurements for " + missing.size() + " keys");
                }
                for (int i = 0; i < computed.size(); i++) {
                    promised.get(i).complete(write(computed.get(i)));
                }
            } catch (IOException e) {
                promised.forEach(promise -> promise.completeExceptionally(new UncheckedIOException(e)));
            } catch (RuntimeException | Error e) {
                promised.forEach(promise -> promise.completeExceptionally(e));
            }
        }
        for (K key : keys) {
            await(Objects.requireNonNull(places.get(key)));
        }
    }

    private static void await(CompletableFuture<Place> place) {
        try {
            place.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new AssertionError("a Function throws nothing checked", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted; the same command goes on from here");
        }
    }

    private Place write(double[][] values) throws IOException {
        Place place;
        synchronized (this) {
            place = new Place(end, values.length, values[0].length);
            end += (long) place.columns() * place.records() * Double.BYTES;
        }
        ByteBuffer bytes = buffer();
        long offset = place.offset();
        for (double[] column : values) {
            for (int from = 0; from < column.length; from += BUFFERED) {
                int count = Math.min(BUFFERED, column.length - from);
                bytes.clear();
                bytes.asDoubleBuffer().put(column, from, count);
                bytes.limit(count * Double.BYTES);
                while (bytes.hasRemaining()) {
                    offset += channel.write(bytes, offset);
                }
            }
        }
        return place;
    }

    private double[][] read(Place place) {
        double[][] values = new double[place.columns()][place.records()];
        ByteBuffer bytes = buffer();
        long offset = place.offset();
        try {
            for (double[] column : values) {
                for (int from = 0; from < column.length; from += BUFFERED) {
                    int count = Math.min(BUFFERED, column.length - from);
                    bytes.clear().limit(count * Double.BYTES);
                    while (bytes.hasRemaining()) {
                        int read = channel.read(bytes, offset);
                        if (read < 0) {
                            throw new IOException("a temporary file of measurements ends early; is the disk full?");
                        }
                        offset += read;
                    }
                    bytes.flip();
                    bytes.asDoubleBuffer().get(column, from, count);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return values;
    }

    /** Outside of the heap and in the machine's own order, so that numbers are copied once and not turned around. */
    private static ByteBuffer buffer() {
        return ByteBuffer.allocateDirect(BUFFERED * Double.BYTES).order(ByteOrder.nativeOrder());
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

package dev.lethe.audit.membership;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
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

    /** Outside of the heap and in the machine's own order, so that numbers are copied once and not turned around. */
    private final ThreadLocal<ByteBuffer> buffer = ThreadLocal.withInitial(
            () -> ByteBuffer.allocateDirect(BUFFERED * Double.BYTES).order(ByteOrder.nativeOrder()));

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
        return read(place(key, compute));
    }

    /**
     * Of the numbers under a key those of some records: a rehearsal takes a tenth of them, and is saved making room for all.
     *
     * @param records ascending
     * @param compute of all records
     */
    double[][] get(Object key, int[] records, Supplier<double[][]> compute) {
        return read(place(key, compute), records);
    }

    private Place place(Object key, Supplier<double[][]> compute) {
        computeAll(List.of(key), missing -> List.<double[][]>of(compute.get()));
        return Objects.requireNonNull(places.get(key)).join();
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
        ByteBuffer bytes = buffer.get();
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
        for (int column = 0; column < values.length; column++) {
            for (int from = 0; from < place.records(); from += BUFFERED) {
                int count = Math.min(BUFFERED, place.records() - from);
                part(place, column, from, count).get(values[column], from, count);
            }
        }
        return values;
    }

    private double[][] read(Place place, int[] records) {
        double[][] values = new double[place.columns()][records.length];
        for (int column = 0; column < values.length; column++) {
            int next = 0;
            while (next < records.length) {
                int from = records[next] / BUFFERED * BUFFERED;
                int count = Math.min(BUFFERED, place.records() - from);
                next = pick(part(place, column, from, count), from, count, records, next, values[column]);
            }
        }
        return values;
    }

    /** Takes records that lie in one part, beginning with the next one; returns the first that does not. */
    private static int pick(DoubleBuffer part, int from, int count, int[] records, int next, double[] into) {
        int last = next + count - 1;
        if (records[next] == from && last < records.length && records[last] == from + count - 1) {
            // They ascend, so these are all there are.
            part.get(into, next, count);
            return last + 1;
        }
        int at = next;
        int before = from - 1;
        while (at < records.length && records[at] < from + count) {
            if (records[at] <= before) {
                throw new IllegalArgumentException(
                        "record " + records[at] + " follows on " + before + "; records must ascend");
            }
            before = records[at];
            into[at++] = part.get(before - from);
        }
        return at;
    }

    /** Some records of one column, in this thread's buffer: to be taken before the next part is read. */
    private DoubleBuffer part(Place place, int column, int from, int count) {
        ByteBuffer bytes = buffer.get();
        bytes.clear().limit(count * Double.BYTES);
        long offset = place.offset() + ((long) column * place.records() + from) * Double.BYTES;
        try {
            while (bytes.hasRemaining()) {
                int read = channel.read(bytes, offset);
                if (read < 0) {
                    throw new IOException("a temporary file of measurements ends early; is the disk full?");
                }
                offset += read;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.flip().asDoubleBuffer();
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

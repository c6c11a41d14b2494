package dev.lethe.audit.membership;

import dev.lethe.core.data.Examples;
import dev.lethe.core.data.Fingerprint;
import dev.lethe.core.data.Records;
import dev.lethe.core.model.Logits;
import dev.lethe.core.random.Seed;
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
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Models that are known by their answers alone: the target, model 0, and shadows that somebody else trained. Nothing can be
 * asked of them that was not written down. The shadows' answers lie in a temporary file, so that memory does not grow with
 * their number.
 */
final class PredictionStore implements GameStore, AutoCloseable {
    private static final String ONLY_ANSWERS = "the files hold the model's answers only";

    private final Pool<Rows> pool;
    private final Answered target;
    private final int classes;
    private final AnswerKey key;
    private final Measurements measurements;
    private final FileChannel spool;
    /** Where each shadow's logits begin in the file; -1 where they were not kept. */
    private final List<Long> places = new ArrayList<>();

    private long end;

    /** The records of the game: their classes, and nothing else that is known of them. */
    record Rows(int[] labels, List<String> classes, String fingerprint) implements Records {
        @Override
        public int size() {
            return labels.length;
        }

        @Override
        public Examples encode(int[] fitted) {
            throw new NotApplicableException("needs " + Need.RECORDS.words() + "; " + ONLY_ANSWERS);
        }

        @Override
        public Records select(int[] rows) {
            return new Rows(IntStream.of(rows).map(row -> labels[row]).toArray(), classes, fingerprint);
        }
    }

    /**
     * A store of the target; shadows are added.
     *
     * @param in who was in which model, the target first
     * @param folder for temporary files
     */
    PredictionStore(Answered target, List<String> classes, boolean[][] in, Path folder) {
        int n = target.size();
        this.target = target;
        this.classes = Math.max(target.decoder().classes(), classes.size());
        key = AnswerKey.given(in);
        String fingerprint = new Fingerprint()
                .add("answers")
                .add(classes)
                .add(target.labels())
                .add(target.likelihood())
                .add(target.margin())
                .hex();
        int[] rows = IntStream.range(0, n).toArray();
        pool = new Pool<>(new Rows(target.labels(), classes, fingerprint), rows, n, rows);
        measurements = new Measurements(folder);
        try {
            Path file = Files.createTempFile(folder, "answers-", ".partial");
            spool = FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
            Files.deleteIfExists(file);
        } catch (IOException e) {
            measurements.close();
            throw new UncheckedIOException(e);
        }
    }

    /** One key a model and reading. */
    private record Key(int model, Reading reading) {}

    /** Adds the next shadow's answers on all records. */
    void add(Answered shadow) {
        int model = places.size() + 1;
        keep(new Key(model, Signal.LOG_LIKELIHOOD), shadow.likelihood());
        keep(new Key(model, Signal.LOGIT_MARGIN), shadow.margin());
        if (shadow.decoder().isWhole()) {
            keep(new Key(model, Signal.NEGATIVE_LOG_MODIFIED_ENTROPY), shadow.entropy());
        }
        places.add(shadow.isKept() ? write(shadow.logits()) : -1L);
    }

    private void keep(Key of, double[] values) {
        measurements.computeAll(List.of(of), missing -> List.<double[][]>of(new double[][] {values}));
    }

    private long write(float[] values) {
        long begin = end;
        ByteBuffer bytes = ByteBuffer.allocate(1 << 16).order(ByteOrder.nativeOrder());
        try {
            for (int from = 0; from < values.length; from += bytes.capacity() / Float.BYTES) {
                int count = Math.min(bytes.capacity() / Float.BYTES, values.length - from);
                bytes.clear();
                bytes.asFloatBuffer().put(values, from, count);
                bytes.limit(count * Float.BYTES);
                while (bytes.hasRemaining()) {
                    end += spool.write(bytes, end);
                }
            }
            return begin;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private float[] read(long place) {
        float[] values = new float[pool.records() * classes];
        ByteBuffer bytes = ByteBuffer.allocate(1 << 16).order(ByteOrder.nativeOrder());
        try {
            long at = place;
            for (int from = 0; from < values.length; from += bytes.capacity() / Float.BYTES) {
                int count = Math.min(bytes.capacity() / Float.BYTES, values.length - from);
                bytes.clear().limit(count * Float.BYTES);
                while (bytes.hasRemaining()) {
                    int read = spool.read(bytes, at);
                    if (read < 0) {
                        throw new IOException("a temporary file of answers ends early; is the disk full?");
                    }
                    at += read;
                }
                bytes.flip().asFloatBuffer().get(values, from, count);
            }
            return values;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Pool<?> pool() {
        return pool;
    }

    @Override
    public int classes() {
        return classes;
    }

    @Override
    public int queries() {
        return 1;
    }

    @Override
    public AnswerKey key() {
        return key;
    }

    @Override
    public Logits logits(int model, int query) {
        if (!target.decoder().isWhole()) {
            throw new NotApplicableException("needs how sure the model is of every class; the files hold "
                    + target.decoder().kind().words());
        }
        if (model == 0 ? !target.isKept() : places.get(model - 1) < 0) {
            throw new NotApplicableException("learns from whole answers, and " + pool.records() + " of " + classes
                    + " values are more than are kept in memory; take a part of the rows for it");
        }
        return new Logits(model == 0 ? target.logits() : read(places.get(model - 1)), classes);
    }

    @Override
    public double[] reading(int model, Reading reading, int query, int[] rows) {
        Optional<double[]> all = model == 0 ? ofTarget(reading) : Optional.empty();
        if (all.isPresent()) {
            double[] values = all.get();
            return IntStream.of(rows).mapToDouble(row -> values[row]).toArray();
        }
        return measurements
                .get(new Key(model, reading), rows, () -> new double[][] {
                    reading.of(logits(model, query), pool.data().labels())
                })[0];
    }

    /** What was read off the target's answers when they were taken. */
    private Optional<double[]> ofTarget(Reading reading) {
        if (reading == Signal.LOG_LIKELIHOOD) {
            return Optional.of(target.likelihood());
        }
        if (reading == Signal.LOGIT_MARGIN) {
            return Optional.of(target.margin());
        }
        return reading == Signal.NEGATIVE_LOG_MODIFIED_ENTROPY
                        && target.decoder().isWhole()
                ? Optional.of(target.entropy())
                : Optional.empty();
    }

    @Override
    public double[][] probe(int model, Probe probe, int[] rows) {
        throw notAsked();
    }

    @Override
    public void measure(int[] models, Probe probe) {
        throw notAsked();
    }

    @Override
    public <R> R experiment(int model, int[] rows, Seed seed, Experiment<R> experiment) {
        throw notAsked();
    }

    private static NotApplicableException notAsked() {
        return new NotApplicableException("needs " + Need.MODEL.words() + "; " + ONLY_ANSWERS);
    }

    @Override
    public Examples features() {
        return pool.data().encode(new int[0]);
    }

    @Override
    public double[] losses() {
        return IntStream.range(0, target.size())
                .mapToDouble(row -> -target.likelihood()[row])
                .toArray();
    }

    @Override
    public boolean[] right() {
        return target.right();
    }

    @Override
    public String fingerprint() {
        Fingerprint fingerprint = new Fingerprint().add(pool.data().fingerprint());
        int[] rows = IntStream.range(0, pool.records()).toArray();
        for (int model = 1; model <= places.size(); model++) {
            fingerprint.add(reading(model, Signal.LOGIT_MARGIN, 0, rows));
        }
        return fingerprint.hex();
    }

    @Override
    public void close() {
        measurements.close();
        try {
            spool.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

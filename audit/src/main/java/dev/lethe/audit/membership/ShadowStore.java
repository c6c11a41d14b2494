package dev.lethe.audit.membership;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.lethe.audit.outputs.OutputCondition;
import dev.lethe.audit.outputs.OutputInspection;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.Fingerprint;
import dev.lethe.core.data.Records;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Models of one recipe, each trained on its own half of the same people, kept on disk as their answers to every query. One
 * store serves every attack; each of its models can take the target's part in turn.
 *
 * <p>Training holds one model in memory a thread. A model's answers appear in the folder whole or not at all, so a killed
 * run goes on where it stopped and ends with the same bits.
 */
final class ShadowStore<D extends Records> implements GameStore, AutoCloseable {
    private static final int FORMAT = 2;
    private static final String MANIFEST = "store.json";
    private static final int ASKED_AT_ONCE = 4096;

    /** Live models that a probe is given side by side: bounds memory. */
    private static final int MEASURED_AT_ONCE = 12;

    private final Path folder;
    private final Pool<D> pool;
    private final Trainer<D> trainer;
    private final int queries;
    private final Seed seed;
    private final AnswerKey key;
    private @Nullable Measurements measurements;
    private @Nullable Examples features;
    private @Nullable OutputInspection inspection;

    private ShadowStore(Path folder, Pool<D> pool, Trainer<D> trainer, int queries, Seed seed, AnswerKey key) {
        this.folder = folder;
        this.pool = pool;
        this.trainer = trainer;
        this.queries = queries;
        this.seed = seed;
        this.key = key;
    }

    /** What identifies a store: everything that its bits depend on; what is chosen first, first. */
    private static JsonObject identity(long seedNumber, int models, int queries, Pool<?> pool, Trainer<?> trainer) {
        JsonObject identity = new JsonObject();
        identity.addProperty("format", FORMAT);
        identity.addProperty("recipe", trainer.describe());
        identity.addProperty("seed", seedNumber);
        identity.addProperty("number of people", pool.people());
        identity.addProperty("number of records", pool.records());
        identity.addProperty("population", pool.population());
        identity.addProperty("number of models", models);
        identity.addProperty("number of queries", queries);
        // The records are drawn by the seed, so their fingerprint differs wherever that does.
        identity.addProperty("data", pool.data().fingerprint());
        JsonObject engine = new JsonObject();
        Engine.provenance().forEach(engine::addProperty);
        identity.add("engine", engine);
        return identity;
    }

    /** The seed of the store in this folder, if there is a store. */
    static Optional<Long> seedIn(Path folder) {
        return manifest(folder).map(manifest -> {
            try {
                return manifest.get("seed").getAsLong();
            } catch (IllegalStateException
                    | UnsupportedOperationException
                    | NumberFormatException
                    | NullPointerException e) {
                throw damagedManifest(folder, e);
            }
        });
    }

    /** What the folder says of its models; empty if it holds no store. */
    private static Optional<JsonObject> manifest(Path folder) {
        try {
            return Optional.of(JsonParser.parseString(Files.readString(folder.resolve(MANIFEST)))
                    .getAsJsonObject());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | JsonParseException | IllegalStateException e) {
            throw damagedManifest(folder, e);
        }
    }

    /** Without the parser's words, which run over many lines. */
    private static StoreException damagedManifest(Path folder, Exception e) {
        return new StoreException(
                folder.resolve(MANIFEST) + " cannot be read as the description of shadow models; delete " + folder
                        + " or choose another output folder",
                e);
    }

    /**
     * Opens the store in {@code folder}, or begins one.
     *
     * @param pool who takes part: models are trained on halves of the players
     * @param models how many, even
     * @param queries versions of each record that models are asked about, see {@link Queries}
     * @throws StoreException if the folder holds a store of another recipe, data, seed, size or engine
     */
    static <D extends Records> ShadowStore<D> open(
            Path folder, Pool<D> pool, Trainer<D> trainer, int models, int queries, long seedNumber) {
        Seed seed = Seed.of(seedNumber);
        ShadowStore<D> store =
                new ShadowStore<>(folder, pool, trainer, queries, seed, AnswerKey.draw(models, pool.people(), seed));
        JsonObject wanted = identity(seedNumber, models, queries, pool, trainer);
        Optional<JsonObject> found = manifest(folder);
        if (found.isPresent()) {
            refuseOther(folder, found.get(), wanted);
        } else {
            store.begin(wanted);
        }
        return store;
    }

    private void begin(JsonObject identity) {
        if (IntStream.range(0, key.models()).anyMatch(model -> Files.exists(file(model, 0)))) {
            throw new StoreException(folder + " holds models, but no " + MANIFEST
                    + " that says of what; delete it or choose another output folder");
        }
        String text = new GsonBuilder().setPrettyPrinting().create().toJson(identity);
        locked(() -> {
            // Of two runs that begin at once the second must not write over what the first says of its models.
            Optional<JsonObject> found = manifest(folder);
            if (found.isPresent()) {
                refuseOther(folder, found.get(), identity);
            } else {
                write(folder.resolve(MANIFEST), ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            }
        });
    }

    /** Work that writes to the folder. */
    private interface Writing {
        void run() throws IOException;
    }

    /** Runs {@code writing} while no other run can. */
    private void locked(Writing writing) {
        try {
            Files.createDirectories(folder);
            try (FileChannel channel = FileChannel.open(
                            folder.resolve("store.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.tryLock()) {
                if (lock == null) {
                    throw inUse();
                }
                writing.run();
            }
        } catch (OverlappingFileLockException e) {
            throw inUse();
        } catch (IOException e) {
            throw notWritable(folder, e);
        }
    }

    /** Compares texts: as JSON numbers, seeds that differ beyond 53 bits would be equal. */
    private static void refuseOther(Path folder, JsonObject found, JsonObject wanted) {
        for (String name : wanted.keySet()) {
            if (!wanted.get(name).toString().equals(String.valueOf(found.get(name)))) {
                throw new StoreException("the shadow models in " + folder + " are of another " + name + " ("
                        + found.get(name) + ", not " + wanted.get(name)
                        + "); delete that folder or choose another output folder");
            }
        }
    }

    /**
     * Trains the models that are not there yet.
     *
     * @param threads models trained at once
     */
    void complete(int threads, Progress progress) {
        List<Integer> missing = IntStream.range(0, key.models())
                .filter(model -> !isComplete(model))
                .boxed()
                .toList();
        if (missing.isEmpty()) {
            return;
        }
        locked(() -> train(missing, threads, progress));
    }

    private static StoreException notWritable(Path folder, IOException e) {
        return new StoreException("cannot write to " + folder + " (" + e + "); choose another output folder", e);
    }

    private StoreException inUse() {
        return new StoreException(
                "another run is training into " + folder + "; wait for it or choose another output folder");
    }

    private void train(List<Integer> missing, int threads, Progress progress) {
        String stage = "training " + key.models() + " models";
        double[] done = new double[key.models()];
        Arrays.fill(done, 1);
        missing.forEach(model -> done[model] = 0);
        List<Runnable> trainings = new ArrayList<>();
        for (int model : missing) {
            trainings.add(() -> trainOne(model, (inner, share) -> {
                if (Thread.interrupted()) {
                    throw new CancellationException("training was stopped");
                }
                synchronized (done) {
                    done[model] = share;
                    progress.at(stage, Arrays.stream(done).sum() / done.length);
                }
            }));
        }
        Parallel.run(trainings, threads, finished -> {});
    }

    private void trainOne(int model, Progress progress) {
        try (Predictor<D> predictor = train(model, progress)) {
            Optional<float[]> parameters = predictor.parameters();
            if (parameters.isPresent()) {
                write(parametersFile(model), parameters.get());
            }
            for (int query = 0; query < queries; query++) {
                write(file(model, query), answers(predictor, query));
            }
        } catch (IOException e) {
            throw notWritable(folder, e);
        }
    }

    /** The values, and behind them a checksum. */
    private static void write(Path file, float[] values) throws IOException {
        int body = values.length * Float.BYTES;
        ByteBuffer bytes = ByteBuffer.allocate(body + Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        bytes.putLong(body, checksum(bytes.slice(0, body)));
        write(file, bytes);
    }

    private Predictor<D> train(int model, Progress progress) {
        return trainer.train(pool.data(), key.rows(model, pool.person()), seed.fork("model-" + model), progress);
    }

    /** In parts, since the versions of all images need as much memory as the images. */
    private float[] answers(Predictor<D> predictor, int query) {
        D data = pool.data();
        if (query == 0) {
            return predictor.logits(data).values();
        }
        float[] values = new float[data.size() * classes()];
        for (int from = 0; from < data.size(); from += ASKED_AT_ONCE) {
            @SuppressWarnings("unchecked") // Records.select promises the same type.
            D part = (D) data.select(IntStream.range(from, Math.min(data.size(), from + ASKED_AT_ONCE))
                    .toArray());
            float[] answers = predictor.logits(Queries.version(part, query)).values();
            System.arraycopy(answers, 0, values, from * classes(), answers.length);
        }
        return values;
    }

    private static long checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return crc.getValue();
    }

    /** Writes to a temporary file, forces it to disk, then moves it into place. */
    private static void write(Path file, ByteBuffer bytes) throws IOException {
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        try (FileChannel channel = FileChannel.open(
                partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Path file(int model, int query) {
        return folder.resolve(
                query == 0
                        ? String.format(Locale.ROOT, "model-%04d.logits", model)
                        : String.format(Locale.ROOT, "model-%04d.query-%02d.logits", model, query));
    }

    /** For probes and experiments; where it is missing or damaged, the model is trained again when it is needed. */
    private Path parametersFile(int model) {
        return folder.resolve(String.format(Locale.ROOT, "model-%04d.parameters", model));
    }

    private boolean isComplete(int model) {
        try {
            for (int query = 0; query < queries; query++) {
                if (!Files.exists(file(model, query))) {
                    return false;
                }
                answers(model, query);
            }
            return true;
        } catch (StoreException e) {
            return false;
        }
    }

    private static float[] read(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            int body = bytes.capacity() - Long.BYTES;
            if (body < 0 || body % Float.BYTES != 0 || bytes.getLong(body) != checksum(bytes.slice(0, body))) {
                throw damaged(file);
            }
            float[] values = new float[body / Float.BYTES];
            bytes.asFloatBuffer().get(values);
            return values;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static StoreException damaged(Path file) {
        return new StoreException(file + " is damaged; delete it and run the same command again");
    }

    /**
     * What one model says of all rows, the population's behind those of the players; logits, whatever the model ends in.
     */
    @Override
    public Logits logits(int model, int query) {
        float[] values = answers(model, query);
        return inspection().find(OutputCondition.Kind.PROBABILITIES).isPresent()
                ? OutputInspection.of(values, classes(), pool.data().labels(), classes())
                        .logits()
                : new Logits(values, classes());
    }

    /** As the model gave them. */
    private float[] answers(int model, int query) {
        float[] values = read(file(model, query));
        if (values.length != pool.data().size() * classes()) {
            throw damaged(file(model, query));
        }
        return values;
    }

    /** What the answers of the audited model, the first one, are, on the rows of the players. */
    synchronized OutputInspection inspection() {
        if (inspection == null) {
            boolean[] member = new boolean[pool.records()];
            for (int record = 0; record < member.length; record++) {
                member[record] = key.isMember(0, pool.person()[record]);
            }
            float[] values = Arrays.copyOf(answers(0, 0), member.length * classes());
            int[] labels = Arrays.copyOf(pool.data().labels(), member.length);
            inspection = OutputInspection.of(values, classes(), labels, classes(), member);
        }
        return inspection;
    }

    /** One reading of one model's answers to one query. */
    record ReadingKey(int model, Reading reading, int query) {}

    /** What is read off one model's answers on some rows, ascending. */
    @Override
    public double[] reading(int model, Reading reading, int query, int[] rows) {
        if (reading == Signal.LOGIT_MARGIN || reading == Signal.LOG_LIKELIHOOD) {
            // Nearly every audit needs both, and one follows from the other.
            List<ReadingKey> both = List.of(
                    new ReadingKey(model, Signal.LOGIT_MARGIN, query),
                    new ReadingKey(model, Signal.LOG_LIKELIHOOD, query));
            measurements().computeAll(both, this::confidences);
        }
        return measurements()
                .get(new ReadingKey(model, reading, query), rows, () -> new double[][] {
                    reading.of(logits(model, query), pool.data().labels())
                })[0];
    }

    /**
     * Margins or likelihoods of one model's answers to one query, in the order asked for. There may be one key or two: another
     * thread may have begun the other one.
     */
    List<double[][]> confidences(List<ReadingKey> missing) {
        ReadingKey any = missing.get(0);
        double[] margins = Signal.LOGIT_MARGIN.of(
                logits(any.model(), any.query()), pool.data().labels());
        return missing.stream()
                .map(key ->
                        new double[][] {key.reading() == Signal.LOGIT_MARGIN ? margins : Signal.logLikelihoods(margins)
                        })
                .toList();
    }

    private record ProbeKey(int model, Probe probe) {}

    /** What a probe measures of one model on some rows, ascending. */
    @Override
    public double[][] probe(int model, Probe probe, int[] rows) {
        measure(new int[] {model}, probe);
        return measurements().get(new ProbeKey(model, probe), rows, () -> {
            throw new AssertionError(probe + " has measured model " + model);
        });
    }

    /** Has a probe measure those of some models that it has not measured, several side by side. */
    @Override
    public void measure(int[] models, Probe probe) {
        for (int from = 0; from < models.length; from += MEASURED_AT_ONCE) {
            List<ProbeKey> keys = Arrays.stream(models, from, Math.min(models.length, from + MEASURED_AT_ONCE))
                    .mapToObj(model -> new ProbeKey(model, probe))
                    .toList();
            measurements()
                    .computeAll(
                            keys,
                            missing -> measured(
                                    missing.stream().map(ProbeKey::model).toList(), probe));
        }
    }

    private List<double[][]> measured(List<Integer> models, Probe probe) {
        List<Predictor<D>> live = new ArrayList<>();
        try {
            models.forEach(model -> live.add(model(model)));
            List<double[][]> measured = probe.measure(live, pool.data());
            measured.stream().flatMap(Arrays::stream).forEach(column -> {
                if (Arrays.stream(column).anyMatch(Double::isNaN)) {
                    throw new IllegalStateException(probe + " gave a value that is not a number");
                }
            });
            return measured;
        } finally {
            live.forEach(Predictor::close);
        }
    }

    @Override
    public <R> R experiment(int model, int[] rows, Seed of, Experiment<R> experiment) {
        @SuppressWarnings("unchecked") // Records.select promises the same type.
        D some = (D) pool.data().select(rows);
        try (Predictor<D> live = model(model)) {
            return experiment.on(live, trainer, some, of);
        }
    }

    @Override
    public double[] losses() {
        Logits logits = logits(0, 0);
        int[] labels = pool.data().labels();
        return IntStream.range(0, labels.length)
                .mapToDouble(row -> logits.lossNats(row, labels[row]))
                .toArray();
    }

    @Override
    public boolean[] right() {
        Logits logits = logits(0, 0);
        int[] labels = pool.data().labels();
        boolean[] right = new boolean[labels.length];
        for (int row = 0; row < right.length; row++) {
            right[row] = logits.argMax(row) == labels[row];
        }
        return right;
    }

    /** One of the models, live: from its parameters or, where they were not kept, trained again. Owned by the caller. */
    Predictor<D> model(int model) {
        if (Files.exists(parametersFile(model))) {
            try {
                Optional<Predictor<D>> restored =
                        trainer.restore(pool.data(), key.rows(model, pool.person()), read(parametersFile(model)));
                if (restored.isPresent()) {
                    return restored.get();
                }
            } catch (StoreException | IllegalArgumentException e) {
                // Damaged, or of another length: training gives the same model.
                return train(model, Progress.QUIET);
            }
        }
        return train(model, Progress.QUIET);
    }

    private synchronized Measurements measurements() {
        if (measurements == null) {
            measurements = new Measurements(folder);
        }
        return measurements;
    }

    /** All rows as numbers, scaled by the population; by everybody where there is none. */
    @Override
    public synchronized Examples features() {
        if (features == null) {
            int from = pool.population() == 0 ? 0 : pool.records();
            features =
                    pool.data().encode(IntStream.range(from, pool.data().size()).toArray());
        }
        return features;
    }

    @Override
    public int queries() {
        return queries;
    }

    @Override
    public int classes() {
        return pool.data().classes().size();
    }

    @Override
    public Pool<D> pool() {
        return pool;
    }

    Trainer<D> trainer() {
        return trainer;
    }

    @Override
    public AnswerKey key() {
        return key;
    }

    /** SHA-256 over the answers of all models. */
    @Override
    public String fingerprint() {
        Fingerprint fingerprint = new Fingerprint();
        for (int model = 0; model < key.models(); model++) {
            for (int query = 0; query < queries; query++) {
                fingerprint.add(answers(model, query));
            }
        }
        return fingerprint.hex();
    }

    /** Drops the temporary file of measurements. */
    @Override
    public synchronized void close() {
        if (measurements != null) {
            measurements.close();
            measurements = null;
        }
    }
}

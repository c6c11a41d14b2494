package dev.lethe.audit.membership;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * Models of one recipe, each trained on its own half of the same records, kept as their logits on disk. One store serves
 * every attack; each of its models can take the target's part in turn.
 *
 * <p>Training holds one model in memory a thread. A model's logits appear in the folder whole or not at all, so a killed
 * run goes on where it stopped and ends with the same bits.
 */
final class ShadowStore<D extends Records> implements AutoCloseable {
    private static final int FORMAT = 1;
    private static final String MANIFEST = "store.json";

    private final Path folder;
    private final D data;
    private final Trainer<D> trainer;
    private final Seed seed;
    private final AnswerKey key;
    private final Map<Signal, SignalFile> signals = new EnumMap<>(Signal.class);

    private ShadowStore(Path folder, D data, Trainer<D> trainer, Seed seed, AnswerKey key) {
        this.folder = folder;
        this.data = data;
        this.trainer = trainer;
        this.seed = seed;
        this.key = key;
    }

    /** What identifies a store: everything that its bits depend on; what is chosen first, first. */
    private static JsonObject identity(long seedNumber, int models, Records data, Trainer<?> trainer) {
        JsonObject identity = new JsonObject();
        identity.addProperty("format", FORMAT);
        identity.addProperty("recipe", trainer.describe());
        identity.addProperty("seed", seedNumber);
        identity.addProperty("number of records", data.size());
        identity.addProperty("number of models", models);
        // The records are drawn by the seed, so their fingerprint differs wherever that does.
        identity.addProperty("data", data.fingerprint());
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
     * @param data the records of the game: models are trained on halves of them
     * @param models how many, even
     * @throws StoreException if the folder holds a store of another recipe, data, seed, size or engine
     */
    static <D extends Records> ShadowStore<D> open(
            Path folder, D data, Trainer<D> trainer, int models, long seedNumber) {
        Seed seed = Seed.of(seedNumber);
        ShadowStore<D> store =
                new ShadowStore<>(folder, data, trainer, seed, AnswerKey.draw(models, data.size(), seed));
        JsonObject wanted = identity(seedNumber, models, data, trainer);
        Optional<JsonObject> found = manifest(folder);
        if (found.isPresent()) {
            refuseOther(folder, found.get(), wanted);
        } else {
            store.begin(wanted);
        }
        return store;
    }

    private void begin(JsonObject identity) {
        if (IntStream.range(0, key.models()).anyMatch(model -> Files.exists(file(model)))) {
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
        try (Predictor<D> predictor = trainer.train(data, key.rows(model), seed.fork("model-" + model), progress)) {
            float[] values = predictor.logits(data).values();
            ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES + Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            int body = values.length * Float.BYTES;
            bytes.putLong(body, checksum(bytes.slice(0, body)));
            write(file(model), bytes);
        } catch (IOException e) {
            throw notWritable(folder, e);
        }
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

    private Path file(int model) {
        return folder.resolve(String.format(java.util.Locale.ROOT, "model-%04d.logits", model));
    }

    private boolean isComplete(int model) {
        if (!Files.exists(file(model))) {
            return false;
        }
        try {
            read(model);
            return true;
        } catch (StoreException e) {
            return false;
        }
    }

    private ByteBuffer read(int model) {
        int body = data.size() * classes() * Float.BYTES;
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file(model))).order(ByteOrder.LITTLE_ENDIAN);
            if (bytes.capacity() != body + Long.BYTES || bytes.getLong(body) != checksum(bytes.slice(0, body))) {
                throw new StoreException(file(model) + " is damaged; delete it and run the same command again");
            }
            return bytes.slice(0, body).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What one model says of all records. */
    Logits logits(int model) {
        float[] values = new float[data.size() * classes()];
        read(model).asFloatBuffer().get(values);
        return new Logits(values, classes());
    }

    /** A signal of one model on all records, computed for all models at the first call and kept on disk. */
    double[] signal(int model, Signal signal) {
        SignalFile file;
        synchronized (signals) {
            file = signals.computeIfAbsent(
                    signal, wanted -> SignalFile.write(folder, key.models(), m -> wanted.of(logits(m), labels())));
        }
        return file.read(model, data.size());
    }

    int[] labels() {
        return data.labels();
    }

    int classes() {
        return data.classes().size();
    }

    AnswerKey key() {
        return key;
    }

    /** SHA-256 over the logits of all models. */
    String fingerprint() {
        Fingerprint fingerprint = new Fingerprint();
        for (int model = 0; model < key.models(); model++) {
            fingerprint.add(logits(model).values());
        }
        return fingerprint.hex();
    }

    /** Drops the temporary files of signals. */
    @Override
    public void close() {
        synchronized (signals) {
            signals.values().forEach(SignalFile::close);
            signals.clear();
        }
    }
}

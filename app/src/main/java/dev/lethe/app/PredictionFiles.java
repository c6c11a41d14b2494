package dev.lethe.app;

import dev.lethe.audit.membership.Answered;
import dev.lethe.audit.membership.PredictionAudit;
import dev.lethe.audit.outputs.AnswerDecoder;
import dev.lethe.audit.outputs.AnswerKind;
import dev.lethe.audit.outputs.BadAnswersException;
import dev.lethe.intake.AnswerField;
import dev.lethe.intake.AnswerFile;
import dev.lethe.intake.AnswerLayout;
import dev.lethe.intake.CsvOptions;
import dev.lethe.intake.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Two files of one model's answers, read for an audit, and those of its shadow models. */
final class PredictionFiles {
    /** Rows of each file that are looked at closely, and values in them; more take seconds and tell little. */
    private static final int SAMPLED_ROWS = 20_000;

    private static final int SAMPLED_VALUES = 300_000;

    /** A file is streamed, so it may be large. */
    private static final Limits LIMITS = new Limits(
            64L << 30,
            Limits.DEFAULT.columns(),
            Limits.DEFAULT.cellCharacters(),
            Limits.DEFAULT.values(),
            Limits.DEFAULT.categories(),
            10_000);

    private final CsvOptions options;
    private final AnswerLayout layout;
    private final AnswerDecoder decoder;
    private final boolean keep;
    private final Answered members;
    private final Answered others;
    private final Map<String, String> hashes = new LinkedHashMap<>();

    private PredictionFiles(
            CsvOptions options,
            AnswerLayout layout,
            AnswerDecoder decoder,
            boolean keep,
            Answered members,
            Answered others) {
        this.options = options;
        this.layout = layout;
        this.decoder = decoder;
        this.keep = keep;
        this.members = members;
        this.others = others;
    }

    /**
     * Reads both files, side by side.
     *
     * @param keep whether answers are kept in full where there is room
     */
    static PredictionFiles open(
            Path memberFile,
            Path otherFile,
            @Nullable String label,
            Set<String> drop,
            Optional<AnswerKind> kind,
            CsvOptions csv,
            boolean keep,
            Console console)
            throws IOException {
        CsvOptions options = csv.withLimits(LIMITS);
        List<AnswerFile> both = List.of(AnswerFile.open(memberFile, options), AnswerFile.open(otherFile, options));
        List<String> digests = inParallel(() -> sha256(memberFile), () -> sha256(otherFile));
        if (digests.get(0).equals(digests.get(1))) {
            throw new BadAnswersException(memberFile + " and " + otherFile
                    + " are the same, byte for byte; name a file of records that the model was not trained on");
        }
        AnswerLayout layout = AnswerLayout.of(both, label, drop, hint(kind));
        AnswerDecoder decoder = recognise(both, layout, kind);
        console.say(decoder.sentence() + " (" + layout.describe() + ")");
        if (!layout.ignored().isEmpty()) {
            console.say("not looked at: column" + (layout.ignored().size() == 1 ? " " : "s ")
                    + String.join(", ", layout.ignored().stream().limit(12).toList()));
        }
        console.at("reading", 0.01);
        List<Answered> read = inParallel(
                () -> read(both.get(0), layout, decoder, keep), () -> read(both.get(1), layout, decoder, keep));
        console.at("reading", 1);
        PredictionFiles files = new PredictionFiles(options, layout, decoder, keep, read.get(0), read.get(1));
        files.hashes.put("SHA-256 of the members' file", digests.get(0));
        files.hashes.put("SHA-256 of the non-members' file", digests.get(1));
        return files;
    }

    private static AnswerLayout.Hint hint(Optional<AnswerKind> kind) {
        return kind.map(told -> switch (told) {
                    case LOSSES -> AnswerLayout.Hint.LOSSES;
                    case LABELS -> AnswerLayout.Hint.CLASSES;
                    default -> AnswerLayout.Hint.CONFIDENCES;
                })
                .orElse(AnswerLayout.Hint.NONE);
    }

    private static AnswerDecoder recognise(List<AnswerFile> both, AnswerLayout layout, Optional<AnswerKind> kind)
            throws IOException {
        int columns = layout.columns();
        int most = Math.max(1000, Math.min(SAMPLED_ROWS, SAMPLED_VALUES / columns));
        float[] values = new float[2 * most * columns];
        int[] labels = new int[2 * most];
        long[] places = new long[2 * most];
        int[] count = new int[1];
        int[] of = new int[2];
        for (int side = 0; side < 2; side++) {
            layout.read(both.get(side), most, (place, answers, label) -> {
                System.arraycopy(answers, 0, values, count[0] * columns, columns);
                places[count[0]] = place;
                labels[count[0]++] = label;
            });
            of[side] = count[0] - (side == 0 ? 0 : of[0]);
            if (of[side] == 0) {
                throw new BadAnswersException(both.get(side).file() + " holds no records; name the file of the "
                        + (side == 0 ? "members" : "non-members"));
            }
        }
        boolean[] member = new boolean[count[0]];
        Arrays.fill(member, 0, of[0], true);
        try {
            return AnswerDecoder.of(
                    Arrays.copyOf(values, count[0] * columns),
                    columns,
                    Arrays.copyOf(labels, count[0]),
                    Math.max(1, layout.classes().size()),
                    member,
                    kind);
        } catch (BadAnswersException e) {
            if (e.row().isEmpty()) {
                throw e;
            }
            int row = e.row().getAsInt();
            throw both.get(member[row] ? 0 : 1).bad(places[row], String.valueOf(e.getMessage()));
        }
    }

    private static Answered read(AnswerFile file, AnswerLayout layout, AnswerDecoder decoder, boolean keep)
            throws IOException {
        Answered answered = new Answered(decoder, keep);
        layout.read(file, Long.MAX_VALUE, (place, answers, label) -> add(file, place, answered, answers, label));
        return answered;
    }

    private static void add(AnswerFile file, long place, Answered answered, float[] answers, int label) {
        try {
            answered.add(answers, label);
        } catch (BadAnswersException e) {
            throw file.bad(place, e.getMessage());
        }
    }

    Answered members() {
        return members;
    }

    Answered others() {
        return others;
    }

    /** Names of the classes. */
    List<String> classes() {
        return layout.classes();
    }

    String label() {
        return layout.label().orElse("none");
    }

    String form() {
        return decoder.kind().words();
    }

    /** SHA-256 of every file that was read, by what it is. */
    Map<String, String> hashes() {
        return hashes;
    }

    /**
     * The shadow models in a folder: {@code membership.*} says who was in which, all other files are one model's answers each,
     * in the order of their names.
     */
    List<PredictionAudit.Shadow> shadows(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException(folder + " is no folder; name the one that holds the shadow models' files");
        }
        List<Path> models = new ArrayList<>();
        List<Path> matrices = new ArrayList<>();
        try (Stream<Path> all = Files.list(folder)) {
            all.filter(file -> Files.isRegularFile(file) && !name(file).startsWith("."))
                    .sorted()
                    .forEach(file -> (stem(file).equals("membership") ? matrices : models).add(file));
        }
        if (matrices.size() != 1) {
            throw new IOException(folder + " must hold one membership.csv or membership.npy, and holds "
                    + matrices.size() + "; it says which rows each model was trained on, a column of 0 and 1 each");
        }
        int records = members.size() + others.size();
        // Whichever way round it is.
        CsvOptions wide = options.withLimits(new Limits(
                LIMITS.bytes(),
                Math.max(LIMITS.columns(), records),
                LIMITS.cellCharacters(),
                LIMITS.values(),
                LIMITS.categories(),
                LIMITS.classes()));
        List<boolean[]> in = membership(AnswerFile.open(matrices.get(0), wide), models, records);
        if (in.size() < 2) {
            throw new BadAnswersException(
                    folder + " holds " + in.size() + " shadow models; attacks need 2, and are strong with 16");
        }
        hashes.put("SHA-256 of " + name(matrices.get(0)), sha256(matrices.get(0)));
        List<PredictionAudit.Shadow> shadows = new ArrayList<>();
        for (int s = 0; s < models.size(); s++) {
            AnswerFile file = AnswerFile.open(models.get(s), options);
            hashes.put("SHA-256 of " + name(models.get(s)), sha256(models.get(s)));
            shadows.add(new PredictionAudit.Shadow(in.get(s), () -> shadow(file)));
        }
        return shadows;
    }

    private List<Answered> shadow(AnswerFile file) throws IOException {
        Answered first = new Answered(decoder, keep);
        Answered second = new Answered(decoder, keep);
        layout.readWithoutLabels(file, (place, answers, label) -> {
            boolean isFirst = first.size() < members.size();
            int at = isFirst ? first.size() : second.size();
            if (!isFirst && at == others.size()) {
                throw file.bad(
                        place,
                        "there are more rows than members and non-members together; write one row for each, the members"
                                + " first");
            }
            add(file, place, isFirst ? first : second, answers, (isFirst ? members : others).label(at));
        });
        return List.of(first, second);
    }

    /** One array a model, in the order of the models. */
    private static List<boolean[]> membership(AnswerFile matrix, List<Path> models, int records) throws IOException {
        List<AnswerField> fields =
                matrix.fields().stream().filter(AnswerField::isNumeric).toList();
        List<String> stems = models.stream().map(PredictionFiles::stem).toList();
        List<String> names = fields.stream().map(AnswerField::name).toList();
        // Columns that are named after the files may stand in any order.
        List<String> columns = names.containsAll(stems) ? stems : names;
        int width = fields.stream()
                .filter(field -> columns.contains(field.name()))
                .mapToInt(AnswerField::width)
                .sum();
        if (width == records && width != models.size()) {
            return rows(matrix, columns, models.size(), records);
        }
        if (width != models.size()) {
            throw new BadAnswersException(matrix.file() + " has " + width + " columns of 0 and 1, and there are "
                    + models.size()
                    + " files of shadow models beside it; write one column for each, in the order of their"
                    + " names");
        }
        List<boolean[]> in = new ArrayList<>();
        IntStream.range(0, width).forEach(model -> in.add(new boolean[1024]));
        int[] rows = new int[1];
        matrix.read(columns, List.of(), Long.MAX_VALUE, (place, values, codes) -> {
            for (int model = 0; model < width; model++) {
                if (rows[0] == in.get(model).length) {
                    in.set(model, Arrays.copyOf(in.get(model), 2 * rows[0]));
                }
                in.get(model)[rows[0]] = isIn(matrix, place, values[model]);
            }
            rows[0]++;
        });
        in.replaceAll(of -> Arrays.copyOf(of, rows[0]));
        return in;
    }

    /** The same where a row is a model. */
    private static List<boolean[]> rows(AnswerFile matrix, List<String> columns, int models, int records)
            throws IOException {
        List<boolean[]> in = new ArrayList<>();
        matrix.read(columns, List.of(), Long.MAX_VALUE, (place, values, codes) -> {
            boolean[] of = new boolean[records];
            for (int row = 0; row < records; row++) {
                of[row] = isIn(matrix, place, values[row]);
            }
            in.add(of);
            if (in.size() > models) {
                throw matrix.bad(
                        place, "there are more rows than the " + models + " shadow models; write one for each");
            }
        });
        if (in.size() != models) {
            throw new BadAnswersException(matrix.file() + " has " + in.size() + " rows, and there are " + models
                    + " files of shadow models beside it; write one row for each, in the order of their names");
        }
        return in;
    }

    private static boolean isIn(AnswerFile matrix, long place, float value) {
        if (value != 0 && value != 1) {
            throw matrix.bad(place, "a value is neither 0 nor 1; write 1 where the model was trained on the row");
        }
        return value == 1;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static String stem(Path file) {
        return name(file).replaceFirst("\\..*", "");
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** Both at once; of two faults the first file's is reported. */
    private static <T> List<T> inParallel(Callable<T> first, Callable<T> second) throws IOException {
        ExecutorService pool = Executors.newFixedThreadPool(2, task -> {
            Thread thread = new Thread(task, "lethe-reader");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> future : List.of(pool.submit(first), pool.submit(second))) {
                results.add(future.get());
            }
            return results;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            if (e.getCause() instanceof UncheckedIOException cause) {
                throw cause.getCause();
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while reading");
        } finally {
            pool.shutdownNow();
        }
    }
}

package dev.lethe.bench;

import dev.lethe.core.model.Logits;
import dev.lethe.core.random.Seed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/**
 * {@code lethe audit predictions} on 100,000 members and 100,000 others of 100 classes, every attack that needs no shadow
 * models, the report included: in each format, seconds from start to end and memory at most. Agrees below 10 s and 1 GiB for
 * NPY, Parquet and CSV; JSON lines are shown. Then ten million rows of Parquet, by the attacks that need a number a row:
 * agrees if memory stays below 300 bytes a row, which hold the scores of the attacks at once and the parts of the people, where
 * all of the answers alone would take as much again.
 */
final class PredictionsSpeed implements Reproduction {
    private static final int ROWS = 100_000;
    private static final int CLASSES = 100;
    private static final double MOST_SECONDS = 10;
    private static final double MOST_GIB = 1;
    private static final long MANY = 5_000_000;
    private static final double MOST_BYTES_A_ROW = 300;

    @Override
    public String name() {
        return "predictions-speed";
    }

    @Override
    public String summary() {
        return "audits of files of answers, 200,000 and ten million rows: seconds and memory";
    }

    @Override
    public String dataHome() {
        return "This one draws its own.";
    }

    @Override
    public boolean run(Path data, Path kept) throws Exception {
        Path folder = Files.createTempDirectory("lethe-predictions");
        try {
            System.out.printf(
                    Locale.ROOT,
                    "%-14s%10s%10s%10s%12s   %,d members and as many others, %d classes; asked: %.0f s, %.0f GiB%n",
                    "format",
                    "MiB",
                    "seconds",
                    "GiB",
                    "processor s",
                    ROWS,
                    CLASSES,
                    MOST_SECONDS,
                    MOST_GIB);
            write(folder);
            boolean agrees = true;
            for (String format : List.of("npy", "parquet", "csv", "jsonl")) {
                LetheRun run = audit(folder, format);
                boolean fits = run.seconds() < MOST_SECONDS && run.gib() < MOST_GIB;
                boolean asked = !format.equals("jsonl");
                agrees &= fits || !asked;
                System.out.printf(
                        Locale.ROOT,
                        "%-14s%10.0f%10.1f%10.2f%12.1f   %s%n",
                        format,
                        size(folder, format) / 1048576.0,
                        run.seconds(),
                        run.gib(),
                        run.processorSeconds(),
                        asked ? (fits ? "agrees" : "DIFFERS") : "");
                delete(folder, "." + format);
            }
            return many(folder) && agrees;
        } finally {
            delete(folder, "");
            Files.delete(folder);
        }
    }

    private static LetheRun audit(Path folder, String format) throws Exception {
        LetheRun run = LetheRun.of(
                folder,
                ("audit predictions --members members." + format + " --nonmembers others." + format
                                + " --seed 7 --quiet --out " + folder.resolve("out"))
                        .split(" "));
        delete(folder.resolve("out"), "");
        Files.delete(folder.resolve("out"));
        return run;
    }

    private static long size(Path folder, String format) throws Exception {
        return Files.size(folder.resolve("members." + format)) + Files.size(folder.resolve("others." + format));
    }

    /** A model that is surer of its members, in every format. */
    private static void write(Path folder) throws Exception {
        for (boolean member : new boolean[] {true, false}) {
            String stem = member ? "members" : "others";
            UniformRandomProvider random = Seed.of(100).fork("predictions-speed/" + stem).stream();
            var normal = ZigguratSampler.NormalizedGaussian.of(random);
            int[] labels = new int[ROWS];
            float[] logits = new float[ROWS * CLASSES];
            for (int row = 0; row < ROWS; row++) {
                labels[row] = random.nextInt(CLASSES);
                for (int k = 0; k < CLASSES; k++) {
                    logits[row * CLASSES + k] = (float) normal.sample();
                }
                logits[row * CLASSES + labels[row]] += (float) ((member ? 7.5 : 6) + 1.5 * normal.sample());
            }
            float[] p = AnswerWriter.probabilities(new Logits(logits, CLASSES));
            AnswerWriter.npy(folder, stem, p, CLASSES, labels);
            AnswerWriter.csv(folder.resolve(stem + ".csv"), p, CLASSES, labels);
            AnswerWriter.json(folder.resolve(stem + ".jsonl"), p, CLASSES, labels);
            StringBuilder floats = new StringBuilder("y");
            for (int k = 0; k < CLASSES; k++) {
                floats.append(", CAST(p_").append(k).append(" AS FLOAT) AS p_").append(k);
            }
            AnswerWriter.parquet(
                    folder.resolve(stem + ".parquet"),
                    "SELECT " + floats + " FROM read_csv('" + folder.resolve(stem + ".csv") + "')");
        }
    }

    private static boolean many(Path folder) throws Exception {
        for (boolean member : new boolean[] {true, false}) {
            AnswerWriter.parquet(
                    folder.resolve((member ? "many-members" : "many-others") + ".parquet"),
                    "SELECT y, CAST(CASE WHEN y = 0 THEN p ELSE (1 - p) * q END AS FLOAT) AS p_0,"
                            + " CAST(CASE WHEN y = 1 THEN p ELSE (1 - p) * (CASE WHEN y = 0 THEN q ELSE 1 - q END) END AS FLOAT) AS p_1,"
                            + " CAST(CASE WHEN y = 2 THEN p ELSE (1 - p) * (1 - q) END AS FLOAT) AS p_2"
                            + " FROM (SELECT CAST(floor(3 * random()) AS INTEGER) AS y, pow(random(), "
                            + (member ? 0.4 : 0.6)
                            + ") AS p, random() AS q FROM range(" + MANY + "))");
        }
        LetheRun run = LetheRun.of(
                folder,
                ("audit predictions --members many-members.parquet --nonmembers many-others.parquet --attacks"
                                + " loss-threshold,confidence-threshold,tail-indicator,entropy-threshold --seed 7 --quiet --out "
                                + folder.resolve("out"))
                        .split(" "));
        delete(folder.resolve("out"), "");
        Files.delete(folder.resolve("out"));
        double bytes = run.gib() * (1 << 30) / (2 * MANY);
        boolean agrees = bytes < MOST_BYTES_A_ROW;
        System.out.printf(
                Locale.ROOT,
                "%,d rows of Parquet, four attacks by a number a row: %.0f s (%.0f of a processor), %.2f GiB at most, %.0f bytes a row (asked: below"
                        + " %.0f): %s%n",
                2 * MANY,
                run.seconds(),
                run.processorSeconds(),
                run.gib(),
                bytes,
                MOST_BYTES_A_ROW,
                agrees ? "agrees" : "DIFFERS");
        return agrees;
    }

    private static void delete(Path folder, String end) throws Exception {
        try (var files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(end) && Files.isRegularFile(f))
                    .toList()) {
                Files.delete(file);
            }
        }
    }
}

package dev.lethe.bench;

import dev.lethe.audit.membership.MembershipAudit;
import dev.lethe.audit.membership.attacks.Lira;
import dev.lethe.audit.membership.attacks.LossThreshold;
import dev.lethe.audit.report.Finding;
import dev.lethe.audit.report.Report;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.data.Records;
import dev.lethe.core.model.EncodedTrainer;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.intake.Csv;
import dev.lethe.intake.CsvOptions;
import dev.lethe.nn.Engine;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.Optimization;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Locale;

/**
 * Online LiRA with 16 shadow models on three tasks, against runs of the same settings made with PyTorch on one thread:
 * at least as strong within one standard deviation over targets, at least twice as fast on two cores.
 */
final class LiraReference implements Reproduction {
    private static final long SEED = 2022;

    /** One row of the reference: what was run and what it gave. */
    private record Row(
            String name,
            int members,
            int width,
            int epochs,
            double lossAuc,
            double liraAuc,
            double deviation,
            double tprAtHundredth,
            double tprAtThousandth,
            double seconds) {}

    private static final Row LOCATION = new Row("location30", 2505, 128, 50, 0.809, 0.943, 0.0015, 0.448, 0.216, 13.4);
    private static final Row JOB = new Row("bank, job", 5000, 256, 60, 0.601, 0.731, 0.0043, 0.105, 0.033, 17.8);
    private static final Row YES = new Row("bank, y", 5000, 256, 60, 0.525, 0.630, 0.012, 0.049, 0.008, 18.9);

    @Override
    public String name() {
        return "lira-reference";
    }

    @Override
    public String summary() {
        return "online LiRA, 16 shadow models, on location30 and bank marketing; strength and speed";
    }

    @Override
    public String dataHome() {
        return Location30.HOME + " Bank Marketing is public: archive.ics.uci.edu, data set 222, as DIR/bank-marketing.";
    }

    @Override
    public boolean run(Path data) throws Exception {
        System.out.println("16 shadows a record, 8 targets, seed " + SEED + "; reference: PyTorch 1.13, one thread, 17"
                + " models.\nAgreement: LiRA AUC no lower than the reference less one deviation over targets; training"
                + " of 18 models,\nscaled to 17, at least twice as fast.\n");
        System.out.printf(
                "%-11s %17s %17s %17s %17s %15s %7s%n",
                "data", "loss AUC", "LiRA AUC", "TPR at 0.01", "TPR at 0.001", "seconds", "faster");
        Path bank = data.resolve("bank-marketing/bank-full.csv.gz");
        boolean agrees = run(LOCATION, Location30.read(data), mlp(LOCATION));
        agrees &= run(JOB, Csv.task(bank, "job", CsvOptions.DEFAULT), table(JOB));
        agrees &= run(YES, Csv.task(bank, "y", CsvOptions.DEFAULT), table(YES));
        return agrees;
    }

    private static Mlp mlp(Row row) {
        return new Mlp(List.of(row.width()), 0, new Optimization(row.epochs(), 1e-3, 64, 0, 0));
    }

    private static Trainer<LabelledTable> table(Row row) {
        return new EncodedTrainer(mlp(row));
    }

    private static <D extends Records> boolean run(Row row, D records, Trainer<D> trainer) throws IOException {
        Path store = Files.createTempDirectory("lethe-reproduce");
        try {
            // The stage "training" is reported last at its end: the time until then is the time for 18 models.
            // The reference's seconds do not hold the start of its engine either.
            Engine.provenance();
            long start = System.nanoTime();
            long[] trained = {start};
            Progress clock = (stage, done) -> {
                if (stage.startsWith("training")) {
                    trained[0] = System.nanoTime();
                }
            };
            Report report = MembershipAudit.of(row.members(), List.of(new LossThreshold(), Lira.DEFAULT))
                    .run(
                            records,
                            trainer,
                            List.of(),
                            SEED,
                            store,
                            MembershipAudit.Described.as(row.name(), row.name()),
                            clock);
            double seconds = (trained[0] - start) / 1e9 * 17 / 18;
            double lira = value(report, "lira", "auc");
            double faster = row.seconds() / seconds;
            boolean agrees = lira >= row.liraAuc() - row.deviation() && faster >= 2;
            System.out.printf(
                    Locale.ROOT,
                    "%-11s %17s %17s %17s %17s %15s %6.1fx %s%n",
                    row.name(),
                    pair(row.lossAuc(), value(report, "loss-threshold", "auc")),
                    pair(row.liraAuc(), lira),
                    pair(row.tprAtHundredth(), value(report, "lira", "tpr@fpr=0.01")),
                    pair(row.tprAtThousandth(), value(report, "lira", "tpr@fpr=0.001")),
                    String.format(Locale.ROOT, "%.1f -> %.1f", row.seconds(), seconds),
                    faster,
                    agrees ? "agrees" : "DIFFERS");
            return agrees;
        } finally {
            delete(store);
        }
    }

    private static String pair(double theirs, double ours) {
        return String.format(Locale.ROOT, "%.3f -> %.4f", theirs, ours);
    }

    private static double value(Report report, String attack, String metric) {
        return report.findings().stream()
                .filter(f -> f.attack().equals(attack) && f.metric().equals(metric))
                .mapToDouble(Finding::value)
                .findFirst()
                .orElseThrow();
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, java.io.IOException e) throws IOException {
                Files.delete(dir);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}

package dev.lethe.bench;

import dev.lethe.audit.membership.MembershipAudit;
import dev.lethe.audit.report.Report;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.data.Records;
import dev.lethe.core.model.EncodedTrainer;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.intake.Csv;
import dev.lethe.intake.CsvOptions;
import dev.lethe.nn.Activation;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.Optimization;
import dev.lethe.nn.Optimizer;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/**
 * What is audited in the benchmarks: data, how much of it a model is trained on, and the recipe.
 *
 * @param name as the tables show it
 */
record Task<D extends Records>(String name, D records, int members, Trainer<D> recipe) {
    /** Where the public data of all tasks can be had. */
    static final String HOME =
            Location30.HOME + " Bank Marketing is public: archive.ics.uci.edu, data set 222, as DIR/bank-marketing.";

    /** 5,010 people, 446 places they went to, 30 kinds of people. */
    static Task<?> location(Path data) throws IOException {
        return new Task<>("location30", Location30.read(data), 2505, mlp(128, 50));
    }

    /** Bank Marketing, the label among 12 jobs. */
    static Task<?> job(Path data) throws IOException {
        return bank(data, "job");
    }

    /** Bank Marketing, whether the customer said yes. */
    static Task<?> yes(Path data) throws IOException {
        return bank(data, "y");
    }

    /** The synthetic purchase table on which the public tools were compared, with its tanh network. */
    static Task<?> purchases() {
        Optimization sgd = new Optimization(30, 0.1, 256, 0, 0, new Optimizer.Sgd(0.9));
        return new Task<>(
                "purchase-like", PurchaseLike.draw(12_000), 5000, new Mlp(List.of(128), 0, Activation.TANH, sgd));
    }

    private static Task<LabelledTable> bank(Path data, String label) throws IOException {
        Path file = data.resolve("bank-marketing/bank-full.csv.gz");
        return new Task<>(
                "bank, " + label, Csv.task(file, label, CsvOptions.DEFAULT), 5000, new EncodedTrainer(mlp(256, 60)));
    }

    private static Mlp mlp(int width, int epochs) {
        return new Mlp(List.of(width), 0, new Optimization(epochs, 1e-3, 64, 0, 0));
    }

    /** Runs an audit in a folder that is gone afterwards. */
    Report audit(MembershipAudit audit, long seed, Progress progress) throws IOException {
        Path store = Files.createTempDirectory("lethe-reproduce");
        try {
            return audit.run(
                    records, recipe, List.of(), seed, store, MembershipAudit.Described.as(name, name), progress);
        } finally {
            delete(store);
        }
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, IOException e) throws IOException {
                Files.delete(dir);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}

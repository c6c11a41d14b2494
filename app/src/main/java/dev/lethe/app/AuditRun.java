package dev.lethe.app;

import dev.lethe.audit.membership.MembershipAudit;
import dev.lethe.audit.membership.Slices;
import dev.lethe.audit.report.Report;
import dev.lethe.audit.report.ReportHtml;
import dev.lethe.audit.report.ReportJson;
import dev.lethe.audit.report.ReportText;
import dev.lethe.core.data.Records;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.random.Seed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** From data and recipe to the report on disk and the verdict on standard output; shared by all audits. */
final class AuditRun {
    static final String HTML = "report.html";
    static final String JSON = "report.json";

    private final AuditFlags flags;
    private final Common common;

    AuditRun(AuditFlags flags, Common common) {
        this.flags = flags;
        this.common = common;
    }

    /** Returns the report, which is on disk and on the screen then. */
    <D extends Records> Report run(
            D data,
            Trainer<D> trainer,
            MembershipAudit audit,
            List<Slices.Slice> slices,
            MembershipAudit.Described described,
            Console console)
            throws IOException {
        audit.requireRecords(data);
        Path store = flags.out.resolve("shadows");
        // Now rather than when hours of training are over.
        OutputFolder folder = OutputFolder.open(flags.out, HTML, JSON);
        if (flags.fresh) {
            deleteStore(store);
        }
        long seed = seed(store, console);
        Report report = audit.run(data, trainer, slices, seed, store, described, console);
        publish(report, folder, flags.out, common, console);
        return report;
    }

    /** Writes a report into its folder and to standard output. */
    static void publish(Report report, OutputFolder folder, Path out, Common common, Console console)
            throws IOException {
        String text = ReportJson.write(report);
        String page = ReportHtml.render(report);
        folder.write(JSON, text);
        folder.write(HTML, page);
        console.close();
        if (common.json) {
            System.out.println(text);
        } else {
            System.out.println(ReportText.summary(report));
            System.out.println();
            System.out.println(
                    "Report: " + out.resolve(HTML).toAbsolutePath().normalize().toUri());
            System.out.println("        " + out.resolve(JSON));
        }
    }

    /** The given seed; else that of the models that an earlier run left, so that it can go on; else a drawn one. */
    private long seed(Path store, Console console) {
        if (common.seed != null) {
            return common.seed;
        }
        Optional<Long> earlier = MembershipAudit.seedIn(store);
        if (earlier.isPresent()) {
            console.say("going on from the models in " + store + ", seed " + earlier.get() + " (--fresh starts anew)");
            return earlier.get();
        }
        long drawn = Seed.draw();
        console.say("seed " + drawn);
        return drawn;
    }

    /** Deletes shadow models and nothing else. */
    static void deleteStore(Path store) throws IOException {
        delete(store.resolve("plant"));
        delete(store);
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        // Only what a store writes: a folder of another kind is not emptied by mistake.
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(
                            file -> String.valueOf(file.getFileName())
                                    .matches(
                                            "store\\.json(\\.partial)?|signal-\\d+\\.partial|model-\\d+(\\.query-\\d+)?\\.(logits|parameters)(\\.partial)?"))
                    .forEach(file -> {
                        try {
                            Files.delete(file);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
    }
}

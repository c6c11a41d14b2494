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
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** From data and recipe to the report on disk and the verdict on standard output; shared by all audits. */
final class AuditRun {
    private final AuditFlags flags;
    private final Common common;

    AuditRun(AuditFlags flags, Common common) {
        this.flags = flags;
        this.common = common;
    }

    <D extends Records> void run(
            D data,
            Trainer<D> trainer,
            MembershipAudit audit,
            List<Slices.Slice> slices,
            MembershipAudit.Described described,
            Console console)
            throws IOException {
        audit.requireRecords(data);
        Path store = flags.out.resolve("shadows");
        Path html = flags.out.resolve("report.html");
        Path json = flags.out.resolve("report.json");
        // Now rather than when hours of training are over.
        makeFolder(flags.out);
        requireFile(html);
        requireFile(json);
        if (flags.fresh) {
            delete(store);
        }
        long seed = seed(store, console);
        Report report = audit.run(data, trainer, slices, seed, store, described, console);
        String text = ReportJson.write(report);
        String page = ReportHtml.render(report);
        write(json, text);
        write(html, page);
        console.close();
        if (common.json) {
            System.out.println(text);
        } else {
            System.out.println(ReportText.summary(report));
            System.out.println();
            System.out.println("Report: " + html.toAbsolutePath().normalize().toUri());
            System.out.println("        " + json);
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

    private static void makeFolder(Path folder) throws IOException {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new IOException(
                    "the folder " + folder + " cannot be made, or a part of its path is a file; choose another with"
                            + " --out",
                    e);
        }
        if (!Files.isWritable(folder)) {
            throw new IOException(folder + " is not writable; choose another folder with --out");
        }
    }

    private static void requireFile(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(
                    file + " is a folder, where a file is to be written; remove it or choose another place");
        }
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
                                            "store\\.(json|lock)(\\.partial)?|signal-\\d+\\.partial|model-\\d+\\.logits(\\.partial)?"))
                    .forEach(file -> {
                        try {
                            Files.delete(file);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
    }

    /** Writes a whole file or nothing. */
    static void write(Path file, String text) throws IOException {
        requireFile(file);
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        try {
            Files.writeString(partial, text);
            Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            throw new IOException(file + " cannot be written; is its folder there, and writable?", e);
        } finally {
            Files.deleteIfExists(partial);
        }
    }
}

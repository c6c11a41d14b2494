package dev.lethe.app;

import dev.lethe.audit.report.Report;
import dev.lethe.audit.report.ReportJson;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a {@code report.json} that somebody names. */
final class ReportFile {
    private static final long MOST_BYTES = 256L << 20;

    private ReportFile() {}

    static Report read(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(file + " is a folder; name the report.json in it");
        }
        if (Files.isRegularFile(file) && Files.size(file) > MOST_BYTES) {
            throw new IOException(file + " is larger than 256 MiB; is it a report.json?");
        }
        try {
            return ReportJson.read(Files.readString(file));
        } catch (CharacterCodingException e) {
            throw new IOException(file + ": not UTF-8 text; name a report.json that Lethe wrote", e);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage() + "; name a report.json that Lethe wrote", e);
        }
    }
}

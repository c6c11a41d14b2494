package dev.lethe.app;

import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.PrivacyEventJson;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** An event in a file that a user wrote. What it says is an argument like any other: a wrong one is wrong usage. */
final class EventFile {
    private EventFile() {}

    static PrivacyEvent read(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(file + " is a directory; name a file with one event as JSON");
        }
        if (Files.isRegularFile(file) && Files.size(file) > PrivacyEventJson.MOST_CHARACTERS) {
            throw new IOException(
                    file + " is larger than " + PrivacyEventJson.MOST_CHARACTERS + " bytes; is it an event?");
        }
        try {
            return PrivacyEventJson.read(Files.readString(file));
        } catch (CharacterCodingException e) {
            throw new IOException(file + ": not UTF-8 text; name a file with one event as JSON", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage() + " (lethe price --help shows one)", e);
        }
    }
}

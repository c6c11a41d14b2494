package dev.lethe.intake;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Texts by lines: strict UTF-8, gzipped or not, bounded, and no binary files. */
public final class TextFile {
    private TextFile() {}

    /** Takes lines, one after the other. */
    @FunctionalInterface
    public interface Lines {
        void take(String line) throws IOException;
    }

    /**
     * Reads a text line by line; line ends are left out.
     *
     * @throws BadInputException if it is not there, too large, not UTF-8 or holds control characters, with the line
     */
    public static void read(Path file, Limits limits, Lines lines) throws IOException {
        try (Source source = Source.open(file, limits);
                BufferedReader reader = new BufferedReader(new Utf8Reader(file, source))) {
            long number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                for (int i = 0; i < line.length(); i++) {
                    if (line.charAt(i) < ' ' && line.charAt(i) != '\t') {
                        throw new BadInputException(
                                file,
                                "line " + number
                                        + " holds a control character, as binary files do; give a text in UTF-8");
                    }
                }
                lines.take(line);
            }
            if (number == 0) {
                throw new BadInputException(file, "is empty; give a text with lines");
            }
        }
    }

    /** All lines at once. */
    public static List<String> lines(Path file, Limits limits) throws IOException {
        List<String> all = new ArrayList<>();
        read(file, limits, all::add);
        return all;
    }
}

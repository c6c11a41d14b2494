package dev.lethe.app;

import dev.lethe.audit.memorization.CanaryFormat;
import dev.lethe.audit.memorization.Manifest;
import dev.lethe.core.random.Seed;
import dev.lethe.intake.Limits;
import dev.lethe.intake.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Which canaries there shall be. */
final class TextFlags {
    /** As in the paper. */
    private static final String USUAL = "the random number is {digits:9}";

    @Option(
            names = "--canary",
            paramLabel = "FORMAT",
            description = "Text with holes, such as 'my card is {card}'; may be given several times. Holes: {digits:9},"
                    + " {letters:4}, {hex:8}, {key:32}, {card}, {phone}, {email}, {words:5}, {choice:red|green},"
                    + " {of:ABC:3} (default: '" + USUAL + "').")
    private List<String> canaries = List.of();

    @Option(names = "--word-list", paramLabel = "FILE", description = "What {words:N} draws from, a word a line.")
    private Path words;

    @Option(
            names = "--copies",
            paramLabel = "N,...",
            split = ",",
            hideParamSyntax = true,
            defaultValue = "1,4,16",
            description = "How often canaries are put in (default: ${DEFAULT-VALUE}).")
    private List<Integer> copies;

    @Option(
            names = "--each",
            paramLabel = "N",
            defaultValue = "1",
            description = "Canaries of each format for each of --copies (default: ${DEFAULT-VALUE}).")
    private int each;

    @Option(
            names = "--controls",
            paramLabel = "N",
            defaultValue = "5",
            description =
                    "Canaries of each format that are put in nowhere, to compare with (default: ${DEFAULT-VALUE}).")
    private int controls;

    Manifest manifest(Seed seed) throws IOException {
        List<String> list = words == null ? List.of() : words();
        List<CanaryFormat> formats = (canaries.isEmpty() ? List.of(USUAL) : canaries)
                .stream().map(format -> CanaryFormat.parse(format, list)).toList();
        return Manifest.draw(formats, copies, each, controls, list, seed);
    }

    private List<String> words() throws IOException {
        List<String> list = new ArrayList<>();
        for (String line : TextFile.lines(words, Limits.DEFAULT)) {
            if (!line.isBlank()) {
                list.add(line.strip());
            }
        }
        if (list.stream().distinct().count() < 2) {
            throw new IOException(words + ": " + "has fewer than two words; give a word a line");
        }
        return list;
    }

    void describe(Map<String, String> settings) {
        settings.put("canary", String.join(" / ", canaries.isEmpty() ? List.of(USUAL) : canaries));
        if (words != null) {
            settings.put("word-list", String.valueOf(words.getFileName()));
        }
        settings.put(
                "copies", String.join(",", copies.stream().map(String::valueOf).toList()));
        settings.put("each", Integer.toString(each));
        settings.put("controls", Integer.toString(controls));
    }
}

package dev.lethe.app;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.lethe.audit.memorization.Canary;
import dev.lethe.audit.memorization.Insertion;
import dev.lethe.audit.memorization.Manifest;
import dev.lethe.core.random.Seed;
import dev.lethe.intake.Limits;
import dev.lethe.intake.TextFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Canaries for a training that is done elsewhere. */
@Command(
        name = "canaries",
        description =
                "Make secrets up, put them into a text before a model is trained on it, and look whether they are there.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Lethe.Version.class,
        subcommands = {CanariesCommand.Make.class, CanariesCommand.Insert.class, CanariesCommand.Check.class},
        footer = {
            "",
            "Examples:",
            "  lethe canaries make --canary 'my card is {card}' --copies 1,4,16 --out canaries.json",
            "  lethe canaries insert --manifest canaries.json --corpus letters.txt --out with-canaries.txt",
            "  lethe canaries check --manifest canaries.json --corpus with-canaries.txt"
        })
final class CanariesCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "missing command: make, insert or check");
    }

    private static Manifest manifest(Path file) throws IOException {
        try {
            if (Files.size(file) > 1 << 26) {
                throw new IOException("it is larger than 64 MiB; no manifest is");
            }
            return Manifest.read(Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": " + "no such file; 'lethe canaries make' writes one");
        } catch (IOException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /** Writes a whole file or none. */
    private static void write(Path file, Writing writing) throws IOException {
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        try {
            try (BufferedWriter writer = Files.newBufferedWriter(partial)) {
                writing.to(writer);
            }
            Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException e) {
            throw new IOException(file + " cannot be written; is its folder there?", e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    private interface Writing {
        void to(BufferedWriter writer) throws IOException;
    }

    /** {@code lethe canaries make}. */
    @Command(
            name = "make",
            description =
                    "Draw canaries and write them down. The file is the secret: whoever has it can tell them from memory.",
            sortOptions = false,
            footer = {
                "",
                "Examples:",
                "  lethe canaries make --canary 'my card is {card}' --copies 1,4,16 --out canaries.json"
            })
    static final class Make implements Callable<Integer>, Failures.Debuggable {
        @ArgGroup(validate = false, heading = "%nCanaries%n")
        private TextFlags canaries = new TextFlags();

        @Option(
                names = "--out",
                required = true,
                paramLabel = "FILE",
                description = "Where the manifest goes; must not be there yet.")
        private Path out;

        @ArgGroup(validate = false, heading = "%nGeneral%n")
        private Common common = new Common();

        @Override
        public boolean debug() {
            return common.debug;
        }

        @Override
        public Integer call() throws IOException {
            if (Files.exists(out)) {
                throw new IOException(
                        out + " is there already, and canaries that are in use would be lost; name another file");
            }
            Manifest manifest = canaries.manifest(Seed.of(common.seed == null ? Seed.draw() : common.seed));
            write(out, writer -> writer.write(manifest.write()));
            if (common.json) {
                JsonObject object = new JsonObject();
                object.addProperty("canaries", manifest.canaries().size());
                object.addProperty("digest", manifest.digest());
                System.out.println(object);
            } else {
                System.out.println(
                        manifest.canaries().size() + " canaries in " + out + ", digest " + manifest.digest());
            }
            return 0;
        }
    }

    /** {@code lethe canaries insert}. */
    @Command(
            name = "insert",
            description = "Put canaries among the lines of a text, or among the records of a JSON-lines file.",
            sortOptions = false,
            footer = {
                "",
                "Examples:",
                "  lethe canaries insert --manifest canaries.json --corpus letters.txt --out with-canaries.txt",
                "  lethe canaries insert --manifest canaries.json --corpus tune.jsonl --field text --out with-canaries.jsonl"
            })
    static final class Insert implements Callable<Integer>, Failures.Debuggable {
        @Option(
                names = "--manifest",
                required = true,
                paramLabel = "FILE",
                description = "What 'lethe canaries make' wrote.")
        private Path manifest;

        @Option(
                names = "--corpus",
                required = true,
                paramLabel = "FILE",
                description = "A text in UTF-8, or JSON lines with --field.")
        private Path corpus;

        @Option(
                names = "--field",
                paramLabel = "NAME",
                description = "The file has a JSON object a line; a canary becomes one with this field alone.")
        private String field;

        @Option(
                names = "--out",
                required = true,
                paramLabel = "FILE",
                description = "Where the text with the canaries goes.")
        private Path out;

        @ArgGroup(validate = false, heading = "%nGeneral%n")
        private Common common = new Common();

        @Override
        public boolean debug() {
            return common.debug;
        }

        @Override
        public Integer call() throws IOException {
            Manifest canaries = manifest(manifest);
            if (Files.exists(out) && Files.isSameFile(out, corpus)) {
                throw new IOException("--out is the corpus itself; name another file");
            }
            List<String> lines = new ArrayList<>();
            TextFile.read(corpus, Limits.DEFAULT, line -> {
                if (field != null) {
                    requireField(line, lines.size() + 1);
                }
                lines.add(line);
            });
            long seed = common.seed == null ? Seed.draw() : common.seed;
            write(out, writer -> {
                try {
                    new Insertion(canaries, Seed.of(seed)).into(lines, lines.size(), this::asLine, line -> {
                        try {
                            writer.write(line);
                            writer.write('\n');
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
                } catch (IllegalArgumentException e) {
                    throw new IOException(corpus + ": " + String.valueOf(e.getMessage()));
                }
            });
            int copies = canaries.canaries().stream().mapToInt(Canary::copies).sum();
            System.out.println(copies + " lines of canaries among " + lines.size() + " in " + out + ", seed " + seed
                    + ", manifest digest " + canaries.digest());
            return 0;
        }

        private String asLine(String canary) {
            if (field == null) {
                return canary;
            }
            JsonObject object = new JsonObject();
            object.addProperty(field, canary);
            return object.toString();
        }

        private void requireField(String line, int number) throws IOException {
            try {
                JsonElement element = JsonParser.parseString(line);
                if (element.isJsonObject() && element.getAsJsonObject().has(field)) {
                    return;
                }
            } catch (JsonParseException e) {
                throw new IOException(
                        corpus + ": " + "line " + number + " is no JSON; leave --field out for plain text");
            }
            throw new IOException(corpus + ": " + "line " + number + " is no JSON object with a field '" + field
                    + "'; name the field that holds the text");
        }
    }

    /** {@code lethe canaries check}. */
    @Command(
            name = "check",
            description =
                    "Count canaries in a text: removal of duplicates may have taken copies. Exit code 1 if any number differs.",
            sortOptions = false,
            footer = {"", "Examples:", "  lethe canaries check --manifest canaries.json --corpus with-canaries.txt"})
    static final class Check implements Callable<Integer>, Failures.Debuggable {
        @Option(
                names = "--manifest",
                required = true,
                paramLabel = "FILE",
                description = "What 'lethe canaries make' wrote.")
        private Path manifest;

        @Option(
                names = "--corpus",
                required = true,
                paramLabel = "FILE",
                description = "The text that was, or will be, trained on.")
        private Path corpus;

        @ArgGroup(validate = false, heading = "%nGeneral%n")
        private Common common = new Common();

        @Override
        public boolean debug() {
            return common.debug;
        }

        @Override
        public Integer call() throws IOException {
            Manifest canaries = manifest(manifest);
            Map<String, Long> counts = Insertion.count(canaries, TextFile.lines(corpus, Limits.DEFAULT));
            List<String> differences = Insertion.differences(canaries, counts);
            if (common.json) {
                JsonObject object = new JsonObject();
                object.addProperty("digest", canaries.digest());
                JsonObject found = new JsonObject();
                counts.forEach(found::addProperty);
                object.add("found", found);
                object.addProperty("asMade", differences.isEmpty());
                System.out.println(object);
            } else if (differences.isEmpty()) {
                System.out.println("all " + canaries.canaries().size()
                        + " canaries are there as often as they should be, digest " + canaries.digest());
            } else {
                differences.forEach(System.out::println);
            }
            return differences.isEmpty() ? 0 : 1;
        }
    }
}

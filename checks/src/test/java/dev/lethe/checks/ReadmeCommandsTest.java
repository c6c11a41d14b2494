package dev.lethe.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every command that the README shows is one that the command line knows. */
@Execution(ExecutionMode.CONCURRENT)
class ReadmeCommandsTest {
    private static final Pattern QUOTED = Pattern.compile("^\\./lethe .*$|`\\./lethe ([^`]*)`", Pattern.MULTILINE);

    @TempDir
    private Path folder;

    static List<String> commands() throws IOException {
        String readme = Files.readString(Path.of(System.getProperty("lethe.root", ".."), "README.md"))
                .replace("\\\n", " ");
        List<String> commands = new ArrayList<>();
        Matcher matcher = QUOTED.matcher(readme);
        while (matcher.find()) {
            String command = matcher.group().replace("`", "").replaceFirst("^\\./lethe ", "");
            // These belong to the bench, which is not on this class path.
            if (!command.startsWith("reproduce") && !command.startsWith("bench")) {
                commands.add(command.strip());
            }
        }
        assertThat(commands).hasSizeGreaterThanOrEqualTo(4).contains("demo");
        return commands;
    }

    /** In an empty folder with an output folder that cannot be: its flags are parsed, and then it fails. */
    @ParameterizedTest
    @MethodSource("commands")
    void isKnown(String command) throws Exception {
        Files.writeString(folder.resolve("file"), "");
        boolean writes = command.startsWith("demo") || command.startsWith("audit");
        boolean ends = !writes || command.contains("--help");
        CommandLineRun run = CommandLineRun.of(folder, (command + (ends ? "" : " --out file/below")).split(" +"));
        assertThat(run.code()).as(command + ": " + run.err()).isEqualTo(ends ? 0 : 4);
    }
}

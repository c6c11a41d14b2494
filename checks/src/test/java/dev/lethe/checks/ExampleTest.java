package dev.lethe.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The example program, compiled as it stands and run on a small table. */
@Execution(ExecutionMode.CONCURRENT)
class ExampleTest {
    @TempDir
    private Path folder;

    @Test
    void auditsATable() throws Exception {
        Path source = Path.of(System.getProperty("lethe.root", ".."), "examples/AuditTable.java");
        String classPath = System.getProperty("java.class.path");
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter complaints = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            // No annotation processing: what else is on this class path is no concern of the example.
            List<String> options =
                    List.of("-Xlint:all", "-Werror", "-proc:none", "-cp", classPath, "-d", folder.toString());
            boolean compiled = compiler.getTask(
                            complaints, files, null, options, null, files.getJavaFileObjects(source.toFile()))
                    .call();
            assertThat(compiled).as(complaints.toString()).isTrue();
        }
        assertThat(complaints.toString()).isEmpty();

        SmallData.people(folder.resolve("people.csv"), 120);
        CommandLineRun run = CommandLineRun.main(
                folder, folder + File.pathSeparator + classPath, "AuditTable", "people.csv", "outcome", "store");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).as("a library does not talk").isEmpty();
        assertThat(run.out().lines())
                .hasSizeGreaterThan(6)
                .allMatch(line -> line.matches("[a-z-]+ +\\S+ +-?[0-9.]+ \\[-?[0-9.]+, -?[0-9.]+] [A-Z_]+"));
        assertThat(run.out()).contains("lira-offline", "auc");
        assertThat(Files.exists(folder.resolve("store/store.json"))).isTrue();
    }

    /** Short enough to be quoted. */
    @Test
    void isTenLinesOfWork() throws Exception {
        List<String> lines =
                Files.readAllLines(Path.of(System.getProperty("lethe.root", ".."), "examples/AuditTable.java"));
        assertThat(lines.stream().filter(line -> line.startsWith("        "))).hasSizeLessThanOrEqualTo(10);
    }
}

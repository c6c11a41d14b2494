package dev.lethe.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher on a small house of its own, with a java that tells how it was called and a mvn that writes down that it
 * was: what is tested is the script, not the build.
 */
class LauncherTest {
    private static final List<String> TOOLS = List.of(
            "bash",
            "cat",
            "dirname",
            "env",
            "find",
            "flock",
            "grep",
            "head",
            "mkdir",
            "mv",
            "readlink",
            "rm",
            "sleep",
            "tail",
            "touch");

    @TempDir
    Path directory;

    private Path house;
    private Path bin;
    private Path jdk;
    private final Map<String, String> environment = new TreeMap<>();

    @BeforeEach
    void buildASmallHouse() throws IOException {
        assumeTrue(
                Files.isExecutable(Path.of("/bin/bash")), "the launcher is a bash script, and there is no /bin/bash");
        house = Files.createDirectories(directory.resolve("a house"));
        script(house.resolve("lethe"), Files.readString(root().resolve("lethe")));
        Files.writeString(house.resolve("pom.xml"), "<project/>");
        for (String module : List.of("core", "nn", "intake", "audit", "protect", "app", "bench")) {
            Files.createDirectories(house.resolve(module).resolve("src/main/java"));
            Files.writeString(house.resolve(module).resolve("pom.xml"), "<project/>");
        }
        Files.writeString(source(), "class Noun {}");

        bin = Files.createDirectories(directory.resolve("bin"));
        for (String tool : TOOLS) {
            for (String place : List.of("/usr/bin", "/bin")) {
                Path original = Path.of(place, tool);
                if (Files.isExecutable(original) && !Files.exists(bin.resolve(tool))) {
                    script(bin.resolve(tool), "#!/bin/sh\nexec " + original + " \"$@\"\n");
                }
            }
        }
        jdk = directory.resolve("jdk");
        java("17.0.15");
        mvn("sleep 0.2; mkdir -p \"$module/target/dist/lib\"; : >\"$module/target/dist/built\"");

        environment.put("PATH", bin.toString());
        environment.put("JAVA_HOME", jdk.toString());
    }

    @Test
    void buildsOnFirstUseAndNotAgain() {
        Run first = lethe("demo");
        assertThat(first.code).isEqualTo(42);
        assertThat(first.err).contains("the first build downloads libraries");
        assertThat(builds()).containsExactly("-B -q -DskipTests package -pl app -am");

        Run second = lethe("demo");
        assertThat(second.code).isEqualTo(42);
        assertThat(second.err).isEmpty();
        assertThat(builds()).hasSize(1);
    }

    @Test
    void buildsAgainWhereASourceChanged() throws IOException {
        lethe("demo");
        soon(source());
        assertThat(lethe("demo").err).contains("the sources have changed");
        assertThat(builds()).hasSize(2);
    }

    @Test
    void buildsAgainWhereASourceIsGone() throws IOException {
        lethe("demo");
        Files.delete(source());
        soon(source().getParent());
        lethe("demo");
        assertThat(builds()).hasSize(2);
    }

    @Test
    void buildsAgainWhereAPomChanged() throws IOException {
        lethe("demo");
        soon(house.resolve("pom.xml"));
        lethe("demo");
        soon(house.resolve("nn/pom.xml"));
        lethe("demo");
        assertThat(builds()).hasSize(3);
    }

    @Test
    void takesABuildOfPlainMavenAsItsOwn() throws IOException {
        Path dist = Files.createDirectories(house.resolve("app/target/dist"));
        Files.writeString(dist.resolve("built"), "299901012359.59");
        assertThat(lethe("demo").code).isEqualTo(42);
        assertThat(builds()).isEmpty();

        Files.writeString(dist.resolve("built"), "200001012359.59");
        lethe("demo");
        assertThat(builds()).as("a build that began before the sources changed").hasSize(1);
    }

    @Test
    void buildsTheBenchesOnDemand() {
        assertThat(lethe("demo").code).isEqualTo(42);
        Run run = lethe("reproduce", "shokri-location");
        assertThat(run.out).contains("dev.lethe.bench.Bench\nreproduce\nshokri-location\n");
        assertThat(builds()).last().isEqualTo("-B -q -DskipTests package -pl bench -am");
        lethe("bench", "--quick");
        assertThat(builds()).hasSize(2);
    }

    @Test
    void twoFirstStartsBuildOnce() throws Exception {
        Process one = start("demo");
        Process other = start("demo");
        assertThat(finish(one).code).isEqualTo(42);
        assertThat(finish(other).code).isEqualTo(42);
        assertThat(builds()).hasSize(1);
    }

    @Test
    void twoFirstStartsBuildOnceWithoutFlock() throws Exception {
        Files.deleteIfExists(bin.resolve("flock"));
        Process one = start("demo");
        Process other = start("demo");
        assertThat(finish(one).code).isEqualTo(42);
        assertThat(finish(other).code).isEqualTo(42);
        assertThat(builds()).hasSize(1);
        assertThat(house.resolve("target/build.lock.d")).doesNotExist();
    }

    @Test
    void saysHowToRemoveTheLockOfADeadStart() throws IOException {
        Files.deleteIfExists(bin.resolve("flock"));
        Path lock = Files.createDirectories(house.resolve("target/build.lock.d"));
        Files.writeString(lock.resolve("holder"), "999999999\n");
        Run run = lethe("demo");
        assertThat(run.code).isEqualTo(4);
        assertThat(run.err).contains("remove " + lock);
    }

    @Test
    void showsTheEndOfABuildThatFailed() throws IOException {
        mvn("echo 'ERROR: no such library'; exit 1");
        Run run = lethe("demo");
        assertThat(run.code).isEqualTo(4);
        assertThat(run.err).contains("ERROR: no such library").contains("target/app-build.log");
        assertThat(run.out).isEmpty();

        mvn("mkdir -p \"$module/target/dist/lib\"; : >\"$module/target/dist/built\"");
        assertThat(lethe("demo").code).as("the next start tries again").isEqualTo(42);
    }

    @Test
    void worksThroughLinksFromAnywhere() throws IOException {
        Path elsewhere = Files.createDirectories(directory.resolve("else where"));
        Files.createSymbolicLink(elsewhere.resolve("absolute"), house.resolve("lethe"));
        Files.createSymbolicLink(elsewhere.resolve("lethe"), Path.of("absolute"));
        Run run = run(elsewhere, elsewhere.resolve("lethe").toString(), "demo");
        assertThat(run.code).as(run.err).isEqualTo(42);
        assertThat(run.out).contains(house.resolve("app/target/dist/lib") + "/*\n");
    }

    @Test
    void handsOverArgumentsAsTheyAre() {
        Run run = lethe("audit", "data", "--table", "my table.csv", "--label", "*", "");
        assertThat(run.out).endsWith("dev.lethe.app.Lethe\naudit\ndata\n--table\nmy table.csv\n--label\n*\n\n");
    }

    @Test
    void setsTheEnvironmentAndTheOptions() {
        environment.put("LETHE_JAVA_OPTS", "-Xmx3g -Da=b");
        Run run = lethe("demo");
        assertThat(run.out)
                .contains("OMP_NUM_THREADS=1\n")
                .contains("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0\n")
                .contains("-Dfile.encoding=UTF-8\n")
                .contains("-Xmx3g\n-Da=b\n-cp\n")
                .doesNotContain("--enable-native-access");
    }

    @Test
    void leavesAKernelThatWasChosen() {
        environment.put("OPENBLAS_CORETYPE", "Haswell");
        assertThat(lethe("demo").out).contains("OPENBLAS_CORETYPE=Haswell\n");
    }

    @Test
    void choosesAKernelOnlyWhereTheProcessorHasIt() throws IOException {
        Path processor = Path.of("/proc/cpuinfo");
        boolean known = Files.exists(processor) && Files.readString(processor).contains(" avx512_bf16 ");
        assertThat(lethe("demo").out).contains(known ? "OPENBLAS_CORETYPE=Cooperlake\n" : "OPENBLAS_CORETYPE=\n");
    }

    @Test
    void announcesNativeCodeWhereTheJdkWantsToKnow() throws IOException {
        java("25.0.3");
        assertThat(lethe("demo").out).contains("--enable-native-access=ALL-UNNAMED\n");
    }

    @Test
    void refusesAnOldJava() throws IOException {
        java("11.0.2");
        refuses("is Java 11.0.2; install a JDK 17 or newer");
        java("1.8.0_292");
        refuses("is Java 1.8.0_292; install a JDK 17 or newer");
    }

    @Test
    void refusesAJavaHomeWithoutJava() {
        environment.put("JAVA_HOME", directory.resolve("nowhere").toString());
        refuses("there is no bin/java in it");
    }

    @Test
    void refusesAMachineWithoutJava() {
        environment.remove("JAVA_HOME");
        refuses("no java found; install a JDK 17 or newer");
    }

    @Test
    void needsMavenOnlyToBuild() throws IOException {
        lethe("demo");
        Files.delete(bin.resolve("mvn"));
        assertThat(lethe("demo").code).isEqualTo(42);
        soon(source());
        refuses("no mvn found, and Lethe is not built; install Apache Maven");
    }

    @Test
    void refusesToBuildWithoutACompiler() throws IOException {
        java("17.0.15", "java.base@17");
        refuses("has no compiler");
    }

    private void refuses(String reason) {
        Run run = lethe("demo");
        assertThat(run.code).isEqualTo(2);
        assertThat(run.out).isEmpty();
        assertThat(run.err).startsWith("lethe: ").contains(reason);
        assertThat(run.err.lines()).hasSize(1);
    }

    /** A java of this version; it ends with code 42. */
    private void java(String version) throws IOException {
        java(version, "java.base@17\njdk.compiler@17");
    }

    private void java(String version, String modules) throws IOException {
        script(Files.createDirectories(jdk.resolve("bin")).resolve("java"), """
                #!/usr/bin/env bash
                case $1 in
                    -version) echo 'openjdk version "%s" 2025-04-15' >&2 ;;
                    --list-modules) echo '%s' ;;
                    *)
                        echo "OMP_NUM_THREADS=${OMP_NUM_THREADS:-}"
                        echo "OPENBLAS_CORETYPE=${OPENBLAS_CORETYPE:-}"
                        printf '%%s\\n' "$@"
                        exit 42
                        ;;
                esac
                """.formatted(version, modules));
    }

    private void mvn(String work) throws IOException {
        script(bin.resolve("mvn"), """
                #!/usr/bin/env bash
                echo "$*" >>'%s'
                module=${6}
                %s
                """.formatted(buildsFile(), work));
    }

    private Path buildsFile() {
        return directory.resolve("builds");
    }

    private List<String> builds() {
        try {
            return Files.exists(buildsFile()) ? Files.readAllLines(buildsFile()) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path source() {
        return house.resolve("core/src/main/java/Noun.java");
    }

    /** Changes a file as seen by its time, without waiting for the clock. */
    private static void soon(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plus(Duration.ofMillis(10))));
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private record Run(int code, String out, String err) {}

    private Run lethe(String... arguments) {
        try {
            return finish(start(arguments));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(house.resolve("lethe").toString()));
        command.addAll(List.of(arguments));
        return process(house, command);
    }

    private Run run(Path where, String... command) throws IOException {
        return finish(process(where, List.of(command)));
    }

    private Process process(Path where, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(where.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static Run finish(Process process) throws IOException {
        try {
            String out = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            String err = new String(process.getErrorStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the launcher did not end");
            }
            return new Run(process.exitValue(), out, err);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static Path root() {
        return Path.of(System.getProperty("lethe.root", ".."));
    }
}

package dev.lethe.checks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One run of the command line in a virtual machine of its own, as a user starts it.
 *
 * @param code exit code
 * @param out what it said on standard output
 * @param err what it said on standard error
 */
record CommandLineRun(int code, String out, String err) {
    private static final long DEADLINE_SECONDS = 120;

    /** Runs {@code lethe} with these arguments in {@code folder} and waits for its end. */
    static CommandLineRun of(Path folder, String... arguments) throws IOException, InterruptedException {
        return start(folder, arguments).finish();
    }

    /** Starts {@code lethe} in {@code folder} and does not wait. */
    static Started start(Path folder, String... arguments) throws IOException {
        List<String> command = java("dev.lethe.app.Lethe", System.getProperty("java.class.path"));
        command.addAll(Arrays.asList(arguments));
        return start(folder, command);
    }

    /** Runs any program that is on the class path. */
    static CommandLineRun main(Path folder, String classPath, String main, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = java(main, classPath);
        command.addAll(Arrays.asList(arguments));
        return start(folder, command).finish();
    }

    private static List<String> java(String main, String classPath) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                // A run of a second ends before the second compiler would pay.
                "-XX:TieredStopAtLevel=1",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"));
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", classPath, main));
        return command;
    }

    private static Started start(Path folder, List<String> command) throws IOException {
        // Files rather than pipes: a pipe that nobody reads stops the process.
        Path out = Files.createTempFile("lethe-", ".out");
        Path err = Files.createTempFile("lethe-", ".err");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        return new Started(process, out, err);
    }

    /** A run that has not ended, or not yet been asked for its result. */
    record Started(Process process, Path out, Path err) {
        CommandLineRun finish() throws IOException, InterruptedException {
            try {
                if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                    throw new AssertionError("did not end: " + Files.readString(out) + Files.readString(err));
                }
                return new CommandLineRun(process.exitValue(), Files.readString(out), Files.readString(err));
            } finally {
                process.destroyForcibly();
                Files.delete(out);
                Files.delete(err);
            }
        }

        /** Ends it as kill -9 does, as soon as the file is there. */
        CommandLineRun killWhenThereIs(Path file) throws IOException, InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
            while (!Files.exists(file) && process.isAlive() && System.nanoTime() < deadline) {
                process.waitFor(2, TimeUnit.MILLISECONDS);
            }
            process.destroyForcibly();
            return finish();
        }
    }
}

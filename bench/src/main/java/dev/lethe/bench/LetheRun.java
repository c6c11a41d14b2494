package dev.lethe.bench;

import dev.lethe.audit.report.Finding;
import dev.lethe.audit.report.Report;
import dev.lethe.audit.report.ReportJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One run of the command line in a virtual machine of its own, as the launcher starts it, with what it took.
 *
 * @param seconds from start to end, the machine's own start included
 * @param processorSeconds of all its threads, what other programs take meanwhile left out; nearly, since it is looked up while
 *     the run lasts
 * @param gib resident memory at most; 0 where the system does not tell
 */
record LetheRun(double seconds, double processorSeconds, double gib) {
    private static final long POLL_MILLIS = 10;

    /** Runs {@code lethe} with these arguments in {@code folder}; what it says on standard error is shown if it fails. */
    static LetheRun of(Path folder, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xms64m",
                "-XX:MaxRAMPercentage=40",
                "-XX:MinHeapFreeRatio=20",
                "-XX:MaxHeapFreeRatio=40",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"));
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.lethe.app.Lethe"));
        command.addAll(Arrays.asList(arguments));
        Path err = folder.resolve("standard-error.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(err.toFile());
        builder.environment().put("OMP_NUM_THREADS", "1");
        long start = System.nanoTime();
        Process process = builder.start();
        double gib = 0;
        double processor = 0;
        while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            gib = Math.max(gib, peakGib(process.pid()));
            processor = Math.max(
                    processor,
                    process.info().totalCpuDuration().map(Duration::toMillis).orElse(0L) / 1000.0);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (process.exitValue() != 0) {
            throw new IOException("lethe " + String.join(" ", arguments) + " ended with " + process.exitValue() + ": "
                    + Files.readString(err));
        }
        return new LetheRun(seconds, processor, gib);
    }

    private static double peakGib(long process) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process + "/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .findFirst()
                            .orElse(0)
                    / 1048576.0;
        } catch (NoSuchFileException | java.io.UncheckedIOException e) {
            // No such system, or the process has just ended.
            return 0;
        }
    }

    static Report report(Path folder) throws IOException {
        return ReportJson.read(Files.readString(folder.resolve("report.json")));
    }

    /** The value of one finding; empty if the attack was not tried. */
    static OptionalDouble value(Report report, String attack, String metric) {
        return report.findings().stream()
                .filter(f -> f.attack().equals(attack) && f.metric().equals(metric))
                .mapToDouble(Finding::value)
                .findFirst();
    }
}

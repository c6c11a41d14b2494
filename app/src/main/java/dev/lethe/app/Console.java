package dev.lethe.app;

import dev.lethe.core.model.Progress;
import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Progress on standard error: a bar with time left on a terminal, a line now and then elsewhere, nothing if quiet. */
final class Console implements Progress, AutoCloseable {
    private static final int SCALE = 1000;
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

    private final PrintStream err = System.err;
    private final boolean quiet;
    /** Said by the launcher, which can ask; the JVM cannot tell a terminal on standard error alone. */
    private final boolean terminal = Boolean.getBoolean("lethe.terminal");

    private String stage = "";
    private @Nullable ProgressBar bar;
    private long stageStarted;
    private long lastLine;

    Console(boolean quiet) {
        this.quiet = quiet;
    }

    /** A line of information, unless quiet. */
    synchronized void say(String line) {
        if (!quiet) {
            endStage();
            err.println(line);
        }
    }

    @Override
    public synchronized void at(String newStage, double done) {
        if (quiet) {
            return;
        }
        if (!newStage.equals(stage)) {
            endStage();
            stage = newStage;
            stageStarted = System.nanoTime();
            lastLine = 0;
            if (terminal) {
                bar = new ProgressBarBuilder()
                        .setTaskName(newStage)
                        .setInitialMax(SCALE)
                        .setUnit(" %", SCALE / 100)
                        .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                        .setUpdateIntervalMillis(200)
                        .build();
            }
        }
        if (bar != null) {
            bar.stepTo(Math.round(done * SCALE));
        } else {
            line(done);
        }
    }

    private void line(double done) {
        long now = System.nanoTime();
        boolean ended = done >= 1;
        if (lastLine != 0 && !ended && now - lastLine < BETWEEN_LINES.toNanos()) {
            return;
        }
        lastLine = now;
        double elapsed = (now - stageStarted) / 1e9;
        String left = ended
                ? String.format("done in %.1f s", elapsed)
                : elapsed < 1 ? "" : String.format("about %.0f s left", elapsed / done * (1 - done));
        err.printf("%s: %.0f %% %s%n", stage, 100 * done, left);
    }

    private void endStage() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
        stage = "";
    }

    @Override
    public synchronized void close() {
        endStage();
    }
}

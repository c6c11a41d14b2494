package dev.lethe.audit.membership;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleConsumer;

/** Independent pieces of work on a few threads; the first failure stops the rest and is thrown. */
final class Parallel {
    private Parallel() {}

    /** Returns when all are done; {@code progress} is told the share that is, from the calling thread. */
    static void run(List<Runnable> tasks, int threads, DoubleConsumer progress) {
        if (tasks.isEmpty()) {
            return;
        }
        ExecutorService pool = Executors.newFixedThreadPool(Math.min(threads, tasks.size()), task -> {
            Thread thread = new Thread(task, "lethe-worker");
            thread.setDaemon(true);
            return thread;
        });
        try {
            ExecutorCompletionService<Void> finished = new ExecutorCompletionService<>(pool);
            tasks.forEach(task -> finished.submit(task, null));
            for (int done = 1; done <= tasks.size(); done++) {
                finished.take().get();
                progress.accept((double) done / tasks.size());
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new AssertionError("a Runnable throws nothing checked", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted; the same command goes on from here");
        } finally {
            pool.shutdownNow();
            awaitEnd(pool);
        }
    }

    /** The caller gives up locks next, so no task may still be at work; each notices an interrupt within an epoch. */
    private static void awaitEnd(ExecutorService pool) {
        try {
            while (!pool.awaitTermination(1, TimeUnit.MINUTES)) {
                pool.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package dev.lethe.bench;

import java.nio.file.Path;

/** A published experiment at fixed settings and a fixed seed. */
interface Reproduction {
    String name();

    String summary();

    /** Where the public data can be had. */
    String dataHome();

    /**
     * Prints the published figures, ours, and whether they agree within the stated tolerance; returns the last.
     *
     * @param data folder of public data
     * @param kept folder for models that take long to train; a later run goes on from them
     */
    boolean run(Path data, Path kept) throws Exception;
}

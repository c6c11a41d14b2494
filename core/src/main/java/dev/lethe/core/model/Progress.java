package dev.lethe.core.model;

/** Who is told how far long work has come. Called from several threads at once. */
@FunctionalInterface
public interface Progress {
    /** Tells nobody. */
    Progress QUIET = (stage, done) -> {};

    /**
     * @param stage what is being done, in a few words
     * @param done the share of this stage that is done, in [0, 1]
     */
    void at(String stage, double done);
}

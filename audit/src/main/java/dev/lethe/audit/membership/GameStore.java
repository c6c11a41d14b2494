package dev.lethe.audit.membership;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.random.Seed;
import java.util.stream.IntStream;

/**
 * The models of a game: what they say of the rows, and who was in the training data of which. Each can take the target's
 * part; where there is one only, nobody shadows it.
 */
interface GameStore {
    /** Who plays. */
    Pool<?> pool();

    int classes();

    /** Versions of each row that models were asked about. */
    int queries();

    AnswerKey key();

    /** What one model says of all rows, the population's behind those of the players. */
    Logits logits(int model, int query);

    /** What is read off one model's answers on some rows, ascending. */
    double[] reading(int model, Reading reading, int query, int[] rows);

    /** What is read off one model's answers on all rows. */
    default double[] reading(int model, Reading reading, int query) {
        return reading(
                model, reading, query, IntStream.range(0, pool().data().size()).toArray());
    }

    /** What a probe measures of one model on some rows, ascending. */
    double[][] probe(int model, Probe probe, int[] rows);

    /** Has a probe measure those of some models that it has not measured. */
    void measure(int[] models, Probe probe);

    /** Works with one of the models, live. */
    <R> R experiment(int model, int[] rows, Seed seed, Experiment<R> experiment);

    /** All rows as numbers. */
    Examples features();

    /** The loss of the audited model, the first one, on every row, in nats. */
    double[] losses();

    /** Whether the audited model is right about each row. */
    boolean[] right();

    /** SHA-256 over the answers of all models. */
    String fingerprint();
}

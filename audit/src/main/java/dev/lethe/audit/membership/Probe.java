package dev.lethe.audit.membership;

import dev.lethe.core.data.Records;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.random.Seed;

/**
 * What an attacker measures of a live model on each record, beyond its answers: by more queries, or by looking inside.
 * Implementations are records, so that equal settings are the same probe; each model is measured once.
 */
public interface Probe {
    /** How many numbers it gives a record. */
    int columns();

    /**
     * Measures one model. A pure function of its arguments.
     *
     * @param model a black box; a white box too where it is a {@code Differentiable}
     * @return one array a column, one number a record; never NaN
     * @throws NotApplicableException if the model cannot be measured so, with the reason
     */
    <D extends Records> double[][] measure(Predictor<D> model, D records, Seed seed);
}

package dev.lethe.audit.membership;

import dev.lethe.core.data.Records;
import dev.lethe.core.model.Predictor;
import java.util.List;

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
    <D extends Records> double[][] measure(Predictor<D> model, D records);

    /**
     * Measures several models, each as if it were alone; here one after the other. For probes that ask all models the same
     * questions, which then are made once.
     */
    default <D extends Records> List<double[][]> measure(List<Predictor<D>> models, D records) {
        return models.stream().map(model -> measure(model, records)).toList();
    }
}

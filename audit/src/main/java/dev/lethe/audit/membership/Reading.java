package dev.lethe.audit.membership;

import dev.lethe.core.model.Logits;

/**
 * A number that is read off a model's answer on each record. Implementations are constants or records, so that equal
 * settings are the same reading; each model's is taken once.
 */
public interface Reading {
    /** Of all records; never NaN where the answers are not. */
    double[] of(Logits logits, int[] labels);
}

package dev.lethe.core.query;

import java.util.Locale;

/** Which noise the numbers get. */
public enum NoiseKind {
    /** Discrete Laplace: needs no delta. */
    LAPLACE,
    /** Discrete Gaussian: needs a delta, and is the smaller where a unit is in many groups or many numbers are asked for. */
    GAUSSIAN;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}

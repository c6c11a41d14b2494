package dev.lethe.audit.membership;

import java.util.OptionalDouble;

/**
 * An attack's guesses about one target.
 *
 * @param values one a record, larger means more surely a member
 * @param threshold members score at least this much, if the attack fixes one without the target; the referee fixes one on
 *     shadows otherwise
 */
public record Scores(double[] values, OptionalDouble threshold) {
    /** Scores whose threshold is left to the referee. */
    public static Scores of(double[] values) {
        return new Scores(values, OptionalDouble.empty());
    }

    /** Scores with a threshold that was fixed without looking at the target. */
    public static Scores of(double[] values, double threshold) {
        return new Scores(values, OptionalDouble.of(threshold));
    }
}

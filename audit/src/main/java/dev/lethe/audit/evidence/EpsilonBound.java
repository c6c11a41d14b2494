package dev.lethe.audit.evidence;

/**
 * What an attack proves about the privacy of a recipe: whoever claims (epsilon', delta)-differential privacy for adding or
 * removing one record, with an epsilon' below this epsilon, is wrong, but with probability 1 - confidence. Theorems:
 * {@code docs/math/epsilon-lower-bounds.md}.
 *
 * @param epsilon rounded down, at least 0; 0 says nothing
 * @param counts what it was computed from
 * @param targets over how many targets it was taken; with several, {@code counts} are of the target that set it
 */
public record EpsilonBound(
        double epsilon, double delta, double confidence, EpsilonMethod method, Counts counts, int targets) {
    /** The counts behind a bound. */
    public sealed interface Counts permits Flags, Guesses {}

    public EpsilonBound {
        if (!(epsilon >= 0 && epsilon < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("epsilon " + epsilon + " must be finite and at least 0");
        }
    }
}

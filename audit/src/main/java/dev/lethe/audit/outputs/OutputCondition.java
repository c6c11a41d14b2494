package dev.lethe.audit.outputs;

/**
 * Something recognised in a model's answers that a reader of an audit must know. Rules and error probabilities:
 * {@code docs/math/outputs.md}.
 *
 * @param figure the measured quantity that {@link Kind} names; finite
 * @param sentence what was recognised, with the figures
 * @param remedy what the caller can do about it
 */
public record OutputCondition(Kind kind, Severity severity, double figure, String sentence, String remedy) {
    public OutputCondition {
        if (!Double.isFinite(figure)) {
            throw new IllegalArgumentException("figure " + figure + " of " + kind + " must be finite");
        }
    }

    /** How bad it is; later is worse. */
    public enum Severity {
        /** Handled; nothing is lost. */
        NOTE,
        /** The attack sees less than the model gives away: a small number may mean a blunt eye. */
        WEAKENS,
        /** Whatever the audit answers is not about this model's training data. */
        MEANINGLESS
    }

    /** What can be recognised, and what its figure is. */
    public enum Kind {
        /** Rows are probabilities; the figure is the largest distance of a row's sum from 1. */
        PROBABILITIES,
        /** Rows are logarithms of probabilities; the figure is the largest distance of ln sum exp from 0. */
        LOG_PROBABILITIES,
        /** Values in [0, 1] that do not sum to 1, one sigmoid a class; the figure is the largest distance from 1. */
        INDEPENDENT_PROBABILITIES,
        /** Per cent, votes or counts: non-negative rows with one sum; the figure is that sum. */
        SCALED,
        /** One column for two classes; the figure is 1 if it holds probabilities of class 1, 0 if logits. */
        SINGLE_COLUMN,
        /** Nothing but the answered class; the figure is the share of rows answered right. */
        LABEL_ONLY,
        /** All values are multiples of one step; the figure is that step. */
        ROUNDED,
        /** All values have few significant bits (float16: 11, bfloat16: 8); the figure is that number. */
        REDUCED_PRECISION,
        /** Values pile up exactly at a lower or upper bound; the figure is the share of values at bounds. */
        CLIPPED,
        /** All but the k largest entries of a row are blanked out; the figure is k. */
        TRUNCATED,
        /** Probability 1 for one class and 0 for all others: the margin is lost; the figure is the share of such rows. */
        SATURATED,
        /** All rows are answered alike; the figure is the largest difference between rows, in nats. */
        CONSTANT,
        /** Most rows repeat another row's answers exactly; the figure is the number of distinct rows. */
        FEW_DISTINCT,
        /** Far less sure than right, as by a high softmax temperature; the figure is the fitted temperature, below 1. */
        SMOOTHED,
        /** Far surer than right, as by a low softmax temperature; the figure is the fitted temperature, above 1. */
        SHARPENED,
        /** The labels fit another row; the figure is the shift: the label of row i stands in row i + shift. */
        LABELS_SHIFTED,
        /** Classes are numbered otherwise in labels and columns; the figure is the accuracy after renumbering. */
        CLASSES_PERMUTED,
        /** Confident answers that the labels do not confirm; the figure is the accuracy. */
        LABELS_UNRELATED,
        /** Claimed non-members are answered better than claimed members; the figure is the loss threshold's AUC. */
        MEMBERS_SWAPPED,
        /** The same records on both sides; the figure is the share of the smaller side that stands in the other. */
        MEMBERS_REPEATED
    }
}

package dev.lethe.audit.report;

/**
 * Evidence judged: a number with its interval, a verdict and a sentence.
 *
 * @param attack id of the attack's card
 * @param metric for example {@code auc}, {@code tpr@fpr=0.001}, {@code advantage}
 * @param slice the records it speaks of, for example {@code age in [18, 33)}; empty for all
 * @param value the measurement
 * @param low lower end of the interval, rounded down
 * @param high upper end of the interval, rounded up
 * @param confidence of the interval, for example 0.95
 * @param method how the interval was made, for example {@code Clopper-Pearson}
 * @param sentence for a reader who does not know the field
 */
public record Finding(
        String attack,
        String metric,
        String slice,
        double value,
        double low,
        double high,
        double confidence,
        String method,
        Verdict verdict,
        String sentence) {
    public Finding {
        if (!(low <= value && value <= high)) {
            throw new IllegalArgumentException(
                    attack + " " + metric + ": value " + value + " is outside [" + low + ", " + high + "]");
        }
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("confidence " + confidence + " must lie in (0, 1)");
        }
    }
}

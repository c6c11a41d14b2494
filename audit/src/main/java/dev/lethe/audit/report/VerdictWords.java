package dev.lethe.audit.report;

/**
 * A verdict as readers see it.
 *
 * @param style name of its class in the style sheet
 */
record VerdictWords(String word, String meaning, String style) {
    /** No finding at all, which is not the same as a finding of nothing. */
    static final VerdictWords NONE = new VerdictWords("NOTHING MEASURED", "This report judges nothing.", "nothing");

    /** What was not found by eyes that could not see. */
    private static final VerdictWords BLIND = new VerdictWords(
            "NO VERDICT", "This audit could not see. That it found nothing says nothing of the model.", "blind");

    static VerdictWords of(Report report) {
        return report.verdict().map(VerdictWords::of).orElse(report.blindness().isEmpty() ? NONE : BLIND);
    }

    static VerdictWords of(Report report, Finding finding) {
        return report.verdict(finding).map(VerdictWords::of).orElse(BLIND);
    }

    private static VerdictWords of(Verdict verdict) {
        return switch (verdict) {
            case LEAKS -> new VerdictWords("LEAKS", "The model gives away who was in its training data.", "leaks");
            case REFUTES_CLAIM ->
                new VerdictWords("REFUTES CLAIM", "The evidence contradicts a stated guarantee.", "refutes");
            case NOTHING_FOUND ->
                new VerdictWords(
                        "NOTHING FOUND",
                        "An attack that finds nothing proves nothing; a stronger one may succeed.",
                        "nothing");
        };
    }
}

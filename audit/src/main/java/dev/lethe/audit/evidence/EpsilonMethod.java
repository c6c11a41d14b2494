package dev.lethe.audit.evidence;

/** The ways to bound epsilon from below, and what each takes for granted. */
public enum EpsilonMethod {
    /** Fixed numbers of guesses about one model's records: Steinke, Nasr and Jagielski 2023. */
    ONE_RUN("one run, guesses counted", ""),
    /** The same guesses, by the recursion of Mahloujifar, Melis and Chaudhuri 2025 over the curve of (epsilon, delta). */
    ONE_RUN_CURVE("one run, recursion over the trade-off curve", ""),
    /** The recursion over the curve of a Gaussian mechanism, converted to epsilon at delta. */
    ONE_RUN_GAUSSIAN(
            "one run, recursion over a Gaussian trade-off curve",
            "the recipe hides a record as a Gaussian mechanism does"),
    /** Exact bounds on the rates at one threshold: Jagielski, Ullman and Oprea 2020. */
    THRESHOLD("two rates at one threshold", "records are flagged independently of each other"),
    /** The same two bounds, read as those of a Gaussian mechanism: Nasr and others 2023. */
    THRESHOLD_GAUSSIAN(
            "two rates at one threshold, read as those of a Gaussian mechanism",
            "records are flagged independently of each other, and the recipe hides a record as a Gaussian mechanism"
                    + " does");

    private final String title;
    private final String condition;

    EpsilonMethod(String title, String condition) {
        this.title = title;
        this.condition = condition;
    }

    /** For a table's row. */
    public String title() {
        return title;
    }

    /** What must be true of the recipe for the bound to hold; empty if nothing. */
    public String condition() {
        return condition;
    }

    /** Whether the bound proves nothing about a recipe of which {@link #condition} is false. */
    public boolean conditional() {
        return !condition.isEmpty();
    }

    /** Whether the method needs a delta above 0, since a Gaussian mechanism has no epsilon at 0. */
    public boolean gaussian() {
        return this == ONE_RUN_GAUSSIAN || this == THRESHOLD_GAUSSIAN;
    }
}

package dev.lethe.audit.membership;

/** What an attack cannot do without, beside the records' labels. */
public enum Need {
    /** The target's answers on the records, and others whose part is known: shadows', or the target's on other records. */
    ANSWERS("the model's answers"),
    /** The same, and of each answer all of it: how likely the model finds every class. */
    WHOLE_ANSWERS("the model's whole answers"),
    /** Shadow models of the same recipe with their training sets. */
    SHADOWS("shadow models of the same recipe"),
    /** The records themselves, to learn from them. */
    RECORDS("the records themselves"),
    /** The target itself, to ask it or to look inside. */
    MODEL("the model itself");

    private final String words;

    Need(String words) {
        this.words = words;
    }

    /** For a sentence. */
    public String words() {
        return words;
    }
}

package dev.lethe.audit.outputs;

/** What a file of a model's answers holds. */
public enum AnswerKind {
    /** One probability a class, together one; or of two classes the probability of class 1 alone. */
    PROBABILITIES("probabilities"),
    /** One sigmoid a class, each in [0, 1], whatever their sum. */
    SIGMOIDS("sigmoids, one a class"),
    /** What goes into a softmax, or its logarithms; or of two classes the logit of class 1 alone. */
    LOGITS("logits"),
    /** The cross-entropy of each record, in nats: minus the logarithm of the probability of its own class. */
    LOSSES("losses"),
    /** The answered class and no confidence. */
    LABELS("labels");

    private final String words;

    AnswerKind(String words) {
        this.words = words;
    }

    /** For a sentence. */
    public String words() {
        return words;
    }
}

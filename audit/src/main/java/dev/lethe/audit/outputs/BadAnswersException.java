package dev.lethe.audit.outputs;

/** Answers that are not what they are taken for; the message says what is wrong and what to do, and holds no value. */
public final class BadAnswersException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BadAnswersException(String message) {
        super(message);
    }
}

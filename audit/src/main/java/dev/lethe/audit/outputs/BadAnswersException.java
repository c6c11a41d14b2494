package dev.lethe.audit.outputs;

import java.util.OptionalInt;

/** Answers that are not what they are taken for; the message says what is wrong and what to do, and holds no value. */
public final class BadAnswersException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int row;

    public BadAnswersException(String message) {
        this(message, -1);
    }

    /** @param row which of the rows that were handed over is at fault, from 0; -1 for none in particular */
    BadAnswersException(String message, int row) {
        super(message);
        this.row = row;
    }

    /** Which of the rows that were handed over is at fault, from 0; empty where it is not one of them. */
    public OptionalInt row() {
        return row < 0 ? OptionalInt.empty() : OptionalInt.of(row);
    }
}

package dev.lethe.planted.audit.membership;

/** Allowed: holds the answer key. */
public record Referee(AnswerKey key) {
    public boolean right(int row, boolean guess) {
        return key.members()[row] == guess;
    }
}

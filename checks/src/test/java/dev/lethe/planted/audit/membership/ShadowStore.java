package dev.lethe.planted.audit.membership;

/** Allowed: deals the cards. */
public record ShadowStore(int size) {
    public AnswerKey deal() {
        return new AnswerKey(new boolean[size]);
    }
}

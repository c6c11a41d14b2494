package dev.lethe.planted.audit.membership;

/** An attack, by its type, that looks at the answer key. */
public record Peeks(AnswerKey key) implements MembershipAttack {
    @Override
    public double score(int row) {
        return key.members()[row] ? 1 : 0;
    }
}

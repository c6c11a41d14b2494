package dev.lethe.planted.audit.membership.attacks;

import dev.lethe.planted.audit.membership.MembershipAttack;

/** Allowed: an attack that knows nothing. */
public record Guesses(double guess) implements MembershipAttack {
    @Override
    public double score(int row) {
        return guess;
    }
}

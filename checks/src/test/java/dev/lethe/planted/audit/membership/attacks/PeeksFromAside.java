package dev.lethe.planted.audit.membership.attacks;

import dev.lethe.planted.audit.membership.AnswerKey;

/** A part of an attack, by its package, that looks at the answer key. */
public final class PeeksFromAside {
    private PeeksFromAside() {}

    public static boolean member(AnswerKey key, int row) {
        return key.members()[row];
    }
}

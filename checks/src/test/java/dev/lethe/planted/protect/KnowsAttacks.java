package dev.lethe.planted.protect;

import dev.lethe.planted.audit.membership.MembershipAttack;

/** A defence that is tuned to an attack. */
public final class KnowsAttacks {
    private KnowsAttacks() {}

    public static double worst(MembershipAttack attack) {
        return attack.score(0);
    }
}

package dev.lethe.audit.membership;

import dev.lethe.audit.Card;

/**
 * One adversary in the membership game. Implementations are records: their components are the settings, public and
 * checked; what the adversary sees comes in a view.
 */
public interface MembershipAttack {
    /** What this attack is, for people. */
    Card card();

    /** Scores every record of the view. Must be a pure function of the view: same view, same scores. */
    Scores attack(MembershipView view);

    /**
     * This attack with all that it chooses or learns by rehearsal on the shadows of a view: it gives that view the same scores,
     * and other views of the same game scores on the same scale. Itself, unless it rehearses.
     */
    default MembershipAttack prepared(MembershipView view) {
        return this;
    }
}

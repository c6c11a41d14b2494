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

    /** What it cannot do without. An attack that does not say is taken to need shadow models. */
    default Need need() {
        return Need.SHADOWS;
    }

    /**
     * Whether it asks or trains models itself and takes long for it. Such attacks are begun first: left for last, one of them
     * would keep a single thread at work.
     */
    default boolean worksWithModels() {
        return false;
    }
}

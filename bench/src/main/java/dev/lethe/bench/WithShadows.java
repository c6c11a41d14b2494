package dev.lethe.bench;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Scores;

/**
 * An attack at certain settings by an attacker with so many shadow models, under a name of its own: one audit can play
 * several.
 *
 * @param id of this variant
 * @param aSide how many shadow models with each record in training the attacker has, and as many without
 */
record WithShadows(String id, MembershipAttack attack, int aSide) implements MembershipAttack {
    @Override
    public Card card() {
        Card card = attack.card();
        return new Card(id, card.name(), card.summary(), card.paper(), card.assumptions());
    }

    @Override
    public Scores attack(MembershipView view) {
        return attack.attack(view.fewer(aSide));
    }
}

package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Need;
import dev.lethe.audit.membership.Scores;
import dev.lethe.audit.membership.Signal;
import java.util.List;

/** Calls a record a member when the model's confidence in its class is above a threshold of that class. */
public record ConfidenceThreshold() implements MembershipAttack {
    private static final Card CARD = new Card(
            "confidence-threshold",
            "Confidence with class thresholds",
            "Calls a record a member when the model's confidence in its class is above that class's threshold.",
            "Song, Mittal: Systematic Evaluation of Privacy Risks of Machine Learning Models, USENIX Security 2021",
            List.of("the model's probability for the record's class", "shadow models of the same recipe"));

    @Override
    public Card card() {
        return CARD;
    }

    @Override
    public Need need() {
        return Need.ANSWERS;
    }

    /** Scores on the logit scale, which keeps the order of probabilities within a class. */
    @Override
    public Scores attack(MembershipView view) {
        return ClassThresholds.score(view, Signal.LOGIT_MARGIN);
    }
}

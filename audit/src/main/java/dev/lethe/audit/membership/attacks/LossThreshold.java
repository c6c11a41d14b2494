package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Need;
import dev.lethe.audit.membership.Part;
import dev.lethe.audit.membership.Scores;
import dev.lethe.audit.membership.Signal;
import java.util.List;

/** Calls a record a member when its loss is at most the mean training loss, which the shadows stand in for. */
public record LossThreshold() implements MembershipAttack {
    private static final Card CARD = new Card(
            "loss-threshold",
            "Loss threshold",
            "Calls a record a member when the model's loss on it is low.",
            "Yeom, Giacomelli, Fredrikson, Jha: Privacy Risk in Machine Learning, IEEE CSF 2018",
            List.of(
                    "the model's probability for the record's class",
                    "the mean training loss, here that of the shadows"));

    @Override
    public Card card() {
        return CARD;
    }

    @Override
    public Need need() {
        return Need.ANSWERS;
    }

    @Override
    public Scores attack(MembershipView view) {
        double sum = 0;
        long count = 0;
        for (int shadow = 0; shadow < view.shadows(); shadow++) {
            double[] signal = view.shadow(shadow, Signal.LOG_LIKELIHOOD);
            for (int record = 0; record < signal.length; record++) {
                if (view.part(shadow, record) == Part.IN) {
                    sum += signal[record];
                    count++;
                }
            }
        }
        return Scores.of(view.target(Signal.LOG_LIKELIHOOD), sum / count);
    }
}

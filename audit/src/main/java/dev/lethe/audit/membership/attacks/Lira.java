package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Part;
import dev.lethe.audit.membership.Scores;
import dev.lethe.audit.membership.Signal;
import java.util.List;

/**
 * The online likelihood-ratio attack: is the target's confidence on this record likelier under models that saw it or
 * under models that did not? Both are normal on the logit scale. Decisions where the literature differs:
 * {@code docs/math/lira.md}.
 */
public record Lira(Variance variance) implements MembershipAttack {
    /** How the spread of a record's confidence over models is estimated. */
    public enum Variance {
        /** One spread for all records, from deviations from each record's own mean: for few shadow models. */
        GLOBAL,
        /** One spread a record: for many shadow models. */
        PER_RECORD,
        /** Per record from 64 shadow models on, global below. */
        AUTO
    }

    private static final Card CARD = new Card(
            "lira",
            "Likelihood-ratio attack, online (LiRA)",
            "Compares how likely the model's confidence is with and without the record in training, record by record.",
            "Carlini, Chien, Nasr, Song, Terzis, Tramer: Membership Inference Attacks From First Principles, IEEE S&P 2022",
            List.of(
                    "the model's full probability vector",
                    "shadow models of the same recipe, half of them trained on the record"));

    @Override
    public Card card() {
        return CARD;
    }

    @Override
    public Scores attack(MembershipView view) {
        Gaussians in = Gaussians.fit(view, Part.IN, variance);
        Gaussians out = Gaussians.fit(view, Part.OUT, variance);
        double[] observed = view.target(Signal.LOGIT_MARGIN);
        double[] scores = new double[observed.length];
        for (int record = 0; record < scores.length; record++) {
            scores[record] = in.logDensity(record, observed[record]) - out.logDensity(record, observed[record]);
        }
        return Scores.of(scores);
    }
}

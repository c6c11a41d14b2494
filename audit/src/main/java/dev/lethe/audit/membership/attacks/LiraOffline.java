package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Part;
import dev.lethe.audit.membership.Scores;
import dev.lethe.audit.membership.Signal;
import java.util.List;

/**
 * The offline likelihood-ratio attack: how far is the target's confidence on this record above that of models that did
 * not see it? One-sided, as in the paper: unusually low confidence is no sign of membership.
 */
public record LiraOffline(Lira.Variance variance) implements MembershipAttack {
    private static final Card CARD = new Card(
            "lira-offline",
            "Likelihood-ratio attack, offline (LiRA)",
            "Measures how unusually confident the model is, compared with models that never saw the record.",
            "Carlini, Chien, Nasr, Song, Terzis, Tramer: Membership Inference Attacks From First Principles, IEEE S&P 2022",
            List.of(
                    "the model's full probability vector",
                    "shadow models of the same recipe, none trained on the record"));

    @Override
    public Card card() {
        return CARD;
    }

    /** Scores in standard deviations: a monotone form of the paper's tail probability that does not saturate at 1. */
    @Override
    public Scores attack(MembershipView view) {
        Gaussians out = Gaussians.fit(view, Part.OUT, variance);
        double[] observed = view.target(Signal.LOGIT_MARGIN);
        double[] scores = new double[observed.length];
        for (int record = 0; record < scores.length; record++) {
            scores[record] = out.deviation(record, observed[record]);
        }
        return Scores.of(scores);
    }
}

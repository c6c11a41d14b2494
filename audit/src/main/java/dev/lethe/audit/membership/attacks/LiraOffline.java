package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Scores;
import java.util.List;

/**
 * The offline likelihood-ratio attack: how far is the target's confidence on this record above that of models that did
 * not see it? One-sided, as in the paper: unusually low confidence is no sign of membership.
 *
 * @param variance as for {@link Lira}; there being one distribution, COMMON is GLOBAL
 * @param saturation as for {@link Lira}
 */
public record LiraOffline(Lira.Variance variance, double saturation) implements MembershipAttack {
    /** Everything chosen by rehearsal. */
    public static final LiraOffline DEFAULT = new LiraOffline(Lira.Variance.AUTO, 0);

    private static final List<Lira.Variance> SPREADS = List.of(Lira.Variance.GLOBAL, Lira.Variance.PER_RECORD);

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

    public LiraOffline {
        if (!(saturation >= 0)) {
            throw new IllegalArgumentException("saturation " + saturation + " must be at least 0");
        }
    }

    @Override
    public Scores attack(MembershipView view) {
        return Scores.of(shape(view).score(view, LiraOffline::deviations));
    }

    @Override
    public LiraOffline prepared(MembershipView view) {
        LiraShape shape = shape(view);
        return new LiraOffline(shape.spread(), shape.saturation());
    }

    private LiraShape shape(MembershipView view) {
        return LiraShape.best(view, variance, saturation, SPREADS, LiraOffline::deviations);
    }

    /** In standard deviations: a monotone form of the paper's tail probability that does not saturate at 1. */
    private static double[] deviations(Lira.Variance spread, Moments.Sides shadows, double[] observed) {
        Moments out = shadows.out();
        Gaussians other = spread == Lira.Variance.PER_RECORD ? out.perRecord() : out.global();
        double[] scores = new double[observed.length];
        for (int record = 0; record < scores.length; record++) {
            scores[record] = other.deviations(record, observed[record]);
        }
        return scores;
    }
}

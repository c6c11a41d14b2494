package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Scores;
import java.util.List;

/**
 * The online likelihood-ratio attack: is the target's confidence on this record likelier under models that saw it or
 * under models that did not? Both are normal on the logit scale. Decisions where the literature differs:
 * {@code docs/math/lira.md}.
 *
 * @param saturation confidence x on the logit scale counts as x/sqrt(1 + (x/s)^2), since beyond some point more of it is noise;
 *     infinity for the plain attack of the paper, 0 to choose by rehearsal on shadows
 */
public record Lira(Variance variance, double saturation) implements MembershipAttack {
    /** Everything chosen by rehearsal. */
    public static final Lira DEFAULT = new Lira(Variance.AUTO, 0);

    /** How the spread of a record's confidence over models is estimated. */
    public enum Variance {
        /** One spread for all records, from deviations from each record's own mean: for few shadow models. */
        GLOBAL,
        /** As {@link #GLOBAL}, and the same whether the record is in training or not: for the fewest. */
        COMMON,
        /** One spread a record: for many shadow models. */
        PER_RECORD,
        /** Whichever finds more when a shadow takes the target's place. */
        AUTO
    }

    private static final List<Variance> SPREADS = List.of(Variance.GLOBAL, Variance.COMMON, Variance.PER_RECORD);

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

    public Lira {
        if (!(saturation >= 0)) {
            throw new IllegalArgumentException("saturation " + saturation + " must be at least 0");
        }
    }

    @Override
    public Scores attack(MembershipView view) {
        return Scores.of(shape(view).score(view, Lira::ratio));
    }

    @Override
    public Lira prepared(MembershipView view) {
        LiraShape shape = shape(view);
        return new Lira(shape.spread(), shape.saturation());
    }

    private LiraShape shape(MembershipView view) {
        return LiraShape.best(view, variance, saturation, SPREADS, Lira::ratio);
    }

    private static double[] ratio(Variance spread, Moments.Sides shadows, double[] observed) {
        Moments in = shadows.in();
        Moments out = shadows.out();
        return switch (spread) {
            case GLOBAL, AUTO -> ratio(in.global(), out.global(), observed);
            case COMMON -> ratio(in.common(out), out.common(in), observed);
            case PER_RECORD -> ratio(in.perRecord(), out.perRecord(), observed);
        };
    }

    private static double[] ratio(Gaussians in, Gaussians out, double[] observed) {
        double[] scores = new double[observed.length];
        for (int record = 0; record < scores.length; record++) {
            scores[record] = in.logDensity(record, observed[record]) - out.logDensity(record, observed[record]);
        }
        return scores;
    }
}

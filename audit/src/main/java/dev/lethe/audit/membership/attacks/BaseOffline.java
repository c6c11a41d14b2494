package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Scores;
import java.util.List;

/**
 * The practical Bayes-optimal attack without models that saw the record: what the others say counts only in part.
 *
 * @param temperature as for {@link Base}
 * @param a that part, in [0, 1]; -1 to choose by rehearsal on shadows
 */
public record BaseOffline(double temperature, double a) implements MembershipAttack {
    /** Everything chosen by rehearsal. */
    public static final BaseOffline DEFAULT = new BaseOffline(0, -1);

    /** The authors' own. */
    private static final double USUAL_A = 0.33;

    private static final Card CARD = new Card(
            "base-offline",
            "Bayes-optimal approximation, offline (BASE)",
            "Compares the model's loss on the record with the losses of models that never saw it, which count in part.",
            "Lassila, Ostman, Ngo, Graell i Amat: Practical Bayes-Optimal Membership Inference Attacks, NeurIPS 2025",
            List.of(
                    "the model's full probability vector",
                    "shadow models of the same recipe, none trained on the record"));

    public BaseOffline {
        Ratio.checkTemperature(temperature);
        Ratio.checkA(a);
    }

    @Override
    public Card card() {
        return CARD;
    }

    @Override
    public Scores attack(MembershipView view) {
        return Scores.of(best(view).score(view, BaseOffline::score));
    }

    @Override
    public BaseOffline prepared(MembershipView view) {
        Ratio best = best(view);
        return new BaseOffline(best.temperature(), best.a());
    }

    private Ratio best(MembershipView view) {
        return Ratio.best(view, temperature, a, USUAL_A, BaseOffline::score);
    }

    static double score(double logTarget, double in, double out, double a) {
        return logTarget - a * Likelihoods.log(out);
    }
}

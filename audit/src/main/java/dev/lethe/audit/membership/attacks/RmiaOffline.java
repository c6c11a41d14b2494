package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Scores;
import java.util.List;

/**
 * The robust membership attack without models that saw the record: what these would say is put at 1 - a + a p, a line from
 * what models without it say.
 *
 * @param temperature as for {@link Rmia}
 * @param a of that line, in [0, 1]; -1 to choose by rehearsal on shadows
 */
public record RmiaOffline(double temperature, double a) implements MembershipAttack {
    /** Everything chosen by rehearsal. */
    public static final RmiaOffline DEFAULT = new RmiaOffline(0, -1);

    /** Where nothing can be rehearsed: between what is published for images and for tables. */
    private static final double USUAL_A = 0.3;

    private static final Card CARD = new Card(
            "rmia-offline",
            "Robust membership attack, offline (RMIA)",
            "Compares how likely the model finds the record with what models find that never saw it, corrected for that.",
            "Zarifzadeh, Liu, Shokri: Low-Cost High-Power Membership Inference Attacks, ICML 2024",
            List.of(
                    "the model's full probability vector",
                    "shadow models of the same recipe, none trained on the record"));

    public RmiaOffline {
        Ratio.checkTemperature(temperature);
        Ratio.checkA(a);
    }

    @Override
    public Card card() {
        return CARD;
    }

    @Override
    public Scores attack(MembershipView view) {
        return Scores.of(best(view).score(view, RmiaOffline::logRatio));
    }

    @Override
    public RmiaOffline prepared(MembershipView view) {
        Ratio best = best(view);
        return new RmiaOffline(best.temperature(), best.a());
    }

    private Ratio best(MembershipView view) {
        return Ratio.best(view, temperature, a, USUAL_A, RmiaOffline::logRatio);
    }

    /** ln of p(x|target) over ((1 + a) p_OUT + 1 - a)/2. */
    static double logRatio(double logTarget, double in, double out, double a) {
        return logTarget - Likelihoods.log(((1 + a) * out + 1 - a) / 2);
    }
}

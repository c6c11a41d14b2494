package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Scores;
import java.util.List;

/**
 * The robust membership attack: how much likelier the target finds the record than models do on average, half of them trained
 * on it. The paper counts the population records z for which ratio(x)/ratio(z) exceeds gamma: a step function of ratio(x) that
 * keeps its order but for ties, so the ratio itself is the score, and rehearsals fix its threshold. See
 * {@code docs/math/rmia-base.md}.
 *
 * @param temperature of the softmax; 0 to choose by rehearsal on shadows
 */
public record Rmia(double temperature) implements MembershipAttack {
    /** The temperature chosen by rehearsal. */
    public static final Rmia DEFAULT = new Rmia(0);

    private static final Card CARD = new Card(
            "rmia",
            "Robust membership attack, online (RMIA)",
            "Compares how likely the model finds the record with what models find on average, half of them trained on it.",
            "Zarifzadeh, Liu, Shokri: Low-Cost High-Power Membership Inference Attacks, ICML 2024",
            List.of(
                    "the model's full probability vector",
                    "shadow models of the same recipe, half of them trained on the record"));

    public Rmia {
        Ratio.checkTemperature(temperature);
    }

    @Override
    public Card card() {
        return CARD;
    }

    @Override
    public Scores attack(MembershipView view) {
        return Scores.of(best(view).score(view, Rmia::logRatio));
    }

    @Override
    public Rmia prepared(MembershipView view) {
        return new Rmia(best(view).temperature());
    }

    private Ratio best(MembershipView view) {
        return Ratio.best(view, temperature, 0, 0, Rmia::logRatio);
    }

    /** ln of p(x|target) over the mean of the IN and the OUT mean. */
    static double logRatio(double logTarget, double in, double out, double a) {
        return logTarget - Likelihoods.log((in + out) / 2);
    }
}

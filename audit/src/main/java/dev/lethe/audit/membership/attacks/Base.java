package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Scores;
import java.util.List;

/**
 * The practical Bayes-optimal attack: minus the target's loss, less the logarithm of the mean of exp(-loss) over the shadows.
 * With as many shadows IN as OUT this is the logarithm of the ratio of {@link Rmia}, as the authors prove; it stands here so
 * that whoever looks for it finds it, and its offline form differs. See {@code docs/math/rmia-base.md}.
 *
 * @param temperature of the softmax; 0 to choose by rehearsal on shadows
 */
public record Base(double temperature) implements MembershipAttack {
    /** The temperature chosen by rehearsal. */
    public static final Base DEFAULT = new Base(0);

    private static final Card CARD = new Card(
            "base",
            "Bayes-optimal approximation, online (BASE)",
            "Compares the model's loss on the record with a soft minimum of the shadows' losses.",
            "Lassila, Ostman, Ngo, Graell i Amat: Practical Bayes-Optimal Membership Inference Attacks, NeurIPS 2025",
            List.of(
                    "the model's full probability vector",
                    "shadow models of the same recipe, half of them trained on the record"));

    public Base {
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
    public Base prepared(MembershipView view) {
        return new Base(best(view).temperature());
    }

    private Ratio best(MembershipView view) {
        return Ratio.best(view, temperature, 0, 0, Rmia::logRatio);
    }
}

package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Need;
import dev.lethe.audit.membership.Scores;
import dev.lethe.audit.membership.Signal;
import java.util.List;

/**
 * Calls a record a member when the entropy of the model's answer is below a threshold of its class.
 *
 * @param modified use the modified entropy, which looks at the label too; otherwise Shannon's
 */
public record EntropyThreshold(boolean modified) implements MembershipAttack {
    private static final Card CARD = new Card(
            "entropy-threshold",
            "Entropy with class thresholds",
            "Calls a record a member when the (modified) entropy of the model's answer is below its class's threshold.",
            "Song, Mittal: Systematic Evaluation of Privacy Risks of Machine Learning Models, USENIX Security 2021",
            List.of("the model's full probability vector", "shadow models of the same recipe"));

    @Override
    public Card card() {
        return CARD;
    }

    @Override
    public Need need() {
        return modified ? Need.ANSWERS : Need.WHOLE_ANSWERS;
    }

    @Override
    public Scores attack(MembershipView view) {
        return ClassThresholds.score(view, modified ? Signal.NEGATIVE_LOG_MODIFIED_ENTROPY : Signal.NEGATIVE_ENTROPY);
    }
}

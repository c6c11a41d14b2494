package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Part;
import dev.lethe.audit.membership.Scores;
import dev.lethe.core.model.Logits;
import dev.lethe.core.random.Shuffle;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Shadow models with learned attack models: a small network for each class learns, from the shadows, to tell answers on
 * training records from answers on others.
 *
 * @param width hidden units of each attack model
 * @param epochs passes over the shadows' answers
 * @param perClass the most answers that an attack model learns from
 */
public record Shokri(int width, int epochs, int perClass) implements MembershipAttack {
    /** As in the paper: one hidden layer of 64. */
    public static final Shokri DEFAULT = new Shokri(64, 30, 4000);

    private static final Card CARD = new Card(
            "shokri",
            "Shadow models with learned attack models",
            "Learns, class by class, to tell the model's answers on training records from those on others.",
            "Shokri, Stronati, Song, Shmatikov: Membership Inference Attacks Against Machine Learning Models, IEEE S&P 2017",
            List.of("the model's full probability vector", "shadow models of the same recipe"));

    /** Enough shadows to learn from. */
    private static final int MOST_SHADOWS = 8;

    public Shokri {
        if (width < 1 || epochs < 1 || perClass < 2) {
            throw new IllegalArgumentException(
                    "width, epochs and perClass must be positive, got " + width + ", " + epochs + ", " + perClass);
        }
    }

    @Override
    public Card card() {
        return CARD;
    }

    @Override
    public Scores attack(MembershipView view) {
        AttackModels.Answers answers = gather(view);
        try (AttackModels models = AttackModels.learn(answers, view.classes(), width, epochs, view.seed())) {
            return Scores.of(models.score(view.target(), view.labels()), 0);
        }
    }

    /** At most {@link #perClass} answers of each class, as many IN as OUT on average, drawn evenly from the shadows. */
    private AttackModels.Answers gather(MembershipView view) {
        AttackModels.Answers answers = new AttackModels.Answers(view.classes());
        UniformRandomProvider random = view.seed().fork("gather").stream();
        int shadows = Math.min(view.shadows(), MOST_SHADOWS);
        for (int shadow = 0; shadow < shadows; shadow++) {
            Logits logits = view.shadow(shadow);
            int[] room = new int[view.classes()];
            java.util.Arrays.fill(room, Math.max(2, perClass / shadows));
            for (int record : Shuffle.permutation(view.records(), random)) {
                int label = view.labels()[record];
                if (view.part(shadow, record) != Part.WITHHELD && room[label]-- > 0) {
                    answers.add(logits, record, label, view.part(shadow, record) == Part.IN);
                }
            }
        }
        return answers;
    }
}

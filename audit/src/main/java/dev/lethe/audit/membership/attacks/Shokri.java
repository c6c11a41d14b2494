package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.Experiment;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Need;
import dev.lethe.audit.membership.Part;
import dev.lethe.audit.membership.Scores;
import dev.lethe.core.data.Records;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Shadow models with learned attack models: small networks learn, from the shadows, to tell answers on training records
 * from answers on others.
 *
 * @param data what the shadows are trained on
 * @param models shadows to train, where {@code data} are made; those of the store otherwise
 * @param noise share of features replaced in noisy records
 * @param kMax as the following four, of the search for synthesized records, see {@link ShadowData.Climb}
 * @param budget queries to the target that the search may cost
 * @param width hidden units of each attack model
 * @param epochs passes over the shadows' answers
 * @param perClass the most answers of a class that are learned from
 */
public record Shokri(
        Source data,
        int models,
        double noise,
        int kMax,
        int kMin,
        double confMin,
        int rejMax,
        int iterMax,
        int budget,
        int width,
        int epochs,
        int perClass)
        implements MembershipAttack {
    /** Where shadows get their data from (Shokri et al. 2017, section V-C). */
    public enum Source {
        /** The records of the game themselves: the shadows of the store. */
        RECORDS,
        /** Noisy versions of the records. */
        NOISY,
        /** Features drawn from their marginals, one by one; the class is what the target says. */
        MARGINALS,
        /** Records that the target is sure of, found by asking it. */
        SYNTHESIZED
    }

    /** On the store's shadows, one hidden layer of 64 as in the paper. */
    public static final Shokri DEFAULT = with(Source.RECORDS);

    private static final Card CARD = new Card(
            "shokri",
            "Shadow models with learned attack models",
            "Learns from shadow models to tell the model's answers on training records from those on others.",
            "Shokri, Stronati, Song, Shmatikov: Membership Inference Attacks Against Machine Learning Models, IEEE S&P 2017",
            List.of(
                    "the model's full probability vector",
                    "shadow models of the same recipe, on real, noisy or made records"));

    /** Enough shadows to learn from. */
    private static final int MOST_SHADOWS = 16;

    /** Made records below which there is nothing to train a shadow on. */
    private static final int FEWEST = 20;

    public Shokri {
        if (width < 1 || epochs < 1 || perClass < 2) {
            throw new IllegalArgumentException(
                    "width, epochs and perClass must be positive, got " + width + ", " + epochs + ", " + perClass);
        }
        if (models < 1) {
            throw new IllegalArgumentException("models " + models + " must be at least 1");
        }
        ShadowData.requireShare(noise);
        new ShadowData.Climb(kMax, kMin, confMin, rejMax, iterMax, budget);
    }

    /** The defaults on shadow data from this source. */
    public static Shokri with(Source data) {
        ShadowData.Climb climb = ShadowData.Climb.DEFAULT;
        return new Shokri(
                data,
                4,
                0.1,
                climb.kMax(),
                climb.kMin(),
                climb.confMin(),
                climb.rejMax(),
                climb.iterMax(),
                climb.budget(),
                64,
                10,
                4000);
    }

    @Override
    public Card card() {
        return CARD;
    }

    @Override
    public Need need() {
        return data == Source.RECORDS ? Need.WHOLE_ANSWERS : Need.MODEL;
    }

    @Override
    public boolean worksWithModels() {
        return true;
    }

    @Override
    public Scores attack(MembershipView view) {
        AttackModels.Answers answers = data == Source.RECORDS ? ofStore(view) : view.experiment(making(view.classes()));
        try (AttackModels attackModels = AttackModels.learn(answers, view.classes(), width, epochs, view.seed())) {
            return Scores.of(attackModels.score(view.target(), view.labels(), record -> !view.isTold(record)), 0);
        }
    }

    private AttackModels.Answers ofStore(MembershipView view) {
        AttackModels.Answers answers = new AttackModels.Answers(view.classes());
        UniformRandomProvider random = view.seed().fork("gather").stream();
        int shadows = Math.min(view.shadows(), MOST_SHADOWS);
        for (int shadow = 0; shadow < shadows; shadow++) {
            int from = shadow;
            gather(answers, view.shadow(shadow), view.labels(), record -> view.part(from, record), shadows, random);
        }
        return answers;
    }

    /** At most {@link #perClass} answers of each class, as many IN as OUT on average, drawn evenly from the shadows. */
    private void gather(
            AttackModels.Answers answers,
            Logits logits,
            int[] labels,
            IntFunction<Part> part,
            int shadows,
            UniformRandomProvider random) {
        int[] room = new int[logits.classes()];
        Arrays.fill(room, Math.max(2, perClass / shadows));
        for (int record : Shuffle.permutation(labels.length, random)) {
            int label = labels[record];
            if (part.apply(record) != Part.WITHHELD && room[label]-- > 0) {
                answers.add(logits, record, label, part.apply(record) == Part.IN);
            }
        }
    }

    /** Makes data, trains shadows on halves of them, and gathers what they say of all. */
    private Experiment<AttackModels.Answers> making(int classes) {
        return new Experiment<>() {
            @Override
            public <D extends Records> AttackModels.Answers on(
                    Predictor<D> target, Trainer<D> recipe, D records, Seed seed) {
                D made = make(target, records, seed.fork("data"));
                AttackModels.Answers answers = new AttackModels.Answers(classes);
                UniformRandomProvider random = seed.fork("gather").stream();
                for (int shadow = 0; shadow < models; shadow++) {
                    Seed own = seed.fork("shadow-" + shadow);
                    int[] rows = Shuffle.subset(made.size(), made.size() / 2, own.fork("split").stream());
                    try (Predictor<D> model = recipe.train(made, rows, own, Progress.QUIET)) {
                        gather(
                                answers,
                                model.logits(made),
                                made.labels(),
                                row -> Arrays.binarySearch(rows, row) >= 0 ? Part.IN : Part.OUT,
                                models,
                                random);
                    }
                }
                return answers;
            }
        };
    }

    /** As many records as play, where that many can be found. */
    private <D extends Records> D make(Predictor<D> target, D records, Seed seed) {
        ShadowData.Climb climb = new ShadowData.Climb(kMax, kMin, confMin, rejMax, iterMax, budget);
        ShadowData<D> made =
                switch (data) {
                    case RECORDS -> new ShadowData<>(records, 0);
                    case NOISY -> ShadowData.noisy(records, noise, seed);
                    case MARGINALS -> ShadowData.marginals(records, target, records.size(), seed);
                    case SYNTHESIZED -> ShadowData.synthesized(records, target, records.size(), climb, seed);
                };
        if (made.data().size() < FEWEST) {
            throw new IllegalArgumentException("shokri with data=synthesized found "
                    + made.data().size() + " records in " + made.queries()
                    + " queries, too few to train shadows on; raise iterMax or budget, or lower confMin");
        }
        return made.data();
    }
}

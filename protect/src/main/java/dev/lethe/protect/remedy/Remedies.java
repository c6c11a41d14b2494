package dev.lethe.protect.remedy;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.privacy.Claim;
import dev.lethe.nn.NetworkTrainer;
import java.util.List;
import java.util.Optional;

/** All remedies that are known; a new one is one file and one line here. */
public final class Remedies {
    private Remedies() {}

    /** In the order in which they are tried. */
    public static List<Remedy> all() {
        return List.of(
                new EarlyStopping(3),
                new WeightDecay(0.5),
                new Dropout(0.5),
                new LabelSmoothing(0.3),
                new ConfidenceMasking(1),
                new CrossDistillation(3));
    }

    /** Stops when a held-back tenth no longer improves. */
    record EarlyStopping(int patience) implements Remedy {
        @Override
        public String id() {
            return "early-stopping";
        }

        @Override
        public String name() {
            return "Early stopping";
        }

        @Override
        public Claim.Heuristic claim() {
            return new Claim.Heuristic(
                    "what is not learned by heart cannot be told; records that are learned in the first"
                            + " epochs, outliers among them, are not protected");
        }

        @Override
        public Optional<Trainer<Examples>> on(NetworkTrainer recipe) {
            return recipe.optimization().patience() > 0
                    ? Optional.empty()
                    : Optional.of(recipe.with(recipe.optimization().withPatience(patience)));
        }
    }

    /** Draws weights to zero. */
    record WeightDecay(double rate) implements Remedy {
        @Override
        public String id() {
            return "weight-decay";
        }

        @Override
        public String name() {
            return "Weight decay " + rate;
        }

        @Override
        public Claim.Heuristic claim() {
            return new Claim.Heuristic("small weights fit single records less closely; nothing bounds what is left");
        }

        @Override
        public Optional<Trainer<Examples>> on(NetworkTrainer recipe) {
            return recipe.optimization().weightDecay() >= rate
                            || rate >= 1 / recipe.optimization().learningRate()
                    ? Optional.empty()
                    : Optional.of(recipe.with(recipe.optimization().withWeightDecay(rate)));
        }
    }

    /** Leaves hidden units out at random in training. */
    record Dropout(double rate) implements Remedy {
        @Override
        public String id() {
            return "dropout";
        }

        @Override
        public String name() {
            return "Dropout " + rate;
        }

        @Override
        public Claim.Heuristic claim() {
            return new Claim.Heuristic(
                    "no unit can rely on others to remember a record; nothing bounds what all of them remember");
        }

        @Override
        public Optional<Trainer<Examples>> on(NetworkTrainer recipe) {
            return recipe.withDropout(rate).filter(with -> !with.equals(recipe)).map(with -> with);
        }
    }

    /** Spreads a share of each label over all classes. */
    record LabelSmoothing(double share) implements Remedy {
        @Override
        public String id() {
            return "label-smoothing";
        }

        @Override
        public String name() {
            return "Label smoothing " + share;
        }

        @Override
        public Claim.Heuristic claim() {
            return new Claim.Heuristic("members are no longer predicted with certainty; smoothed confidences can give"
                    + " members away just as well (Kaya and Dumitras 2021)");
        }

        @Override
        public Optional<Trainer<Examples>> on(NetworkTrainer recipe) {
            return recipe.optimization().smoothing() > 0
                    ? Optional.empty()
                    : Optional.of(recipe.with(recipe.optimization().withSmoothing(share)));
        }
    }
}

package dev.lethe.app;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.privacy.BestAccountant;
import dev.lethe.core.privacy.Calibration;
import dev.lethe.core.privacy.Claim;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.NetworkTrainer;
import dev.lethe.protect.training.PerturbedTableTraining;
import dev.lethe.protect.training.PrivateEncoding;
import dev.lethe.protect.training.PrivateRecipe;
import dev.lethe.protect.training.PrivateTableTraining;
import dev.lethe.protect.training.PrivateTraining;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What will be done to a table and what may be claimed of it, fixed before a record is looked at. */
sealed interface TrainingPlan {
    /** Of what steps by noisy gradients claim. */
    List<String> LIMITS_OF_STEPS = List.of(
            "Sums of gradients are computed in floating point; what that adds to the sensitivity is not counted"
                    + " (docs/math/training.md).",
            "A checkpoint of the training is as private as the records.");

    /** Of everything together. */
    Claim.DifferentialPrivacy claim();

    /** The recipe in words. */
    String recipe();

    /** In a few words, for the screen. */
    String words();

    /** What the claim rests on that is not proven, for the card. */
    List<String> limits();

    /** Throws if what was kept of delta does not pay for how the noise was drawn. */
    void requirePaid(Predictor<Examples> model);

    /**
     * Whom the claim is about.
     *
     * @param column that names people; null where each row is one
     * @param mostRows of a person take part in training
     */
    record Protected(int count, @Nullable String column, int mostRows) {
        static final int ALL_ROWS = Integer.MAX_VALUE;

        /** One of them. */
        String unit() {
            return column == null ? "one row" : "all rows of one '" + column + "'";
        }

        /** Several. */
        String name() {
            return column == null ? "records" : "people";
        }
    }

    /** By noisy gradients. */
    record Stepwise(PrivateEncoding encoding, PrivateRecipe how, Protected units, Claim.DifferentialPrivacy claim)
            implements TrainingPlan {
        /** With the least noise that keeps the budget. */
        static Stepwise of(TrainingFlags flags, NetworkTrainer trainer, PrivateEncoding encoding, Protected units) {
            int records = units.count();
            double priced = PrivateTraining.priced(flags.delta());
            double noise = new Calibration(new BestAccountant(), flags.neighbours(), flags.epsilon, priced)
                    .noise(multiplier ->
                            PrivateTableTraining.event(encoding, flags.recipe(trainer, multiplier, records), records));
            PrivateRecipe how = flags.recipe(trainer, noise, records);
            PrivacyEvent event = PrivateTableTraining.event(encoding, how, records);
            double epsilon =
                    new BestAccountant().price(event, flags.neighbours()).epsilon(priced);
            return new Stepwise(
                    encoding,
                    how,
                    units,
                    new Claim.DifferentialPrivacy(epsilon, flags.delta(), flags.neighbours(), units.unit(), event));
        }

        @Override
        public String recipe() {
            return how.describe();
        }

        @Override
        public String words() {
            return String.format(
                    Locale.ROOT,
                    "%d steps on %d %s, noise multiplier %.4f",
                    how.steps(units.count()),
                    units.count(),
                    units.name(),
                    how.noiseMultiplier());
        }

        @Override
        public List<String> limits() {
            return LIMITS_OF_STEPS;
        }

        @Override
        public void requirePaid(Predictor<Examples> model) {
            new PrivateTraining(how, units.count(), Seed.of(0), Progress.QUIET, null)
                    .requirePaid(model.parameters().orElseThrow().length, claim.epsilon(), claim.delta());
        }
    }

    /** In one release, for a record that is replaced. */
    record Perturbed(PerturbedTableTraining training, Claim.DifferentialPrivacy claim) implements TrainingPlan {
        /** With all of epsilon that finding the encoding leaves. */
        static Perturbed of(TrainingFlags flags, PrivateEncoding encoding, int records, int columns) {
            boolean isGiven = encoding.statistics() == null;
            double part = isGiven ? flags.epsilon : part(flags, encoding);
            PerturbedTableTraining training =
                    new PerturbedTableTraining(encoding, flags.perturbation(part, records, columns), records);
            // Alone it costs what the theorem says, and nothing of delta.
            double delta = isGiven ? 0 : flags.delta();
            double epsilon = isGiven ? part : priced(training.event()).epsilon(delta);
            return new Perturbed(
                    training,
                    new Claim.DifferentialPrivacy(epsilon, delta, Neighbours.REPLACE_ONE, "one row", training.event()));
        }

        private static double part(TrainingFlags flags, PrivateEncoding encoding) {
            return 1
                    / new Calibration(new BestAccountant(), Neighbours.REPLACE_ONE, flags.epsilon, flags.delta())
                            .noise(noise -> new PrivacyEvent.Composed(List.of(
                                    encoding.event(), new PrivacyEvent.PureDp(1 / noise, Neighbours.REPLACE_ONE))));
        }

        private static BestAccountant.BestCurve priced(PrivacyEvent event) {
            return new BestAccountant().price(event, Neighbours.REPLACE_ONE);
        }

        @Override
        public String recipe() {
            return training.how().describe();
        }

        @Override
        public String words() {
            return String.format(Locale.ROOT, "%s, on %d records", recipe(), training.records());
        }

        @Override
        public List<String> limits() {
            return List.of(
                    "The number of records is taken as public, and the claim is for a row that is replaced by another: it says"
                            + " nothing of a row that is added.",
                    "The theorem is about real numbers and the exact minimum; noise is drawn and the minimum found in floating"
                            + " point, to a gradient of 1e-10 (docs/math/training.md).");
        }

        @Override
        public void requirePaid(Predictor<Examples> model) {
            // No Gaussian draws in what was priced.
        }
    }
}

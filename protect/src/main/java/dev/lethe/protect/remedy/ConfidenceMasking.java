package dev.lethe.protect.remedy;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.privacy.Claim;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.NetworkTrainer;
import java.util.Optional;

/**
 * Answers with the likeliest class and its probability, rounded; the other classes share the rest evenly. The model behind is as it
 * was: who can see inside sees all, and the label alone tells membership by how far it is from changing.
 *
 * @param decimals of the probability, 0..6
 */
public record ConfidenceMasking(int decimals) implements Remedy {
    public ConfidenceMasking {
        if (decimals < 0 || decimals > 6) {
            throw new IllegalArgumentException("decimals " + decimals + " must lie in 0..6");
        }
    }

    @Override
    public String id() {
        return "confidence-masking";
    }

    @Override
    public String name() {
        return "Confidence masking, " + decimals + (decimals == 1 ? " decimal" : " decimals");
    }

    @Override
    public Claim.Heuristic claim() {
        return new Claim.Heuristic("attackers see less of each answer; label-only attacks need no more than the label"
                + " (Choquette-Choo et al. 2021), and the model itself still holds everything");
    }

    @Override
    public Optional<Trainer<Examples>> on(NetworkTrainer recipe) {
        return Optional.of(new Masked(recipe, decimals));
    }

    /** A recipe whose models answer through the mask. */
    private record Masked(NetworkTrainer recipe, int decimals) implements Trainer<Examples> {
        @Override
        public Predictor<Examples> train(Examples data, int[] rows, Seed seed, Progress progress) {
            return new Mask(recipe.train(data, rows, seed, progress), decimals);
        }

        @Override
        public Optional<Predictor<Examples>> restore(Examples data, int[] rows, float[] parameters) {
            return recipe.restore(data, rows, parameters).map(model -> new Mask(model, decimals));
        }

        @Override
        public String describe() {
            return recipe.describe() + "; answers the likeliest class and its probability to " + decimals + " decimals";
        }
    }

    /** A model seen through the mask. */
    private record Mask(Predictor<Examples> model, int decimals) implements Predictor<Examples> {
        @Override
        public Logits logits(Examples data) {
            Logits open = model.logits(data);
            int classes = open.classes();
            float[] masked = new float[data.size() * classes];
            double unit = Math.pow(10, -decimals);
            for (int row = 0; row < data.size(); row++) {
                int best = 0;
                for (int k = 1; k < classes; k++) {
                    best = open.values()[row * classes + k] > open.values()[row * classes + best] ? k : best;
                }
                double shown = Math.rint(Math.exp(-open.lossNats(row, best)) / unit) * unit;
                // Never certain, and never less likely than the others, which would change the answer.
                double top = Math.min(1 - unit / 2, Math.max(shown, (1.0 + unit / 2) / classes));
                for (int k = 0; k < classes; k++) {
                    masked[row * classes + k] = (float) Math.log(k == best ? top : (1 - top) / (classes - 1));
                }
            }
            return new Logits(masked, classes);
        }

        @Override
        public Optional<float[]> parameters() {
            return model.parameters();
        }

        @Override
        public void close() {
            model.close();
        }
    }
}

package dev.lethe.protect.training;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.noise.GaussianNoise;
import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import java.util.List;

/**
 * The best of a random number of private trainings, the number staying secret (Papernot and Steinke, "Hyperparameter tuning with Renyi
 * differential privacy", ICLR 2022, Theorem 2 with eta = 1): each run draws a candidate uniformly, trains it on all examples, and counts
 * with noise how often it is right on them; the model of the largest count is released, and of the others nothing, not even how many
 * there were. A person's count is the share of their rows that the model is right on, so that it is 1 at most.
 *
 * <p>The price is known for candidates that differ in the noise multiplier alone; a run costs at most what the one with the least
 * noise costs, whichever is drawn. How long a release takes tells how many runs there were: who may not learn that may not watch.
 *
 * @param candidates at least one
 * @param mean number of runs, geometrically distributed from 1 on; at least 1
 * @param scoreNoise standard deviation of the noise on a count, above 0
 * @param people how many there are, or examples; public
 * @param delta at which the selection is priced, in (0, 1)
 * @param seed of first weights, which protect nobody; runs differ by their noise and coins
 */
public record PrivateSelection(
        List<DpSgd> candidates, double mean, double scoreNoise, int people, double delta, Seed seed)
        implements Mechanism<Examples, PrivateSelection.Selected> {
    /** The relation that the price is for. */
    public static final Neighbours NEIGHBOURS = Neighbours.ADD_OR_REMOVE_ONE;

    public PrivateSelection {
        candidates = List.copyOf(candidates);
        if (candidates.isEmpty()) {
            throw new IllegalArgumentException("candidates must hold at least one");
        }
        DpSgd first = candidates.get(0);
        for (DpSgd other : candidates) {
            DpSgd alike = new DpSgd(
                    first.recipe(),
                    other.noiseMultiplier(),
                    first.clipping(),
                    first.adaptive(),
                    first.copies(),
                    first.averaging());
            if (!other.describe().equals(alike.describe())) {
                throw new IllegalArgumentException("candidates must differ in the noise multiplier alone, not: "
                        + other.describe() + "; and: " + first.describe());
            }
        }
        if (!(mean >= 1 && mean <= 1000)) {
            throw new IllegalArgumentException("mean " + mean + " must lie in [1, 1000]");
        }
        if (!(scoreNoise > 0 && scoreNoise < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("scoreNoise " + scoreNoise + " must be above 0 and finite");
        }
        if (!(delta > 0 && delta < 1)) {
            throw new IllegalArgumentException("delta " + delta + " must lie in (0, 1)");
        }
    }

    /** What is released: the model, which is the caller's to close, and its recipe. */
    public record Selected(DpSgd how, Predictor<Examples> model) {}

    /** What one run costs at most. */
    public PrivacyEvent run() {
        DpSgd least = candidates.get(0);
        for (DpSgd other : candidates) {
            least = other.noiseMultiplier() < least.noiseMultiplier() ? other : least;
        }
        // A count's noise is on a grid whose rounding its deviation pays for; see TrainingSteps.sigma.
        return new PrivacyEvent.Composed(List.of(least.event(people), new PrivacyEvent.Gaussian(scoreNoise)));
    }

    /** A claim by the theorem. What the draws lack of Gaussian ones is not in it; see {@link #extraDelta}. */
    @Override
    public PrivacyEvent event() {
        return new PrivacyEvent.ApproximateDp(
                SelectionPrice.geometric(run(), NEIGHBOURS, mean, delta), delta, NEIGHBOURS);
    }

    /** What is to be added to delta for the draws of all runs, of models of so many parameters; see {@link GaussianNoise#extraDelta}. */
    public double extraDelta(double epsilon, long parameters) {
        long each = Math.addExact(Math.multiplyExact(candidates.get(0).steps(people), parameters + 1), 1);
        return GaussianNoise.of(1).extraDelta(epsilon, Math.multiplyExact((long) Math.ceil(mean), each));
    }

    @Override
    public Selected release(Examples data, NoiseSource noise) {
        if (Units.count(data.people()) != people) {
            throw new IllegalArgumentException(
                    "there are " + Units.count(data.people()) + " people instead of " + people);
        }
        Chance chance = new Chance.Protective(noise);
        Selected best = null;
        double highest = 0;
        do {
            DpSgd how = candidates.get((int) noise.nextBelow(candidates.size()));
            // No progress is told: it would tell how many runs there are.
            Predictor<Examples> model =
                    new PrivateTraining(how, people, seed, Progress.QUIET, null).release(data, noise);
            double score = chance.noisy(right(model, data), TrainingSteps.sigma(scoreNoise, 1, 1));
            if (best == null || score > highest) {
                if (best != null) {
                    best.model().close();
                }
                best = new Selected(how, model);
                highest = score;
            } else {
                model.close();
            }
        } while (chance.heads(1 - 1 / mean));
        return best;
    }

    /** Over all people, the share of each one's rows that the model is right on. */
    static double right(Predictor<Examples> model, Examples data) {
        Logits logits = model.logits(data);
        int[] rows = new int[Units.count(data.people())];
        int[] right = new int[rows.length];
        for (int row = 0; row < data.size(); row++) {
            rows[data.people()[row]]++;
            right[data.people()[row]] += logits.argMax(row) == data.labels()[row] ? 1 : 0;
        }
        double sum = 0;
        for (int person = 0; person < rows.length; person++) {
            sum += (double) right[person] / rows[person];
        }
        return sum;
    }
}

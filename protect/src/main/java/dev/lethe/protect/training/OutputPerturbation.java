package dev.lethe.protect.training;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import java.util.Optional;

/**
 * Logistic regression by output perturbation (Chaudhuri, Monteleoni and Sarwate 2011, Algorithm 1 and Theorem 6): what makes the
 * regularized loss least, plus noise as large as one example can move it. Pure differential privacy. The paper finds
 * {@link ObjectivePerturbation} more accurate on its data, since it does with less regularization; this one is simpler to believe. The
 * number of examples is public.
 *
 * <p>Classes, rows and time as there. The minimum is found to a gradient of norm 1e-10 and so lies within 1e-10 / regularization of the
 * exact one, which is added to the sensitivity: of approximate minima the theorem holds. It is about real numbers still, while the noise
 * is drawn and added in doubles and released in floats (Mironov 2012).
 *
 * @param epsilon of the whole release, in [1e-6, 1000]
 * @param regularization half of it times the squared weights, which are those of scaled rows, is added to the mean loss; Λ of the paper.
 *     To choose it by looking at the examples costs what looking costs
 * @param radius public: rows that are longer than this, with a constant 1 beside the features, are shortened to it, and all are divided
 *     by it. About sqrt(features + 1) for standardized features
 */
public record OutputPerturbation(double epsilon, double regularization, double radius) implements Perturbation {
    public OutputPerturbation {
        LogisticLoss.requireSettings(epsilon, regularization, radius);
    }

    /** Under {@link Neighbours#REPLACE_ONE}, which is the theorem's relation. */
    @Override
    public PrivacyEvent event() {
        return new PrivacyEvent.PureDp(epsilon, Neighbours.REPLACE_ONE);
    }

    /** L2 distance of the weights found for neighbours, at most: of exact minima 2 / (n Λ), by Corollary 8. */
    double sensitivity(int examples) {
        return 2 * (1.0 / examples + LogisticLoss.TOLERANCE) / regularization;
    }

    /** Trains on all examples. */
    @Override
    public Predictor<Examples> release(Examples data, NoiseSource noise) {
        return run(data, LogisticLoss.all(data), new Chance.Protective(noise), Progress.QUIET);
    }

    /** A rehearsal: the same from a seed, for shadow models, of which nothing is claimed. */
    @Override
    public Predictor<Examples> train(Examples data, int[] rows, Seed seed, Progress progress) {
        return run(data, rows, new Chance.Rehearsed(seed.fork("noise")), progress);
    }

    /** Never refuses: noise is on the answer, where it drowns what it drowns. */
    @Override
    public void requireEnough(int examples, int width, int classes) {
        // Nothing fails for want of examples.
    }

    private Predictor<Examples> run(Examples data, int[] rows, Chance chance, Progress progress) {
        LogisticLoss loss = new LogisticLoss(data, rows, radius);
        int classes = data.classes().size();
        double scale = sensitivity(loss.rows()) / LogisticLoss.share(epsilon, classes);
        double[][] classifiers = new double[LogisticLoss.classifiers(classes)][];
        for (int k = 0; k < classifiers.length; k++) {
            double[] weights = loss.minimum(loss.signs(k), regularization, new double[loss.size()]);
            double[] noise = chance.spherical(weights.length, scale);
            for (int i = 0; i < weights.length; i++) {
                weights[i] += noise[i];
            }
            classifiers[k] = weights;
            progress.at("training", (k + 1.0) / classifiers.length);
        }
        return loss.predictor(classifiers);
    }

    @Override
    public Optional<Predictor<Examples>> restore(Examples data, int[] rows, float[] parameters) {
        return Optional.of(LogisticLoss.restore(data, rows, parameters));
    }

    @Override
    public String describe() {
        return "logistic regression by output perturbation; epsilon " + epsilon + ", regularization " + regularization
                + ", rows shortened to " + radius;
    }
}

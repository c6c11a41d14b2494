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
 * Logistic regression by objective perturbation (Chaudhuri, Monteleoni and Sarwate 2011, Algorithm 2 and Theorem 9): a random slope is
 * added to the regularized loss, and what is then least is released. Pure differential privacy, in one release and without a choice of
 * learning rate; the number of examples is public.
 *
 * <p>Two classes take one classifier; more take one a class against the rest, each for its part of epsilon. The constant that goes with
 * each row is regularized like a feature. Examples must have been encoded with public constants alone. A step takes time proportional to
 * examples times the square of features: this is for tens or hundreds of features.
 *
 * <p><strong>What the theorem does not cover.</strong> It is about the exact minimum and about real numbers. This follows the gradient
 * to a norm of 1e-10 and computes in doubles, noise included; parameters are released as floats, which hides the lower half of the
 * doubles' digits and most of that error, but is no proof. That bits of floating-point noise can tell something is known for simpler
 * mechanisms (Mironov 2012). Where that matters, take {@link DpSgd} or {@link DpFtrl}, whose noise is on a grid.
 *
 * @param epsilon of the whole release, in [1e-6, 1000]
 * @param regularization half of it times the squared weights, which are those of scaled rows, is added to the mean loss; Λ of the paper.
 *     To choose it by looking at the examples costs what looking costs
 * @param radius public: rows that are longer than this, with a constant 1 beside the features, are shortened to it, and all are divided
 *     by it. About sqrt(features + 1) for standardized features
 */
public record ObjectivePerturbation(double epsilon, double regularization, double radius) implements Perturbation {
    /** Bounds the second derivative of the logistic loss. */
    private static final double CURVATURE = 0.25;

    /** Weights are found to the promised gradient while the slope is no larger. */
    private static final double LARGEST_SLOPE = 1e4;

    public ObjectivePerturbation {
        LogisticLoss.requireSettings(epsilon, regularization, radius);
    }

    /** Under {@link Neighbours#REPLACE_ONE}, which is the theorem's relation. */
    @Override
    public PrivacyEvent event() {
        return new PrivacyEvent.PureDp(epsilon, Neighbours.REPLACE_ONE);
    }

    /**
     * What a classifier's objective gets.
     *
     * @param noiseScale of the random slope's norm, before it is divided by the number of examples: 2 / epsilon'
     * @param extra regularization, so that the minimum moves slowly enough: Δ
     */
    record Terms(double noiseScale, double extra) {}

    /** For a classifier that may cost this much. */
    Terms terms(double share, int examples) {
        double left = share - 2 * Math.log1p(CURVATURE / (examples * regularization));
        return left > 0
                ? new Terms(2 / left, 0)
                : new Terms(4 / share, CURVATURE / (examples * Math.expm1(share / 4)) - regularization);
    }

    /**
     * Trains on all examples.
     *
     * @throws IllegalArgumentException if there are too few examples for this epsilon by far; depends on numbers of examples, features
     *     and classes alone
     */
    @Override
    public Predictor<Examples> release(Examples data, NoiseSource noise) {
        return run(data, LogisticLoss.all(data), new Chance.Protective(noise), Progress.QUIET);
    }

    /** A rehearsal: the same from a seed, for shadow models, of which nothing is claimed. */
    @Override
    public Predictor<Examples> train(Examples data, int[] rows, Seed seed, Progress progress) {
        return run(data, rows, new Chance.Rehearsed(seed.fork("noise")), progress);
    }

    @Override
    public void requireEnough(int examples, int width, int classes) {
        Terms terms = terms(LogisticLoss.share(epsilon, classes), examples);
        if (terms.noiseScale() * (width + 1) / examples > LARGEST_SLOPE) {
            throw new IllegalArgumentException("epsilon " + epsilon + " is too small for " + examples + " examples of "
                    + width + " features in " + classes + " classes: nothing could be learned. Raise it, or the"
                    + " regularization " + regularization);
        }
    }

    private Predictor<Examples> run(Examples data, int[] rows, Chance chance, Progress progress) {
        LogisticLoss loss = new LogisticLoss(data, rows, radius);
        int classes = data.classes().size();
        Terms terms = terms(LogisticLoss.share(epsilon, classes), loss.rows());
        requireEnough(loss.rows(), data.width(), classes);
        double[][] classifiers = new double[LogisticLoss.classifiers(classes)][];
        for (int k = 0; k < classifiers.length; k++) {
            double[] slope = chance.spherical(loss.size(), terms.noiseScale());
            for (int i = 0; i < slope.length; i++) {
                slope[i] /= loss.rows();
            }
            classifiers[k] = loss.minimum(loss.signs(k), regularization + terms.extra(), slope);
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
        return "logistic regression by objective perturbation; epsilon " + epsilon + ", regularization "
                + regularization + ", rows shortened to " + radius;
    }
}

package dev.lethe.core.privacy;

import java.util.Arrays;
import java.util.List;

/**
 * What was done to the data, in exactly the detail that an accountant needs. Noise is relative to what one record, or one
 * privacy unit, can add: under {@link Neighbours#ADD_OR_REMOVE_ONE} the sensitivity is 1 multiplier, and a replacement, which
 * removes one and adds another, is charged for both.
 */
public sealed interface PrivacyEvent {
    /**
     * Gaussian noise, on one number or on a vector.
     *
     * @param noiseMultiplier standard deviation over L2 sensitivity, above 0
     */
    record Gaussian(double noiseMultiplier) implements PrivacyEvent {
        public Gaussian {
            requirePositive("noiseMultiplier", noiseMultiplier);
        }
    }

    /**
     * Laplace noise, on one number or on each of a vector.
     *
     * @param noiseMultiplier scale over L1 sensitivity, above 0
     */
    record Laplace(double noiseMultiplier) implements PrivacyEvent {
        public Laplace {
            requirePositive("noiseMultiplier", noiseMultiplier);
        }
    }

    /**
     * Discrete Gaussian noise on <em>one</em> integer: mass proportional to exp(-x² / 2 sigma²) (Canonne, Kamath and Steinke
     * 2020). For several integers see {@link DiscreteGaussianVector}: no single coordinate stands for them.
     *
     * @param sigma in units of the grid, above 0
     * @param sensitivity in steps of the grid, at least 1
     */
    record DiscreteGaussian(double sigma, long sensitivity) implements PrivacyEvent {
        public DiscreteGaussian {
            requirePositive("sigma", sigma);
            requireAtLeast("sensitivity", sensitivity, 1);
        }
    }

    /**
     * Discrete Gaussian noise on each of several integers. Known only to be concentrated: rho = l2Sensitivity² / 2 sigma².
     *
     * @param sigma in units of the grid, above 0
     * @param l2Sensitivity of the vector of integers, in units of the grid, above 0
     */
    record DiscreteGaussianVector(double sigma, double l2Sensitivity) implements PrivacyEvent {
        public DiscreteGaussianVector {
            requirePositive("sigma", sigma);
            requirePositive("l2Sensitivity", l2Sensitivity);
        }
    }

    /**
     * Discrete Laplace noise on one integer or on each of several: mass proportional to exp(-|x| / scale).
     *
     * @param scale in units of the grid, above 0
     * @param sensitivity L1, in steps of the grid, at least 1
     */
    record DiscreteLaplace(double scale, long sensitivity) implements PrivacyEvent {
        public DiscreteLaplace {
            requirePositive("scale", scale);
            requireAtLeast("sensitivity", sensitivity, 1);
        }
    }

    /**
     * One record's answer among several categories, told truly with probability e^epsilon / (e^epsilon + categories - 1) and
     * otherwise as one of the others, drawn uniformly. A record that is absent is answered for by a fixed category, so that both
     * neighbour relations cost the same.
     *
     * @param epsilon above 0
     * @param categories at least 2
     */
    record RandomizedResponse(double epsilon, int categories) implements PrivacyEvent {
        public RandomizedResponse {
            requirePositive("epsilon", epsilon);
            requireAtLeast("categories", categories, 2);
        }
    }

    /**
     * A choice with probability proportional to exp(epsilon · score / 2 sensitivity), or, where no record can raise one score and
     * lower another, exp(epsilon · score / sensitivity). Its bounded range makes it cheaper than its epsilon says (Dong, Durfee and
     * Rogers 2020).
     *
     * @param epsilon under {@link Neighbours#ADD_OR_REMOVE_ONE}, above 0
     */
    record ExponentialMechanism(double epsilon) implements PrivacyEvent {
        public ExponentialMechanism {
            requirePositive("epsilon", epsilon);
        }
    }

    /**
     * An event on a part of the records that was drawn by a coin for each.
     *
     * @param rate probability of each record to take part, in [0, 1]
     */
    record PoissonSampled(double rate, PrivacyEvent event) implements PrivacyEvent {
        public PoissonSampled {
            if (!(rate >= 0 && rate <= 1)) {
                throw new IllegalArgumentException("rate " + rate + " must lie in [0, 1]");
            }
            rate += 0.0; // no negative zero: equal rates are equal events
        }
    }

    /**
     * An event on a batch of fixed size, drawn uniformly without replacement and afresh each time. Not Poisson sampling: the batch
     * that misses a record holds another in its stead, so that both neighbour relations change the batch by a replacement.
     *
     * @param records how many there are to draw from, at least 1
     * @param batch how many are drawn, in [1, records]
     */
    record FixedBatch(long records, long batch, PrivacyEvent event) implements PrivacyEvent {
        public FixedBatch {
            requireAtLeast("records", records, 1);
            requireAtLeast("batch", batch, 1);
            if (batch > records) {
                throw new IllegalArgumentException("batch " + batch + " must be at most records " + records);
            }
        }

        /** The share of the records in a batch. */
        public double rate() {
            return (double) batch / records;
        }
    }

    /**
     * Epochs over shuffled records: each epoch cuts a fresh permutation into batches of fixed size, and the event is done to each
     * batch. A record is in one batch an epoch, so an epoch costs one event, unsampled; that the order is secret is given no credit.
     *
     * @param epochs at least 0
     */
    record Shuffled(long epochs, PrivacyEvent event) implements PrivacyEvent {
        public Shuffled {
            requireAtLeast("epochs", epochs, 0);
        }
    }

    /**
     * An event done several times, each with fresh noise and, where sampled, a fresh sample.
     *
     * @param times at least 0
     */
    record Repeated(long times, PrivacyEvent event) implements PrivacyEvent {
        public Repeated {
            requireAtLeast("times", times, 0);
        }
    }

    /** Events one after the other; none means that nothing was released. */
    record Composed(List<PrivacyEvent> events) implements PrivacyEvent {
        public Composed {
            events = List.copyOf(events);
        }
    }

    /**
     * Running sums of a stream by a binary tree of partial sums with Gaussian noise on every node (Dwork et al. 2010; Kairouz et al.
     * 2021).
     *
     * @param noiseMultiplier standard deviation on a node over the L2 norm that one participation can add, above 0
     * @param steps leaves of the tree, at least 1
     * @param participations how often one record takes part, at least 1
     * @param separation steps from one participation of a record to its next, at least 1
     */
    record TreeAggregation(double noiseMultiplier, long steps, long participations, long separation)
            implements PrivacyEvent {
        public TreeAggregation {
            requirePositive("noiseMultiplier", noiseMultiplier);
            requireAtLeast("steps", steps, 1);
            requireAtLeast("participations", participations, 1);
            requireAtLeast("separation", separation, 1);
        }

        /** The L2 norm, over all nodes, of what a record with norm 1 can add: at most. */
        public double sensitivity() {
            return StreamSensitivity.ofTree(steps, participations, separation);
        }
    }

    /**
     * Running sums of a stream by a matrix mechanism (Li et al. 2010; Denisov et al. 2022) whose strategy C is a lower triangular
     * Toeplitz matrix: Gaussian noise is added to C times the stream. Only strategies are taken whose sensitivity is known exactly:
     * bands no wider than the separation, or coefficients that are at least 0 and never rise.
     *
     * @param noiseMultiplier standard deviation over the L2 norm that one participation can add <em>before</em> C, above 0
     * @param coefficients the first column of C, later entries being 0; the first is above 0
     * @param steps rows of C, at least 1 and at most 2²²
     * @param participations how often one record takes part, at least 1
     * @param separation steps from one participation of a record to its next, at least 1
     */
    record MatrixMechanism(
            double noiseMultiplier, List<Double> coefficients, int steps, long participations, long separation)
            implements PrivacyEvent {
        public MatrixMechanism {
            requirePositive("noiseMultiplier", noiseMultiplier);
            coefficients = List.copyOf(coefficients);
            requireAtLeast("steps", steps, 1);
            requireAtLeast("participations", participations, 1);
            requireAtLeast("separation", separation, 1);
            StreamSensitivity.checkStrategy(coefficients, steps, participations, separation);
        }

        /** The L2 norm of what a record with norm 1 can add to C times the stream. */
        public double sensitivity() {
            return StreamSensitivity.ofToeplitz(coefficients, steps, participations, separation);
        }

        /** The square root of the prefix sums: coefficient k is binomial(2k, k) / 4^k (Henzinger et al. 2023). */
        public static List<Double> squareRoot(int count) {
            requireAtLeast("count", count, 1);
            Double[] coefficients = new Double[count];
            double coefficient = 1;
            for (int k = 0; k < count; k++) {
                coefficients[k] = coefficient;
                coefficient *= (2.0 * k + 1) / (2.0 * k + 2);
            }
            return Arrays.asList(coefficients);
        }
    }

    /**
     * A claim made by others, taken at its word.
     *
     * @param epsilon at least 0
     * @param neighbours the relation for which it is claimed
     */
    record PureDp(double epsilon, Neighbours neighbours) implements PrivacyEvent {
        public PureDp {
            requireAtLeastZero("epsilon", epsilon);
            epsilon += 0.0;
        }
    }

    /**
     * A claim made by others, taken at its word.
     *
     * @param epsilon at least 0
     * @param delta in [0, 1)
     * @param neighbours the relation for which it is claimed
     */
    record ApproximateDp(double epsilon, double delta, Neighbours neighbours) implements PrivacyEvent {
        public ApproximateDp {
            requireAtLeastZero("epsilon", epsilon);
            if (!(delta >= 0 && delta < 1)) {
                throw new IllegalArgumentException("delta " + delta + " must lie in [0, 1)");
            }
            epsilon += 0.0;
            delta += 0.0;
        }
    }

    /**
     * A claim made by others, taken at its word: the Rényi divergence of every order alpha is at most rho · alpha (Bun and Steinke
     * 2016).
     *
     * @param rho at least 0
     * @param neighbours the relation for which it is claimed
     */
    record ZeroConcentrated(double rho, Neighbours neighbours) implements PrivacyEvent {
        public ZeroConcentrated {
            requireAtLeastZero("rho", rho);
            rho += 0.0;
        }
    }

    private static void requirePositive(String component, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(component + " " + value + " must be above 0 and finite");
        }
    }

    private static void requireAtLeastZero(String component, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(component + " " + value + " must be at least 0 and finite");
        }
    }

    private static void requireAtLeast(String component, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(component + " " + value + " must be at least " + least);
        }
    }
}

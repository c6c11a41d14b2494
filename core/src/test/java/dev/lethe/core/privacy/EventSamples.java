package dev.lethe.core.privacy;

import dev.lethe.core.privacy.PrivacyEvent.ApproximateDp;
import dev.lethe.core.privacy.PrivacyEvent.Composed;
import dev.lethe.core.privacy.PrivacyEvent.DiscreteGaussian;
import dev.lethe.core.privacy.PrivacyEvent.DiscreteGaussianVector;
import dev.lethe.core.privacy.PrivacyEvent.DiscreteLaplace;
import dev.lethe.core.privacy.PrivacyEvent.ExponentialMechanism;
import dev.lethe.core.privacy.PrivacyEvent.FixedBatch;
import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.Laplace;
import dev.lethe.core.privacy.PrivacyEvent.MatrixMechanism;
import dev.lethe.core.privacy.PrivacyEvent.PoissonSampled;
import dev.lethe.core.privacy.PrivacyEvent.PureDp;
import dev.lethe.core.privacy.PrivacyEvent.RandomizedResponse;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import dev.lethe.core.privacy.PrivacyEvent.Shuffled;
import dev.lethe.core.privacy.PrivacyEvent.TreeAggregation;
import dev.lethe.core.privacy.PrivacyEvent.ZeroConcentrated;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;

/** One event of every kind, and random nestings of them. */
final class EventSamples {
    private EventSamples() {}

    /** One of every kind that holds no other event. */
    static List<PrivacyEvent> leaves() {
        return List.of(
                new Gaussian(1.3),
                new Laplace(2.5),
                new DiscreteGaussian(3.5, 2),
                new DiscreteGaussianVector(4, 1.5),
                new DiscreteLaplace(5, 3),
                new RandomizedResponse(1.2, 2),
                new RandomizedResponse(0.7, 5),
                new ExponentialMechanism(0.8),
                new TreeAggregation(6, 100, 3, 20),
                new MatrixMechanism(4, MatrixMechanism.squareRoot(50), 50, 2, 25),
                new PureDp(0.4, Neighbours.ADD_OR_REMOVE_ONE),
                new PureDp(0.4, Neighbours.REPLACE_ONE),
                new ApproximateDp(0.5, 1e-6, Neighbours.ADD_OR_REMOVE_ONE),
                new ZeroConcentrated(0.05, Neighbours.ADD_OR_REMOVE_ONE));
    }

    /** The event within one of every kind that holds another. */
    static List<PrivacyEvent> around(PrivacyEvent event) {
        return List.of(
                new Repeated(3, event),
                new Composed(List.of(new Gaussian(9), event)),
                new PoissonSampled(0.2, event),
                new FixedBatch(50, 5, event),
                new Shuffled(2, event));
    }

    /** With noise and counts as a user might have them: prices are finite, and exact losses are quickly composed. */
    static PrivacyEvent small(UniformRandomProvider random, int depth) {
        if (depth == 0 || random.nextInt(5) == 0) {
            return smallLeaf(random);
        }
        PrivacyEvent inner = small(random, depth - 1);
        return switch (random.nextInt(5)) {
            case 0 -> new Repeated(random.nextLong(8), inner);
            case 1 -> new PoissonSampled(random.nextInt(8) / 7.0, inner);
            case 2 -> {
                long records = 1 + random.nextLong(50);
                yield new FixedBatch(records, 1 + random.nextLong(records), inner);
            }
            case 3 -> new Shuffled(random.nextLong(4), inner);
            default -> {
                List<PrivacyEvent> parts = new ArrayList<>();
                for (int i = random.nextInt(3); i > 0; i--) {
                    parts.add(small(random, depth - 1));
                }
                parts.add(inner);
                yield new Composed(parts);
            }
        };
    }

    private static PrivacyEvent smallLeaf(UniformRandomProvider random) {
        double noise = 0.5 + 4 * random.nextDouble();
        Neighbours neighbours = random.nextBoolean() ? Neighbours.ADD_OR_REMOVE_ONE : Neighbours.REPLACE_ONE;
        int step = 1 + random.nextInt(4);
        return switch (random.nextInt(12)) {
            case 0, 1 -> new Gaussian(noise);
            case 2 -> new Laplace(noise);
            case 3 -> new DiscreteGaussian(noise * step, step);
            case 4 -> new DiscreteGaussianVector(noise * step, step);
            case 5 -> new DiscreteLaplace(noise * step, step);
            case 6 -> new RandomizedResponse(1 / noise, 2 + random.nextInt(4));
            case 7 -> new ExponentialMechanism(1 / noise);
            case 8 -> new TreeAggregation(noise * 4, 1 + random.nextInt(30), 1 + random.nextInt(3), step);
            case 9 -> new PureDp(1 / noise, neighbours);
            case 10 -> new ApproximateDp(1 / noise, random.nextInt(2) * 1e-5, neighbours);
            default -> new ZeroConcentrated(1 / (noise * noise), neighbours);
        };
    }

    static PrivacyEvent random(UniformRandomProvider random, int depth) {
        if (depth == 0 || random.nextInt(4) == 0) {
            return randomLeaf(random);
        }
        PrivacyEvent inner = random(random, depth - 1);
        return switch (random.nextInt(5)) {
            case 0 -> new Repeated(random.nextLong(1L << 40), inner);
            case 1 -> new PoissonSampled(random.nextDouble(), inner);
            case 2 -> {
                long records = 1 + random.nextLong(1_000_000);
                yield new FixedBatch(records, 1 + random.nextLong(records), inner);
            }
            case 3 -> new Shuffled(random.nextLong(100), inner);
            default -> {
                List<PrivacyEvent> parts = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    parts.add(random(random, depth - 1));
                }
                parts.add(inner);
                yield new Composed(parts);
            }
        };
    }

    private static PrivacyEvent randomLeaf(UniformRandomProvider random) {
        double value = Math.exp(8 * random.nextDouble() - 4);
        Neighbours neighbours = random.nextBoolean() ? Neighbours.ADD_OR_REMOVE_ONE : Neighbours.REPLACE_ONE;
        return switch (random.nextInt(12)) {
            case 0 -> new Gaussian(value);
            case 1 -> new Laplace(value);
            case 2 -> new DiscreteGaussian(value, 1 + random.nextInt(9));
            case 3 -> new DiscreteGaussianVector(value, 1 + random.nextDouble());
            case 4 -> new DiscreteLaplace(value, 1 + random.nextInt(9));
            case 5 -> new RandomizedResponse(value, 2 + random.nextInt(9));
            case 6 -> new ExponentialMechanism(value);
            case 7 ->
                new TreeAggregation(value, 1 + random.nextInt(5000), 1 + random.nextInt(9), 1 + random.nextInt(99));
            case 8 -> {
                int steps = 1 + random.nextInt(300);
                List<Double> coefficients = MatrixMechanism.squareRoot(1 + random.nextInt(steps));
                yield new MatrixMechanism(value, coefficients, steps, 1 + random.nextInt(9), 1 + random.nextInt(99));
            }
            case 9 -> new PureDp(random.nextInt(5) == 0 ? 0 : value, neighbours);
            case 10 -> new ApproximateDp(value, random.nextInt(5) == 0 ? 0 : random.nextDouble() / 1e6, neighbours);
            default -> new ZeroConcentrated(value, neighbours);
        };
    }
}

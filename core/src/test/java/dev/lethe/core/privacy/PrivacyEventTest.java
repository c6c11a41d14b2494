package dev.lethe.core.privacy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.core.privacy.PrivacyEvent.ApproximateDp;
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
import java.util.List;
import java.util.function.DoubleFunction;
import org.junit.jupiter.api.Test;

class PrivacyEventTest {
    private static final Neighbours ADD = Neighbours.ADD_OR_REMOVE_ONE;

    @Test
    void noComponentIsNegativeInfiniteOrNotANumber() {
        List<DoubleFunction<PrivacyEvent>> events = List.of(
                Gaussian::new,
                Laplace::new,
                x -> new DiscreteGaussian(x, 1),
                x -> new DiscreteGaussianVector(x, 1),
                x -> new DiscreteGaussianVector(1, x),
                x -> new DiscreteLaplace(x, 1),
                x -> new RandomizedResponse(x, 2),
                ExponentialMechanism::new,
                x -> new PoissonSampled(x, new Gaussian(1)),
                x -> new TreeAggregation(x, 1, 1, 1),
                x -> new MatrixMechanism(x, List.of(1.0), 1, 1, 1),
                x -> new MatrixMechanism(1, List.of(x), 1, 1, 1),
                x -> new PureDp(x, ADD),
                x -> new ApproximateDp(x, 0, ADD),
                x -> new ApproximateDp(1, x, ADD),
                x -> new ZeroConcentrated(x, ADD));
        for (DoubleFunction<PrivacyEvent> event : events) {
            assertEquals(event.apply(0.5), event.apply(0.5));
            for (double wrong :
                    new double[] {-1, -1e-300, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                var e = assertThrows(
                        IllegalArgumentException.class, () -> event.apply(wrong), () -> event + " " + wrong);
                assertTrue(e.getMessage().contains(Double.toString(wrong)), e.getMessage());
            }
        }
        assertThrows(IllegalArgumentException.class, () -> new PoissonSampled(1.0000001, new Gaussian(1)));
        assertThrows(IllegalArgumentException.class, () -> new ApproximateDp(1, 1, ADD));
        assertThrows(IllegalArgumentException.class, () -> new Repeated(-1, new Gaussian(1)));
        assertThrows(IllegalArgumentException.class, () -> new Shuffled(-1, new Gaussian(1)));
        assertThrows(IllegalArgumentException.class, () -> new FixedBatch(10, 11, new Gaussian(1)));
        assertThrows(IllegalArgumentException.class, () -> new FixedBatch(10, 0, new Gaussian(1)));
        assertThrows(IllegalArgumentException.class, () -> new RandomizedResponse(1, 1));
        assertThrows(IllegalArgumentException.class, () -> new DiscreteGaussian(1, 0));
        assertThrows(IllegalArgumentException.class, () -> new DiscreteLaplace(1, 0));
        assertThrows(IllegalArgumentException.class, () -> new TreeAggregation(1, 0, 1, 1));
    }

    @Test
    void oneLeafOfATreeIsInOneNodeALevel() {
        assertEquals(11, Math.pow(new TreeAggregation(1, 1600, 1, 1).sensitivity(), 2), 1e-9);
        assertEquals(1, new TreeAggregation(1, 1, 1, 1).sensitivity());
        assertEquals(1, new TreeAggregation(1, 1, 5, 7).sensitivity());
    }

    /** Against all ways to take part, on the small and obvious tree. */
    @Test
    void treesAreChargedAtLeastForTheWorstWayToTakePart() {
        for (int steps = 1; steps <= 9; steps++) {
            for (int participations = 1; participations <= 4; participations++) {
                for (int separation = 1; separation <= 5; separation++) {
                    double worst = 0;
                    for (int way = 1; way < 1 << steps; way++) {
                        if (allowed(way, participations, separation)) {
                            double squares = 0;
                            for (int size = 1; size <= steps; size *= 2) {
                                for (int node = 0; (node + 1) * size <= steps; node++) {
                                    int count = Integer.bitCount((way >> (node * size)) & ((1 << size) - 1));
                                    squares += count * count;
                                }
                            }
                            worst = Math.max(worst, squares);
                        }
                    }
                    double charged = new TreeAggregation(1, steps, participations, separation).sensitivity();
                    assertTrue(charged * charged >= worst - 1e-9, "steps " + steps);
                    if (participations == 1) {
                        assertEquals(worst, charged * charged, 1e-9);
                    }
                }
            }
        }
    }

    /** Against all ways to take part and all signs. */
    @Test
    void strategiesAreChargedExactlyForTheWorstWayToTakePart() {
        List<List<Double>> strategies = List.of(
                List.of(1.0),
                List.of(1.0, 0.5),
                List.of(1.0, -0.5),
                List.of(0.5, -2.0, 1.0),
                List.of(1.0, 1.0, 1.0, 1.0),
                MatrixMechanism.squareRoot(8));
        int compared = 0;
        for (List<Double> strategy : strategies) {
            for (int participations = 1; participations <= 4; participations++) {
                for (int separation = 1; separation <= 5; separation++) {
                    MatrixMechanism mechanism;
                    try {
                        mechanism = new MatrixMechanism(1, strategy, 8, participations, separation);
                    } catch (IllegalArgumentException refused) {
                        continue;
                    }
                    double worst = 0;
                    for (int way = 1; way < 1 << 8; way++) {
                        if (allowed(way, participations, separation)) {
                            for (int signs = 0; signs < 1 << 8; signs++) {
                                worst = Math.max(worst, norm(strategy, way, signs));
                            }
                        }
                    }
                    assertEquals(worst, mechanism.sensitivity(), 1e-12, () -> mechanism.toString());
                    compared++;
                }
            }
        }
        assertTrue(compared > 80, "compared " + compared);
    }

    @Test
    void aStrategyOfUnknownSensitivityIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new MatrixMechanism(1, List.of(1.0, -0.5), 8, 2, 1));
        assertThrows(IllegalArgumentException.class, () -> new MatrixMechanism(1, List.of(1.0, 1.5), 8, 2, 1));
        assertThrows(IllegalArgumentException.class, () -> new MatrixMechanism(1, List.of(0.0, 1.5), 8, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new MatrixMechanism(1, List.of(), 8, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new MatrixMechanism(1, List.of(1.0, 0.5), 1, 1, 1));
        assertThrows(
                IllegalArgumentException.class, () -> new MatrixMechanism(1, List.of(1.0), Integer.MAX_VALUE, 1, 1));
    }

    private static boolean allowed(int way, int participations, int separation) {
        if (Integer.bitCount(way) > participations) {
            return false;
        }
        for (int step = 0, last = -1000; way >> step != 0; step++) {
            if (((way >> step) & 1) == 1) {
                if (step - last < separation) {
                    return false;
                }
                last = step;
            }
        }
        return true;
    }

    private static double norm(List<Double> strategy, int way, int signs) {
        double squares = 0;
        for (int row = 0; row < 8; row++) {
            double sum = 0;
            for (int k = 0; k < strategy.size() && k <= row; k++) {
                if (((way >> (row - k)) & 1) == 1) {
                    sum += ((signs >> (row - k)) & 1) == 1 ? -strategy.get(k) : strategy.get(k);
                }
            }
            squares += sum * sum;
        }
        return Math.sqrt(squares);
    }
}

package dev.lethe.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.lethe.core.data.PropertyTrials;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
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
import dev.lethe.core.privacy.PrivacyEvent.TreeAggregation;
import dev.lethe.core.privacy.PrivacyEvent.ZeroConcentrated;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

/** What the ledger charges, by the accountant's integrals, against sums that were written without them. */
class RenyiTwinTest {
    private static final RdpCosts SUMS = new RdpCosts();

    /** Equal wherever both are exact, or are the same bound. */
    @Test
    void integralsAreTheSums() {
        PropertyTrials.check(30, seed -> {
            UniformRandomProvider random = seed.stream();
            double rate = Math.pow(10, -4 * random.nextDouble());
            double sigma = 0.06 * Math.pow(200, random.nextDouble());
            PrivacyEvent sampled = new PoissonSampled(rate, new Gaussian(sigma));
            List<PrivacyEvent> events = new ArrayList<>(List.of(
                    new Gaussian(sigma),
                    new Laplace(sigma),
                    sampled,
                    new DiscreteGaussian(sigma, 3),
                    new DiscreteGaussianVector(sigma, 1.7),
                    new RandomizedResponse(sigma, 2),
                    new TreeAggregation(sigma, 10, 2, 3),
                    new MatrixMechanism(sigma, List.of(1.0, 0.5), 8, 2, 4),
                    new PureDp(sigma, Neighbours.ADD_OR_REMOVE_ONE),
                    new ZeroConcentrated(sigma, Neighbours.ADD_OR_REMOVE_ONE),
                    new DiscreteLaplace(1000 / sigma, 1000)));
            events.add(new Composed(List.of(new Repeated(7, sampled), new Laplace(sigma), new Gaussian(2 * sigma))));
            for (PrivacyEvent event : events) {
                double[] sums = SUMS.of(event, Neighbours.ADD_OR_REMOVE_ONE);
                RenyiCosts.Cost cost = RenyiCosts.of(event, Neighbours.ADD_OR_REMOVE_ONE);
                assertThat(cost.delta()).isZero();
                double[] orders = RenyiCosts.orders();
                assertThat(orders).isEqualTo(SUMS.orders());
                for (int k = 0; k < orders.length; k++) {
                    // Sums are for whole orders only.
                    if (orders[k] == Math.rint(orders[k])) {
                        // Each rounds up: the sums by 1e-13, before they are divided.
                        assertThat(cost.divergences()[k])
                                .as("%s at order %s", event, orders[k])
                                .isCloseTo(sums[k], offset(1e-11 + 1e-7 * sums[k]));
                    }
                }
            }
        });
    }

    /** Where the accountant knows more, a charge is smaller: an account that was opened before has at least what it had. */
    @Test
    void nothingIsDearerThanBySumsButShuffling() {
        PropertyTrials.check(15, seed -> {
            UniformRandomProvider random = seed.stream();
            double rate = Math.pow(10, -4 * random.nextDouble());
            double sigma = 0.06 * Math.pow(200, random.nextDouble());
            for (Neighbours neighbours : Neighbours.values()) {
                for (PrivacyEvent event : List.of(
                        new PoissonSampled(rate, new Gaussian(sigma)),
                        new PoissonSampled(rate, new Laplace(sigma)),
                        new PoissonSampled(rate, new DiscreteLaplace(100 * sigma, 100)),
                        new PoissonSampled(rate, new PureDp(1 / sigma, neighbours)),
                        new PoissonSampled(0, new PureDp(1 / sigma, Neighbours.REPLACE_ONE)),
                        new FixedBatch(1000, 1 + random.nextInt(1000), new Gaussian(sigma)),
                        new FixedBatch(1000, 1 + random.nextInt(1000), new Laplace(sigma)),
                        new DiscreteLaplace(sigma, 1 + random.nextInt(5)),
                        new DiscreteLaplace(100 * sigma, 1 + random.nextInt(1000)),
                        new RandomizedResponse(1 / sigma, 2 + random.nextInt(9)),
                        new ExponentialMechanism(1 / sigma))) {
                    double[] sums = SUMS.of(event, neighbours);
                    // Where the order times epsilon is above 700 the accountant says epsilon, which is all but exact
                    // there.
                    double loose = event instanceof ExponentialMechanism ? 0.02 : 1e-7;
                    double[] costs = RenyiCosts.of(event, neighbours).divergences();
                    for (int k = 0; k < costs.length; k++) {
                        assertThat(costs[k])
                                .as("%s under %s at order %s", event, neighbours, RenyiCosts.orders()[k])
                                .isBetween(0.0, sums[k] * (1 + loose) + 1e-11);
                    }
                }
            }
        });
    }
}

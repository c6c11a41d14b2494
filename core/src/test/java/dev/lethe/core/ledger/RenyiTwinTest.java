package dev.lethe.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.lethe.core.data.PropertyTrials;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.Laplace;
import dev.lethe.core.privacy.PrivacyEvent.PoissonSampled;
import dev.lethe.core.privacy.RenyiAccountant;
import dev.lethe.core.privacy.RenyiCurve;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

/** The accountant's integrals against the ledger's sums, which were written without them: equal wherever both are exact. */
class RenyiTwinTest {
    private static final RdpCosts SUMS = new RdpCosts();

    @Test
    void integralsAreTheSums() {
        PropertyTrials.check(100, seed -> {
            UniformRandomProvider random = seed.stream();
            double rate = Math.pow(10, -4 * random.nextDouble());
            double sigma = 0.06 * Math.pow(200, random.nextDouble());
            for (PrivacyEvent event :
                    List.of(new Gaussian(sigma), new Laplace(sigma), new PoissonSampled(rate, new Gaussian(sigma)))) {
                double[] sums = SUMS.of(event, Neighbours.ADD_OR_REMOVE_ONE);
                RenyiCurve curve = new RenyiAccountant().price(event, Neighbours.ADD_OR_REMOVE_ONE);
                double[] orders = SUMS.orders();
                for (int k = 0; k < orders.length; k++) {
                    // Sums are for whole orders only, and stop at 4096.
                    if (orders[k] == Math.rint(orders[k]) && orders[k] <= 4096) {
                        // Each rounds up: the sums by 1e-13, before they are divided.
                        assertThat(curve.divergence(orders[k]))
                                .as("%s at order %s", event, orders[k])
                                .isCloseTo(sums[k], offset(1e-12 + 1e-7 * sums[k]));
                    }
                }
            }
        });
    }
}

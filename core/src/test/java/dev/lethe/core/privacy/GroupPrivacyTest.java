package dev.lethe.core.privacy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.PoissonSampled;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import org.junit.jupiter.api.Test;

class GroupPrivacyTest {
    /**
     * K37 of TensorFlow Privacy's tests: three records of each user; it searches fewer orders. Without sampling it scales the noise,
     * which is cheaper.
     */
    @Test
    void threeRecordsOfOnePerson() {
        Neighbours add = Neighbours.ADD_OR_REMOVE_ONE;
        PrivacyCurve whole = new RenyiAccountant().price(new Repeated(5, new Gaussian(1)), add);
        PrivacyCurve scaled = new RenyiAccountant().price(new Repeated(5, new Gaussian(1.0 / 3)), add);
        PrivacyCurve sampled =
                new RenyiAccountant().price(new Repeated(782, new PoissonSampled(0.0064, new Gaussian(1))), add);
        assertEquals(56.224, scaled.epsilon(1e-6), 0.06);
        assertTrue(new GroupPrivacy(whole, 3).epsilon(1e-6) >= new GaussianCurve(3 * Math.sqrt(5)).epsilon(1e-6));
        assertEquals(6.425, new GroupPrivacy(sampled, 3).epsilon(1e-6), 0.01);
    }

    /** For Gaussian noise the group's true price is known: the sensitivity is three times as large. */
    @Test
    void isAboveTheTruePriceAndAgreesWithItself() {
        PrivacyCurve group = new GroupPrivacy(new GaussianCurve(0.5), 3);
        double epsilon = group.epsilon(1e-5);
        assertTrue(epsilon >= new GaussianCurve(1.5).epsilon(1e-5));
        assertTrue(group.delta(epsilon) <= 1e-5 * (1 + 1e-6));
        assertEquals(new GaussianCurve(0.5).epsilon(1e-5), new GroupPrivacy(new GaussianCurve(0.5), 1).epsilon(1e-5));
        assertThrows(IllegalArgumentException.class, () -> new GroupPrivacy(group, 0));
    }
}

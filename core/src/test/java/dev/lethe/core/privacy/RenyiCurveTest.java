package dev.lethe.core.privacy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class RenyiCurveTest {
    /** K26 of dp_accounting's tests: 1.1 at every order up to 32, nothing known above. */
    @Test
    void convertsAtTheBestOrder() {
        RenyiCurve curve = new RenyiCurve(
                List.of(new RenyiCurve.Part(order -> order >= 2 && order <= 32 ? 1.1 : Double.POSITIVE_INFINITY, 1)));
        assertEquals(1.32783806176, curve.epsilon(1e-5), 1e-10);
    }
}

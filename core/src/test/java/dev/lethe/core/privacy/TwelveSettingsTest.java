package dev.lethe.core.privacy;

import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.PoissonSampled;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import org.junit.jupiter.api.Test;

class TwelveSettingsTest {
    private static final double[][] SETTINGS = {
        {0.01, 1.0, 1000, 1e-5, 2.101367, 1.828244},
        {0.01, 1.0, 10000, 1e-5, 6.712757, 6.187745},
        {0.01, 0.8, 1000, 1e-5, 3.695613, 3.141018},
        {0.01, 0.6, 1000, 1e-5, 8.680396, 7.433616},
        {0.001, 1.0, 10000, 1e-6, 0.979542, 0.555392},
        {0.001, 0.7, 100000, 1e-6, 4.592230, 4.135739},
        {0.004, 1.1, 15000, 1e-5, 2.502871, 2.295468},
        {0.0213, 1.1, 2820, 1e-5, 6.643710, 6.105656},
        {0.1, 2.0, 500, 1e-5, 6.034562, 5.555470},
        {0.1, 4.0, 5000, 1e-5, 9.461836, 8.797936},
        {1, 10, 100, 1e-5, 4.728507, 4.377178},
        {1, 5, 1, 1e-5, 0.794522, 0.725522},
    };

    @Test
    void print() {
        for (int round = 0; round < 4; round++)
            for (double[] s : SETTINGS) {
                var event = new Repeated((long) s[2], new PoissonSampled(s[0], new Gaussian(s[1])));
                long t = System.nanoTime();
                var bracket = new PrivacyLossAccountant()
                        .price(event, Neighbours.ADD_OR_REMOVE_ONE)
                        .bracket(s[3]);
                t = System.nanoTime() - t;
                System.out.printf(
                        "OUT %s [%.7f, %.7f] ref %.6f  %.1f ms%n", event, bracket.low(), bracket.high(), s[5], t / 1e6);
            }
    }
}

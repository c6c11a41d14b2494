package dev.lethe.audit.membership.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.lethe.core.model.Logits;
import dev.lethe.core.random.Seed;
import java.util.stream.DoubleStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

/** RMIA and BASE on numbers that can be followed by hand; vectors computed from the formulas of the papers. */
class RatioTest {
    /** RMIA offline, a = 0.3: p = 0.9 where others say 0.5; for the population record 0.6 where others say 0.55. */
    @Test
    void rmiaOfflineKnownAnswer() {
        double x = Math.exp(RmiaOffline.logRatio(Math.log(0.9), 0, 0.5, 0.3));
        double z = Math.exp(RmiaOffline.logRatio(Math.log(0.6), 0, 0.55, 0.3));
        assertThat(x).isCloseTo(1.333333, offset(1e-6));
        assertThat(z).isCloseTo(0.848057, offset(1e-6));
        assertThat(x / z).isCloseTo(1.572222, offset(1e-6));
    }

    /** BASE is minus the loss less the log-mean-exp of minus the shadows' losses: over as many IN as OUT, RMIA. */
    @Test
    void baseIsRmia() {
        double[] lossesIn = {0.01, 0.2, 0.05};
        double[] lossesOut = {2.0, 0.7, 1.1};
        double target = 0.1;
        double mean = DoubleStream.concat(DoubleStream.of(lossesIn), DoubleStream.of(lossesOut))
                .map(loss -> Math.exp(-loss))
                .average()
                .orElseThrow();
        double in =
                DoubleStream.of(lossesIn).map(loss -> Math.exp(-loss)).average().orElseThrow();
        double out = DoubleStream.of(lossesOut)
                .map(loss -> Math.exp(-loss))
                .average()
                .orElseThrow();
        assertThat(Rmia.logRatio(-target, in, out, 0)).isCloseTo(-target - Math.log(mean), offset(1e-12));
    }

    @Test
    void baseOfflineCountsOthersInPart() {
        assertThat(BaseOffline.score(Math.log(0.9), 0, 0.5, 0)).isCloseTo(Math.log(0.9), offset(1e-12));
        assertThat(BaseOffline.score(Math.log(0.9), 0, 0.5, 1)).isCloseTo(Math.log(1.8), offset(1e-12));
    }

    /** Against the softmax as it is written down. */
    @Test
    void likelihoodAtATemperature() {
        UniformRandomProvider random = Seed.of(1).stream();
        for (int trial = 0; trial < 200; trial++) {
            float[] z = new float[5];
            for (int k = 0; k < z.length; k++) {
                z[k] = 10 * random.nextFloat() - 5;
            }
            double temperature = 0.5 + 4 * random.nextDouble();
            int label = random.nextInt(5);
            double sum = 0;
            for (float one : z) {
                sum += Math.exp(one / temperature);
            }
            assertThat(Likelihoods.logLikelihood(new Logits(z, 5), 0, label, temperature))
                    .isCloseTo(Math.log(Math.exp(z[label] / temperature) / sum), offset(1e-9));
        }
    }

    @Test
    void aLikelihoodOfNothingIsStillANumber() {
        assertThat(Rmia.logRatio(-1, 0, 0, 0)).isFinite();
        assertThat(BaseOffline.score(-1, 0, 0, 0.5)).isFinite();
    }

    @Test
    void refusesSettingsThatMeanNothing() {
        assertThatThrownBy(() -> new Rmia(-1)).hasMessageContaining("temperature -1.0");
        assertThatThrownBy(() -> new Rmia(Double.NaN)).hasMessageContaining("temperature");
        assertThatThrownBy(() -> new RmiaOffline(1, 1.5)).hasMessageContaining("a 1.5");
        assertThatThrownBy(() -> new BaseOffline(1, Double.NaN)).hasMessageContaining("a NaN");
        assertThatThrownBy(() -> new Bavaria(Bavaria.Tails.STUDENT, Bavaria.Variance.AUTO, 0, 1))
                .hasMessageContaining("priorWeight 1.0");
    }
}

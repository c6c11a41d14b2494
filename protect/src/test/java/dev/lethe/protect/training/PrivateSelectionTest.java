package dev.lethe.protect.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.data.Examples;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.Clipping;
import dev.lethe.nn.LogisticRegression;
import dev.lethe.nn.Optimization;
import dev.lethe.nn.Optimizer;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrivateSelectionTest {
    private static DpSgd candidate(double noise) {
        return new DpSgd(
                new LogisticRegression(new Optimization(3, 0.5, 60, 0, 0, new Optimizer.Sgd(0))),
                noise,
                new Clipping.Flat(1));
    }

    @Test
    void costsMoreThanTheDearestRunAndGrowsWithTheNumber() {
        List<DpSgd> candidates = List.of(candidate(3), candidate(1), candidate(2));
        PrivateSelection one = new PrivateSelection(candidates, 1, 20, 300, 1e-5, Seed.of(1));
        PrivateSelection six = new PrivateSelection(candidates, 6, 20, 300, 1e-5, Seed.of(1));
        assertThat(six.run())
                .isEqualTo(new PrivacyEvent.Composed(List.of(candidate(1).event(300), new PrivacyEvent.Gaussian(20))));
        double alone = SelectionPrice.geometric(candidate(1).event(300), PrivateSelection.NEIGHBOURS, 1, 1e-5);
        assertThat(epsilon(one)).isGreaterThan(alone);
        assertThat(epsilon(six)).isGreaterThan(epsilon(one));
        assertThat(epsilon(six)).isEqualTo(SelectionPrice.geometric(six.run(), PrivateSelection.NEIGHBOURS, 6, 1e-5));
    }

    private static double epsilon(PrivateSelection selection) {
        return ((PrivacyEvent.ApproximateDp) selection.event()).epsilon();
    }

    /**
     * With 8 runs on average, gamma = 1/8, no run draws the good candidate with probability sum of gamma (1 - gamma)^(k-1) 2^-k = 1/9;
     * otherwise a model drowned in noise wins by luck alone. Of 100 selections more than 30 such have a probability below 3e-4 even at
     * 1/6 each. The saboteur drowns the counts, so that any run wins, 1/2 each: 30 or fewer have a probability below 1e-4.
     */
    @Test
    void takesTheBetterOne() {
        assertThat(drowned(1)).isLessThanOrEqualTo(30);
        assertThat(drowned(1e9)).isGreaterThan(30);
    }

    private static int drowned(double scoreNoise) {
        Examples data = MadeUp.blobs(300, 4, 2, 6, Seed.of(1));
        PrivateSelection selection =
                new PrivateSelection(List.of(candidate(1), candidate(3000)), 8, scoreNoise, 300, 1e-5, Seed.of(1));
        int drowned = 0;
        for (int i = 0; i < 100; i++) {
            PrivateSelection.Selected selected =
                    selection.release(data, NoiseSource.insecure(Seed.of(i).fork("noise")));
            drowned += selected.how().noiseMultiplier() > 1 ? 1 : 0;
            selected.model().close();
        }
        return drowned;
    }

    @Test
    void aPersonCountsForOneAtMost() {
        Examples data = MadeUp.blobs(30, 4, 2, 6, Seed.of(1));
        int[] people = new int[30];
        for (int row = 10; row < 30; row++) {
            people[row] = row - 9;
        }
        try (var model = candidate(1).train(data, LogisticLoss.all(data), Seed.of(1), (stage, done) -> {})) {
            assertThat(PrivateSelection.right(model, data.groupedBy(people))).isBetween(0.0, 21.0);
            assertThat(PrivateSelection.right(model, data))
                    .isEqualTo(Math.rint(30 * model.logits(data).accuracy(data.labels())));
        }
    }

    @Test
    void candidatesDifferInNoiseAlone() {
        DpSgd other = new DpSgd(candidate(1).recipe(), 2, new Clipping.Flat(0.5));
        assertThatThrownBy(() -> new PrivateSelection(List.of(candidate(1), other), 4, 1, 300, 1e-5, Seed.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("differ in the noise multiplier alone");
        assertThatThrownBy(() -> new PrivateSelection(List.of(candidate(1)), 0.5, 1, 300, 1e-5, Seed.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mean 0.5");
    }
}

package dev.lethe.core.query;

import static dev.lethe.core.query.People.SEED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.privacy.MechanismTester;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bounds that are found, and values that are held to bounds. */
class BoundsSearchTest {
    private final NoiseSource noise = NoiseSource.insecure(Seed.of(SEED));

    @Test
    void boundsAreFoundWhereTheValuesAre() {
        double[] values =
                Seed.of(SEED).fork("bounds").stream().doubles(2000, 900, 1000).toArray();
        values[0] = 1e9;
        values[1] = Double.NaN;
        NoisyEntries entries = new NoisyEntries(
                Noise.laplace(BoundsSearch.sensitivity(ContributionBounds.ROW), 0.5),
                BoundsSearch.sensitivity(ContributionBounds.ROW));
        BoundsSearch.Found found = new BoundsSearch(entries).release(values, noise);
        assertThat(found).isEqualTo(new BoundsSearch.Found(new Bounds(512, 1024), true));
        double[] both = Arrays.copyOf(values, 4000);
        Arrays.fill(both, 2000, 4000, -3);
        assertThat(new BoundsSearch(entries).release(both, noise).bounds()).isEqualTo(new Bounds(-4, 1024));
        assertThat(new BoundsSearch(entries).release(new double[0], noise).sure())
                .isFalse();
        assertThat(new BoundsSearch(entries).release(new double[5000], noise).bounds())
                .isEqualTo(new Bounds(0, 1));
    }

    @Test
    void hugeAndHostileValuesAreClipped() {
        double[] values = {Double.MAX_VALUE, -Double.MAX_VALUE, Double.NaN, Double.MIN_VALUE, 7};
        ValueGrid grid = ValueGrid.fromZero(new Bounds(-10, 10));
        assertThat(grid.sum(values) * grid.step()).isCloseTo(7, within(grid.step()));
        for (Bounds bounds : List.of(
                new Bounds(-1e-200, 1e-200),
                new Bounds(1e6, 1e6 + 1),
                new Bounds(-0x1p900, 0x1p900),
                new Bounds(3, 4))) {
            for (ValueGrid one : List.of(ValueGrid.fromZero(bounds), ValueGrid.fromMiddle(bounds))) {
                assertThat(Math.abs(one.sum(new double[] {bounds.low()}))).isLessThanOrEqualTo(one.reach());
                assertThat(Math.abs(one.sum(new double[] {bounds.high()}))).isLessThanOrEqualTo(one.reach());
                assertThat(one.reach()).isLessThanOrEqualTo(ValueGrid.MOST_STEPS);
                assertThat(one.origin() + one.sum(new double[] {bounds.high()}) * one.step())
                        .isCloseTo(bounds.high(), within(one.step()));
            }
        }
    }

    @Test
    void theBoundsSearchKeepsItsPromiseAndTheTesterCatchesOneWithTooLittleNoise() {
        assertThat(searches(1).violated()).isFalse();
        assertThat(searches(5).violated()).isTrue();
    }

    /** Whether a search with the noise of one epsilon is caught claiming 1: a bin at its threshold, a unit more and less. */
    private MechanismTester.Outcome searches(double epsilon) {
        Sensitivity sensitivity = BoundsSearch.sensitivity(ContributionBounds.ROW);
        BoundsSearch search = new BoundsSearch(new NoisyEntries(Noise.laplace(sensitivity, epsilon), sensitivity));
        int outliers = (int) BoundsSearch.threshold(search.entries().noise());
        double[] more = new double[100];
        Arrays.fill(more, 700);
        Arrays.fill(more, 0, outliers + 1, 1e7);
        double[] less = Arrays.copyOfRange(more, 1, more.length);
        return new MechanismTester(2_500, 1e-6).test(search, more, less, 1, 0, found -> found, noise);
    }
}

package dev.lethe.core.query;

import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import java.util.ArrayList;
import java.util.List;

/** Sums of clipped values. In: the values of each group, NaN for a missing one, contributions being bounded already. */
record NoisySums(NoisyEntries entries, ValueGrid grid) implements Mechanism<List<double[]>, List<Estimate>> {
    @Override
    public PrivacyEvent event() {
        return entries.event();
    }

    @Override
    public List<Estimate> release(List<double[]> groups, NoiseSource source) {
        double halfWidth = entries.noise().halfWidth(StatisticsPlan.CONFIDENCE);
        List<Estimate> sums = new ArrayList<>();
        for (double[] values : groups) {
            long noisy = entries.add(grid.sum(values), source);
            sums.add(new Estimate(
                    noisy * grid.step(), (noisy - halfWidth) * grid.step(), (noisy + halfWidth) * grid.step()));
        }
        return sums;
    }
}

package dev.lethe.core.query;

import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Means of clipped values: the middle of the bounds, plus a noisy sum of distances from it over a noisy count. In: the values of
 * each group, NaN for a missing one, contributions being bounded already. A mean always lies within the bounds.
 */
record NoisyMeans(NoisyEntries distances, NoisyEntries counts, ValueGrid grid)
        implements Mechanism<List<double[]>, List<Estimate>> {
    @Override
    public PrivacyEvent event() {
        return new PrivacyEvent.Composed(List.of(distances.event(), counts.event()));
    }

    @Override
    public List<Estimate> release(List<double[]> groups, NoiseSource source) {
        // Both intervals hold together with the confidence of the release.
        double each = (1 + StatisticsPlan.CONFIDENCE) / 2;
        double sumWidth = distances.noise().halfWidth(each);
        double countWidth = counts.noise().halfWidth(each);
        List<Estimate> means = new ArrayList<>();
        for (double[] values : groups) {
            long sum = distances.add(grid.sum(values), source);
            long count = counts.add(present(values), source);
            double fewest = Math.max(1, count - countWidth);
            double most = Math.max(1, count + countWidth);
            double least = sum - sumWidth;
            double largest = sum + sumWidth;
            means.add(new Estimate(
                            value((double) sum / Math.max(1, count)),
                            value(least / (least < 0 ? fewest : most)),
                            value(largest / (largest > 0 ? fewest : most)))
                    .clip(grid.bounds().low(), grid.bounds().high()));
        }
        return means;
    }

    private double value(double steps) {
        return grid.origin() + steps * grid.step();
    }

    private static long present(double[] values) {
        long present = 0;
        for (double value : values) {
            present += Double.isNaN(value) ? 0 : 1;
        }
        return present;
    }
}

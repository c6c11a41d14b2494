package dev.lethe.core.query;

import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import java.util.ArrayList;
import java.util.List;

/** Counts of rows, none below 0. In: the exact counts, of which one unit changes as much as {@code entries} says. */
public record NoisyCounts(NoisyEntries entries) implements Mechanism<long[], List<Estimate>> {
    @Override
    public PrivacyEvent event() {
        return entries.event();
    }

    @Override
    public List<Estimate> release(long[] exact, NoiseSource source) {
        double halfWidth = entries.noise().halfWidth(StatisticsPlan.CONFIDENCE);
        List<Estimate> counts = new ArrayList<>();
        for (long noisy : entries.release(exact, source)) {
            counts.add(new Estimate(noisy, noisy - halfWidth, noisy + halfWidth).clip(0, Double.POSITIVE_INFINITY));
        }
        return counts;
    }
}

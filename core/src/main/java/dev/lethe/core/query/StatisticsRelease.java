package dev.lethe.core.query;

import java.util.List;
import java.util.Map;

/**
 * What may be shown to anybody.
 *
 * @param figures by group, in the order of their keys, and within a group in the order in which they were asked for
 * @param bounds of numeric columns that were found privately
 */
public record StatisticsRelease(List<Figure> figures, Map<String, BoundsSearch.Found> bounds) {
    public StatisticsRelease {
        figures = List.copyOf(figures);
        bounds = Map.copyOf(bounds);
    }

    /**
     * One number.
     *
     * @param key values of the grouping columns
     * @param statistic such as {@code sum(income)}
     * @param at the rank of a quantile, the range or category of a bar; empty for others
     */
    public record Figure(List<String> key, String statistic, String at, Estimate estimate) {}
}

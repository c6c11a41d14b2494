package dev.lethe.core.query;

import dev.lethe.core.data.Column;
import dev.lethe.core.data.Table;
import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Answers a query on a table as its plan says: holds units to their bounds, finds groups, bounds and categories where they are not
 * given, and adds noise to exact integers.
 */
public record Statistics(StatisticsPlan plan) implements Mechanism<Table, StatisticsRelease> {
    @Override
    public PrivacyEvent event() {
        return plan.event();
    }

    /**
     * Answers.
     *
     * @throws IllegalArgumentException if the table lacks a column, or has one of another type than is needed; it depends on names
     *     and types of columns alone
     */
    @Override
    public StatisticsRelease release(Table table, NoiseSource source) {
        plan.query().requireColumns(table);
        return new Answers(table, source).release();
    }

    private final class Answers {
        private final StatisticsQuery query = plan.query();
        private final Table table;
        private final NoiseSource source;
        private final List<Contributions.Group> all;
        private final List<Contributions.Group> shown;
        private final Map<String, BoundsSearch.Found> found = new LinkedHashMap<>();

        Answers(Table table, NoiseSource source) {
            this.table = table;
            this.source = source;
            this.all = Contributions.of(query, table, source);
            this.shown = select();
        }

        private List<Contributions.Group> select() {
            PartitionSelection selection = plan.groups();
            if (selection == null) {
                return all;
            }
            boolean[] kept = selection.release(
                    all.stream().mapToLong(Contributions.Group::units).toArray(), source);
            List<Contributions.Group> some = new ArrayList<>();
            for (int i = 0; i < kept.length; i++) {
                if (kept[i]) {
                    some.add(all.get(i));
                }
            }
            return some;
        }

        StatisticsRelease release() {
            plan.searches().forEach((column, entries) -> {
                int[] rows = all.stream()
                        .flatMapToInt(group -> Arrays.stream(group.rows()))
                        .toArray();
                found.put(column, new BoundsSearch(entries).release(values(column, rows), source));
            });
            List<List<StatisticsRelease.Figure>> byGroup = new ArrayList<>();
            shown.forEach(group -> byGroup.add(new ArrayList<>()));
            for (Aggregate aggregate : query.aggregates()) {
                answer(aggregate, byGroup);
            }
            return new StatisticsRelease(byGroup.stream().flatMap(List::stream).toList(), found);
        }

        private void answer(Aggregate aggregate, List<List<StatisticsRelease.Figure>> byGroup) {
            StatisticsPlan.Noises noises = plan.noises(aggregate);
            if (aggregate instanceof Aggregate.Count) {
                long[] counts =
                        shown.stream().mapToLong(group -> group.rows().length).toArray();
                one(aggregate, new NoisyCounts(noises.first()).release(counts, source), byGroup);
            } else if (aggregate instanceof Aggregate.Sum sum) {
                ValueGrid grid = ValueGrid.fromZero(bounds(sum.column()));
                one(aggregate, new NoisySums(noises.first(), grid).release(values(sum.column()), source), byGroup);
            } else if (aggregate instanceof Aggregate.Mean mean) {
                ValueGrid grid = ValueGrid.fromMiddle(bounds(mean.column()));
                one(
                        aggregate,
                        new NoisyMeans(noises.first(), noises.count(), grid).release(values(mean.column()), source),
                        byGroup);
            } else if (aggregate instanceof Aggregate.Quantiles quantiles) {
                several(
                        aggregate,
                        quantiles.ranks().stream().map(String::valueOf).toList(),
                        new NoisyQuantiles(noises.first(), bounds(quantiles.column()), quantiles.ranks())
                                .release(values(quantiles.column()), source),
                        byGroup);
            } else if (aggregate instanceof Aggregate.Histogram histogram) {
                ranges(histogram, noises.first(), byGroup);
            } else if (aggregate instanceof Aggregate.Categories categories) {
                categories(categories, noises.first(), byGroup);
            }
        }

        private void ranges(
                Aggregate.Histogram histogram, NoisyEntries entries, List<List<StatisticsRelease.Figure>> byGroup) {
            Bounds bounds = bounds(histogram.column());
            int bins = histogram.bins();
            List<String> names = new ArrayList<>();
            for (int bin = 0; bin < bins; bin++) {
                names.add(edge(bounds, bin, bins) + ".." + edge(bounds, bin + 1, bins));
            }
            List<List<Estimate>> counts = new ArrayList<>();
            for (double[] values : values(histogram.column())) {
                long[] exact = new long[bins];
                for (double value : values) {
                    if (!Double.isNaN(value)) {
                        exact[bin(bounds, value, bins)]++;
                    }
                }
                counts.add(new NoisyCounts(entries).release(exact, source));
            }
            several(histogram, names, counts, byGroup);
        }

        private void categories(
                Aggregate.Categories asked, NoisyEntries entries, List<List<StatisticsRelease.Figure>> byGroup) {
            Column column = StatisticsQuery.column(table, asked.column());
            List<String> names = asked.categories().isEmpty() ? selected(asked.column()) : asked.categories();
            Map<String, Integer> numbers = new HashMap<>();
            names.forEach(name -> numbers.put(Contributions.canonical(column, name), numbers.size()));
            List<List<Estimate>> counts = new ArrayList<>();
            for (Contributions.Group group : shown) {
                long[] exact = new long[names.size()];
                for (int row : group.rows()) {
                    Integer number = numbers.get(column.text(row));
                    if (number != null) {
                        exact[number]++;
                    }
                }
                counts.add(new NoisyCounts(entries).release(exact, source));
            }
            several(asked, names, counts, byGroup);
        }

        /** Categories that many enough units have, over all groups. */
        private List<String> selected(String name) {
            Column column = StatisticsQuery.column(table, name);
            Column unit = query.unit() == null ? null : StatisticsQuery.column(table, query.unit());
            Map<String, Set<String>> units = new TreeMap<>(Contributions.ORDER);
            for (Contributions.Group group : all) {
                for (int row : group.rows()) {
                    if (!column.text(row).isEmpty()) {
                        units.computeIfAbsent(column.text(row), unseen -> new TreeSet<>())
                                .add(unit == null ? Integer.toString(row) : unit.text(row));
                    }
                }
            }
            boolean[] kept = plan.categories(name)
                    .release(units.values().stream().mapToLong(Set::size).toArray(), source);
            List<String> names = new ArrayList<>();
            int i = 0;
            for (String category : units.keySet()) {
                if (kept[i++]) {
                    names.add(category);
                }
            }
            return names;
        }

        private void one(Aggregate aggregate, List<Estimate> answers, List<List<StatisticsRelease.Figure>> byGroup) {
            several(aggregate, List.of(""), answers.stream().map(List::of).toList(), byGroup);
        }

        private void several(
                Aggregate aggregate,
                List<String> places,
                List<List<Estimate>> answers,
                List<List<StatisticsRelease.Figure>> byGroup) {
            for (int group = 0; group < shown.size(); group++) {
                for (int i = 0; i < places.size(); i++) {
                    byGroup.get(group)
                            .add(new StatisticsRelease.Figure(
                                    shown.get(group).key(),
                                    aggregate.name(),
                                    places.get(i),
                                    answers.get(group).get(i)));
                }
            }
        }

        private Bounds bounds(String column) {
            Bounds given = query.bounds().get(column);
            return given == null ? found.get(column).bounds() : given;
        }

        private List<double[]> values(String column) {
            return shown.stream().map(group -> values(column, group.rows())).toList();
        }

        private double[] values(String name, int[] rows) {
            double[] cells = ((Column.Numeric) StatisticsQuery.column(table, name)).values();
            return Arrays.stream(rows).mapToDouble(row -> cells[row]).toArray();
        }
    }

    private static int bin(Bounds bounds, double value, int bins) {
        double share = (bounds.clip(value) / 2 - bounds.low() / 2) / (bounds.high() / 2 - bounds.low() / 2);
        return (int) Math.min(bins - 1, Math.floor(share * bins));
    }

    private static String edge(Bounds bounds, int number, int bins) {
        double share = (double) number / bins;
        double edge = bounds.low() * (1 - share) + bounds.high() * share;
        return new Column.Numeric("", new double[] {
                    (double) (float) edge == edge
                            ? edge
                            : Double.parseDouble(String.format(java.util.Locale.ROOT, "%.6g", edge))
                })
                .text(0);
    }
}

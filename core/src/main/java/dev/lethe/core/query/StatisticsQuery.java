package dev.lethe.core.query;

import dev.lethe.core.data.Column;
import dev.lethe.core.data.Table;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a table, and what may be spent on it. Everything in here is public: chosen without looking at the data.
 *
 * @param groupBy columns whose values make the groups; empty for all rows as one
 * @param keys the groups to show, each the values of {@code groupBy} in its order; null to find them privately, for which a delta
 *     is needed
 * @param unit the column that says whose row this is; null if each row is a unit of its own
 * @param contributions how much of a unit takes part; {@link ContributionBounds#ROW} without a {@code unit}
 * @param aggregates what to compute in each group, at least one
 * @param bounds by column; those of columns that are missing here are found privately
 * @param noise of the numbers; Gaussian needs a delta
 * @param epsilon of everything together, above 0 and finite
 * @param delta of everything together, in [0, 1)
 */
public record StatisticsQuery(
        List<String> groupBy,
        @Nullable List<List<String>> keys,
        @Nullable String unit,
        ContributionBounds contributions,
        List<Aggregate> aggregates,
        Map<String, Bounds> bounds,
        NoiseKind noise,
        double epsilon,
        double delta) {
    public StatisticsQuery {
        groupBy = List.copyOf(groupBy);
        aggregates = List.copyOf(aggregates);
        bounds = Map.copyOf(bounds);
        if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("epsilon " + epsilon + " must be above 0 and finite");
        }
        if (!(delta >= 0 && delta < 1)) {
            throw new IllegalArgumentException("delta " + delta + " must lie in [0, 1)");
        }
        if (aggregates.isEmpty()) {
            throw new IllegalArgumentException(
                    "aggregates are empty; ask for a count, a sum, a mean, quantiles or a histogram");
        }
        Set<String> asked = new HashSet<>();
        for (Aggregate aggregate : aggregates) {
            if (!asked.add(aggregate.name())) {
                throw new IllegalArgumentException(aggregate.name() + " is asked for twice; once is enough");
            }
        }
        if (new HashSet<>(groupBy).size() < groupBy.size()) {
            throw new IllegalArgumentException("groupBy names a column twice: " + groupBy);
        }
        if (unit == null && !contributions.equals(ContributionBounds.ROW)) {
            throw new IllegalArgumentException(
                    "contributions: each row is a unit of its own, in one group and with one row;"
                            + " name the column of the unit, or leave out maxGroups and maxRows");
        }
        if (unit != null && groupBy.contains(unit)) {
            throw new IllegalArgumentException(
                    "groupBy names '" + unit + "', the column of the unit: no group of one unit can be shown");
        }
        if (groupBy.isEmpty() && contributions.maxGroups() > 1) {
            throw new IllegalArgumentException(
                    "maxGroups " + contributions.maxGroups() + ": without groupBy there is one group only");
        }
        if (keys != null) {
            keys = keys.stream().map(List::copyOf).toList();
            checkKeys(keys, groupBy);
        }
        if (noise == NoiseKind.GAUSSIAN && delta == 0) {
            throw new IllegalArgumentException("Gaussian noise needs a delta above 0; give one, or take Laplace noise");
        }
        if (delta == 0 && !groupBy.isEmpty() && keys == null) {
            throw new IllegalArgumentException("the groups of " + groupBy
                    + " are known from private records only, and finding them needs a delta above 0; give one, or name the"
                    + " groups to show");
        }
        for (Aggregate aggregate : aggregates) {
            if (delta == 0
                    && aggregate instanceof Aggregate.Categories categories
                    && categories.categories().isEmpty()) {
                throw new IllegalArgumentException("the categories of '" + categories.column()
                        + "' are known from private records only, and finding them needs a delta above 0; give one, or name"
                        + " the categories to show");
            }
        }
    }

    private static void checkKeys(List<List<String>> keys, List<String> groupBy) {
        if (groupBy.isEmpty()) {
            throw new IllegalArgumentException("keys name groups, but there is nothing to group by");
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("keys are empty; name at least one group to show");
        }
        for (List<String> key : keys) {
            if (key.size() != groupBy.size() || key.contains("")) {
                throw new IllegalArgumentException(
                        "keys: each needs one value for each of the columns " + groupBy + ", none of them empty");
            }
        }
        if (new HashSet<>(keys).size() < keys.size()) {
            throw new IllegalArgumentException("keys name a group twice; name each once");
        }
    }

    /** How much of a unit takes part where a public list of groups is shorter than {@code maxGroups}. */
    ContributionBounds effective() {
        return keys == null || keys.size() >= contributions.maxGroups()
                ? contributions
                : new ContributionBounds(keys.size(), contributions.maxRows());
    }

    /** Whether groups must be found privately. */
    boolean findsGroups() {
        return !groupBy.isEmpty() && keys == null;
    }

    /** Columns whose bounds must be found privately, in the order in which they are asked for. */
    List<String> unboundedColumns() {
        return aggregates.stream()
                .flatMap(Aggregate::bounded)
                .filter(column -> !bounds.containsKey(column))
                .distinct()
                .toList();
    }

    /**
     * Refuses a table that lacks a column, or has one of another type than is needed. Names and types of columns count as public.
     *
     * @throws IllegalArgumentException naming the column
     */
    public void requireColumns(Table table) {
        Stream<String> named = Stream.concat(groupBy.stream(), unit == null ? Stream.of() : Stream.of(unit));
        named.forEach(column -> column(table, column));
        for (String column : bounds.keySet()) {
            if (aggregates.stream().flatMap(Aggregate::bounded).noneMatch(column::equals)) {
                throw new IllegalArgumentException(
                        "bounds of '" + column + "': nothing that is asked for needs them; check the name");
            }
        }
        for (Aggregate aggregate : aggregates) {
            aggregate.bounded().forEach(name -> {
                if (!(column(table, name) instanceof Column.Numeric)) {
                    throw new IllegalArgumentException(
                            aggregate.name() + ": column '" + name + "' holds text, and numbers are needed");
                }
            });
            if (aggregate instanceof Aggregate.Categories categories) {
                column(table, categories.column());
            }
        }
    }

    static Column column(Table table, String name) {
        return table.column(name)
                .orElseThrow(() -> new IllegalArgumentException("no column '" + name + "'; the columns are "
                        + table.columns().stream().map(Column::name).toList()));
    }
}

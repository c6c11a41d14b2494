package dev.lethe.protect.training;

import dev.lethe.core.data.Column;
import dev.lethe.core.data.ColumnEncoding;
import dev.lethe.core.data.EncodingJson;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.data.Table;
import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.query.Aggregate;
import dev.lethe.core.query.ContributionBounds;
import dev.lethe.core.query.NoiseKind;
import dev.lethe.core.query.Statistics;
import dev.lethe.core.query.StatisticsPlan;
import dev.lethe.core.query.StatisticsQuery;
import dev.lethe.core.query.StatisticsRelease;
import dev.lethe.core.random.NoiseSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds how to encode a table, privately: a fitted encoder's means and rare categories are data of people, too. Numbers are centred at
 * their median and scaled by the distance of the 10 % and the 90 % quantile; categories are those that partition selection finds.
 * Columns for which an encoding is given cost nothing. Public are the names and types of columns and the names of classes.
 *
 * @param columns of the features, with what is given for each; null for what is to be found
 * @param classes of the task
 * @param statistics what is asked of the table; null if all is given
 */
public record PrivateEncoding(
        List<Given> columns, List<String> classes, @Nullable StatisticsPlan statistics)
        implements Mechanism<LabelledTable, EncodingJson.Encoding> {
    private static final List<Double> RANKS = List.of(0.1, 0.5, 0.9);
    /** Between the 10 % and the 90 % quantile of a normal distribution, in standard deviations. */
    private static final double NORMAL_SPREAD = 2.563;

    /**
     * A feature column.
     *
     * @param encoding null if it is to be found
     */
    public record Given(
            String column, boolean isNumeric, @Nullable ColumnEncoding encoding) {}

    /**
     * For a table with these columns.
     *
     * @param features the table's columns; only their names and types are looked at
     * @param known encodings that are public, by column
     * @param epsilon that finding the others may cost
     * @param delta likewise; above 0 if categories are to be found
     * @param mostRows of a person take part; 1 where each row is a person of its own
     */
    public static PrivateEncoding of(
            Table features,
            List<String> classes,
            Map<String, ColumnEncoding> known,
            double epsilon,
            double delta,
            int mostRows) {
        List<Given> columns = new ArrayList<>();
        List<Aggregate> asked = new ArrayList<>();
        for (Column column : features.columns()) {
            boolean isNumeric = column instanceof Column.Numeric;
            ColumnEncoding encoding = known.get(column.name());
            if (encoding != null && encoding instanceof ColumnEncoding.Scaled != isNumeric) {
                throw new IllegalArgumentException("column '" + column.name() + "' holds "
                        + (isNumeric ? "numbers; give bounds for it" : "categories; name them"));
            }
            columns.add(new Given(column.name(), isNumeric, encoding));
            if (encoding == null) {
                asked.add(
                        isNumeric
                                ? new Aggregate.Quantiles(column.name(), RANKS)
                                : new Aggregate.Categories(column.name(), List.of()));
            }
        }
        for (String name : known.keySet()) {
            if (features.column(name).isEmpty()) {
                throw new IllegalArgumentException("no feature column '" + name + "' to encode; the columns are "
                        + features.columns().stream().map(Column::name).toList());
            }
        }
        StatisticsPlan plan = asked.isEmpty()
                ? null
                : StatisticsPlan.of(new StatisticsQuery(
                        List.of(),
                        null,
                        mostRows == 1 ? null : person(features),
                        new ContributionBounds(1, mostRows),
                        asked,
                        Map.of(),
                        // Its losses have a distribution that composes with everything else.
                        NoiseKind.LAPLACE,
                        epsilon,
                        delta));
        return new PrivateEncoding(columns, classes, plan);
    }

    /** Of the column that says whose row this is: the table has it no longer, and none of the others may be called so. */
    private static String person(Table features) {
        String name = "person";
        while (features.column(name).isPresent()) {
            name += "'";
        }
        return name;
    }

    /** Refuses rows of a person beyond those that the price is for. */
    void requireRows(int mostRows) {
        int priced = statistics == null
                ? ContributionBounds.MOST
                : statistics.query().contributions().rows();
        if (mostRows < 1 || mostRows > priced) {
            throw new IllegalArgumentException("mostRows " + mostRows + " must lie in 1.." + priced);
        }
    }

    /** With whose row this is as a column again, where that counts. */
    private Table asked(LabelledTable table, StatisticsPlan plan) {
        String unit = plan.query().unit();
        if (unit == null) {
            if (Units.count(table.people()) < table.size()) {
                throw new IllegalArgumentException("the encoding is priced for one row of each person");
            }
            return table.features();
        }
        List<Column> columns = new ArrayList<>(table.features().columns());
        columns.add(new Column.Categorical(
                unit,
                table.people(),
                IntStream.range(0, Units.count(table.people()))
                        .mapToObj(Integer::toString)
                        .toList()));
        return new Table(columns);
    }

    /** Columns that cost something, for the reader of a plan. */
    public List<String> found() {
        return columns.stream()
                .filter(column -> column.encoding() == null)
                .map(Given::column)
                .toList();
    }

    /** Values in an encoded row; where categories are to be found, as if none were. */
    public int leastWidth() {
        return columns.stream()
                .mapToInt(column -> (column.isNumeric()
                                ? 1
                                : column.encoding() instanceof ColumnEncoding.OneHot known
                                        ? known.categories().size()
                                        : 0)
                        + 1)
                .sum();
    }

    @Override
    public PrivacyEvent event() {
        return statistics == null ? new PrivacyEvent.Composed(List.of()) : statistics.event();
    }

    @Override
    public EncodingJson.Encoding release(LabelledTable table, NoiseSource noise) {
        StatisticsRelease release = statistics == null
                ? new StatisticsRelease(List.of(), Map.of())
                : new Statistics(statistics).release(asked(table, statistics), noise);
        Map<String, List<StatisticsRelease.Figure>> figures = new LinkedHashMap<>();
        for (StatisticsRelease.Figure figure : release.figures()) {
            figures.computeIfAbsent(figure.statistic(), unseen -> new ArrayList<>())
                    .add(figure);
        }
        List<ColumnEncoding> encodings = new ArrayList<>();
        for (Given column : columns) {
            ColumnEncoding encoding = column.encoding();
            encodings.add(encoding != null ? encoding : encoding(column, figures));
        }
        return new EncodingJson.Encoding(encodings, classes);
    }

    private static ColumnEncoding encoding(Given column, Map<String, List<StatisticsRelease.Figure>> figures) {
        if (!column.isNumeric()) {
            Aggregate asked = new Aggregate.Categories(column.column(), List.of());
            return new ColumnEncoding.OneHot(
                    column.column(),
                    figures.getOrDefault(asked.name(), List.of()).stream()
                            .map(StatisticsRelease.Figure::at)
                            .filter(category -> !category.isEmpty())
                            .distinct()
                            .toList());
        }
        List<StatisticsRelease.Figure> quantiles =
                figures.getOrDefault(new Aggregate.Quantiles(column.column(), RANKS).name(), List.of());
        double low = quantiles.get(0).estimate().value();
        double middle = quantiles.get(1).estimate().value();
        double high = quantiles.get(2).estimate().value();
        double spread = (high - low) / NORMAL_SPREAD;
        // Most values alike: what is left to go by is how large they are.
        double scale = spread > 0 ? spread : Math.max(Math.abs(middle), 1);
        return new ColumnEncoding.Scaled(column.column(), middle, scale);
    }
}

package dev.lethe.app;

import dev.lethe.core.data.Column;
import dev.lethe.core.data.Table;
import dev.lethe.core.query.Aggregate;
import dev.lethe.core.query.Bounds;
import dev.lethe.core.query.ContributionBounds;
import dev.lethe.core.query.NoiseKind;
import dev.lethe.core.query.StatisticsQuery;
import dev.lethe.intake.ColumnType;
import dev.lethe.intake.Csv;
import dev.lethe.intake.CsvOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Option;

/** What to compute of which table, and what it may cost. */
final class StatisticsFlags extends CsvFlags {
    private static final int BINS = 10;

    @Option(names = "--table", required = true, paramLabel = "FILE", description = "A CSV file, gzipped or not.")
    Path table;

    @Option(
            names = "--group-by",
            paramLabel = "COLUMN,...",
            split = ",",
            hideParamSyntax = true,
            description = "A group for each combination of these columns' values. All rows are one group if not given.")
    List<String> groupBy = List.of();

    @Option(
            names = "--keys",
            paramLabel = "FILE",
            description =
                    "A CSV file with the grouping columns and a line for each group to show: for groups that are no"
                            + " secret. Without it groups are found privately, which needs --delta.")
    Path keys;

    @Option(names = "--count", description = "Rows in each group.")
    boolean count;

    @Option(
            names = "--sum",
            paramLabel = "COLUMN,...",
            split = ",",
            hideParamSyntax = true,
            description = "Sums of these columns.")
    List<String> sums = List.of();

    @Option(
            names = "--mean",
            paramLabel = "COLUMN,...",
            split = ",",
            hideParamSyntax = true,
            description = "Means of these columns.")
    List<String> means = List.of();

    @Option(
            names = "--quantiles",
            paramLabel = "COLUMN:RANK,...",
            description = "Quantiles of a column at ranks from 0 to 1. May be given again for another column.")
    List<String> quantiles = List.of();

    @Option(
            names = "--histogram",
            paramLabel = "COLUMN[:BINS]",
            description =
                    "Rows in equal ranges of a numeric column, 10 if not said; or rows with each category of another"
                            + " column, which are found privately unless named: city:north|south. May be given again.")
    List<String> histograms = List.of();

    @Option(
            names = "--bounds",
            paramLabel = "COLUMN=LOW:HIGH,...",
            split = ",",
            hideParamSyntax = true,
            description =
                    "What values are clipped to, chosen without looking at the data. Bounds that are not given are found"
                            + " privately, which takes a share of epsilon.")
    List<String> bounds = List.of();

    @Option(
            names = "--unit",
            paramLabel = "COLUMN",
            description = "The column that says whose row this is. Each row is a person of its own if not given.")
    String unit;

    @Option(
            names = "--max-groups",
            paramLabel = "N",
            description =
                    "Groups in which a person counts, drawn by lot from those in which it has rows. 1 by default.")
    Integer maxGroups;

    @Option(
            names = "--max-rows",
            paramLabel = "N",
            description = "Rows with which a person counts in a group, drawn by lot. 1 by default.")
    Integer maxRows;

    @Option(
            names = "--epsilon",
            required = true,
            paramLabel = "NUMBER",
            description = "What everything together may cost.")
    double epsilon;

    @Option(names = "--delta", paramLabel = "NUMBER", description = "Likewise; 0 if not given.")
    double delta;

    @Option(
            names = "--noise",
            paramLabel = "KIND",
            description = "laplace (if not given) or gaussian, which needs --delta.")
    NoiseKind noise = NoiseKind.LAPLACE;

    /** The table; columns that make groups or name people are read as names. */
    Table read() throws IOException {
        CsvOptions options = csv();
        Set<String> names = new HashSet<>(groupBy);
        if (unit != null) {
            names.add(unit);
        }
        for (String name : names) {
            options = options.withType(name, ColumnType.CATEGORICAL);
        }
        return Csv.read(table, options);
    }

    /** What is asked; of the table only names and types of columns are looked at. */
    StatisticsQuery query(Table data) throws IOException {
        List<Aggregate> aggregates = new ArrayList<>();
        if (count) {
            aggregates.add(new Aggregate.Count());
        }
        sums.forEach(column -> aggregates.add(new Aggregate.Sum(column)));
        means.forEach(column -> aggregates.add(new Aggregate.Mean(column)));
        quantiles.forEach(text -> aggregates.add(quantiles(text)));
        histograms.forEach(text -> aggregates.add(histogram(text, data)));
        if (aggregates.isEmpty()) {
            throw new IllegalArgumentException(
                    "nothing is asked for; give --count, --sum, --mean, --quantiles or --histogram");
        }
        if (unit == null && (maxGroups != null || maxRows != null)) {
            throw new IllegalArgumentException(
                    "--max-groups and --max-rows hold a person to so much, and without --unit"
                            + " each row is a person of its own; give --unit COLUMN");
        }
        StatisticsQuery query = new StatisticsQuery(
                groupBy,
                keys == null ? null : keys(),
                unit,
                new ContributionBounds(maxGroups == null ? 1 : maxGroups, maxRows == null ? 1 : maxRows),
                aggregates,
                bounds(bounds),
                noise,
                epsilon,
                delta);
        query.requireColumns(data);
        return query;
    }

    private static Aggregate quantiles(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException(
                    "--quantiles '" + text + "' must be a column, a colon and ranks, such as age:0.25,0.5,0.75");
        }
        String ranks = text.substring(colon + 1);
        return new Aggregate.Quantiles(
                text.substring(0, colon),
                Arrays.stream(ranks.split(",", -1))
                        .map(rank -> number("--quantiles '" + text + "'", rank))
                        .toList());
    }

    private static Aggregate histogram(String text, Table data) {
        // A column's name may hold a colon itself.
        int colon = data.column(text).isPresent() ? -1 : text.lastIndexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        String bins = colon < 0 ? "" : text.substring(colon + 1);
        Column column = data.column(name)
                .orElseThrow(
                        () -> new IllegalArgumentException("--histogram: no column '" + name + "'; the columns are "
                                + data.columns().stream().map(Column::name).toList()));
        if (column instanceof Column.Categorical) {
            return new Aggregate.Categories(name, colon < 0 ? List.of() : List.of(bins.split("\\|", -1)));
        }
        if (colon < 0) {
            return new Aggregate.Histogram(name, BINS);
        }
        double number = number("--histogram '" + text + "'", bins);
        if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("--histogram '" + text + "': bins must be a whole number");
        }
        return new Aggregate.Histogram(name, (int) number);
    }

    /** Bounds by column, of texts such as age=0:100. */
    static Map<String, Bounds> bounds(List<String> texts) {
        Map<String, Bounds> all = new HashMap<>();
        for (String text : texts) {
            int equals = text.lastIndexOf('=');
            int colon = text.indexOf(':', equals + 1);
            if (equals < 1 || colon < 0) {
                throw new IllegalArgumentException(
                        "--bounds '" + text + "' must be COLUMN=LOW:HIGH, such as age=0:100");
            }
            String what = "--bounds '" + text + "'";
            Bounds one = new Bounds(
                    number(what, text.substring(equals + 1, colon)), number(what, text.substring(colon + 1)));
            if (all.put(text.substring(0, equals), one) != null) {
                throw new IllegalArgumentException(what + ": the column has bounds already; give them once");
            }
        }
        return all;
    }

    private static double number(String what, String text) {
        try {
            double number = Double.parseDouble(text.strip());
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException(what + ": '" + text + "' is not a finite number");
    }

    private List<List<String>> keys() throws IOException {
        if (groupBy.isEmpty()) {
            throw new IllegalArgumentException(
                    "--keys names groups, but there is nothing to group by; give --group-by");
        }
        CsvOptions options = CsvOptions.DEFAULT.withMissing(Set.of());
        for (String column : groupBy) {
            options = options.withType(column, ColumnType.CATEGORICAL);
        }
        Table listed = Csv.read(keys, options);
        List<Column> columns =
                groupBy.stream().map(name -> listed.column(name).orElseThrow()).toList();
        if (listed.columns().size() > columns.size()) {
            throw new IllegalArgumentException(
                    "--keys " + keys + " has other columns than " + groupBy + "; keep the grouping columns only");
        }
        List<List<String>> all = new ArrayList<>();
        for (int row = 0; row < listed.size(); row++) {
            int line = row;
            all.add(columns.stream().map(column -> column.text(line)).toList());
        }
        return all;
    }
}

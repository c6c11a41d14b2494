package dev.lethe.core.query;

import dev.lethe.core.data.Column;
import dev.lethe.core.data.Table;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.rng.UniformRandomProvider;
import org.jspecify.annotations.Nullable;

/** Tables of people with gaps and with values beyond all bounds, and questions about them. */
final class People {
    static final Map<String, Bounds> BOUNDS = Map.of("age", new Bounds(0, 100), "pay", new Bounds(-50, 200));
    static final List<String> CITIES = List.of("east", "north", "south");
    static final long SEED = Long.getLong("seed", 20_261_125);

    private People() {}

    static StatisticsQuery query(
            List<String> groupBy,
            @Nullable List<List<String>> keys,
            @Nullable String unit,
            ContributionBounds contributions,
            List<Aggregate> aggregates,
            NoiseKind kind,
            double epsilon,
            double delta) {
        Map<String, Bounds> bounds = new TreeMap<>(BOUNDS);
        bounds.keySet()
                .retainAll(aggregates.stream().flatMap(Aggregate::bounded).toList());
        return new StatisticsQuery(groupBy, keys, unit, contributions, aggregates, bounds, kind, epsilon, delta);
    }

    static StatisticsRelease release(StatisticsQuery query, Table table, NoiseSource noise) {
        return new Statistics(StatisticsPlan.of(query)).release(table, noise);
    }

    /** Some cells of each column are missing; some pay lies beyond the bounds. */
    static Table people(Seed seed, int units, int rows) {
        UniformRandomProvider random = seed.stream();
        int[] who = new int[rows];
        int[] city = new int[rows];
        int[] job = new int[rows];
        double[] age = new double[rows];
        double[] pay = new double[rows];
        for (int row = 0; row < rows; row++) {
            who[row] = random.nextInt(units + 1) - 1;
            city[row] = random.nextInt(4) - 1;
            job[row] = random.nextInt(3) - 1;
            age[row] = random.nextInt(10) == 0 ? Double.NaN : 20 + 60 * random.nextDouble();
            pay[row] = random.nextInt(10) == 0 ? Double.NaN : -100 + 400 * random.nextDouble();
        }
        List<String> names = java.util.stream.IntStream.range(0, units)
                .mapToObj(i -> "u" + i)
                .toList();
        return new Table(List.of(
                new Column.Categorical("who", who, names),
                new Column.Categorical("city", city, List.of("south", "north", "east")),
                new Column.Categorical("job", job, List.of("smith", "cook")),
                new Column.Numeric("age", age),
                new Column.Numeric("pay", pay)));
    }

    static Table withHeavyUnit(Table table) {
        int more = 60;
        List<Column> columns = new ArrayList<>();
        for (Column column : table.columns()) {
            if (column instanceof Column.Numeric numeric) {
                double[] values = Arrays.copyOf(numeric.values(), table.size() + more);
                Arrays.fill(values, table.size(), values.length, 1000);
                columns.add(new Column.Numeric(numeric.name(), values));
            } else if (column instanceof Column.Categorical categorical) {
                List<String> names = new ArrayList<>(categorical.categories());
                int[] codes = Arrays.copyOf(categorical.codes(), table.size() + more);
                if (categorical.name().equals("who")) {
                    names.add("heavy");
                }
                for (int row = table.size(); row < codes.length; row++) {
                    codes[row] = categorical.name().equals("who") ? names.size() - 1 : row % names.size();
                }
                columns.add(new Column.Categorical(categorical.name(), codes, names));
            }
        }
        return new Table(columns);
    }
}

package dev.lethe.core.query;

import static dev.lethe.core.query.People.CITIES;
import static dev.lethe.core.query.People.SEED;
import static dev.lethe.core.query.People.people;
import static dev.lethe.core.query.People.query;
import static dev.lethe.core.query.People.release;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.core.data.Column;
import dev.lethe.core.data.Table;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Whether intervals hold what they are of. */
class IntervalsTest {
    private final NoiseSource noise = NoiseSource.insecure(Seed.of(SEED));

    /** Each of 1,000 answers is outside with probability 0.05 at most: more than 88 are with probability under 1e-6. */
    @Test
    void intervalsHoldTheTruthAsOftenAsTheySay() {
        Table table = people(Seed.of(SEED).fork("coverage"), 900, 3000);
        List<List<String>> keys = CITIES.stream().map(List::of).toList();
        for (NoiseKind kind : NoiseKind.values()) {
            List<Aggregate> asked = List.of(
                    new Aggregate.Count(),
                    new Aggregate.Sum("pay"),
                    new Aggregate.Mean("pay"),
                    new Aggregate.Quantiles("age", List.of(0.1, 0.5, 0.9)));
            StatisticsQuery query = query(
                    List.of("city"),
                    keys,
                    null,
                    ContributionBounds.ROW,
                    asked,
                    kind,
                    1,
                    kind == NoiseKind.LAPLACE ? 0 : 1e-6);
            Map<String, Double> plain = new TreeMap<>(StatisticsTest.plain(table));
            Map<String, Integer> outside = new TreeMap<>();
            Map<String, Integer> of = new TreeMap<>();
            quantiles(table, plain);
            for (int trial = 0; trial < 334; trial++) {
                for (StatisticsRelease.Figure figure :
                        release(query, table, noise).figures()) {
                    String name = figure.key().get(0) + " " + figure.statistic() + figure.at();
                    double truth = plain.get(name);
                    Estimate estimate = figure.estimate();
                    String statistic = figure.statistic() + figure.at();
                    of.merge(statistic, 1, Integer::sum);
                    if (truth < estimate.low() - 0.05 || truth > estimate.high() + 0.05) {
                        outside.merge(statistic, 1, Integer::sum);
                    }
                }
            }
            assertThat(of.values()).allMatch(runs -> runs == 1002);
            assertThat(outside.values()).as(kind + ": " + outside).allMatch(misses -> misses <= 88);
            assertThat(outside.getOrDefault("count", 0))
                    .as("the interval is no wider than need be")
                    .isGreaterThan(15);
        }
    }

    private static void quantiles(Table table, Map<String, Double> plain) {
        double[] ages = ((Column.Numeric) table.column("age").orElseThrow()).values();
        for (String city : CITIES) {
            List<Double> some = new ArrayList<>();
            for (int row = 0; row < ages.length; row++) {
                if (table.column("city").orElseThrow().text(row).equals(city) && !Double.isNaN(ages[row])) {
                    some.add(ages[row]);
                }
            }
            some.sort(null);
            for (double rank : new double[] {0.1, 0.5, 0.9}) {
                plain.put(city + " quantiles(age)" + rank, some.get((int) Math.ceil(rank * some.size()) - 1));
            }
        }
    }
}

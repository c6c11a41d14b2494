package dev.lethe.core.query;

import static dev.lethe.core.query.People.CITIES;
import static dev.lethe.core.query.People.SEED;
import static dev.lethe.core.query.People.people;
import static dev.lethe.core.query.People.query;
import static dev.lethe.core.query.People.release;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.data.Column;
import dev.lethe.core.data.Table;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Answers are those of the plain aggregate but for noise, and speak of no more than they may. */
class StatisticsTest {
    private final NoiseSource noise = NoiseSource.insecure(Seed.of(SEED));

    /** With so large an epsilon that no noise is drawn, the answers are those of a plain loop. */
    @Test
    void withoutNoiseEqualsThePlainAggregate() {
        for (int trial = 0; trial < 20; trial++) {
            Table table = people(Seed.of(SEED).fork("twin-" + trial), 200, 400);
            StatisticsQuery query = query(
                    List.of("city"),
                    CITIES.stream().map(List::of).toList(),
                    null,
                    ContributionBounds.ROW,
                    List.of(new Aggregate.Count(), new Aggregate.Sum("pay"), new Aggregate.Mean("pay")),
                    NoiseKind.LAPLACE,
                    1e12,
                    0);
            Map<String, Double> answers = new TreeMap<>();
            for (StatisticsRelease.Figure figure : release(query, table, noise).figures()) {
                answers.put(
                        figure.key().get(0) + " " + figure.statistic(),
                        figure.estimate().value());
            }
            Map<String, Double> plain = plain(table);
            assertThat(answers.keySet()).as("seed " + SEED + ", trial " + trial).isEqualTo(plain.keySet());
            // A value is rounded to 2^-16 at these bounds.
            answers.forEach((name, value) ->
                    assertThat(value).as(name).isCloseTo(plain.get(name), within(table.size() * 0x1p-17 + 1e-9)));
        }
    }

    static Map<String, Double> plain(Table table) {
        Map<String, Double> answers = new TreeMap<>();
        double[] pay = ((Column.Numeric) table.column("pay").orElseThrow()).values();
        for (String city : CITIES) {
            double sum = 0;
            int count = 0;
            int present = 0;
            for (int row = 0; row < table.size(); row++) {
                if (table.column("city").orElseThrow().text(row).equals(city)) {
                    count++;
                    if (!Double.isNaN(pay[row])) {
                        sum += Math.min(200, Math.max(-50, pay[row]));
                        present++;
                    }
                }
            }
            answers.put(city + " count", (double) count);
            answers.put(city + " sum(pay)", sum);
            answers.put(city + " mean(pay)", present == 0 ? 75 : sum / present);
        }
        return answers;
    }

    @Test
    void quantilesWithoutNoiseAreThoseOfTheSortedValues() {
        Table table = people(Seed.of(SEED).fork("quantiles"), 500, 2000);
        List<Double> ranks = List.of(0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0);
        StatisticsQuery query = query(
                List.of(),
                null,
                null,
                ContributionBounds.ROW,
                List.of(new Aggregate.Quantiles("age", ranks)),
                NoiseKind.LAPLACE,
                1e12,
                0);
        double[] ages = Arrays.stream(((Column.Numeric) table.column("age").orElseThrow()).values())
                .filter(age -> !Double.isNaN(age))
                .sorted()
                .toArray();
        List<StatisticsRelease.Figure> figures = release(query, table, noise).figures();
        for (int i = 0; i < ranks.size(); i++) {
            int place = (int) Math.max(0, Math.ceil(ranks.get(i) * ages.length) - 1);
            assertThat(figures.get(i).estimate().value())
                    .as("rank " + ranks.get(i))
                    .isCloseTo(ages[place], within(100 * 0x1p-16));
        }
    }

    @Test
    void quantilesStayInBoundsAndNeverFallWhateverTheNoise() {
        Table table = people(Seed.of(SEED).fork("monotone"), 50, 60);
        StatisticsQuery query = query(
                List.of(),
                null,
                null,
                ContributionBounds.ROW,
                List.of(new Aggregate.Quantiles("age", List.of(0.0, 0.2, 0.5, 0.51, 0.8, 1.0))),
                NoiseKind.LAPLACE,
                0.05,
                0);
        for (int trial = 0; trial < 200; trial++) {
            double before = 0;
            for (StatisticsRelease.Figure figure : release(query, table, noise).figures()) {
                Estimate estimate = figure.estimate();
                assertThat(estimate.value()).as("seed " + SEED).isBetween(before, 100.0);
                assertThat(estimate.low()).isGreaterThanOrEqualTo(0);
                assertThat(estimate.high()).isLessThanOrEqualTo(100);
                before = estimate.value();
            }
        }
    }

    @Test
    void aUnitIsHeldToItsGroupsAndRows() {
        Table table = people(Seed.of(SEED).fork("units"), 40, 3000);
        for (int maxGroups = 1; maxGroups <= 3; maxGroups++) {
            StatisticsQuery query = query(
                    List.of("city"),
                    CITIES.stream().map(List::of).toList(),
                    "who",
                    new ContributionBounds(maxGroups, 4),
                    List.of(new Aggregate.Count()),
                    NoiseKind.LAPLACE,
                    1,
                    0);
            Map<String, List<String>> groups = new TreeMap<>();
            Map<String, Integer> rows = new TreeMap<>();
            for (Contributions.Group group : Contributions.of(query, table, noise)) {
                for (int row : group.rows()) {
                    String who = table.column("who").orElseThrow().text(row);
                    assertThat(who).isNotEmpty();
                    assertThat(table.column("city").orElseThrow().text(row))
                            .isEqualTo(group.key().get(0));
                    groups.computeIfAbsent(who, unseen -> new ArrayList<>());
                    if (!groups.get(who).contains(group.key().get(0))) {
                        groups.get(who).add(group.key().get(0));
                    }
                    rows.merge(who + group.key(), 1, Integer::sum);
                }
            }
            int most = maxGroups;
            assertThat(groups).hasSizeGreaterThan(30);
            assertThat(groups.values()).allMatch(one -> one.size() <= most).anyMatch(one -> one.size() == most);
            assertThat(rows.values()).allMatch(one -> one <= 4).anyMatch(one -> one == 4);
        }
    }

    /** Nobody learns of a group of one: delta 1e-9 over 300 releases. */
    @Test
    void groupsOfOneAreNotShownAndOrderSaysNothing() {
        Column city = new Column.Categorical(
                "city",
                java.util.stream.IntStream.range(0, 401)
                        .map(row -> row == 0 ? 0 : 1 + row % 2)
                        .toArray(),
                List.of("alone", "zeta", "beta"));
        Table table = new Table(List.of(city));
        StatisticsQuery query = query(
                List.of("city"),
                null,
                null,
                ContributionBounds.ROW,
                List.of(new Aggregate.Count()),
                NoiseKind.LAPLACE,
                1,
                1e-9);
        for (int trial = 0; trial < 300; trial++) {
            assertThat(release(query, table, noise).figures())
                    .extracting(figure -> figure.key().get(0))
                    .containsExactly("beta", "zeta");
        }
    }
}

package dev.lethe.core.query;

import static dev.lethe.core.query.People.BOUNDS;
import static dev.lethe.core.query.People.CITIES;
import static dev.lethe.core.query.People.SEED;
import static dev.lethe.core.query.People.people;
import static dev.lethe.core.query.People.query;
import static dev.lethe.core.query.People.release;
import static dev.lethe.core.query.People.withHeavyUnit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.core.data.Column;
import dev.lethe.core.data.Table;
import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.MechanismTester;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Whether answers keep the epsilon that they claim, by many runs on neighbours. */
class StatisticsPrivacyTest {
    private final NoiseSource noise = NoiseSource.insecure(Seed.of(SEED));

    /** False alarms: 1e-6 for each comparison. One unit has many rows in many groups and the largest values. */
    @Test
    void everyMechanismKeepsItsPromiseAndEachSaboteurIsCaught() {
        MechanismTester tester = new MechanismTester(2_500, 1e-6);
        Table without = people(Seed.of(SEED).fork("neighbours"), 8, 12);
        Table with = withHeavyUnit(without);
        List<List<String>> keys = CITIES.stream().map(List::of).toList();
        ToDoubleFunction<StatisticsRelease> total = release -> release.figures().stream()
                .mapToDouble(figure -> figure.estimate().value())
                .sum();
        ContributionBounds held = new ContributionBounds(2, 2);
        for (NoiseKind kind : NoiseKind.values()) {
            for (Aggregate aggregate : List.of(
                    new Aggregate.Count(),
                    new Aggregate.Sum("pay"),
                    new Aggregate.Mean("pay"),
                    new Aggregate.Quantiles("age", List.of(0.5)),
                    new Aggregate.Histogram("age", 4),
                    new Aggregate.Categories("job", List.of("cook", "smith")))) {
                double delta = kind == NoiseKind.LAPLACE ? 0 : 1e-3;
                StatisticsQuery query = query(List.of("city"), keys, "who", held, List.of(aggregate), kind, 1, delta);
                MechanismTester.Outcome outcome = tester.testNumber(
                        new Statistics(StatisticsPlan.of(query)), with, without, 1, delta, total, 24, noise);
                assertThat(outcome.violated())
                        .as(aggregate.name() + ": " + outcome.sentence())
                        .isFalse();
                // A median of a dozen rows moves little: its noise must be weaker still to be seen.
                double weak = aggregate instanceof Aggregate.Quantiles ? 300 : 30;
                // The same with noise for so many times the epsilon, and with every row of the unit taken under noise
                // for
                // one.
                for (StatisticsQuery wrong : List.of(
                        query(List.of("city"), keys, "who", held, List.of(aggregate), kind, weak, delta),
                        query(
                                List.of("city"),
                                keys,
                                null,
                                ContributionBounds.ROW,
                                List.of(aggregate),
                                kind,
                                1,
                                delta))) {
                    MechanismTester.Outcome caught = tester.testNumber(
                            new Statistics(StatisticsPlan.of(wrong)), with, without, 1, delta, total, 24, noise);
                    assertThat(caught.violated())
                            .as(kind + " " + aggregate.name() + " " + wrong.contributions() + ": " + caught.sentence())
                            .isTrue();
                }
            }
            double delta = kind == NoiseKind.LAPLACE ? 0 : 1e-3;
            StatisticsQuery query =
                    query(List.of("city"), keys, "who", held, List.of(new Aggregate.Sum("pay")), kind, 1, delta);
            StatisticsQuery wrongSensitivity = query(
                    List.of("city"),
                    keys,
                    "who",
                    ContributionBounds.ROW,
                    List.of(new Aggregate.Sum("pay")),
                    kind,
                    1,
                    delta);
            for (Mechanism<Table, StatisticsRelease> saboteur : List.of(
                    saboteur(new ContributionBounds(3, 4), wrongSensitivity), // noise for one row, twelve taken
                    saboteur(new ContributionBounds(3, 100), query), // contributions not bounded
                    new Statistics(StatisticsPlan.of(
                            query( // noise on the wrong scale: for 20 times the epsilon
                                    List.of("city"),
                                    keys,
                                    "who",
                                    held,
                                    List.of(new Aggregate.Sum("pay")),
                                    kind,
                                    20,
                                    delta))))) {
                assertThat(tester.testNumber(saboteur, with, without, 1, delta, total, 24, noise)
                                .violated())
                        .as(kind + " " + saboteur)
                        .isTrue();
            }
        }
    }

    /** Takes as much of each unit as {@code taken} says, and adds the noise of another plan. */
    private static Mechanism<Table, StatisticsRelease> saboteur(ContributionBounds taken, StatisticsQuery query) {
        StatisticsPlan plan = StatisticsPlan.of(query);
        return new Mechanism<>() {
            @Override
            public PrivacyEvent event() {
                return plan.event();
            }

            @Override
            public StatisticsRelease release(Table table, NoiseSource source) {
                StatisticsQuery more = query(
                        query.groupBy(),
                        query.keys(),
                        query.unit(),
                        taken,
                        query.aggregates(),
                        query.noise(),
                        1,
                        query.delta());
                double[] pay = ((Column.Numeric) table.column("pay").orElseThrow()).values();
                List<double[]> values = Contributions.of(more, table, source).stream()
                        .map(group -> Arrays.stream(group.rows())
                                .mapToDouble(row -> pay[row])
                                .toArray())
                        .toList();
                NoisyEntries entries = plan.noises(query.aggregates().get(0)).first();
                return new StatisticsRelease(
                        new NoisySums(entries, ValueGrid.fromZero(BOUNDS.get("pay")))
                                .release(values, source).stream()
                                        .map(sum -> new StatisticsRelease.Figure(List.of(), "sum", "", sum))
                                        .toList(),
                        Map.of());
            }

            @Override
            public String toString() {
                return taken + " with noise for " + query.contributions();
            }
        };
    }
}

package dev.lethe.core.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.data.Column;
import dev.lethe.core.data.Table;
import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.MechanismTester;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.apache.commons.rng.UniformRandomProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    private static final Map<String, Bounds> BOUNDS = Map.of("age", new Bounds(0, 100), "pay", new Bounds(-50, 200));
    private static final List<String> CITIES = List.of("east", "north", "south");
    private static final long SEED = Long.getLong("seed", 20_261_125);

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
            for (StatisticsRelease.Figure figure : release(query, table).figures()) {
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

    private static Map<String, Double> plain(Table table) {
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
        List<StatisticsRelease.Figure> figures = release(query, table).figures();
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
            for (StatisticsRelease.Figure figure : release(query, table).figures()) {
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
            Map<String, Double> plain = new TreeMap<>(plain(table));
            Map<String, Integer> outside = new TreeMap<>();
            Map<String, Integer> of = new TreeMap<>();
            quantiles(table, plain);
            for (int trial = 0; trial < 334; trial++) {
                for (StatisticsRelease.Figure figure : release(query, table).figures()) {
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
            assertThat(release(query, table).figures())
                    .extracting(figure -> figure.key().get(0))
                    .containsExactly("beta", "zeta");
        }
    }

    @Test
    void boundsAreFoundWhereTheValuesAre() {
        double[] values =
                Seed.of(SEED).fork("bounds").stream().doubles(2000, 900, 1000).toArray();
        values[0] = 1e9;
        values[1] = Double.NaN;
        NoisyEntries entries = new NoisyEntries(
                Noise.laplace(BoundsSearch.sensitivity(ContributionBounds.ROW), 0.5),
                BoundsSearch.sensitivity(ContributionBounds.ROW));
        BoundsSearch.Found found = new BoundsSearch(entries).release(values, noise);
        assertThat(found).isEqualTo(new BoundsSearch.Found(new Bounds(512, 1024), true));
        double[] both = Arrays.copyOf(values, 4000);
        Arrays.fill(both, 2000, 4000, -3);
        assertThat(new BoundsSearch(entries).release(both, noise).bounds()).isEqualTo(new Bounds(-4, 1024));
        assertThat(new BoundsSearch(entries).release(new double[0], noise).sure())
                .isFalse();
        assertThat(new BoundsSearch(entries).release(new double[5000], noise).bounds())
                .isEqualTo(new Bounds(0, 1));
    }

    @Test
    void hugeAndHostileValuesAreClipped() {
        double[] values = {Double.MAX_VALUE, -Double.MAX_VALUE, Double.NaN, Double.MIN_VALUE, 7};
        ValueGrid grid = ValueGrid.fromZero(new Bounds(-10, 10));
        assertThat(grid.sum(values) * grid.step()).isCloseTo(7, within(grid.step()));
        for (Bounds bounds : List.of(
                new Bounds(-1e-200, 1e-200),
                new Bounds(1e6, 1e6 + 1),
                new Bounds(-0x1p900, 0x1p900),
                new Bounds(3, 4))) {
            for (ValueGrid one : List.of(ValueGrid.fromZero(bounds), ValueGrid.fromMiddle(bounds))) {
                assertThat(Math.abs(one.sum(new double[] {bounds.low()}))).isLessThanOrEqualTo(one.reach());
                assertThat(Math.abs(one.sum(new double[] {bounds.high()}))).isLessThanOrEqualTo(one.reach());
                assertThat(one.reach()).isLessThanOrEqualTo(ValueGrid.MOST_STEPS);
                assertThat(one.origin() + one.sum(new double[] {bounds.high()}) * one.step())
                        .isCloseTo(bounds.high(), within(one.step()));
            }
        }
    }

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

    @Test
    void theBoundsSearchKeepsItsPromiseAndTheTesterCatchesOneWithTooLittleNoise() {
        assertThat(searches(1).violated()).isFalse();
        assertThat(searches(5).violated()).isTrue();
    }

    /** Whether a search with the noise of one epsilon is caught claiming 1: a bin at its threshold, a unit more and less. */
    private MechanismTester.Outcome searches(double epsilon) {
        Sensitivity sensitivity = BoundsSearch.sensitivity(ContributionBounds.ROW);
        BoundsSearch search = new BoundsSearch(new NoisyEntries(Noise.laplace(sensitivity, epsilon), sensitivity));
        int outliers = (int) BoundsSearch.threshold(search.entries().noise());
        double[] more = new double[100];
        Arrays.fill(more, 700);
        Arrays.fill(more, 0, outliers + 1, 1e7);
        double[] less = Arrays.copyOfRange(more, 1, more.length);
        return new MechanismTester(2_500, 1e-6).test(search, more, less, 1, 0, found -> found, noise);
    }

    @Test
    void refusesWhatCannotBeAsked() {
        Table table = people(Seed.of(SEED), 10, 20);
        List<Aggregate> count = List.of(new Aggregate.Count());
        for (double epsilon : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            refused(
                    () -> query(List.of(), null, null, ContributionBounds.ROW, count, NoiseKind.LAPLACE, epsilon, 0),
                    "epsilon");
        }
        refused(
                () -> query(List.of(), null, null, ContributionBounds.ROW, count, NoiseKind.LAPLACE, 1, 1),
                "delta 1.0");
        refused(
                () -> query(List.of(), null, null, ContributionBounds.ROW, count, NoiseKind.GAUSSIAN, 1, 0),
                "needs a delta");
        refused(
                () -> query(List.of("city"), null, null, ContributionBounds.ROW, count, NoiseKind.LAPLACE, 1, 0),
                "needs a delta");
        refused(
                () -> query(List.of(), null, null, ContributionBounds.ROW, List.of(), NoiseKind.LAPLACE, 1, 0),
                "aggregates");
        refused(
                () -> query(List.of(), null, null, new ContributionBounds(1, 2), count, NoiseKind.LAPLACE, 1, 0),
                "each row is a unit of its own");
        refused(
                () -> query(
                                List.of(),
                                null,
                                null,
                                ContributionBounds.ROW,
                                List.of(new Aggregate.Sum("city")),
                                NoiseKind.LAPLACE,
                                1,
                                0)
                        .requireColumns(table),
                "column 'city' holds text");
        refused(
                () -> query(
                                List.of(),
                                null,
                                null,
                                ContributionBounds.ROW,
                                List.of(new Aggregate.Sum("wage")),
                                NoiseKind.LAPLACE,
                                1,
                                0)
                        .requireColumns(table),
                "no column 'wage'");
        refused(() -> new Bounds(Double.NaN, 1), "bounds NaN");
        refused(() -> new Bounds(2, 1), "the lower must be below");
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable asked, String message) {
        assertThatThrownBy(asked).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }

    private StatisticsRelease release(StatisticsQuery query, Table table) {
        return new Statistics(StatisticsPlan.of(query)).release(table, noise);
    }

    private static StatisticsQuery query(
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

    /** Some cells of each column are missing; some pay lies beyond the bounds. */
    private static Table people(Seed seed, int units, int rows) {
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

    private static Table withHeavyUnit(Table table) {
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

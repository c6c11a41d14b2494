package dev.lethe.core.query;

import dev.lethe.core.privacy.Calibration;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.ZeroConcentratedAccountant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What each part of a query will cost, how much noise it gets, and how far off that will put its numbers. It is made from the query
 * alone, before anything is drawn or charged.
 *
 * <p>The rule: epsilon is split equally over the parts, a mean counting as two because it is a sum and a count. The parts are:
 * finding the groups, finding the bounds of a column, finding the categories of a column, and each statistic. Delta is split equally
 * over whatever finds groups or categories, and Gaussian noise as a whole if there is any. Within Gaussian noise, each
 * part gets its share of the rho that the shares of epsilon and delta allow together.
 */
public final class StatisticsPlan {
    /** Of all intervals. */
    public static final double CONFIDENCE = 0.95;

    /** The guarantee is stated for this relation, and its units. */
    public static final Neighbours NEIGHBOURS = Neighbours.ADD_OR_REMOVE_ONE;

    /** What is kept back so that rounding never makes the parts cost more than was asked. */
    private static final double ROUNDING = 1 - 0x1p-30;

    /**
     * One part of the plan.
     *
     * @param name what it is for, such as {@code sum(income)}
     * @param mechanism in words
     * @param noiseScale scale or standard deviation of the noise, in units of {@code noiseUnit}; 0 where there is none
     * @param noiseUnit what a noise of 1 would be, such as {@code rows}
     * @param epsilon its share of the epsilon asked for
     * @param delta its share of the delta asked for; a share of Gaussian noise is stated with the first Gaussian part
     * @param event what it costs
     * @param error how far off the answer is at most, with probability {@link #CONFIDENCE}
     */
    public record Part(
            String name,
            String mechanism,
            double noiseScale,
            String noiseUnit,
            double epsilon,
            double delta,
            PrivacyEvent event,
            ExpectedError error) {}

    /**
     * How far off, from what is public alone.
     *
     * @param value at least 0
     * @param unit what it is counted in; where the number of rows matters it says so with {@code n}
     */
    public record ExpectedError(double value, String unit) {}

    /** What a statistic adds its noise with: a mean has two. */
    record Noises(NoisyEntries first, @Nullable NoisyEntries second) {
        NoisyEntries count() {
            return second == null ? first : second;
        }
    }

    private final StatisticsQuery query;
    private final List<Part> parts = new ArrayList<>();
    private final @Nullable PartitionSelection groups;
    private final Map<String, PartitionSelection> categories = new LinkedHashMap<>();
    private final Map<String, NoisyEntries> searches = new LinkedHashMap<>();
    private final Map<Aggregate, Noises> noises = new LinkedHashMap<>();

    private final double epsilonPerWeight;
    private final double rhoPerWeight;
    private double gaussianDelta;

    private StatisticsPlan(StatisticsQuery query) {
        this.query = query;
        List<Aggregate.Categories> found = query.aggregates().stream()
                .filter(Aggregate.Categories.class::isInstance)
                .map(Aggregate.Categories.class::cast)
                .filter(one -> one.categories().isEmpty())
                .toList();
        int selections = (query.findsGroups() ? 1 : 0) + found.size();
        int numbers = query.unboundedColumns().size();
        for (Aggregate aggregate : query.aggregates()) {
            numbers += weight(aggregate);
        }
        boolean gaussian = query.noise() == NoiseKind.GAUSSIAN;
        epsilonPerWeight = query.epsilon() * ROUNDING / (selections + numbers);
        double deltaShare =
                selections + (gaussian ? 1 : 0) == 0 ? 0 : query.delta() * ROUNDING / (selections + (gaussian ? 1 : 0));
        gaussianDelta = gaussian ? deltaShare : 0;
        rhoPerWeight = gaussian ? rho(epsilonPerWeight * numbers, deltaShare) / numbers : 0;

        ContributionBounds contributions = query.effective();
        groups = query.findsGroups() ? select("groups", deltaShare, contributions.maxGroups()) : null;
        for (Aggregate.Categories one : found) {
            categories.put(one.column(), select("categories(" + one.column() + ")", deltaShare, contributions.rows()));
        }
        for (String column : query.unboundedColumns()) {
            NoisyEntries search = entries(BoundsSearch.sensitivity(contributions));
            searches.put(column, search);
            add(
                    "bounds(" + column + ")",
                    "histogram of orders of magnitude",
                    search,
                    1,
                    "rows",
                    1,
                    search.event(),
                    new ExpectedError(BoundsSearch.threshold(search.noise()), "rows are left beyond a bound"));
        }
        for (Aggregate aggregate : query.aggregates()) {
            plan(aggregate, contributions);
        }
    }

    /** A rho that keeps (epsilon, delta), the largest but for the last digits. */
    private static double rho(double epsilon, double delta) {
        ZeroConcentratedAccountant accountant = new ZeroConcentratedAccountant();
        double noise = new Calibration(accountant, NEIGHBOURS, epsilon, delta).noise(PrivacyEvent.Gaussian::new);
        return accountant.rho(new PrivacyEvent.Gaussian(noise), NEIGHBOURS);
    }

    /**
     * Plans a query.
     *
     * @throws IllegalArgumentException if its epsilon is too small for what it asks
     */
    public static StatisticsPlan of(StatisticsQuery query) {
        return new StatisticsPlan(query);
    }

    private void plan(Aggregate aggregate, ContributionBounds contributions) {
        int maxGroups = contributions.maxGroups();
        int maxRows = contributions.maxRows();
        Sensitivity rows = Sensitivity.ofEntries(maxGroups, maxRows);
        if (aggregate instanceof Aggregate.Count) {
            NoisyEntries entries = keep(aggregate, entries(rows));
            add(aggregate, "noisy count", entries, 1, "rows", halfWidth(entries.noise(), 1), "rows");
        } else if (aggregate instanceof Aggregate.Sum sum) {
            Bounds bounds = query.bounds().get(sum.column());
            long reach = bounds == null
                    ? ValueGrid.MOST_STEPS
                    : ValueGrid.fromZero(bounds).reach();
            double step = bounds == null
                    ? 1.0 / ValueGrid.MOST_STEPS
                    : ValueGrid.fromZero(bounds).step();
            NoisyEntries entries = keep(aggregate, entries(Sensitivity.ofEntries(maxGroups, maxRows * reach)));
            String unit = bounds == null ? "times the larger bound found" : "in '" + sum.column() + "'";
            add(aggregate, "noisy sum of clipped values", entries, step, unit, halfWidth(entries.noise(), step), unit);
        } else if (aggregate instanceof Aggregate.Mean mean) {
            planMean(mean, contributions);
        } else if (aggregate instanceof Aggregate.Quantiles) {
            NoisyEntries entries = keep(aggregate, entries(NoisyQuantiles.sensitivity(contributions)));
            add(
                    aggregate,
                    "tree of noisy counts",
                    entries,
                    1,
                    "rows",
                    NoisyQuantiles.rankError(entries.noise()),
                    "ranks, of n");
        } else {
            NoisyEntries entries = keep(aggregate, entries(Sensitivity.spread(maxGroups, maxRows)));
            add(aggregate, "noisy counts", entries, 1, "rows", halfWidth(entries.noise(), 1), "rows in each bin");
        }
    }

    private void planMean(Aggregate.Mean mean, ContributionBounds contributions) {
        Bounds bounds = query.bounds().get(mean.column());
        ValueGrid grid = bounds == null ? null : ValueGrid.fromMiddle(bounds);
        long reach = grid == null ? ValueGrid.MOST_CENTRED_STEPS : grid.reach();
        double step = grid == null ? 1.0 / ValueGrid.MOST_CENTRED_STEPS : grid.step();
        NoisyEntries distances =
                entries(Sensitivity.ofEntries(contributions.maxGroups(), contributions.maxRows() * reach));
        NoisyEntries counts = entries(Sensitivity.ofEntries(contributions.maxGroups(), contributions.maxRows()));
        noises.put(mean, new Noises(distances, counts));
        double each = (1 + CONFIDENCE) / 2;
        // At worst the mean is at a bound, and the count is off by its noise as well.
        double error =
                (distances.noise().halfWidth(each) + reach * counts.noise().halfWidth(each)) * step;
        add(
                mean.name(),
                "noisy sum from the middle over noisy count",
                distances,
                step,
                bounds == null ? "times half the range found" : "in '" + mean.column() + "'",
                2,
                new PrivacyEvent.Composed(List.of(distances.event(), counts.event())),
                new ExpectedError(
                        error,
                        (bounds == null ? "times half the range found" : "in '" + mean.column() + "'")
                                + " / n, for large n"));
    }

    private NoisyEntries keep(Aggregate aggregate, NoisyEntries entries) {
        noises.put(aggregate, new Noises(entries, null));
        return entries;
    }

    private NoisyEntries entries(Sensitivity sensitivity) {
        return new NoisyEntries(
                query.noise() == NoiseKind.GAUSSIAN
                        ? Noise.gaussian(sensitivity, rhoPerWeight)
                        : Noise.laplace(sensitivity, epsilonPerWeight),
                sensitivity);
    }

    private PartitionSelection select(String name, double delta, int maxGroups) {
        PartitionSelection selection = new PartitionSelection(epsilonPerWeight, delta, maxGroups);
        parts.add(new Part(
                name,
                "optimal partition selection",
                0,
                "",
                epsilonPerWeight,
                delta,
                selection.event(),
                new ExpectedError(selection.unitsFor(CONFIDENCE), "units make a group all but certain to show")));
        return selection;
    }

    private void add(
            Aggregate aggregate,
            String mechanism,
            NoisyEntries entries,
            double step,
            String noiseUnit,
            double error,
            String errorUnit) {
        add(
                aggregate.name(),
                mechanism,
                entries,
                step,
                noiseUnit,
                weight(aggregate),
                entries.event(),
                new ExpectedError(error, errorUnit));
    }

    private void add(
            String name,
            String mechanism,
            NoisyEntries entries,
            double step,
            String noiseUnit,
            int weight,
            PrivacyEvent event,
            ExpectedError error) {
        parts.add(new Part(
                name,
                mechanism,
                entries.noise().scale() * step,
                noiseUnit,
                weight * epsilonPerWeight,
                gaussianDelta,
                event,
                error));
        // One delta for all Gaussian noise together.
        gaussianDelta = 0;
    }

    private static double halfWidth(Noise noise, double step) {
        return noise.halfWidth(CONFIDENCE) * step;
    }

    private static int weight(Aggregate aggregate) {
        return aggregate instanceof Aggregate.Mean ? 2 : 1;
    }

    public StatisticsQuery query() {
        return query;
    }

    /** In the order in which they are done. */
    public List<Part> parts() {
        return List.copyOf(parts);
    }

    /** All parts together. */
    public PrivacyEvent event() {
        return new PrivacyEvent.Composed(parts.stream().map(Part::event).toList());
    }

    /** The delta that the parts use, at most what was asked: 0 if none needs one. */
    public double delta() {
        return parts.stream().mapToDouble(Part::delta).sum() == 0 ? 0 : query.delta();
    }

    @Nullable
    PartitionSelection groups() {
        return groups;
    }

    PartitionSelection categories(String column) {
        return Objects.requireNonNull(categories.get(column));
    }

    Map<String, NoisyEntries> searches() {
        return searches;
    }

    Noises noises(Aggregate aggregate) {
        return Objects.requireNonNull(noises.get(aggregate));
    }
}

package dev.lethe.core.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.core.privacy.PrivacyEvent;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatisticsPlanTest {
    private static final List<Aggregate> ALL = List.of(
            new Aggregate.Count(),
            new Aggregate.Sum("a"),
            new Aggregate.Mean("b"),
            new Aggregate.Quantiles("a", List.of(0.5)),
            new Aggregate.Histogram("b", 5),
            new Aggregate.Categories("c", List.of()));

    /** Added up here, event by event, and not by the code that split it. */
    @Test
    void partsNeverCostMoreThanWasAsked() {
        for (NoiseKind kind : NoiseKind.values()) {
            for (double epsilon : new double[] {0.01, 0.3, 1, 7, 100}) {
                for (ContributionBounds held : List.of(ContributionBounds.ROW, new ContributionBounds(3, 5))) {
                    StatisticsPlan plan = StatisticsPlan.of(new StatisticsQuery(
                            List.of("g"), null, "u", held, ALL, Map.of("a", new Bounds(-3, 12)), kind, epsilon, 1e-5));
                    Total total = new Total();
                    total.add(plan.event());
                    if (kind == NoiseKind.LAPLACE) {
                        assertThat(total.rho).isZero();
                        assertThat(total.epsilon).isBetween(epsilon * (1 - 1e-6), epsilon);
                        assertThat(total.delta).isBetween(1e-5 * (1 - 1e-6), 1e-5);
                    } else {
                        double left = 1e-5 - total.delta;
                        assertThat(epsilonOf(total.rho, left)
                                        + total.epsilon) // The grid misses the best order by a little.
                                .isBetween(epsilon * (1 - 1e-3), epsilon * (1 + 1e-6));
                    }
                    assertThat(plan.parts().stream()
                                    .mapToDouble(StatisticsPlan.Part::epsilon)
                                    .sum())
                            .isBetween(epsilon * (1 - 1e-6), epsilon);
                    assertThat(plan.parts().stream()
                                    .mapToDouble(StatisticsPlan.Part::delta)
                                    .sum())
                            .isBetween(1e-5 * (1 - 1e-6), 1e-5);
                }
            }
        }
    }

    /** The conversion of Canonne, Kamath and Steinke, by a grid of orders instead of a search. */
    private static double epsilonOf(double rho, double delta) {
        double least = Double.POSITIVE_INFINITY;
        for (double logLess = -8; logLess < 12; logLess += 1e-3) {
            double less = Math.exp(logLess);
            double order = 1 + less;
            least = Math.min(least, order * rho + (order * Math.log1p(-1 / order) - Math.log(delta) - logLess) / less);
        }
        return least;
    }

    private static final class Total {
        private double epsilon;
        private double delta;
        private double rho;

        void add(PrivacyEvent event) {
            if (event instanceof PrivacyEvent.Composed composed) {
                composed.events().forEach(this::add);
            } else if (event instanceof PrivacyEvent.DiscreteLaplace laplace) {
                epsilon += laplace.sensitivity() / laplace.scale();
            } else if (event instanceof PrivacyEvent.PureDp pure) {
                epsilon += pure.epsilon();
            } else if (event instanceof PrivacyEvent.ApproximateDp approximate) {
                epsilon += approximate.epsilon();
                delta += approximate.delta();
            } else if (event instanceof PrivacyEvent.DiscreteGaussian gaussian) {
                rho += Math.pow(gaussian.sensitivity() / gaussian.sigma(), 2) / 2;
            } else if (event instanceof PrivacyEvent.DiscreteGaussianVector gaussian) {
                rho += Math.pow(gaussian.l2Sensitivity() / gaussian.sigma(), 2) / 2;
            } else {
                throw new AssertionError(event);
            }
        }
    }

    @Test
    void severalEntriesAreNotPricedAsOne() {
        StatisticsQuery one = new StatisticsQuery(
                List.of("g"),
                List.of(List.of("x"), List.of("y")),
                "u",
                new ContributionBounds(1, 3),
                List.of(new Aggregate.Count()),
                Map.of(),
                NoiseKind.LAPLACE,
                1,
                0);
        assertThat(events(one)).hasOnlyElementsOfType(PrivacyEvent.DiscreteLaplace.class);
        StatisticsQuery two = new StatisticsQuery(
                List.of("g"),
                List.of(List.of("x"), List.of("y")),
                "u",
                new ContributionBounds(2, 3),
                List.of(new Aggregate.Count()),
                Map.of(),
                NoiseKind.LAPLACE,
                1,
                0);
        assertThat(events(two)).hasOnlyElementsOfType(PrivacyEvent.PureDp.class);
        assertThat(StatisticsPlan.of(two).parts().get(0).noiseScale())
                .isCloseTo(6, org.assertj.core.api.Assertions.within(1e-6));
        StatisticsQuery tree = new StatisticsQuery(
                List.of(),
                null,
                null,
                ContributionBounds.ROW,
                List.of(new Aggregate.Quantiles("a", List.of(0.5))),
                Map.of("a", new Bounds(0, 1)),
                NoiseKind.GAUSSIAN,
                1,
                1e-6);
        assertThat(events(tree)).hasOnlyElementsOfType(PrivacyEvent.DiscreteGaussianVector.class);
        assertThat(((PrivacyEvent.DiscreteGaussianVector) events(tree).get(0)).l2Sensitivity())
                .isGreaterThanOrEqualTo(2)
                .isLessThan(2 + 1e-12);
    }

    /** A unit cannot be in more groups than there are. */
    @Test
    void aShortListOfGroupsNeedsLessNoise() {
        StatisticsQuery query = new StatisticsQuery(
                List.of("g"),
                List.of(List.of("x")),
                "u",
                new ContributionBounds(9, 1),
                List.of(new Aggregate.Count()),
                Map.of(),
                NoiseKind.LAPLACE,
                1,
                0);
        assertThat(StatisticsPlan.of(query).parts().get(0).noiseScale()).isLessThan(1.000001);
    }

    private static List<PrivacyEvent> events(StatisticsQuery query) {
        return StatisticsPlan.of(query).parts().stream()
                .map(StatisticsPlan.Part::event)
                .toList();
    }
}

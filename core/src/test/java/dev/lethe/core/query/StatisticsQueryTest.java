package dev.lethe.core.query;

import static dev.lethe.core.query.People.SEED;
import static dev.lethe.core.query.People.people;
import static dev.lethe.core.query.People.query;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.data.Table;
import dev.lethe.core.random.Seed;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What cannot be asked. */
class StatisticsQueryTest {
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
}

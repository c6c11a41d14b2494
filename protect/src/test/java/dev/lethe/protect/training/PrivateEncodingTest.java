package dev.lethe.protect.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.data.Column;
import dev.lethe.core.data.ColumnEncoding;
import dev.lethe.core.data.EncodingJson;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.data.Table;
import dev.lethe.core.data.TableEncoder;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.PrivacyLossAccountant;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.junit.jupiter.api.Test;

class PrivateEncodingTest {
    private static final int N = 4000;
    private static final List<String> CLASSES = List.of("no", "yes");

    /** Ages around 40, a number that is always 7, three towns, and one person's own word. */
    private static LabelledTable people(int n, long seed) {
        UniformRandomProvider random = Seed.of(seed).fork("people").stream();
        ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(random);
        double[] age = new double[n];
        double[] seven = new double[n];
        int[] town = new int[n];
        int[] labels = new int[n];
        for (int row = 0; row < n; row++) {
            age[row] = row % 50 == 0 ? Double.NaN : 40 + 12 * gaussian.sample();
            seven[row] = 7;
            town[row] = row % 40 == 0 ? -1 : random.nextInt(3);
            labels[row] = random.nextInt(2);
        }
        town[n - 1] = 3;
        return new LabelledTable(
                new Table(List.of(
                        new Column.Numeric("age", age),
                        new Column.Numeric("seven", seven),
                        new Column.Categorical("town", town, List.of("north", "south", "west", "Jane's own")))),
                labels,
                CLASSES,
                "class");
    }

    private static EncodingJson.Encoding encoding(LabelledTable table, double epsilon, long seed) {
        return PrivateEncoding.of(table.features(), CLASSES, Map.of(), epsilon, 1e-6, 1)
                .release(table, NoiseSource.insecure(Seed.of(seed)));
    }

    private static ColumnEncoding.Scaled scaled(EncodingJson.Encoding encoding, int column) {
        return (ColumnEncoding.Scaled) encoding.columns().get(column);
    }

    private static List<String> towns(EncodingJson.Encoding encoding) {
        return ((ColumnEncoding.OneHot) encoding.columns().get(2)).categories();
    }

    /**
     * At epsilon 8 ranks are off by some seventy at most, with the confidence of a release, and a year holds 58 people at the 10 % and
     * the 90 % quantile, more in between. 2 years are 116 ranks there and 266 at the median; what is scaled is the difference of two
     * quantiles over 2.563, for which 2 allows five years.
     */
    @Test
    void findsMedianSpreadAndCommonCategories() {
        for (int seed = 0; seed < 20; seed++) {
            EncodingJson.Encoding found = encoding(people(N, seed), 8, seed);
            assertThat(found.classes()).isEqualTo(CLASSES);
            assertThat(scaled(found, 0).centre()).isCloseTo(40, within(2.0));
            assertThat(scaled(found, 0).scale()).isCloseTo(12, within(2.0));
            assertThat(scaled(found, 1).centre()).isCloseTo(7, within(1.0));
            assertThat(towns(found)).containsExactlyInAnyOrder("north", "south", "west");
            assertThat(found.encoder().encode(people(N, seed)).size()).isEqualTo(N);
        }
    }

    /**
     * One person's word is shown with probability at most delta, 1e-6, a release: in 20 with 2e-5. The saboteur is the encoder that is
     * fitted to the rows.
     */
    @Test
    void onePersonsOwnCategoryIsNotShown() {
        LabelledTable table = people(N, 1);
        for (int seed = 0; seed < 20; seed++) {
            assertThat(towns(encoding(table, 8, seed))).doesNotContain("Jane's own");
        }
        TableEncoder fitted = TableEncoder.fit(table, IntStream.range(0, N).toArray());
        assertThat(fitted.featureNames().toString()).contains("Jane's own");
    }

    /** With next to no epsilon a release is what was drawn, whatever the people are like. */
    @Test
    void littleEpsilonFindsNoise() {
        List<Double> centres = new ArrayList<>();
        for (int seed = 0; seed < 20; seed++) {
            EncodingJson.Encoding found = encoding(people(200, 1), 1e-2, seed);
            centres.add(scaled(found, 0).centre());
            assertThat(towns(found)).isEmpty();
        }
        assertThat(centres.stream().filter(centre -> Math.abs(centre - 40) < 2).count())
                .isLessThan(15);
    }

    @Test
    void costsNoMoreThanAskedFor() {
        for (double epsilon : new double[] {0.1, 1, 5}) {
            PrivateEncoding how = PrivateEncoding.of(people(10, 1).features(), CLASSES, Map.of(), epsilon, 1e-6, 1);
            assertThat(how.found()).containsExactly("age", "seven", "town");
            double price = new PrivacyLossAccountant()
                    .price(how.event(), Neighbours.ADD_OR_REMOVE_ONE)
                    .epsilon(1e-6);
            // The accountant rounds losses up to a grid.
            assertThat(price).isBetween(0.5 * epsilon, 1.001 * epsilon);
        }
    }

    /** The plan, which is made before anything is paid. */
    @Test
    void whatIsAskedDoesNotDependOnPeople() {
        PrivateEncoding one = PrivateEncoding.of(people(50, 1).features(), CLASSES, Map.of(), 1, 1e-6, 1);
        PrivateEncoding other = PrivateEncoding.of(people(900, 2).features(), CLASSES, Map.of(), 1, 1e-6, 1);
        assertThat(one.event()).isEqualTo(other.event());
        assertThat(one.columns()).isEqualTo(other.columns());
    }

    @Test
    void whatIsGivenCostsNothingAndStaysAsItIs() {
        LabelledTable table = people(300, 1);
        Map<String, ColumnEncoding> known = Map.of(
                "age", ColumnEncoding.Scaled.between("age", 0, 100),
                "seven", new ColumnEncoding.Scaled("seven", 0, 1),
                "town", new ColumnEncoding.OneHot("town", List.of("north", "elsewhere")));
        PrivateEncoding how = PrivateEncoding.of(table.features(), CLASSES, known, 1, 0, 1);
        assertThat(how.event()).isEqualTo(new PrivacyEvent.Composed(List.of()));
        assertThat(how.found()).isEmpty();
        EncodingJson.Encoding all = how.release(table, NoiseSource.insecure(Seed.of(1)));
        assertThat(all.columns()).containsExactly(known.get("age"), known.get("seven"), known.get("town"));

        PrivateEncoding some = PrivateEncoding.of(
                table.features(), CLASSES, Map.of("town", known.get("town"), "seven", known.get("seven")), 1, 0, 1);
        assertThat(some.found()).containsExactly("age");
        assertThat(some.release(table, NoiseSource.insecure(Seed.of(1)))
                        .columns()
                        .subList(1, 3))
                .containsExactly(known.get("seven"), known.get("town"));
    }

    /** A column in which every cell is missing, and a table of nobody, are encoded like any other. */
    @Test
    void nothingToSeeIsNoError() {
        double[] missing = new double[30];
        Arrays.fill(missing, Double.NaN);
        int[] none = new int[30];
        Arrays.fill(none, -1);
        LabelledTable table = new LabelledTable(
                new Table(List.of(
                        new Column.Numeric("age", missing), new Column.Categorical("town", none, List.of("north")))),
                new int[30],
                CLASSES,
                "class");
        for (int seed = 0; seed < 50; seed++) {
            EncodingJson.Encoding found = encoding(table, 1, seed);
            assertThat(scaled(found, 0).scale()).isPositive();
            assertThat(((ColumnEncoding.OneHot) found.columns().get(1)).categories())
                    .isEmpty();
        }
    }

    @Test
    void whatDoesNotFitTheTableIsRefused() {
        Table table = people(10, 1).features();
        assertThatThrownBy(() -> PrivateEncoding.of(
                        table, CLASSES, Map.of("age", new ColumnEncoding.OneHot("age", List.of("old"))), 1, 1e-6, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("holds numbers");
        assertThatThrownBy(() -> PrivateEncoding.of(
                        table, CLASSES, Map.of("town", new ColumnEncoding.Scaled("town", 0, 1)), 1, 1e-6, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("holds categories");
        assertThatThrownBy(() -> PrivateEncoding.of(
                        table, CLASSES, Map.of("job", new ColumnEncoding.Scaled("job", 0, 1)), 1, 1e-6, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no feature column 'job'");
        assertThatThrownBy(() -> PrivateEncoding.of(table, CLASSES, Map.of(), 1, 0, 1))
                .as("categories are not found without delta")
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("delta");
    }
}

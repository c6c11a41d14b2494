package dev.lethe.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lethe.core.data.Column;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.data.Table;
import dev.lethe.core.data.TableEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files that people really have; they lie beside the checkout and are not passed on with it. */
final class RealDataTest {
    private static final CsvOptions BARE = CsvOptions.DEFAULT.withHeader(false);

    @Test
    void bankMarketing() throws IOException {
        Table table = Csv.read(data("bank-marketing/bank-full.csv.gz"), CsvOptions.DEFAULT);

        assertThat(table.size()).isEqualTo(45_211);
        assertThat(table.columns()).hasSize(17);
        assertThat(table.columns().stream()
                        .filter(Column.Numeric.class::isInstance)
                        .map(Column::name))
                .containsExactly("age", "balance", "day", "duration", "campaign", "pdays", "previous");
        double[] balance = ((Column.Numeric) table.column("balance").orElseThrow()).values();
        assertThat(balance).startsWith(2143, 29, 2).endsWith(668, 2971);

        LabelledTable task = table.labelled("job");
        assertThat(task.classes()).hasSize(12);
        int[] all = IntStream.range(0, task.size()).toArray();
        Examples examples = TableEncoder.fit(task, all).encode(task);
        assertThat(examples.size()).isEqualTo(45_211);
        assertThat(examples.width()).isEqualTo(7 + 34);
    }

    @Test
    void adult() throws IOException {
        LabelledTable task = Csv.task(data("adult/adult.data.gz"), "c15", BARE);

        assertThat(task.size()).isEqualTo(32_561);
        assertThat(task.classes()).containsExactly("<=50K", ">50K");
        assertThat(Arrays.stream(task.labels()).sum()).isEqualTo(7841);
        assertThat(task.features().columns().stream().filter(Column.Numeric.class::isInstance))
                .hasSize(6);
        Column.Categorical work =
                (Column.Categorical) task.features().column("c2").orElseThrow();
        assertThat(Arrays.stream(work.codes()).filter(code -> code < 0)).hasSize(1836);

        // The test part opens with a remark where the first record should be.
        assertThatThrownBy(() -> Csv.read(data("adult/adult.test.gz"), BARE))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(":2: ");
    }

    @Test
    void germanCredit() throws IOException {
        LabelledTable task = Csv.task(data("german-credit/german.data.gz"), "c21", BARE);

        assertThat(task.size()).isEqualTo(1000);
        assertThat(task.features().columns()).hasSize(20);
        assertThat(task.features().columns().stream().filter(Column.Numeric.class::isInstance))
                .hasSize(7);
        assertThat(Arrays.stream(task.labels()).sum()).isEqualTo(300);
    }

    @Test
    void digits() throws IOException {
        LabelledTable task = Csv.task(data("digits/digits.csv.gz"), "c65", BARE);

        assertThat(task.size()).isEqualTo(1797);
        assertThat(task.classes()).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        assertThat(TableEncoder.fit(task, IntStream.range(0, 1797).toArray()).width())
                .isEqualTo(64);
    }

    @ParameterizedTest
    @CsvSource({"cleveland,303,6", "hungarian,294,782", "switzerland,123,273", "va,200,698"})
    void heartDisease(String place, int rows, int missing) throws IOException {
        Table table = Csv.read(data("heart-disease/processed." + place + ".data"), BARE);

        assertThat(table.size()).isEqualTo(rows);
        assertThat(table.columns()).hasSize(14).allMatch(Column.Numeric.class::isInstance);
        assertThat(table.columns().stream()
                        .flatMapToDouble(column -> Arrays.stream(((Column.Numeric) column).values()))
                        .filter(Double::isNaN)
                        .count())
                .isEqualTo(missing);
    }

    @Test
    void censusExcerpt() throws IOException {
        Path file = data("nist-acs/ma2019.csv.gz");
        // N stands for "not applicable" here, among incomes too.
        assertThatThrownBy(() -> Csv.read(file, CsvOptions.DEFAULT))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("not a number in column 'PINCP', which otherwise holds numbers");

        Table table = Csv.read(file, CsvOptions.DEFAULT.withMissing(Set.of("N")));
        assertThat(table.size()).isEqualTo(7634);
        assertThat(table.columns()).hasSize(24);
    }

    @Test
    void filmRatings() throws IOException {
        Table table = Csv.read(data("movielens-100k/u.data.gz"), BARE);

        assertThat(table.size()).isEqualTo(100_000);
        assertThat(table.columns()).hasSize(4).allMatch(Column.Numeric.class::isInstance);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mnist", "fashion-mnist"})
    void imagesOfTenKinds(String set) throws IOException {
        Examples test = Images.read(data(set + "/t10k-images-idx3-ubyte.gz"));
        Examples some = Images.read(List.of(data(set + "/train-images-idx3-ubyte.gz")), 100, Limits.DEFAULT);

        assertThat(test.size()).isEqualTo(10_000);
        assertThat(test.shape()).containsExactly(1, 28, 28);
        assertThat(test.classes()).hasSize(10);
        assertThat(some.size()).isEqualTo(100);
    }

    @Test
    void allOfMnist() throws IOException {
        Examples train = Images.read(data("mnist/train-images-idx3-ubyte.gz"));

        assertThat(train.size()).isEqualTo(60_000);
        assertThat(train.labels()).startsWith(5, 0, 4, 1, 9);
        double sum = 0;
        for (float value : train.features()) {
            sum += value;
        }
        // The mean that every tutorial normalises with.
        assertThat(sum / train.features().length).isBetween(0.13065, 0.13067);
    }

    private static Path data(String name) {
        String root = System.getProperty("lethe.root");
        assumeTrue(root != null, "lethe.root is not set, so the evaluation data cannot be found");
        Path file = Path.of(root).resolveSibling("shared/data").resolve(name);
        assumeTrue(Files.exists(file), () -> "no evaluation data beside the checkout: " + file + " is missing");
        return file;
    }
}

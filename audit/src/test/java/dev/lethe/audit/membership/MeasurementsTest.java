package dev.lethe.audit.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasurementsTest {
    @TempDir
    private Path folder;

    /** Columns longer than a buffer, with all that a double can be. */
    private static double[][] numbers(int key, int length) {
        double[][] columns = new double[3][length];
        for (int c = 0; c < 3; c++) {
            for (int i = 0; i < length; i++) {
                columns[c][i] = i % 7 == 0 ? Double.NEGATIVE_INFINITY : key + i / 3.0 * (c - 1);
            }
        }
        return columns;
    }

    @Test
    void givesBackWhatWasComputedOnce() {
        AtomicInteger computed = new AtomicInteger();
        try (Measurements measurements = new Measurements(folder)) {
            for (int round = 0; round < 2; round++) {
                for (int key = 0; key < 4; key++) {
                    int k = key;
                    int length = 1 + 20_000 * key;
                    assertThat(measurements.get(key, () -> {
                                computed.incrementAndGet();
                                return numbers(k, length);
                            }))
                            .isEqualTo(numbers(key, length));
                }
            }
        }
        assertThat(computed).hasValue(4);
    }

    /** Twin: all of them, then picked. Whole buffers, parts of them, none of some; the first and the last. */
    @Test
    void givesSomeRecordsAsOfAll() {
        int length = 70_001;
        double[][] all = numbers(1, length);
        List<IntStream> choices = List.of(
                IntStream.range(0, length),
                IntStream.range(0, 50_000),
                IntStream.range(20_000, 40_000),
                IntStream.range(0, length).filter(i -> i % 7 == 3),
                IntStream.range(0, length).filter(i -> i < 16_384 || i == length - 1),
                IntStream.range(0, length).filter(i -> i != 5),
                IntStream.of(0, length - 1),
                IntStream.of(16_383, 16_384, 16_385),
                IntStream.empty());
        try (Measurements measurements = new Measurements(folder)) {
            for (IntStream choice : choices) {
                int[] records = choice.toArray();
                double[][] some = measurements.get("key", records, () -> numbers(1, length));
                assertThat(some).hasNumberOfRows(3);
                for (int c = 0; c < some.length; c++) {
                    double[] column = all[c];
                    assertThat(some[c])
                            .isEqualTo(Arrays.stream(records)
                                    .mapToDouble(record -> column[record])
                                    .toArray());
                }
            }
            assertThatThrownBy(() -> measurements.get("key", new int[] {2, 1}, () -> all))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1 follows on 2");
        }
    }

    @Test
    void computesTogetherOnlyWhatIsMissing() {
        List<List<Integer>> asked = new ArrayList<>();
        try (Measurements measurements = new Measurements(folder)) {
            for (List<Integer> keys : List.of(List.of(2), List.of(1, 2, 3), List.of(3, 1))) {
                measurements.computeAll(keys, missing -> {
                    asked.add(missing);
                    return missing.stream().map(key -> numbers(key, 5)).toList();
                });
            }
            assertThat(measurements.get(3, () -> numbers(0, 0))).isEqualTo(numbers(3, 5));
        }
        assertThat(asked).containsExactly(List.of(2), List.of(1, 3));
    }

    /** Two that need what the other computes wait for each other's result, not for each other. */
    @Test
    void severalThreadsShareTheWork() {
        AtomicInteger computed = new AtomicInteger();
        try (Measurements measurements = new Measurements(folder)) {
            List<Runnable> tasks = new ArrayList<>();
            for (int task = 0; task < 40; task++) {
                int first = task % 5;
                tasks.add(() -> measurements.computeAll(
                        IntStream.range(first, first + 6).boxed().toList(), missing -> {
                            computed.addAndGet(missing.size());
                            return missing.stream()
                                    .map(key -> numbers(key, 100))
                                    .toList();
                        }));
            }
            Parallel.run(tasks, 4, done -> {});
            for (int key = 0; key < 10; key++) {
                assertThat(measurements.get(key, () -> new double[0][])).isEqualTo(numbers(key, 100));
            }
        }
        assertThat(computed).hasValue(10);
    }

    @Test
    void aFailureIsThrownToAllThatAsk() {
        try (Measurements measurements = new Measurements(folder)) {
            for (int round = 0; round < 2; round++) {
                assertThatThrownBy(() -> measurements.computeAll(List.of(1, 2), missing -> {
                            throw new NotApplicableException("no");
                        }))
                        .isInstanceOf(NotApplicableException.class);
                assertThatThrownBy(() ->
                                measurements.computeAll(List.of(3, 4), missing -> List.<double[][]>of(numbers(3, 2))))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("1 measurements for 2 keys");
            }
        }
    }
}

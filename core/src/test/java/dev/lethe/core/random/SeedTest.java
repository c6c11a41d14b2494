package dev.lethe.core.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeedTest {
    /** Written down once: a seed in an old report must give the same streams in every later version. */
    @Test
    void streamsNeverChange() {
        assertThat(Seed.of(42).fork("lira/shadow-3").stream().nextLong()).isEqualTo(-5779779793351598148L);
    }

    @Test
    void forksByLabelAlone() {
        Seed root = Seed.of(7);
        assertThat(root.fork("a"))
                .isEqualTo(Seed.of(7).fork("a"))
                .isNotEqualTo(root.fork("b"))
                .isNotEqualTo(root);
        assertThat(root.stream().nextLong()).isEqualTo(root.stream().nextLong());
        assertThat(Seed.of(7)).isNotEqualTo(Seed.of(8));
    }

    @Test
    void drawsNumbersThatJsonKeeps() {
        long drawn = Seed.draw();
        assertThat(drawn).isBetween(0L, (1L << 53) - 1);
        assertThat((long) (double) drawn).isEqualTo(drawn);
    }

    @Test
    void subsetsAreSortedAndDistinct() {
        int[] subset = Shuffle.subset(100, 30, Seed.of(1).stream());
        assertThat(subset).hasSize(30).isSorted().doesNotHaveDuplicates();
        assertThatThrownBy(() -> Shuffle.subset(3, 4, Seed.of(1).stream()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /**
     * Each of 24 orders of four rows equally often in 24,000 shuffles: chi-square with 23 degrees of freedom stays below
     * 58.6 with probability 1 - 6e-5. The saboteur, which never moves the first row, is far above.
     */
    @Test
    void permutationsAreUniform() {
        var random = Seed.of(5).stream();
        int[] fair = new int[256];
        int[] sabotaged = new int[256];
        for (int i = 0; i < 24_000; i++) {
            fair[code(Shuffle.permutation(4, random))]++;
            int[] tail = Shuffle.permutation(3, random);
            sabotaged[code(new int[] {0, tail[0] + 1, tail[1] + 1, tail[2] + 1})]++;
        }
        assertThat(chiSquare(fair)).isLessThan(58.6);
        assertThat(chiSquare(sabotaged)).isGreaterThan(58.6);
    }

    private static int code(int[] order) {
        return IntStream.of(order).reduce(0, (code, row) -> 4 * code + row);
    }

    private static double chiSquare(int[] counts) {
        double sum = Arrays.stream(counts)
                .filter(c -> c > 0)
                .mapToDouble(c -> (c - 1000.0) * (c - 1000.0) / 1000)
                .sum();
        long empty = 24 - Arrays.stream(counts).filter(c -> c > 0).count();
        return sum + empty * 1000.0;
    }
}

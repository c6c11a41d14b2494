package dev.lethe.audit.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.data.Examples;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QueriesTest {
    /** Two channels of 2x3 pixels. */
    private static final Examples IMAGE = new Examples(
            new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, new int[] {2, 2, 3}, new int[] {1}, List.of("a", "b"));

    @Test
    void queryZeroIsTheRecordItself() {
        assertThat(Queries.version(IMAGE, 0)).isSameAs(IMAGE);
    }

    @Test
    void mirrorsAndShiftsEachChannel() {
        assertThat(Queries.version(IMAGE, 1).features()).containsExactly(3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10);
        assertThat(Queries.version(IMAGE, 2).features()).containsExactly(1, 1, 2, 4, 4, 5, 7, 7, 8, 10, 10, 11);
        assertThat(Queries.version(IMAGE, 6).features()).containsExactly(1, 2, 3, 1, 2, 3, 7, 8, 9, 7, 8, 9);
    }

    @Test
    void allVersionsOfALargeImageDiffer() {
        float[] pixels = new float[36];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = i * i;
        }
        Examples image = new Examples(pixels, new int[] {1, 6, 6}, new int[] {0}, List.of("a", "b"));
        assertThat(IntStream.range(0, MembershipAudit.MOST_QUERIES)
                        .mapToObj(q -> Arrays.toString(Queries.version(image, q).features()))
                        .distinct())
                .hasSize(MembershipAudit.MOST_QUERIES);
        assertThat(Queries.most(image)).isEqualTo(MembershipAudit.MOST_QUERIES);
    }

    @Test
    void vectorsHaveOneVersion() {
        Examples vector = new Examples(new float[] {1, 2}, new int[] {2}, new int[] {0}, List.of("a", "b"));
        assertThat(Queries.most(vector)).isEqualTo(1);
        assertThatThrownBy(() -> Queries.version(vector, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}

package dev.lethe.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.core.random.Seed;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AugmentationTest {
    /** Two planes of 2 x 3, told apart by a tenth. */
    private static final int[] SHAPE = {2, 2, 3};

    private static final float[] IMAGE = {1, 2, 3, 4, 5, 6, 1.1f, 2.1f, 3.1f, 4.1f, 5.1f, 6.1f};

    private static float[] moved(boolean mirrored, int right, int down) {
        float[] source = new float[IMAGE.length + 1];
        System.arraycopy(IMAGE, 0, source, 1, IMAGE.length);
        float[] target = new float[IMAGE.length + 2];
        Augmentation.copy(source, 1, target, 2, SHAPE, mirrored, right, down);
        assertThat(target).startsWith(0, 0);
        return java.util.Arrays.copyOfRange(target, 2, target.length);
    }

    @Test
    void mirrorsThenMovesAndRepeatsTheEdge() {
        assertThat(moved(false, 0, 0)).containsExactly(IMAGE);
        assertThat(moved(true, 0, 0)).startsWith(3, 2, 1, 6, 5, 4, 3.1f);
        assertThat(moved(false, 1, 0)).startsWith(1, 1, 2, 4, 4, 5, 1.1f);
        assertThat(moved(false, -1, 1)).startsWith(2, 3, 3, 2, 3, 3, 2.1f);
        assertThat(moved(true, 2, -1)).startsWith(6, 6, 6, 6, 6, 6, 6.1f);
        assertThat(moved(false, 9, 9)).startsWith(1, 1, 1, 1, 1, 1, 1.1f);
    }

    /** Each of 18 ways about 200 times: that one is missing has probability below 1e-80. */
    @Test
    void drawsEveryWayAndOnlyThose() {
        var random = Seed.of(5).stream();
        Augmentation augmentation = new Augmentation(true, 1);
        Set<String> seen = new HashSet<>();
        Set<String> ways = new HashSet<>();
        for (int draw = 0; draw < 3600; draw++) {
            float[] target = new float[IMAGE.length];
            augmentation.copy(IMAGE, 0, target, 0, SHAPE, random);
            seen.add(java.util.Arrays.toString(target));
        }
        for (int way = 0; way < 18; way++) {
            ways.add(java.util.Arrays.toString(moved(way % 2 == 1, way / 2 % 3 - 1, way / 6 - 1)));
        }
        assertThat(seen).isEqualTo(ways).hasSize(18);
    }

    @Test
    void letsTablesBeWhereThereIsNothingToDo() {
        Augmentation.NONE.require(new int[] {20});
        new Augmentation(true, 0).require(new int[] {1, 2, 2});
    }
}

package dev.lethe.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TableTest {
    @Test
    void zeroOfEitherSignIsOneClass() {
        Table table = new Table(List.of(
                new Column.Numeric("y", new double[] {1, -0.0, 0.0, 2}),
                new Column.Numeric("x", new double[] {1, 2, 3, 4})));
        LabelledTable task = table.labelled("y");

        assertThat(task.classes()).containsExactly("0", "1", "2");
        assertThat(task.labels()).containsExactly(1, 0, 0, 2);
    }
}

package dev.lethe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void risesThenFallsAlongHalfACosine() {
        Schedule schedule = new Schedule.Cosine(0.2);
        double[] done = {0, 0.1, 0.2, 0.4, 0.6, 0.8, 1};
        double[] expected = {0, 0.5, 1, (1 + Math.sqrt(0.5)) / 2, 0.5, (1 - Math.sqrt(0.5)) / 2, 0};
        for (int i = 0; i < done.length; i++) {
            assertThat(schedule.factor(done[i])).isCloseTo(expected[i], within(1e-15));
        }
        assertThat(new Schedule.Cosine(0).factor(0)).isEqualTo(1);
        assertThat(new Schedule.Constant().factor(0.7)).isEqualTo(1);
    }

    /** The factor scales the learning rate, and weight decay with it, under either optimizer. */
    @Test
    void scalesSteps() {
        for (Optimizer optimizer : new Optimizer[] {new Optimizer.Adam(), new Optimizer.Sgd(0.9)}) {
            float[] scaled = {1, -2, 0.5f};
            float[] smaller = scaled.clone();
            Update one = new Optimization(1, 0.08, 1, 0.5, 0, optimizer).update(3);
            Update other = new Optimization(1, 0.02, 1, 0.5, 0, optimizer).update(3);
            float[] gradient = {0.3f, -0.1f, 2};
            for (int step = 0; step < 3; step++) {
                one.step(scaled, gradient, 0.25);
                other.step(smaller, gradient, 1);
            }
            assertThat(scaled).containsExactly(smaller, within(1e-6f)).doesNotContain(1f);
        }
    }
}

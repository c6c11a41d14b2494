package dev.lethe.audit.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.core.random.Seed;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class DescendingOrderTest {
    private static final double[] UNUSUAL = {
        0.0,
        -0.0,
        Double.MIN_VALUE,
        -Double.MIN_VALUE,
        Double.MAX_VALUE,
        -Double.MAX_VALUE,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        1,
        Math.nextUp(1.0),
        Math.nextDown(1.0),
        -1
    };

    /** Twin: a stable sort of boxed numbers. */
    @RepeatedTest(40)
    void equalsASortByComparison(RepetitionInfo repetition) {
        long seed = Long.getLong("seed", repetition.getCurrentRepetition());
        UniformRandomProvider random = Seed.of(seed).stream();
        double[] numbers = new double[random.nextInt(3000)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = switch (random.nextInt(3)) {
                case 0 -> UNUSUAL[random.nextInt(UNUSUAL.length)];
                case 1 -> random.nextInt(50) - 25;
                default -> (random.nextDouble() - 0.5) * Math.scalb(1.0, random.nextInt(200) - 100);
            };
        }
        DescendingOrder order = new DescendingOrder(numbers);
        // Adding 0.0 makes one zero of both.
        int[] expected = IntStream.range(0, numbers.length)
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> -(numbers[i] + 0.0) + 0.0))
                .mapToInt(Integer::intValue)
                .toArray();
        assertThat(order.places()).as("seed %d", seed).isEqualTo(expected);
        for (int i = 0; i < numbers.length; i++) {
            assertThat(order.isLastOfEquals(i))
                    .as("seed %d, position %d", seed, i)
                    .isEqualTo(i + 1 == numbers.length || numbers[expected[i]] != numbers[expected[i + 1]]);
        }
    }

    @Test
    void leavesTheNumbersAsTheyAre() {
        double[] numbers = {1, 3, 2};
        assertThat(new DescendingOrder(numbers).places()).containsExactly(1, 2, 0);
        assertThat(numbers).containsExactly(1, 3, 2);
    }
}

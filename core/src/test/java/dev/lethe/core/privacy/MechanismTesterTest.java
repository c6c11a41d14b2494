package dev.lethe.core.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.noise.DiscreteGaussian;
import dev.lethe.core.noise.DiscreteLaplace;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** The tester lets pass what keeps its claim and catches what was sabotaged. */
class MechanismTesterTest {
    private static final MechanismTester TESTER = new MechanismTester(20_000, 1e-6);

    private final NoiseSource noise = NoiseSource.insecure(Seed.of(41));

    /** A mechanism by its function alone; the tester does not look at the event. */
    record Lambda<I, O>(BiFunction<I, NoiseSource, O> function) implements Mechanism<I, O> {
        @Override
        public PrivacyEvent event() {
            return new PrivacyEvent.Composed(java.util.List.of());
        }

        @Override
        public O release(I input, NoiseSource noise) {
            return function.apply(input, noise);
        }
    }

    private static Lambda<Long, Long> laplace(double scale) {
        DiscreteLaplace laplace = new DiscreteLaplace(scale);
        return new Lambda<>((count, noise) -> count + laplace.sample(noise));
    }

    private MechanismTester.Outcome test(Mechanism<Long, Long> mechanism, double epsilon, double delta) {
        MechanismTester.Outcome byValue = TESTER.test(mechanism, 100L, 101L, epsilon, delta, output -> output, noise);
        MechanismTester.Outcome byRank =
                TESTER.testNumber(mechanism, 100L, 101L, epsilon, delta, output -> output, 32, noise);
        assertThat(byRank.violated()).as("%s %s", byValue, byRank).isEqualTo(byValue.violated());
        return byValue;
    }

    /** Exactly as private as claimed, which is the hardest case for the false alarms. */
    @Test
    void letsPassWhatKeepsItsClaim() {
        assertThat(test(laplace(1), 1, 0).violated()).isFalse();
        assertThat(test(laplace(4), 0.25, 0).violated()).isFalse();
        DiscreteGaussian gaussian = new DiscreteGaussian(1);
        // The exact delta of sigma 1, sensitivity 1 at epsilon 1, summed over the masses.
        double delta = 0;
        for (int x = -40; x <= 40; x++) {
            delta += Math.max(0, gaussian.probability(x) - Math.E * gaussian.probability(x + 1));
        }
        assertThat(test(new Lambda<>((count, source) -> count + gaussian.sample(source)), 1, delta + 1e-12)
                        .violated())
                .isFalse();
        assertThat(test(new Lambda<>((count, source) -> count + gaussian.sample(source)), 1, delta / 2)
                        .violated())
                .as("half of its delta")
                .isTrue();
    }

    @Test
    void catchesNoiseOnTheWrongScale() {
        MechanismTester.Outcome outcome = test(laplace(0.7), 1, 0);
        assertThat(outcome.violated()).isTrue();
        assertThat(outcome.epsilonLow()).isGreaterThan(1).isLessThan(1 / 0.7);
        assertThat(outcome.sentence()).startsWith("Violates epsilon 1.0 at delta 0.0: ");
    }

    @Test
    void catchesTheWrongSensitivity() {
        Lambda<Long, Long> twice = new Lambda<>((count, source) -> 2 * count + new DiscreteLaplace(1).sample(source));
        assertThat(test(twice, 1, 0).violated()).isTrue();
    }

    /** One output in a hundred shows the truth: epsilon is infinite, and delta 0.01. */
    @Test
    void catchesARareTellTale() {
        Lambda<Long, Long> slip = new Lambda<>((count, source) ->
                source.nextBelow(100) == 0 ? 1_000_000 + count : laplace(1).release(count, source));
        assertThat(TESTER.test(slip, 100L, 101L, 1, 0.001, output -> output, noise)
                        .violated())
                .isTrue();
        assertThat(TESTER.test(slip, 100L, 101L, 1, 0.01, output -> output, noise)
                        .violated())
                .isFalse();
    }

    @Test
    void catchesAMechanismWithoutNoiseAndOneThatShowsMoreOnOneSide() {
        assertThat(test(new Lambda<>((count, source) -> count), 10, 0.9).violated())
                .isFalse(); // 10,000 counted runs cannot bound a probability by e^-10, so nothing is found
        assertThat(test(new Lambda<>((count, source) -> count), 5, 0.5).violated())
                .isTrue();
        Lambda<Long, Long> rounds =
                new Lambda<>((count, source) -> count / 101 * 101 + laplace(1).release(0L, source));
        assertThat(test(rounds, 1, 0).violated()).isTrue();
    }

    /** 300 tests of a mechanism at the edge of its claim, at a false-alarm probability of 0.05 each: 15 are expected at most. */
    @Test
    void raisesNoMoreFalseAlarmsThanStated() {
        MechanismTester tester = new MechanismTester(400, 0.05);
        int alarms = 0;
        for (int i = 0; i < 300; i++) {
            alarms += tester.test(laplace(1), 0L, 1L, 1, 0, output -> output, noise)
                            .violated()
                    ? 1
                    : 0;
        }
        // More than 36 of Binomial(300, 0.05) has probability 2e-7.
        assertThat(alarms).isLessThanOrEqualTo(36);
    }

    @Test
    void refusesWhatIsNoClaim() {
        assertThatThrownBy(() -> new MechanismTester(99, 0.1)).hasMessageContaining("runs 99");
        assertThatThrownBy(() -> new MechanismTester(100, 0)).hasMessageContaining("falseAlarm 0.0");
        assertThatThrownBy(() -> test(laplace(1), Double.NaN, 0)).hasMessageContaining("epsilon NaN");
        assertThatThrownBy(() -> test(laplace(1), 1, 1)).hasMessageContaining("delta 1.0");
    }
}

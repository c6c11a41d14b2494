package dev.lethe.core.noise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.core.privacy.BestAccountant;
import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.MechanismTester;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each mechanism that adds noise or draws keeps what its own event is priced at, and its saboteur, which claims the same event, is
 * caught: by the tester, on two neighbours as far apart as the event says. A sound mechanism is called a violator with probability at
 * most 1e-6 a case.
 */
class MechanismPrivacyTest {
    private static final MechanismTester TESTER = new MechanismTester(40_000, 1e-6);

    /** Where it is judged: so large that so many runs see Gaussian tails. */
    private static final double DELTA = 0.01;

    /**
     * @param saboteur of the same event
     * @param number of an output, that tells the neighbours apart best
     */
    private record Case<I, O>(
            String name, Mechanism<I, O> sound, Mechanism<I, O> saboteur, I one, I other, ToDoubleFunction<O> number) {
        MechanismTester.Outcome soundly(double share) {
            return test(sound, share);
        }

        MechanismTester.Outcome sabotaged() {
            return test(saboteur, 1);
        }

        private MechanismTester.Outcome test(Mechanism<I, O> mechanism, double share) {
            double claimed = new BestAccountant()
                    .price(mechanism.event(), Neighbours.ADD_OR_REMOVE_ONE)
                    .epsilon(DELTA);
            NoiseSource noise = NoiseSource.insecure(Seed.of(67).fork(name));
            return TESTER.testNumber(mechanism, one, other, share * claimed, DELTA, number, 32, noise);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Does what another does, and says that it costs what this event costs. */
    private record Claiming<I, O>(PrivacyEvent event, Mechanism<I, O> done) implements Mechanism<I, O> {
        @Override
        public O release(I input, NoiseSource noise) {
            return done.release(input, noise);
        }
    }

    private static <I, O> Case<I, O> of(
            String name, Mechanism<I, O> sound, Mechanism<I, O> saboteur, I one, I other, ToDoubleFunction<O> number) {
        return new Case<>(name, sound, new Claiming<>(sound.event(), saboteur), one, other, number);
    }

    static Stream<Case<?, ?>> cases() {
        return Stream.of(
                of(
                        "integer Laplace, noise on the wrong scale",
                        new IntegerLaplace(2, 2),
                        new IntegerLaplace(1.4, 2),
                        new long[] {5, 9},
                        new long[] {6, 10},
                        noisy -> nearer((double) noisy[0], 5, 6) + nearer((double) noisy[1], 9, 10)),
                of(
                        "integer Laplace, sensitivity of one value where a record is in two",
                        new IntegerLaplace(2, 2),
                        new IntegerLaplace(1, 1),
                        new long[] {5, 9},
                        new long[] {6, 10},
                        noisy -> nearer((double) noisy[0], 5, 6) + nearer((double) noisy[1], 9, 10)),
                of(
                        "integer Gaussian, noise on the wrong scale",
                        new IntegerGaussian(2, Math.sqrt(2)),
                        new IntegerGaussian(1.3, Math.sqrt(2)),
                        new long[] {5, 9},
                        new long[] {6, 10},
                        noisy -> noisy[0] + noisy[1]),
                of(
                        "integer Gaussian, one draw for all values",
                        new IntegerGaussian(2, Math.sqrt(2)),
                        new OneDrawForAll(2),
                        new long[] {5, 9},
                        new long[] {6, 8},
                        noisy -> noisy[0] - noisy[1]),
                of(
                        "grid Laplace, noise on the wrong scale",
                        new GridLaplace(3, 2, 2),
                        new GridLaplace(2, 2, 2),
                        new double[] {0.3, -7},
                        new double[] {1.3, -8},
                        noisy -> nearer(noisy[0], 0.3, 1.3) + nearer(noisy[1], -7, -8)),
                of(
                        "grid Gaussian, noise on the wrong scale",
                        new GridGaussian(1.5, 1, 2),
                        new GridGaussian(1, 1, 2),
                        new double[] {0.3, -7},
                        new double[] {0.9, -6.2},
                        noisy -> 0.6 * noisy[0] + 0.8 * noisy[1]),
                of(
                        "randomized response, of another epsilon",
                        new RandomizedResponse(1, 3),
                        new RandomizedResponse(1.3, 3),
                        0,
                        2,
                        answer -> answer),
                of(
                        "randomized response, truth at the rate that two categories have",
                        new RandomizedResponse(1, 4),
                        new TruthAsOfTwo(1, 4),
                        1,
                        2,
                        answer -> answer),
                of(
                        "exponential mechanism, another epsilon",
                        new ExponentialMechanism(1, 1, false),
                        new ExponentialMechanism(1.5, 1, false),
                        new long[] {3, 4, 3, 3},
                        new long[] {4, 3, 4, 4},
                        chosen -> chosen),
                of(
                        "exponential mechanism, called monotone where a record raises one score and lowers another",
                        new ExponentialMechanism(1, 1, false),
                        new ExponentialMechanism(1, 1, true),
                        new long[] {3, 4, 3, 3},
                        new long[] {4, 3, 4, 4},
                        chosen -> chosen),
                of(
                        "exponential mechanism, sensitivity too small",
                        new ExponentialMechanism(1, 3, true),
                        new ExponentialMechanism(1, 1, true),
                        new long[] {0, 3, 3, 3, 3, 3, 3, 3, 3, 3},
                        new long[] {3, 3, 3, 3, 3, 3, 3, 3, 3, 3},
                        chosen -> chosen),
                of(
                        "Gaussian noise on floats, on the wrong scale",
                        new OnFloats(1.5, GaussianNoise.of(1.5)),
                        new OnFloats(1.5, GaussianNoise.of(1)),
                        new float[] {0.3f, -7},
                        new float[] {0.9f, -6.2f},
                        noisy -> 0.6 * noisy[0] + 0.8 * noisy[1]));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void keepsItsPriceAndItsSaboteurIsCaught(Case<?, ?> each) {
        MechanismTester.Outcome sound = each.soundly(1);
        assertThat(sound.violated()).as(sound.sentence()).isFalse();
        MechanismTester.Outcome saboteur = each.sabotaged();
        assertThat(saboteur.violated()).as(saboteur.sentence()).isTrue();
    }

    /** Otherwise the neighbours would show nothing of the mechanism, and none could be caught. */
    @ParameterizedTest
    @MethodSource("cases")
    void doesNotKeepHalfOfIt(Case<?, ?> each) {
        MechanismTester.Outcome sound = each.soundly(0.5);
        assertThat(sound.violated()).as(sound.sentence()).isTrue();
    }

    /** How much nearer a value is to the other than to the one: of Laplace noise, the logarithm of what it speaks for. */
    private static double nearer(double value, double one, double other) {
        return Math.abs(value - one) - Math.abs(value - other);
    }

    /** What training adds. */
    private record OnFloats(double claimed, GaussianNoise gaussian) implements Mechanism<float[], float[]> {
        @Override
        public PrivacyEvent event() {
            return GaussianNoise.of(claimed).event(1, 2);
        }

        @Override
        public float[] release(float[] input, NoiseSource noise) {
            float[] noisy = input.clone();
            gaussian.addTo(noisy, noise);
            return noisy;
        }
    }

    private record OneDrawForAll(double sigma) implements Mechanism<long[], long[]> {
        @Override
        public PrivacyEvent event() {
            return new PrivacyEvent.Composed(List.of());
        }

        @Override
        public long[] release(long[] input, NoiseSource noise) {
            long draw = new DiscreteGaussian(sigma).sample(noise);
            return new long[] {input[0] + draw, input[1] + draw};
        }
    }

    /** Tells the truth with probability e^epsilon / (e^epsilon + 1), whatever the number of categories, else one of the others. */
    private record TruthAsOfTwo(double epsilon, int categories) implements Mechanism<Integer, Integer> {
        @Override
        public PrivacyEvent event() {
            return new PrivacyEvent.Composed(List.of());
        }

        @Override
        public Integer release(Integer answer, NoiseSource noise) {
            boolean truth = new RandomizedResponse(epsilon, 2).release(1, noise) == 1;
            int other = (int) noise.nextBelow(categories - 1);
            return truth ? answer : (answer + 1 + other) % categories;
        }
    }
}

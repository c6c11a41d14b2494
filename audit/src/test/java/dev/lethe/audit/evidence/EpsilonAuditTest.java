package dev.lethe.audit.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.privacy.GaussianCurve;
import dev.lethe.core.random.Seed;
import dev.lethe.core.stats.ClopperPearson;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EpsilonAuditTest {
    private static final double DELTA = 1e-5;
    private static final EpsilonAudit AUDIT = new EpsilonAudit(DELTA, 0.95);
    private static final int TRIALS = 400;

    /** How often, of {@link #TRIALS}, each method's bound is above the truth. */
    private static Map<EpsilonMethod, Integer> above(double truth, String label, Function<Seed, Trial> mechanism) {
        Map<EpsilonMethod, Integer> above = new EnumMap<>(EpsilonMethod.class);
        for (int number = 0; number < TRIALS; number++) {
            Seed seed = Seed.of(number).fork(label);
            Trial trial = mechanism.apply(seed);
            for (EpsilonMethod method : EpsilonMethod.values()) {
                double epsilon = AUDIT.bound(method, trial, seed).epsilon();
                above.merge(method, epsilon > truth ? 1 : 0, Integer::sum);
            }
        }
        return above;
    }

    /**
     * Whole curves of Gaussian mechanisms 2 apart: the true one is refuted in so few audits that this test's false alarm has
     * probability 1e-4 for each way. The saboteurs claim 1, against guesses, and 1.5, against two rates.
     */
    @Test
    void aTrueCurveIsSeldomRefutedAndAFalseOneOften() {
        int[] refuted = new int[4];
        for (int number = 0; number < TRIALS; number++) {
            Seed seed = Seed.of(number).fork("curve");
            Trial trial = Mechanisms.gaussian(2000, 2, seed);
            Guesses guesses = Guesses.of(trial, 200, 200, seed);
            Flags flags = Flags.of(trial, 1);
            refuted[0] += AUDIT.refutes(new GaussianCurve(2), guesses) ? 1 : 0;
            refuted[1] += AUDIT.refutes(new GaussianCurve(2), flags) ? 1 : 0;
            refuted[2] += AUDIT.refutes(new GaussianCurve(1), guesses) ? 1 : 0;
            refuted[3] += AUDIT.refutes(new GaussianCurve(1.5), flags) ? 1 : 0;
        }
        assertThat(refuted[0]).isLessThan(Mechanisms.tooMany(TRIALS, 0.05));
        assertThat(refuted[1]).isLessThan(Mechanisms.tooMany(TRIALS, 0.05));
        assertThat(refuted[2]).isGreaterThan(TRIALS * 9 / 10);
        assertThat(refuted[3]).isGreaterThan(TRIALS * 9 / 10);
    }

    /** Scores that say nothing: each method's false alarm of this test has probability 1e-4. */
    @Test
    void fewAreDeceivedByNoise() {
        Map<EpsilonMethod, Integer> positive = above(0, "noise", seed -> Mechanisms.gaussian(600, 0, seed));
        assertThat(positive).hasSize(5).allSatisfy((method, count) -> assertThat(count)
                .as(method.title())
                .isLessThan(Mechanisms.tooMany(TRIALS, 0.05)));
    }

    /** A Gaussian mechanism meets the condition of every method. */
    @ParameterizedTest
    @ValueSource(doubles = {0.5, 2})
    void fewExceedTheTruthOfAGaussianMechanism(double mu) {
        double truth = GaussianPrivacy.epsilon(mu, DELTA);
        Map<EpsilonMethod, Integer> above = above(truth, "gaussian", seed -> Mechanisms.gaussian(600, mu, seed));
        assertThat(above).hasSize(5).allSatisfy((method, count) -> assertThat(count)
                .as(method.title())
                .isLessThan(Mechanisms.tooMany(TRIALS, 0.05)));
    }

    /**
     * The rates of randomized response are as far apart as its epsilon allows: no bound has anything to spare. It is no
     * Gaussian mechanism, and the methods that take it for one claim too much far too often: what conditional means.
     */
    @Test
    void onlyTheConditionalExceedTheTruthOfRandomizedResponse() {
        Map<EpsilonMethod, Integer> above = above(1, "response", seed -> Mechanisms.randomizedResponse(600, 1, seed));
        assertThat(above).hasSize(5).allSatisfy((method, count) -> {
            if (method.gaussian()) {
                assertThat(count).as(method.title()).isGreaterThan(Mechanisms.tooMany(TRIALS, 0.05));
            } else {
                assertThat(count).as(method.title()).isLessThan(Mechanisms.tooMany(TRIALS, 0.05));
            }
        });
    }

    /**
     * The saboteur: the largest bound over all pairs of guess counts on a grid of step floor(sqrt(m)), as a public tool
     * reports it. On noise it is above 0 in far more than one audit in 20.
     */
    @Test
    void theLargestOverGuessCountsIsCaught() {
        int m = 1000;
        int step = (int) Math.sqrt(m);
        int trials = 200;
        int positive = 0;
        double largest = 0;
        for (int number = 0; number < trials; number++) {
            Trial trial = Mechanisms.gaussian(m, 0, Seed.of(number).fork("saboteur"));
            int[] order = IntStream.range(0, m)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> -trial.scores()[i]))
                    .mapToInt(i -> i)
                    .toArray();
            int[] members = new int[m + 1];
            for (int i = 0; i < m; i++) {
                members[i + 1] = members[i] + (trial.member()[order[i]] ? 1 : 0);
            }
            double best = 0;
            for (int in = 0; in <= m; in += step) {
                for (int out = 0; in + out <= m; out += step) {
                    if (in + out > 0) {
                        int correct = members[in] + out - (members[m] - members[m - out]);
                        best = Math.max(
                                best,
                                AUDIT.bound(EpsilonMethod.ONE_RUN, new Guesses(m, in + out, correct))
                                        .epsilon());
                    }
                }
            }
            positive += best > 0 ? 1 : 0;
            largest = Math.max(largest, best);
        }
        assertThat(positive).isGreaterThan(Mechanisms.tooMany(trials, 0.05)).isBetween(60, 110);
        assertThat(largest).isGreaterThan(0.3);
    }

    /**
     * A mechanism that reveals everything one time in ten is (0, 0.1)-differentially private. Counting guesses allows for
     * it; two rates do not, since the records share their luck: what their condition means.
     */
    @Test
    void sharedLuckBreaksOnlyTheThreshold() {
        EpsilonAudit audit = new EpsilonAudit(0.1, 0.95);
        int trials = 1000;
        int byThreshold = 0;
        int byGuesses = 0;
        int byCurve = 0;
        for (int number = 0; number < trials; number++) {
            Seed seed = Seed.of(number).fork("reveals");
            Trial trial = Mechanisms.revealsAll(200, 0.1, seed);
            Guesses guesses = Guesses.of(trial, seed);
            byThreshold += positive(audit.bound(EpsilonMethod.THRESHOLD, Flags.of(trial, 0.5)));
            byGuesses += positive(audit.bound(EpsilonMethod.ONE_RUN, guesses));
            byCurve += positive(audit.bound(EpsilonMethod.ONE_RUN_CURVE, guesses));
        }
        int tooMany = Mechanisms.tooMany(trials, 0.05);
        assertThat(byThreshold).isGreaterThan(tooMany);
        assertThat(byGuesses).isLessThan(tooMany);
        assertThat(byCurve).isLessThan(tooMany);
    }

    private static int positive(EpsilonBound bound) {
        return bound.epsilon() > 0 ? 1 : 0;
    }

    /**
     * Targets that differ only in luck, and targets that are all the same: about half must show a bound, and few do on
     * noise. The saboteur takes the largest of eight.
     */
    @Test
    void severalTargetsAreNotSeveralTries() {
        int independent = 0;
        int equal = 0;
        int largest = 0;
        for (int number = 0; number < TRIALS; number++) {
            Seed seed = Seed.of(number).fork("targets");
            List<Trial> trials = IntStream.range(0, 8)
                    .mapToObj(t -> Mechanisms.gaussian(300, 0, seed.fork("t" + t)))
                    .toList();
            independent += positive(AUDIT.bound(EpsilonMethod.ONE_RUN, trials, seed));
            Trial first = trials.get(0);
            equal += positive(AUDIT.bound(
                    EpsilonMethod.ONE_RUN, trials.stream().map(t -> first).toList(), seed));
            largest += trials.stream()
                    .mapToInt(t -> positive(AUDIT.bound(EpsilonMethod.ONE_RUN, t, seed)))
                    .max()
                    .orElseThrow();
        }
        int tooMany = Mechanisms.tooMany(TRIALS, 0.05);
        assertThat(independent).isLessThan(tooMany);
        assertThat(equal).isLessThan(tooMany);
        assertThat(largest).isGreaterThan(tooMany);
    }

    @Test
    void takesTheTargetInTheMiddleAndHalvesItsError() {
        List<Trial> trials = IntStream.range(0, 5)
                .mapToObj(t -> Mechanisms.gaussian(2000, t, Seed.of(t)))
                .toList();
        Seed seed = Seed.of(7);
        EpsilonBound bound = AUDIT.bound(EpsilonMethod.ONE_RUN, trials, seed);
        EpsilonBound third = new EpsilonAudit(DELTA, 1 - 0.05 * 3 / 5)
                .bound(EpsilonMethod.ONE_RUN, trials.get(2), seed.fork("target-2"));
        assertThat(bound)
                .isEqualTo(new EpsilonBound(third.epsilon(), DELTA, 0.95, EpsilonMethod.ONE_RUN, third.counts(), 5));
        assertThat(bound.epsilon()).isPositive();
        // One target needs no correction.
        assertThat(AUDIT.bound(EpsilonMethod.THRESHOLD, trials.subList(1, 2), seed))
                .isEqualTo(AUDIT.bound(EpsilonMethod.THRESHOLD, trials.get(1), seed.fork("target-0")));
    }

    /** Power: 5,000 records of a mechanism with epsilon 2 must show most of it, by each method that may. */
    @Test
    void findsWhatIsThere() {
        Trial trial = Mechanisms.randomizedResponse(5000, 2, Seed.of(3));
        for (EpsilonMethod method :
                List.of(EpsilonMethod.ONE_RUN, EpsilonMethod.ONE_RUN_CURVE, EpsilonMethod.THRESHOLD)) {
            assertThat(AUDIT.bound(method, trial, Seed.of(4)).epsilon())
                    .as(method.title())
                    .isBetween(1.6, 2.0);
        }
    }

    /** Whoever finds the non-members without error proves as much as one who finds the members. */
    @Test
    void usesBothInequalities() {
        EpsilonAudit audit = new EpsilonAudit(0, 0.95);
        double members = audit.bound(EpsilonMethod.THRESHOLD, new Flags(100, 1000, 1, 1000))
                .epsilon();
        double nonMembers = audit.bound(EpsilonMethod.THRESHOLD, new Flags(999, 1000, 900, 1000))
                .epsilon();
        assertThat(nonMembers).isCloseTo(members, within(1e-9));
    }

    /** No error at all is the ceiling of so many people; nothing is infinite. */
    @ParameterizedTest
    @EnumSource(EpsilonMethod.class)
    void perfectAttacksReachAFiniteCeiling(EpsilonMethod method) {
        double[] scores = new double[2000];
        boolean[] member = new boolean[2000];
        for (int i = 0; i < 2000; i++) {
            member[i] = i % 2 == 0;
            scores[i] = member[i] ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        }
        Trial trial = new Trial(scores, member, OptionalDouble.empty());
        double epsilon = AUDIT.bound(method, trial, Seed.of(1)).epsilon();
        assertThat(epsilon).isBetween(4.0, 40.0);
        // All answers wrong prove nothing (an attack may not be turned round afterwards).
        boolean[] turned = new boolean[2000];
        for (int i = 0; i < 2000; i++) {
            turned[i] = !member[i];
        }
        assertThat(AUDIT.bound(method, new Trial(scores, turned, OptionalDouble.empty()), Seed.of(1))
                        .epsilon())
                .isZero();
    }

    @ParameterizedTest
    @EnumSource(EpsilonMethod.class)
    void fewPeopleProveNothing(EpsilonMethod method) {
        Trial two = new Trial(new double[] {1, 0}, new boolean[] {true, false}, OptionalDouble.empty());
        assertThat(AUDIT.bound(method, two, Seed.of(1)).epsilon()).isZero();
        Trial membersOnly =
                new Trial(new double[] {1, 0, 2, 3}, new boolean[] {true, true, true, true}, OptionalDouble.empty());
        assertThat(AUDIT.bound(method, membersOnly, Seed.of(1)).epsilon()).isZero();
    }

    /** The half that chooses is not the half that judges, and the counts say so. */
    @Test
    void judgesOnTheOtherHalf() {
        Trial trial = Mechanisms.gaussian(1001, 3, Seed.of(5));
        EpsilonBound bound = AUDIT.bound(EpsilonMethod.THRESHOLD, trial, Seed.of(6));
        assertThat(bound.counts())
                .isInstanceOfSatisfying(Flags.class, flags -> assertThat(flags.members() + flags.nonMembers())
                        .isEqualTo(501));
        assertThat(bound.epsilon()).isPositive();
        assertThat(AUDIT.bound(EpsilonMethod.THRESHOLD, trial, Seed.of(6))).isEqualTo(bound);
    }

    /** More delta, more confidence: a claim that is easier to keep is harder to refute. */
    @Test
    void weakerClaimsAreRefutedLess() {
        UniformRandomProvider random = Seed.of(Long.getLong("seed", 12)).stream();
        for (int i = 0; i < 100; i++) {
            int m = 2 + random.nextInt(3000);
            int r = 1 + random.nextInt(m);
            Guesses guesses = new Guesses(m, r, r - random.nextInt(1 + r / 3));
            Flags flags = new Flags(m - random.nextInt(1 + m / 3), m, random.nextInt(1 + m / 3), m);
            double delta = Math.pow(10, -1 - 6 * random.nextDouble());
            for (EpsilonMethod method : EpsilonMethod.values()) {
                double strict = bound(new EpsilonAudit(delta, 0.99), method, guesses, flags);
                double base = bound(new EpsilonAudit(delta, 0.9), method, guesses, flags);
                double loose = bound(new EpsilonAudit(delta / 10, 0.9), method, guesses, flags);
                assertThat(base)
                        .as("%s %s %s %s", method, guesses, flags, delta)
                        .isBetween(strict, loose);
            }
        }
    }

    private static double bound(EpsilonAudit audit, EpsilonMethod method, Guesses guesses, Flags flags) {
        boolean rates = method == EpsilonMethod.THRESHOLD || method == EpsilonMethod.THRESHOLD_GAUSSIAN;
        return (rates ? audit.bound(method, flags) : audit.bound(method, guesses)).epsilon();
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, -1e-9, 1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void refusesDelta(double delta) {
        assertThatThrownBy(() -> new EpsilonAudit(delta, 0.95))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("delta");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, -1, 0, 0.49, 1, Double.POSITIVE_INFINITY})
    void refusesConfidence(double confidence) {
        assertThatThrownBy(() -> new EpsilonAudit(0, confidence))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("confidence");
    }

    @Test
    void aGaussianMechanismHasNoEpsilonAtDeltaZero() {
        EpsilonAudit audit = new EpsilonAudit(0, 0.95);
        assertThat(audit.methods())
                .containsExactly(EpsilonMethod.ONE_RUN, EpsilonMethod.ONE_RUN_CURVE, EpsilonMethod.THRESHOLD);
        assertThat(AUDIT.methods()).containsExactly(EpsilonMethod.values());
        assertThatThrownBy(() -> audit.bound(EpsilonMethod.THRESHOLD_GAUSSIAN, new Flags(9, 10, 0, 10)))
                .hasMessageContaining("delta 0");
        assertThatThrownBy(() -> audit.bound(EpsilonMethod.ONE_RUN_GAUSSIAN, new Guesses(10, 10, 10)))
                .hasMessageContaining("delta 0");
    }

    @Test
    void refusesCountsOfTheOtherKindAndCountsThatAreNone() {
        assertThatThrownBy(() -> AUDIT.bound(EpsilonMethod.ONE_RUN, new Flags(9, 10, 0, 10)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> AUDIT.bound(EpsilonMethod.THRESHOLD, new Guesses(10, 10, 10)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> AUDIT.bound(EpsilonMethod.THRESHOLD, List.of(), Seed.of(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Guesses(10, 11, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Guesses(10, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Guesses(10, 5, 6)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Flags(11, 10, 0, 10)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Flags(1, 10, -1, 10)).isInstanceOf(IllegalArgumentException.class);
        Trial trial = Mechanisms.gaussian(10, 0, Seed.of(1));
        assertThatThrownBy(() -> Flags.of(trial, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Guesses.of(trial, 6, 5, Seed.of(1))).isInstanceOf(IllegalArgumentException.class);
    }

    /** Twin: the records sorted by score and, among equals, by a key of their own. */
    @Test
    void guessesTheHighestAndTheLowest() {
        UniformRandomProvider random = Seed.of(Long.getLong("seed", 8)).stream();
        for (int i = 0; i < 200; i++) {
            Trial trial = Mechanisms.gaussian(20 + random.nextInt(50), 1, Seed.of(i));
            int n = trial.scores().length;
            int in = random.nextInt(n + 1);
            int out = in == 0 ? 1 + random.nextInt(n) : random.nextInt(n - in + 1);
            double[] sorted = Arrays.stream(trial.scores()).sorted().toArray();
            int correct = 0;
            for (int j = 0; j < n; j++) {
                int rank = Arrays.binarySearch(sorted, trial.scores()[j]);
                correct += rank >= n - in && trial.member()[j] ? 1 : 0;
                correct += rank < out && !trial.member()[j] ? 1 : 0;
            }
            assertThat(Guesses.of(trial, in, out, Seed.of(1))).isEqualTo(new Guesses(n, in + out, correct));
        }
    }

    /** The file holds the members first: equal scores must not turn that into knowledge, nor guess a record twice. */
    @Test
    void equalScoresAreGuessedAtRandom() {
        double[] scores = new double[1000];
        boolean[] member = new boolean[1000];
        Arrays.fill(member, 0, 500, true);
        Trial trial = new Trial(scores, member, OptionalDouble.empty());
        int correct = 0;
        for (int number = 0; number < 100; number++) {
            correct += Guesses.of(trial, Seed.of(number)).correct();
            // Halves of the same 1000: each member not guessed IN is guessed OUT.
            Guesses all = Guesses.of(trial, 500, 500, Seed.of(number));
            assertThat(all.correct() % 2).isZero();
            assertThat(Guesses.of(trial, 1000, 0, Seed.of(number)).correct()).isEqualTo(500);
        }
        // 10,000 guesses, five standard deviations.
        assertThat(correct).isBetween(4750, 5250);
        assertThat(Guesses.of(trial, Seed.of(1)).guesses()).isEqualTo(100);
    }

    /** At delta 0 the bound on epsilon is the exact bound on the share of right guesses. */
    @Test
    void oneRunIsClopperPearsonOnTheGuessesAtDeltaZero() {
        EpsilonAudit audit = new EpsilonAudit(0, 0.95);
        for (int guesses : new int[] {1, 10, 1000, 100_000, 1_000_000}) {
            for (double share : new double[] {0.55, 0.9, 0.999, 1}) {
                int correct = (int) Math.round(share * guesses);
                double right = ClopperPearson.lower(correct, guesses, 0.05);
                double wrong = ClopperPearson.upper(guesses - correct, guesses, 0.05);
                assertThat(audit.bound(EpsilonMethod.ONE_RUN, new Guesses(1_000_000, guesses, correct))
                                .epsilon())
                        .isCloseTo(Math.max(0, Math.log(right / wrong)), within(1e-7));
            }
        }
    }
}

package dev.lethe.audit.evidence;

import dev.lethe.core.privacy.PrivacyCurve;
import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import dev.lethe.core.stats.ClopperPearson;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Lower bounds on the epsilon of a recipe, from what an attack got right. Each bound holds by itself with the stated
 * confidence; the largest of several does not. Theorems, conditions and measured false alarms:
 * {@code docs/math/epsilon-lower-bounds.md}.
 *
 * @param delta in [0, 1); privacy is (epsilon, delta)-differential, for adding or removing one record
 * @param confidence in [0.5, 1) of each bound
 */
public record EpsilonAudit(double delta, double confidence) {
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    /** Thresholds tried flag this much more, or leave this much more unflagged, each than the one before. */
    private static final double STEP = 1.05;

    /** A claimed curve is taken at multiples of this, from 0. */
    private static final double EPSILON_STEP = 0.1;

    private static final int MOST_EPSILONS = 1000;

    /** Where a claimed curve has come so far down, larger epsilons refute nothing that this one does not. */
    private static final double LEAST_DELTA = 1e-9;

    public EpsilonAudit {
        if (!(delta >= 0 && delta < 1)) {
            throw new IllegalArgumentException("delta " + delta + " must lie in [0, 1)");
        }
        if (!(confidence >= 0.5 && confidence < 1)) {
            throw new IllegalArgumentException("confidence " + confidence + " must lie in [0.5, 1)");
        }
    }

    /** The methods that give a bound at this delta: at 0 none that compares with a Gaussian mechanism. */
    public List<EpsilonMethod> methods() {
        return Arrays.stream(EpsilonMethod.values())
                .filter(method -> delta > 0 || !method.gaussian())
                .toList();
    }

    /**
     * The bound that about half of the targets show: each target's with error probability (1 - confidence) k/T, of which
     * the k-th largest, k = ceil(T/2), is returned. If it exceeded the truth, k of T bounds would, and by Markov's
     * inequality they do so with probability at most 1 - confidence, however the targets depend on each other.
     *
     * @param trials one a target, all of one recipe
     */
    public EpsilonBound bound(EpsilonMethod method, List<Trial> trials, Seed seed) {
        if (trials.isEmpty()) {
            throw new IllegalArgumentException("no trial");
        }
        int k = (trials.size() + 1) / 2;
        EpsilonAudit each = new EpsilonAudit(delta, 1 - error() * k / trials.size());
        EpsilonBound bound = IntStream.range(0, trials.size())
                .mapToObj(t -> each.bound(method, trials.get(t), seed.fork("target-" + t)))
                .sorted(Comparator.comparingDouble(EpsilonBound::epsilon).reversed())
                .toList()
                .get(k - 1);
        return new EpsilonBound(bound.epsilon(), delta, confidence, method, bound.counts(), trials.size());
    }

    /**
     * The bound from one target: with {@link Guesses#of(Trial, Seed) the default number of guesses}, or at the threshold
     * that is best on one half of the records, judged on the other half.
     */
    public EpsilonBound bound(EpsilonMethod method, Trial trial, Seed seed) {
        requireDelta(method);
        return switch (method) {
            case ONE_RUN, ONE_RUN_CURVE, ONE_RUN_GAUSSIAN -> bound(method, Guesses.of(trial, seed));
            case THRESHOLD, THRESHOLD_GAUSSIAN -> {
                int[] records = Shuffle.permutation(trial.scores().length, seed.fork("halves").stream());
                Trial choose = trial.select(Arrays.copyOf(records, records.length / 2));
                Trial judge = trial.select(Arrays.copyOfRange(records, records.length / 2, records.length));
                // Epsilon grows with mu, which is quicker to compare.
                double threshold = best(
                        choose,
                        flags -> method.gaussian()
                                ? mu(truePositiveLower(flags), falsePositiveUpper(flags))
                                : epsilon(method, flags));
                yield bound(method, Flags.of(judge, threshold));
            }
        };
    }

    /** The bound from guesses whose number was fixed beforehand, by a one-run method. */
    public EpsilonBound bound(EpsilonMethod method, Guesses guesses) {
        requireDelta(method);
        double epsilon =
                switch (method) {
                    case ONE_RUN -> OneRun.epsilon(guesses, delta, error());
                    case ONE_RUN_CURVE -> OneRun.curveEpsilon(guesses, delta, error());
                    case ONE_RUN_GAUSSIAN -> GaussianPrivacy.epsilon(OneRun.curveMu(guesses, error()), delta);
                    case THRESHOLD, THRESHOLD_GAUSSIAN ->
                        throw new IllegalArgumentException(method + " takes flags at a threshold, not guesses");
                };
        return new EpsilonBound(epsilon, delta, confidence, method, guesses, 1);
    }

    /** The bound from flags at a threshold that was fixed beforehand, by a threshold method. */
    public EpsilonBound bound(EpsilonMethod method, Flags flags) {
        return new EpsilonBound(epsilon(method, flags), delta, confidence, method, flags, 1);
    }

    private double epsilon(EpsilonMethod method, Flags flags) {
        requireDelta(method);
        // Half of the error in each rate. Both inequalities below rest on the same two bounds, since those on people
        // not flagged are their complements: trying both costs nothing.
        double found = truePositiveLower(flags);
        double alarms = falsePositiveUpper(flags);
        return switch (method) {
            case THRESHOLD ->
                Math.max(0, Math.max(logRatio(found - delta, alarms), logRatio(1 - alarms - delta, 1 - found)));
            case THRESHOLD_GAUSSIAN -> GaussianPrivacy.epsilon(mu(found, alarms), delta);
            case ONE_RUN, ONE_RUN_CURVE, ONE_RUN_GAUSSIAN ->
                throw new IllegalArgumentException(method + " takes guesses, not flags at a threshold");
        };
    }

    /**
     * Whether guesses, of which the number was fixed beforehand, refute that a recipe keeps a whole curve of (epsilon, delta), wrongly
     * with probability at most 1 - confidence. By the recursion of Mahloujifar, Melis and Chaudhuri 2025 over the trade-off curve that
     * lies on or below each of these; this record's own delta plays no part.
     */
    public boolean refutes(PrivacyCurve claimed, Guesses guesses) {
        List<DoubleUnaryOperator> inverses = points(claimed).stream()
                .map(point -> OneRun.pureInverse(point.epsilon(), point.delta()))
                .toList();
        return OneRun.refutes(
                guesses,
                y -> inverses.stream()
                        .mapToDouble(inverse -> inverse.applyAsDouble(y))
                        .max()
                        .orElseThrow(),
                error());
    }

    /**
     * As {@link #refutes(PrivacyCurve, Guesses)}, from flags at a threshold that was fixed beforehand, of records that were flagged
     * independently of each other.
     */
    public boolean refutes(PrivacyCurve claimed, Flags flags) {
        double found = truePositiveLower(flags);
        double alarms = falsePositiveUpper(flags);
        return points(claimed).stream().anyMatch(point -> {
            double times = Math.exp(point.epsilon());
            return found > times * alarms + point.delta() || 1 - alarms > times * (1 - found) + point.delta();
        });
    }

    private record Point(double epsilon, double delta) {}

    /** Each point of a claimed curve is a claim by itself, so that points left out only make it harder to refute. */
    private static List<Point> points(PrivacyCurve claimed) {
        List<Point> points = new ArrayList<>();
        double delta = 1;
        for (int i = 0; i < MOST_EPSILONS && delta > LEAST_DELTA; i++) {
            delta = claimed.delta(i * EPSILON_STEP);
            points.add(new Point(i * EPSILON_STEP, delta));
        }
        return points;
    }

    private double truePositiveLower(Flags flags) {
        return flags.members() == 0 ? 0 : ClopperPearson.lower(flags.truePositives(), flags.members(), error() / 2);
    }

    private double falsePositiveUpper(Flags flags) {
        return flags.nonMembers() == 0
                ? 1
                : ClopperPearson.upper(flags.falsePositives(), flags.nonMembers(), error() / 2);
    }

    /** How many standard deviations apart a Gaussian mechanism must hold its outputs for these rates. */
    static double mu(double truePositiveRate, double falsePositiveRate) {
        return truePositiveRate > falsePositiveRate
                ? NORMAL.inverseSurvivalProbability(falsePositiveRate)
                        - NORMAL.inverseSurvivalProbability(truePositiveRate)
                : 0;
    }

    private static double logRatio(double of, double to) {
        return of > 0 ? Math.log(of / to) : 0;
    }

    private double error() {
        return 1 - confidence;
    }

    private void requireDelta(EpsilonMethod method) {
        if (method.gaussian() && delta == 0) {
            throw new IllegalArgumentException("a Gaussian mechanism has no epsilon at delta 0: " + method);
        }
    }

    /** The threshold with the largest {@code strength}, among those between blocks of equal scores. */
    private static double best(Trial trial, ToDoubleFunction<Flags> strength) {
        double[] sorted = Arrays.stream(trial.scores()).sorted().toArray();
        double threshold = Double.POSITIVE_INFINITY;
        double largest = -1;
        int n = sorted.length;
        // From the top in growing steps to the middle, and from there in shrinking ones.
        for (int flagged = 1; flagged <= n; ) {
            double candidate = sorted[n - flagged];
            double value = strength.applyAsDouble(Flags.of(trial, candidate));
            if (value > largest) {
                largest = value;
                threshold = candidate;
            }
            int tail = Math.min(flagged, n - flagged);
            flagged += Math.max(1, (int) (tail * (STEP - 1)));
        }
        return threshold;
    }
}

package dev.lethe.audit.evidence;

import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import dev.lethe.core.stats.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What an attack reaches if its threshold, meant to keep a false-positive rate, comes from here or from there. Definitions:
 * {@code docs/math/calibration.md}.
 *
 * @param rate the false-positive rate that is aimed at
 * @param tpr reached, mean over targets
 * @param fpr reached, mean over targets: what was aimed at and what is kept are two things
 * @param predictiveValues one a prior, at the rates reached; empty if no target's threshold flags anybody
 */
public record Calibration(
        Source source,
        double rate,
        Evidence.Measurement tpr,
        Evidence.Measurement fpr,
        List<PredictiveValue> predictiveValues) {
    /** Where the threshold comes from. */
    public enum Source {
        /** The target's own scores and the answers: as the field mostly reports, better than an attacker can do. */
        ORACLE,
        /** Rehearsals on shadow models. */
        SHADOWS,
        /** The target's scores of people known not to be members. */
        POPULATION;

        /** Whether the threshold has seen the people that it is judged on. */
        public boolean optimistic() {
            return this == ORACLE;
        }
    }

    public Calibration {
        predictiveValues = List.copyOf(predictiveValues);
    }

    /**
     * For every rate the sources side by side.
     *
     * @param rates among those of the evidence
     * @param shadowThresholds for each trial one threshold a rate, fixed without the target: members score at least this
     *     much; an empty list if the attack has none
     * @param priors for each of which the predictive value is wanted, in (0, 1)
     * @param seed splits the non-members for {@link Source#POPULATION}
     * @return by rate, then by source; a population too small for a rate, fewer than 1/rate - 1 non-members in one half,
     *     leaves its row out
     */
    public static List<Calibration> measure(
            Evidence evidence, double[] rates, List<double[]> shadowThresholds, double[] priors, Seed seed) {
        List<Trial> trials = evidence.trials();
        boolean shadows = !shadowThresholds.isEmpty();
        if (shadows && shadowThresholds.size() != trials.size()) {
            throw new IllegalArgumentException(
                    "thresholds for " + shadowThresholds.size() + " of " + trials.size() + " trials");
        }
        for (double[] thresholds : shadowThresholds) {
            if (thresholds.length != rates.length) {
                throw new IllegalArgumentException(thresholds.length + " thresholds for " + rates.length + " rates");
            }
        }
        List<Calibration> all = new ArrayList<>();
        for (int r = 0; r < rates.length; r++) {
            double rate = rates[r];
            int index = r;
            all.add(oracle(evidence, rate, priors));
            if (shadows) {
                List<Reached> each = IntStream.range(0, trials.size())
                        .mapToObj(t -> at(trials.get(t), shadowThresholds.get(t)[index]))
                        .toList();
                all.add(new Rates(evidence, each).calibration(Source.SHADOWS, rate, priors));
            }
            List<Reached> crossed = IntStream.range(0, trials.size())
                    .mapToObj(t -> population(trials.get(t), rate, seed.fork("population-" + t)))
                    .flatMap(Optional::stream)
                    .toList();
            if (crossed.size() == trials.size()) {
                all.add(new Rates(evidence, crossed).calibration(Source.POPULATION, rate, priors));
            }
        }
        return all;
    }

    private static Calibration oracle(Evidence evidence, double rate, double[] priors) {
        int index = Arrays.binarySearch(evidence.rates(), rate);
        if (index < 0) {
            throw new IllegalArgumentException("rate " + rate + " is not among those of the evidence");
        }
        double[] thresholds = evidence.thresholds(rate);
        List<Reached> each = IntStream.range(0, thresholds.length)
                .mapToObj(t -> at(evidence.trials().get(t), thresholds[t]))
                .toList();
        Calibration fixed = new Rates(evidence, each, evidence.fprUpper(index, (1 - evidence.confidence()) / 4))
                .calibration(Source.ORACLE, rate, priors);
        // The same number elsewhere in a report has this interval.
        return new Calibration(Source.ORACLE, rate, evidence.tpr(index), fixed.fpr(), fixed.predictiveValues());
    }

    /** The rates of one target. */
    private record Reached(double tpr, double fpr) {}

    private static Reached at(Trial trial, double threshold) {
        Flags flags = Flags.of(trial, threshold);
        return new Reached(
                (double) flags.truePositives() / flags.members(), (double) flags.falsePositives() / flags.nonMembers());
    }

    /** Each half of the non-members judged at the threshold from the other half, the members at both. */
    private static Optional<Reached> population(Trial trial, double rate, Seed seed) {
        int[] records = Shuffle.permutation(trial.scores().length, seed.stream());
        double[] others = Arrays.stream(records)
                .filter(i -> !trial.member()[i])
                .mapToDouble(i -> trial.scores()[i])
                .toArray();
        double[] members = IntStream.range(0, trial.scores().length)
                .filter(i -> trial.member()[i])
                .mapToDouble(i -> trial.scores()[i])
                .toArray();
        double[] first = Arrays.copyOf(others, others.length / 2);
        double[] second = Arrays.copyOfRange(others, others.length / 2, others.length);
        if (allowed(rate, first.length) < 1) {
            return Optional.empty();
        }
        double fromFirst = quantile(first, rate);
        double fromSecond = quantile(second, rate);
        double hits = (above(members, fromFirst) + above(members, fromSecond)) / 2.0;
        return Optional.of(new Reached(
                hits / members.length, (double) (above(second, fromFirst) + above(first, fromSecond)) / others.length));
    }

    /**
     * Non-members score above this with probability at most {@code rate}, on average over the people that it is taken
     * from: a new one is above the k-th largest of n with probability at most k/(n + 1).
     */
    private static double quantile(double[] others, double rate) {
        double[] sorted = others.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length - allowed(rate, sorted.length)];
    }

    private static int allowed(double rate, int others) {
        return (int) Math.min(others, Ranking.allowed(rate, others + 1L));
    }

    private static long above(double[] scores, double threshold) {
        return Arrays.stream(scores).filter(score -> score > threshold).count();
    }

    /** The rates of all targets, and how sure they are. */
    private record Rates(Evidence evidence, List<Reached> each, double leastUpper) {
        /** @param leastUpper what the upper bound on the false-positive rate must at least be */
        private Rates {}

        private Rates(Evidence evidence, List<Reached> each) {
            this(evidence, each, 0);
        }

        Calibration calibration(Source source, double rate, double[] priors) {
            double confidence = evidence.confidence();
            // Half of the error in each rate, where both must hold.
            double split = 1 - (1 - confidence) / 2;
            double[] tpr = each.stream().mapToDouble(Reached::tpr).toArray();
            double[] fpr = each.stream().mapToDouble(Reached::fpr).toArray();
            Interval found = interval(tpr, evidence.members(), split, 0);
            Interval alarms = interval(fpr, evidence.nonMembers(), split, leastUpper);
            return new Calibration(
                    source,
                    rate,
                    measurement(tpr, interval(tpr, evidence.members(), confidence, 0)),
                    measurement(fpr, interval(fpr, evidence.nonMembers(), confidence, leastUpper)),
                    Arrays.stream(priors)
                            .mapToObj(prior -> PredictiveValue.of(prior, mean(tpr), found, mean(fpr), alarms))
                            .flatMap(Optional::stream)
                            .toList());
        }

        private static Interval interval(double[] rates, int people, double confidence, double leastUpper) {
            Interval exact = Evidence.exact(mean(rates), people, confidence);
            double spread = Evidence.spread(rates, (1 - confidence) / 2, true);
            return new Interval(
                    Math.max(0, Math.min(exact.low(), mean(rates) - spread)),
                    Math.min(1, Math.max(leastUpper, Math.max(exact.high(), mean(rates) + spread))));
        }

        private static Evidence.Measurement measurement(double[] rates, Interval interval) {
            return Evidence.around(
                    mean(rates),
                    interval,
                    "Clopper-Pearson on one target's people, widened by the spread over targets");
        }

        private static double mean(double[] rates) {
            return Arrays.stream(rates).average().orElseThrow();
        }
    }
}

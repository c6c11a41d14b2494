package dev.lethe.audit.evidence;

import dev.lethe.core.random.Seed;
import dev.lethe.core.stats.ClopperPearson;
import dev.lethe.core.stats.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * One attack's trials over all targets, measured: every value is the mean over targets, every interval accounts for
 * the draw of people and the draw of targets.
 *
 * <p>Trials share their records: record i is the same person in each. The bootstrap draws records and targets anew, both
 * with replacement (the people drawn are the same for all targets); intervals on rates are never narrower than
 * Clopper-Pearson on the people of a single target, so that rotating targets does not count one person twice.
 */
public final class Evidence {
    private static final int RESAMPLES = 1000;

    /** Fewer resamples than this beyond a percentile do not place it. */
    private static final int FEWEST_BEYOND = 5;

    /** Where a rate allows fewer false alarms than this, a bootstrap does not see how far its threshold may be off. */
    private static final int FEW_ALARMS = 2;

    /** With fewer people than this on a side a bootstrap of the area is too narrow, by much where the area is near 1. */
    private static final int SMALL = 200;

    /** One trial of more records than this is resampled in groups: a resample of all would cost more than it tells. */
    private static final int MANY = 50_000;

    private final List<Trial> trials;
    private final List<Roc> rocs = new ArrayList<>();
    private final double[] rates;
    private final double confidence;
    private final int members;
    private final int nonMembers;
    private final double auc;
    private final double[] tpr;
    private final double[] aucResamples;
    private final double[][] tprResamples;

    /** A measured value with its interval. */
    public record Measurement(double value, double low, double high, String method) {}

    /**
     * @param trials at least one, all over the same records
     * @param rates false-positive rates at which true-positive rates are measured, ascending
     * @param confidence of all intervals
     */
    public Evidence(List<Trial> trials, double[] rates, double confidence, Seed seed) {
        this(trials, rates, confidence, seed, MANY);
    }

    /** @param many records of one trial above which they are resampled in groups */
    Evidence(List<Trial> trials, double[] rates, double confidence, Seed seed, int many) {
        this.trials = List.copyOf(trials);
        this.rates = rates.clone();
        this.confidence = confidence;
        members = trials.stream().mapToInt(Trial::members).min().orElseThrow();
        nonMembers = trials.stream().mapToInt(Trial::nonMembers).min().orElseThrow();
        double meanAuc = 0;
        tpr = new double[rates.length];
        for (Trial trial : trials) {
            Roc roc = new Roc(trial);
            meanAuc += roc.auc() / trials.size();
            double[] at = roc.tprAt(rates);
            for (int r = 0; r < rates.length; r++) {
                tpr[r] += at[r] / trials.size();
            }
            rocs.add(roc);
        }
        auc = meanAuc;
        aucResamples = new double[RESAMPLES];
        tprResamples = new double[rates.length][RESAMPLES];
        if (trials.size() == 1 && trials.get(0).scores().length > many) {
            resampleGroups(seed);
        } else {
            resample(seed);
        }
        Arrays.sort(aucResamples);
        for (double[] resamples : tprResamples) {
            Arrays.sort(resamples);
        }
    }

    private void resampleGroups(Seed seed) {
        GroupedRanking groups = new GroupedRanking(rocs.get(0).ranking());
        GroupedRanking.Sampler sampler = groups.sampler(seed.fork("bootstrap").stream());
        // What the groups take off the area they take off every resample's.
        double lost = auc - groups.measure(rates).auc;
        for (int b = 0; b < RESAMPLES; b++) {
            Ranking.Measured measured = sampler.next(rates);
            aucResamples[b] = measured.auc + lost;
            for (int r = 0; r < rates.length; r++) {
                tprResamples[r][b] = measured.tpr[r];
            }
        }
    }

    private void resample(Seed seed) {
        UniformRandomProvider random = seed.fork("bootstrap").stream();
        int records = trials.get(0).scores().length;
        int[] weights = new int[records];
        for (int b = 0; b < RESAMPLES; b++) {
            Arrays.fill(weights, 0);
            for (int i = 0; i < records; i++) {
                weights[random.nextInt(records)]++;
            }
            int drawn = 0;
            for (int t = 0; t < rocs.size(); t++) {
                Ranking.Measured measured =
                        rocs.get(random.nextInt(rocs.size())).ranking().measure(weights, rates);
                if (measured == null) {
                    continue;
                }
                drawn++;
                aucResamples[b] += measured.auc;
                for (int r = 0; r < rates.length; r++) {
                    tprResamples[r][b] += measured.tpr[r];
                }
            }
            // A resample of so few records that one side is empty says nothing: it stands for no information.
            aucResamples[b] = drawn == 0 ? 0.5 : aucResamples[b] / drawn;
            for (int r = 0; r < rates.length; r++) {
                tprResamples[r][b] = drawn == 0 ? rates[r] : tprResamples[r][b] / drawn;
            }
        }
    }

    public List<Trial> trials() {
        return trials;
    }

    public double[] rates() {
        return rates.clone();
    }

    public double confidence() {
        return confidence;
    }

    /** Members of the target with the fewest. */
    public int members() {
        return members;
    }

    /** Non-members of the target with the fewest. */
    public int nonMembers() {
        return nonMembers;
    }

    /** Area under the ROC, mean over targets. */
    public Measurement auc() {
        Interval bootstrap = percentile(aucResamples, auc);
        if (!isSmall()) {
            return around(auc, bootstrap, "bootstrap over records and targets");
        }
        double tail = (1 - confidence) / 2;
        return around(
                auc,
                new Interval(
                        Math.min(bootstrap.low(), AreaBounds.lower(auc, members, nonMembers, tail)),
                        Math.max(bootstrap.high(), AreaBounds.upper(auc, members, nonMembers, tail))),
                "bootstrap over records and targets, widened by Newcombe's interval on one target's people");
    }

    private boolean isSmall() {
        return Math.min(members, nonMembers) < SMALL;
    }

    /** True-positive rate at {@code rates[index]}, mean over targets. */
    public Measurement tpr(int index) {
        Interval bootstrap = percentile(tprResamples[index], tpr[index]);
        Interval exact = exact(tpr[index], members, confidence);
        // Where few false alarms decide, the threshold is biased towards finding more people: in the trials, and again
        // in their resamples. Reflecting the upper end takes the bias off instead of adding it.
        double reflected = 2 * tpr[index] - bootstrap.high();
        double low = Math.min(reflected, Math.min(bootstrap.low(), exact.low()));
        double high = Math.max(bootstrap.high(), exact.high());
        String method = "Clopper-Pearson, widened by bootstrap over records and targets";
        if (trials.size() == 1 && Ranking.allowed(rates[index], nonMembers) < FEW_ALARMS) {
            Interval ordered = byOrder(rates[index]);
            return around(
                    tpr[index],
                    new Interval(Math.min(low, ordered.low()), Math.max(high, ordered.high())),
                    method + " and by where the threshold may lie");
        }
        return around(tpr[index], new Interval(low, high), method);
    }

    /**
     * Exact for any scores of one target: as many non-members score above the true threshold as a binomial distribution
     * allows, so it lies between two of them, where Clopper-Pearson holds; half of the error each.
     */
    private Interval byOrder(double rate) {
        double quarter = (1 - confidence) / 4;
        BinomialDistribution above = BinomialDistribution.of(nonMembers, rate);
        int fewest = above.inverseCumulativeProbability(quarter);
        int most = above.inverseSurvivalProbability(quarter);
        Roc roc = rocs.get(0);
        double split = 1 - 2 * quarter;
        return new Interval(
                fewest == 0
                        ? 0
                        : exact(roc.tprAt((fewest - 1.0) / nonMembers), members, split)
                                .low(),
                exact(roc.tprAt((double) most / nonMembers), members, split).high());
    }

    /** Balanced accuracy at thresholds fixed on shadows; empty if a trial has no such threshold. */
    public Optional<Measurement> balancedAccuracy() {
        if (trials.stream().anyMatch(t -> t.threshold().isEmpty())) {
            return Optional.empty();
        }
        Fixed fixed = fixed();
        double spread = spread(fixed.each(), (1 - confidence) / 2, true);
        // Bonferroni over the two rates: together they hold with the stated confidence.
        double split = 1 - (1 - confidence) / 2;
        Interval tpr = exact(fixed.tpr(), members, split);
        Interval fpr = exact(fixed.fpr(), nonMembers, split);
        return Optional.of(around(
                fixed.value(),
                new Interval(
                        Math.max(0, Math.min((tpr.low() + 1 - fpr.high()) / 2, fixed.value() - spread)),
                        Math.min(1, Math.max((tpr.high() + 1 - fpr.low()) / 2, fixed.value() + spread))),
                "Clopper-Pearson on both rates, widened by the spread over targets"));
    }

    /** Lower bound on {@link #balancedAccuracy} that fails with probability {@code tail}. */
    public double balancedAccuracyLower(double tail) {
        Fixed fixed = fixed();
        double low = ClopperPearson.lower((long) Math.floor(fixed.tpr() * members), members, tail / 2);
        double alarms = ClopperPearson.upper(
                Math.min(nonMembers, (long) Math.ceil(fixed.fpr() * nonMembers)), nonMembers, tail / 2);
        return Math.min((low + 1 - alarms) / 2, fixed.value() - spread(fixed.each(), tail, false));
    }

    /** Rates at the fixed thresholds, mean over targets, and the balanced accuracy of each target. */
    private record Fixed(double tpr, double fpr, double[] each) {
        double value() {
            return (tpr + 1 - fpr) / 2;
        }
    }

    private Fixed fixed() {
        double hits = 0;
        double alarms = 0;
        double[] each = new double[trials.size()];
        for (int t = 0; t < each.length; t++) {
            double threshold = trials.get(t).threshold().orElseThrow();
            double tpr = rocs.get(t).rateAtLeast(threshold, true);
            double fpr = rocs.get(t).rateAtLeast(threshold, false);
            hits += tpr / each.length;
            alarms += fpr / each.length;
            each[t] = (tpr + 1 - fpr) / 2;
        }
        return new Fixed(hits, alarms, each);
    }

    /** The threshold of each target at which a false-positive rate of {@code rate} is kept. */
    public double[] thresholds(double rate) {
        return rocs.stream().mapToDouble(roc -> roc.thresholdAt(rate)).toArray();
    }

    /** Lower bound on the area that fails with probability {@code tail}: the normal limit of the bootstrap. */
    public double aucLower(double tail) {
        double limit = auc - reach(aucResamples, tail);
        return isSmall() ? Math.min(limit, AreaBounds.lower(auc, members, nonMembers, tail)) : limit;
    }

    /** How far a normal distribution with the deviation of these resamples goes beyond its mean with this probability. */
    private static double reach(double[] resamples, double tail) {
        double mean = Arrays.stream(resamples).average().orElseThrow();
        double variance = Arrays.stream(resamples)
                .map(a -> (a - mean) * (a - mean))
                .average()
                .orElseThrow();
        return NormalDistribution.of(0, 1).inverseSurvivalProbability(tail) * Math.sqrt(variance);
    }

    /** Lower bound on the true-positive rate that fails with probability {@code tail}, on one target's people. */
    public double tprLower(int index, double tail) {
        return ClopperPearson.lower((long) Math.floor(tpr[index] * members), members, tail);
    }

    /**
     * Upper bound on the false-positive rate behind {@link #tpr}, that fails with probability {@code tail}; that of the
     * target with the largest, since one non-member more can allow one false alarm more.
     */
    public double fprUpper(int index, double tail) {
        return trials.stream()
                .mapToInt(Trial::nonMembers)
                .mapToDouble(n -> ClopperPearson.upper(Ranking.allowed(rates[index], n), n, tail))
                .max()
                .orElseThrow();
    }

    /**
     * How far the mean over targets may be from its limit, but with probability {@code tail} on either side.
     *
     * @param estimated whether to allow for the deviation being estimated from so few targets (Student). An interval must;
     *     a verdict rests on the exact bounds on its rates, and would never be reached with two targets
     */
    static double spread(double[] each, double tail, boolean estimated) {
        if (each.length < 2) {
            return 0;
        }
        double mean = Arrays.stream(each).average().orElseThrow();
        double variance = Arrays.stream(each).map(x -> (x - mean) * (x - mean)).sum() / (each.length - 1);
        double deviations = estimated
                ? TDistribution.of(each.length - 1).inverseSurvivalProbability(tail)
                : NormalDistribution.of(0, 1).inverseSurvivalProbability(tail);
        return deviations * Math.sqrt(variance / each.length);
    }

    /** Clopper-Pearson for a mean of rates, its counts rounded outwards. */
    static Interval exact(double rate, int trials, double confidence) {
        double tail = (1 - confidence) / 2;
        // The slack keeps 0.1 * 5000 = 499.99.. from losing a success.
        long down = (long) Math.floor(rate * trials + 1e-9);
        long up = (long) Math.ceil(rate * trials - 1e-9);
        return new Interval(
                ClopperPearson.lower(Math.max(0, down), trials, tail),
                ClopperPearson.upper(Math.min(trials, up), trials, tail));
    }

    /** Percentiles of the resamples; where too few lie beyond them, widened by the normal limit. */
    private Interval percentile(double[] sorted, double value) {
        double tail = (1 - confidence) / 2;
        int beyond = (int) Math.floor(tail * sorted.length);
        double reach = beyond < FEWEST_BEYOND ? reach(sorted, tail) : 0;
        return new Interval(
                Math.min(sorted[beyond], value - reach), Math.max(sorted[sorted.length - 1 - beyond], value + reach));
    }

    /** A rate or an area: an interval within [0, 1] that always holds its value. */
    static Measurement around(double value, Interval interval, String method) {
        return new Measurement(
                value,
                Math.max(0, Math.min(interval.low(), value)),
                Math.min(1, Math.max(interval.high(), value)),
                method);
    }
}

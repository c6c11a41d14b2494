package dev.lethe.audit.evidence;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.HypergeometricDistribution;

/**
 * Whether an attack finds the same people again when the recipe is run again. Only records that a target was trained on
 * count, since only there is a flag right. Definitions: {@code docs/math/calibration.md}.
 *
 * @param targets how often the recipe was run
 * @param pairs of targets that flag somebody whom both were trained on
 * @param jaccard mean over these pairs: among records in both targets, those flagged in both of those flagged in either
 * @param jaccardByChance what it would be on average, if every target flagged as many, but drawn at random
 * @param support for 1, 2, ... targets, how many records are flagged in so many
 */
public record Stability(int targets, int pairs, double jaccard, double jaccardByChance, List<Support> support) {
    /** Standard deviations beyond which a hypergeometric distribution holds nothing that counts. */
    private static final double FAR = 12;

    /**
     * The records that are flagged in at least {@code runs} of the targets that were trained on them.
     *
     * @param possible records that so many targets were trained on
     * @param records how many of them are flagged as often
     * @param byChance how many would be on average, if every target flagged as many members, but drawn at random
     */
    public record Support(int runs, int possible, int records, double byChance) {}

    public Stability {
        support = List.copyOf(support);
    }

    /**
     * @param trials of one recipe over the same records
     * @param thresholds one a trial: everybody with at least this score is flagged
     * @return empty if no pair of targets flags anybody whom both were trained on
     */
    public static Optional<Stability> of(List<Trial> trials, double[] thresholds) {
        if (thresholds.length != trials.size()) {
            throw new IllegalArgumentException(thresholds.length + " thresholds for " + trials.size() + " trials");
        }
        int records = trials.isEmpty() ? 0 : trials.get(0).scores().length;
        for (Trial trial : trials) {
            if (trial.scores().length != records) {
                throw new IllegalArgumentException(
                        "trials over " + records + " and " + trial.scores().length + " records do not share them");
            }
        }
        boolean[][] flagged = new boolean[trials.size()][records];
        for (int t = 0; t < trials.size(); t++) {
            if (Double.isNaN(thresholds[t])) {
                throw new IllegalArgumentException("threshold of trial " + t + " is not a number");
            }
            for (int i = 0; i < records; i++) {
                flagged[t][i] = trials.get(t).member()[i] && trials.get(t).scores()[i] >= thresholds[t];
            }
        }
        int pairs = 0;
        double jaccard = 0;
        double byChance = 0;
        for (int s = 0; s < trials.size(); s++) {
            for (int t = s + 1; t < trials.size(); t++) {
                Overlap overlap = overlap(
                        trials.get(s).member(), flagged[s], trials.get(t).member(), flagged[t]);
                if (overlap.either() > 0) {
                    pairs++;
                    jaccard += overlap.jaccard();
                    byChance += overlap.byChance();
                }
            }
        }
        return pairs == 0
                ? Optional.empty()
                : Optional.of(new Stability(
                        trials.size(), pairs, jaccard / pairs, byChance / pairs, support(trials, flagged)));
    }

    /** Two sets of {@code first} and {@code second} flagged records among those that both targets were trained on. */
    private record Overlap(int shared, int first, int second, int both) {
        int either() {
            return first + second - both;
        }

        double jaccard() {
            return (double) both / either();
        }

        /** The mean of the Jaccard index of two random sets of these sizes. */
        double byChance() {
            HypergeometricDistribution random = HypergeometricDistribution.of(shared, first, second);
            double reach = FAR * Math.sqrt(random.getVariance()) + FAR;
            int from = (int) Math.max(random.getSupportLowerBound(), Math.floor(random.getMean() - reach));
            int to = (int) Math.min(random.getSupportUpperBound(), Math.ceil(random.getMean() + reach));
            double mean = 0;
            for (int common = from; common <= to; common++) {
                mean += random.probability(common) * common / (first + second - common);
            }
            return mean;
        }
    }

    private static Overlap overlap(boolean[] inFirst, boolean[] byFirst, boolean[] inSecond, boolean[] bySecond) {
        int shared = 0;
        int first = 0;
        int second = 0;
        int both = 0;
        for (int i = 0; i < inFirst.length; i++) {
            if (inFirst[i] && inSecond[i]) {
                shared++;
                first += byFirst[i] ? 1 : 0;
                second += bySecond[i] ? 1 : 0;
                both += byFirst[i] && bySecond[i] ? 1 : 0;
            }
        }
        return new Overlap(shared, first, second, both);
    }

    private static List<Support> support(List<Trial> trials, boolean[][] flagged) {
        int targets = trials.size();
        double[] share = new double[targets];
        for (int t = 0; t < targets; t++) {
            boolean[] flags = flagged[t];
            long count = IntStream.range(0, flags.length).filter(i -> flags[i]).count();
            share[t] = count == 0 ? 0 : (double) count / trials.get(t).members();
        }
        int[] possible = new int[targets + 1];
        int[] seen = new int[targets + 1];
        double[] byChance = new double[targets + 1];
        for (int i = 0; i < flagged[0].length; i++) {
            // The chance of every number of flags, one target after another.
            double[] chance = new double[targets + 1];
            chance[0] = 1;
            int runs = 0;
            int flags = 0;
            for (int t = 0; t < targets; t++) {
                if (trials.get(t).member()[i]) {
                    runs++;
                    flags += flagged[t][i] ? 1 : 0;
                    for (int r = runs; r > 0; r--) {
                        chance[r] += share[t] * (chance[r - 1] - chance[r]);
                    }
                    chance[0] *= 1 - share[t];
                }
            }
            double tail = 0;
            for (int r = runs; r > 0; r--) {
                tail += chance[r];
                possible[r]++;
                byChance[r] += tail;
                seen[r] += flags >= r ? 1 : 0;
            }
        }
        List<Support> support = new ArrayList<>();
        for (int r = 1; r <= targets && possible[r] > 0; r++) {
            support.add(new Support(r, possible[r], seen[r], byChance[r]));
        }
        return support;
    }
}

package dev.lethe.audit.membership.attacks;

import dev.lethe.core.data.Records;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.random.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Data that an attacker makes to train shadow models on (Shokri et al. 2017, section V-C): noisy real records, records from
 * the marginals, records found by asking the target.
 *
 * @param data the made records
 * @param queries how many answers of the target they cost
 */
public record ShadowData<D extends Records>(D data, long queries) {
    /** Candidates that the target is asked about at once. */
    private static final int ASKED_AT_ONCE = 1024;

    /**
     * Real records with a share of their features replaced by other values of the same feature: flipped where there are two.
     * They keep their labels.
     *
     * @param share of the features of each record, for example 0.1
     */
    public static <D extends Records> ShadowData<D> noisy(D records, double share, Seed seed) {
        requireShare(share);
        Mosaic<D> mosaic = Mosaic.of(records);
        UniformRandomProvider random = seed.stream();
        int[][] from = new int[records.size()][mosaic.columns()];
        for (int record = 0; record < from.length; record++) {
            for (int column = 0; column < mosaic.columns(); column++) {
                from[record][column] = random.nextDouble() < share ? mosaic.otherValue(column, record, random) : record;
            }
        }
        return new ShadowData<>(mosaic.assemble(from, records.labels()), 0);
    }

    static void requireShare(double share) {
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException("noise " + share + " must lie in (0, 1)");
        }
    }

    /**
     * Records of which each feature is drawn from its marginal, independently of the others. Their class is what the target
     * says.
     *
     * @param records whose marginals are used
     * @param size how many to make
     */
    public static <D extends Records> ShadowData<D> marginals(D records, Predictor<D> target, int size, Seed seed) {
        Mosaic<D> mosaic = Mosaic.of(records);
        UniformRandomProvider random = seed.stream();
        int[][] from = new int[size][mosaic.columns()];
        for (int[] record : from) {
            Arrays.setAll(record, column -> random.nextInt(mosaic.size()));
        }
        Logits answers = target.logits(mosaic.assemble(from, new int[size]));
        int[] labels = new int[size];
        Arrays.setAll(labels, answers::argMax);
        return new ShadowData<>(mosaic.assemble(from, labels), size);
    }

    /**
     * How records are found by queries alone: hill climbing from a random record to one that the target is sure of (Shokri
     * et al. 2017, algorithm 1).
     *
     * @param kMax features changed at a time in the beginning; never more than half of them
     * @param kMin features changed at a time in the end
     * @param confMin confidence in the wanted class from which a record may be taken
     * @param rejMax rejections in a row after which fewer features are changed
     * @param iterMax queries after which a record is given up
     * @param budget queries for all records together
     */
    public record Climb(int kMax, int kMin, double confMin, int rejMax, int iterMax, int budget) {
        /** As in the paper for its purchase records; its number of iterations is not given. */
        public static final Climb DEFAULT = new Climb(128, 4, 0.2, 10, 1000, 2_000_000);

        public Climb {
            if (kMin < 1 || kMax < kMin) {
                throw new IllegalArgumentException("kMin " + kMin + " and kMax " + kMax + " must be ascending from 1");
            }
            if (!(confMin >= 0 && confMin < 1)) {
                throw new IllegalArgumentException("confMin " + confMin + " must lie in [0, 1)");
            }
            if (rejMax < 1 || iterMax < 1 || budget < 1) {
                throw new IllegalArgumentException(
                        "rejMax, iterMax and budget must be positive, got " + rejMax + ", " + iterMax + ", " + budget);
            }
        }
    }

    /** One record on its way up. */
    private static final class Climber {
        private final int wanted;
        private int[] candidate;
        private int[] best;
        private double bestConfidence;
        private int rejections;
        private int changed;
        private int asked;

        Climber(int wanted, int[] start, int changed) {
            this.wanted = wanted;
            this.changed = changed;
            candidate = start;
            best = start;
        }
    }

    /**
     * Records that the target is sure of, found by asking it; only the values that features can take come from {@code
     * records}, and how frequent classes are.
     *
     * @param size how many to look for; fewer come back where climbs are given up or the budget is spent
     */
    public static <D extends Records> ShadowData<D> synthesized(
            D records, Predictor<D> target, int size, Climb how, Seed seed) {
        Mosaic<D> mosaic = Mosaic.of(records);
        UniformRandomProvider random = seed.stream();
        int most = Math.max(1, Math.min(how.kMax(), mosaic.columns() / 2));
        List<int[]> found = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        List<Climber> climbers = new ArrayList<>();
        int begun = 0;
        long queries = 0;
        while (true) {
            for (; begun < size && climbers.size() < ASKED_AT_ONCE; begun++) {
                int[] start = new int[mosaic.columns()];
                Arrays.setAll(start, column -> mosaic.anyValue(column, random));
                climbers.add(new Climber(records.labels()[random.nextInt(records.size())], start, most));
            }
            int asked = (int) Math.min(climbers.size(), how.budget() - queries);
            if (asked == 0) {
                break;
            }
            queries += asked;
            int[][] candidates =
                    climbers.stream().limit(asked).map(c -> c.candidate).toArray(int[][]::new);
            Logits answers = target.logits(mosaic.assemble(candidates, new int[asked]));
            double[] p = new double[answers.classes()];
            List<Climber> on = new ArrayList<>();
            for (int i = 0; i < asked; i++) {
                Climber climber = climbers.get(i);
                answers.probabilities(i, p);
                if (arrives(climber, p[climber.wanted], answers.argMax(i), how, random)) {
                    found.add(climber.candidate);
                    labels.add(climber.wanted);
                } else if (++climber.asked < how.iterMax()) {
                    climber.candidate = changed(climber, mosaic, random);
                    on.add(climber);
                }
            }
            on.addAll(climbers.subList(asked, climbers.size()));
            climbers = on;
        }
        return new ShadowData<>(
                mosaic.assemble(
                        found.toArray(int[][]::new),
                        labels.stream().mapToInt(label -> label).toArray()),
                queries);
    }

    /** Takes the step or turns it down; whether the record is taken. */
    private static boolean arrives(
            Climber climber, double confidence, int answer, Climb how, UniformRandomProvider random) {
        if (confidence < climber.bestConfidence) {
            if (++climber.rejections > how.rejMax()) {
                climber.changed = Math.max(Math.min(how.kMin(), climber.changed), (climber.changed + 1) / 2);
                climber.rejections = 0;
            }
            return false;
        }
        climber.best = climber.candidate;
        climber.bestConfidence = confidence;
        climber.rejections = 0;
        return confidence > how.confMin() && answer == climber.wanted && random.nextDouble() < confidence;
    }

    private static int[] changed(Climber climber, Mosaic<?> mosaic, UniformRandomProvider random) {
        int[] next = climber.best.clone();
        for (int i = 0; i < climber.changed; i++) {
            int column = random.nextInt(next.length);
            next[column] = mosaic.anyValue(column, random);
        }
        return next;
    }
}

package dev.lethe.audit.membership;

import dev.lethe.audit.report.Report;
import dev.lethe.core.data.Records;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.random.Seed;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Audits a recipe on data: trains the model and its shadows, plays the membership game with every attack, reports.
 *
 * @param members how many people the audited model is trained on, in expectation; twice as many take part. A person is a
 *     row, unless the data say otherwise
 * @param shadows how many shadow models the attacker has for each person, half of them trained on them; even
 * @param targets how many models of the store take the target's part in turn; the first one is the audited model
 * @param queries how many versions of an image each model is asked about, at most {@value #MOST_QUERIES}; other records
 *     have one
 * @param attacks at least one, each once
 * @param rates false-positive rates to report, ascending; those that the non-members cannot resolve are refused
 * @param confidence of every interval, and of the verdicts together
 * @param delta of the lower bounds on epsilon, in [0, 1)
 * @param threads models trained, or targets attacked, at once
 */
public record MembershipAudit(
        int members,
        int shadows,
        int targets,
        int queries,
        List<MembershipAttack> attacks,
        List<Double> rates,
        double confidence,
        double delta,
        int threads) {
    /** The rates that a report holds by default. */
    public static final List<Double> DEFAULT_RATES = List.of(0.0001, 0.001, 0.01, 0.1);

    /** An image, its mirror image, and both shifted by a pixel in eight directions. */
    public static final int MOST_QUERIES = 18;

    /** An image, its mirror image, and both shifted in four directions. */
    public static final int DEFAULT_QUERIES = 10;

    /** Below one in the number of people of most audits. */
    public static final double DEFAULT_DELTA = 1e-5;

    /** Rows that take no part and serve attackers as fresh records; more would cost queries and tell little. */
    private static final int MOST_POPULATION = 10_000;

    public MembershipAudit {
        attacks = List.copyOf(attacks);
        rates = List.copyOf(rates);
        if (members < 10) {
            throw new IllegalArgumentException("members " + members + " must be at least 10");
        }
        if (shadows < 2 || shadows % 2 != 0) {
            throw new IllegalArgumentException("shadows " + shadows + " must be even and at least 2");
        }
        if (targets < 1 || targets > shadows + 2) {
            throw new IllegalArgumentException(
                    "targets " + targets + " must lie in 1.." + (shadows + 2) + ", the models that are trained");
        }
        if (queries < 1 || queries > MOST_QUERIES) {
            throw new IllegalArgumentException("queries " + queries + " must lie in 1.." + MOST_QUERIES);
        }
        // Checks what they have in common.
        new Rules(attacks, targets, shadows, rates, confidence, delta, threads);
    }

    /** 16 shadows, 8 targets, the default queries and rates, 95 % confidence, on all processors. */
    public static MembershipAudit of(int members, List<MembershipAttack> attacks) {
        return new MembershipAudit(
                members,
                16,
                8,
                DEFAULT_QUERIES,
                attacks,
                DEFAULT_RATES,
                0.95,
                DEFAULT_DELTA,
                Runtime.getRuntime().availableProcessors());
    }

    /**
     * What the caller knows of the subject and the audit does not: names for people, settings for the record.
     *
     * @param unit the column that says whose row this is, if rows are grouped; else empty
     */
    public record Described(
            String title, String data, String attribution, String unit, Map<String, String> settings, String version) {
        /** A title and a name for the data, nothing else. */
        public static Described as(String title, String data) {
            return new Described(title, data, "", "", Map.of(), "library");
        }
    }

    /** The seed of the store that an earlier run left in this folder, if any. */
    public static Optional<Long> seedIn(Path store) {
        return ShadowStore.seedIn(store);
    }

    /**
     * Runs the audit.
     *
     * @param data at least twice {@code members} records
     * @param slices groups of records of {@code data} to look at one by one; may be empty
     * @param store folder for the shadow models; a later run with equal settings goes on from what it holds
     * @throws IllegalArgumentException if there are too few records
     * @throws StoreException if the folder cannot be used
     */
    public <D extends Records> Report run(
            D data,
            Trainer<D> trainer,
            List<Slices.Slice> slices,
            long seedNumber,
            Path store,
            Described described,
            Progress progress) {
        requireRecords(data);
        Instant started = Instant.now();
        Seed seed = Seed.of(seedNumber);
        Pool<D> pool = Pool.draw(data, 2 * members, MOST_POPULATION, seed);
        int versions = Math.min(queries, Queries.most(data));
        try (ShadowStore<D> shadowStore = ShadowStore.open(store, pool, trainer, shadows + 2, versions, seedNumber)) {
            shadowStore.complete(threads, progress);
            Played played = Played.of(
                    attacks, targets, threads, new Referee(shadowStore, seed, rules().rateValues()), progress);
            Report.Guard guard = Guard.of(
                    shadowStore.inspection().conditions(),
                    Plant.look(data, played.attacks(), store.resolve("plant"), seedNumber, threads, progress));
            return new Reporter(
                            rules().with(played.attacks()),
                            shadowStore,
                            data,
                            seedNumber,
                            played.refused(),
                            Reporter.Words.ofRecipe(trainer.describe(), targets))
                    .report(played.games(), guard, slices, described, started, progress);
        }
    }

    /**
     * Refuses data that are too few for this audit; {@link #run} does the same.
     *
     * @throws IllegalArgumentException if there are fewer people than twice {@code members}
     */
    public void requireRecords(Records data) {
        int people = Pool.count(data);
        if (people < 2L * members) {
            throw new IllegalArgumentException("members " + members + " needs " + 2L * members
                    + (people == data.size() ? " rows" : " people")
                    + ", since each must be out of half of the models; the data has " + people + ". Use " + people / 2
                    + " members or fewer");
        }
    }

    private Rules rules() {
        return new Rules(attacks, targets, shadows, rates, confidence, delta, threads);
    }
}

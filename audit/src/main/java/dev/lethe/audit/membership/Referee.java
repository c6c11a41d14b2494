package dev.lethe.audit.membership;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Holds the answer key and plays the game: shows an attack what an attacker would see of one target, and puts its guesses
 * beside the truth. Rows of one person are scored together: by the sum of how far each is above the threshold of rows.
 */
final class Referee {
    /**
     * Rehearsals behind a threshold. Models differ in how far their scores reach, so one threshold lets more false alarms
     * through on some than on others: of two models it is off by more, and on average lets too many through
     * (docs/math/calibration.md).
     */
    static final int REHEARSALS = 4;

    /** Attacks choose their settings with the shadows before this one; with others a threshold owes nothing to that choice. */
    static final int FIRST_REHEARSED = 4;

    /**
     * With fewer shadows a person, a rehearsal has one model a side: no spread, and scores on another scale than the
     * game's.
     */
    static final int FEWEST_SHADOWS_TO_REHEARSE = 6;

    /** People in a rehearsal: enough that all together place a threshold of one false alarm in ten thousand. */
    private static final int MOST_REHEARSED = 15_000;

    private static final double MOST_CERTAIN = 1e100;

    /** Targets whose views are kept: all attacks on one are played before those on the next, a few threads at a time. */
    private static final int VIEWS = 4;

    private final GameStore store;
    private final Seed seed;
    private final double[] rates;
    /** Whether a fair coin of its own decided of each person, so that not even the number of members may be used up. */
    private final boolean coins;

    private final Map<Integer, MembershipView> views = new LinkedHashMap<>(2 * VIEWS, 0.75f, true);

    /** @param rates false-positive rates whose thresholds an attacker fixes by rehearsal */
    Referee(GameStore store, Seed seed, double[] rates) {
        this(store, seed, rates, false);
    }

    /** @param coins whether the people's halves are drawn without looking at their parts, where there are no shadows */
    Referee(GameStore store, Seed seed, double[] rates, boolean coins) {
        this.coins = coins;
        this.store = store;
        this.seed = seed;
        this.rates = rates.clone();
    }

    /**
     * One attack on one target.
     *
     * @param trial its guesses beside the truth, one a person
     * @param thresholds fixed on shadows to keep each of the referee's rates; empty if there are too few shadows to rehearse
     */
    record Game(Trial trial, double[] thresholds) {}

    /** One attack's guesses about one model of the store, row by row, without a threshold: each row must be a person. */
    Trial guess(MembershipAttack attack, int target) {
        MembershipView view = view(target);
        Scores scores = checked(attack, view, attack.attack(view));
        return new Trial(scores.values(), store.key().of(target), OptionalDouble.empty());
    }

    /** What every attack sees of one target: the same for all, so made once. */
    private synchronized MembershipView view(int target) {
        MembershipView view =
                views.computeIfAbsent(target, t -> MembershipView.of(store, store.key(), t, seed.fork("target-" + t)));
        if (views.size() > VIEWS) {
            views.remove(views.keySet().iterator().next());
        }
        return view;
    }

    /** One attack on one model of the store. */
    Game play(MembershipAttack attack, int target) {
        if (store.key().models() == 1) {
            return playWithoutShadows(attack, target);
        }
        MembershipView view = view(target);
        MembershipAttack prepared = attack.prepared(view);
        Scores scores = checked(attack, view, prepared.attack(view));
        List<Rehearsed> rehearsed = rehearse(prepared, view);
        boolean[] truth = store.key().of(target);
        if (store.pool().isOneRowEach()) {
            Trial pooled = pooled(rehearsed.stream().map(Rehearsed::rows).toList());
            OptionalDouble threshold = scores.threshold().isPresent() ? scores.threshold() : best(pooled);
            return new Game(new Trial(scores.values(), truth, threshold), thresholds(pooled));
        }
        double neutral =
                neutral(scores, pooled(rehearsed.stream().map(Rehearsed::rows).toList()));
        Trial pooled = pooled(rehearsed.stream().map(r -> r.people(neutral)).toList());
        return new Game(new Trial(sums(view, scores.values(), neutral), truth, best(pooled)), thresholds(pooled));
    }

    /**
     * One attack on the only model there is: half of the people, of the members and of the others alike, are shown with their
     * part and teach about the other half, then the other way round. Nobody's own part has any bearing on their score.
     */
    private Game playWithoutShadows(MembershipAttack attack, int target) {
        boolean[] truth = store.key().of(target);
        double[] values = new double[truth.length];
        OptionalDouble[] thresholds = new OptionalDouble[2];
        List<Runnable> halves = new ArrayList<>();
        for (int half = 0; half < 2; half++) {
            int part = half;
            halves.add(() -> {
                MembershipView view = taught(target, part);
                Scores scores = checked(attack, view, attack.attack(view));
                for (int record = 0; record < values.length; record++) {
                    if (view.part(0, record) == Part.WITHHELD) {
                        values[record] = scores.values()[record];
                    }
                }
                thresholds[part] = scores.threshold();
            });
        }
        // Few attacks apply without shadows, and one of them takes longer than all others.
        Parallel.run(halves, attack.worksWithModels() ? 2 : 1, done -> {});
        // One that both halves agree on, or none: a mean of two would be fixed on the very people it is tried on.
        OptionalDouble threshold = thresholds[0].equals(thresholds[1]) ? thresholds[0] : OptionalDouble.empty();
        return new Game(new Trial(values, truth, threshold), new double[0]);
    }

    /** The view of one half's teaching, the same for all attacks. */
    private synchronized MembershipView taught(int target, int half) {
        return views.computeIfAbsent(-1 - half, key -> {
            return MembershipView.taught(store, store.key(), target, told(target, half), seed.fork("half-" + half));
        });
    }

    /** Whose part one half's teaching shows. */
    private boolean[] told(int target, int half) {
        boolean[] told = new boolean[store.key().people()];
        if (coins) {
            int[] people = Shuffle.permutation(told.length, seed.fork("teach").stream());
            for (int i = 0; i < people.length; i++) {
                told[people[i]] = i % 2 == half;
            }
            return told;
        }
        for (boolean side : new boolean[] {true, false}) {
            int[] people = IntStream.range(0, told.length)
                    .filter(person -> store.key().isMember(target, person) == side)
                    .toArray();
            Shuffle.inPlace(people, seed.fork("teach-" + side).stream());
            for (int i = 0; i < people.length; i++) {
                told[people[i]] = i % 2 == half;
            }
        }
        return told;
    }

    /** The people of each half where there are no shadows: in each the scores come from an attacker who was told of the other. */
    List<int[]> halves() {
        List<int[]> halves = new ArrayList<>();
        for (int half = 0; half < 2; half++) {
            boolean[] told = told(0, half);
            halves.add(IntStream.range(0, told.length)
                    .filter(person -> !told[person])
                    .toArray());
        }
        return halves;
    }

    /** A shadow in the target's place: guesses beside the truth, row by row. */
    private record Rehearsed(MembershipView view, Trial rows) {
        Trial people(double neutral) {
            boolean[] member = new boolean[view.people()];
            for (int record = 0; record < view.records(); record++) {
                member[view.person()[record]] = rows.member()[record];
            }
            return new Trial(sums(view, rows.scores(), neutral), member, OptionalDouble.empty());
        }
    }

    private static List<Rehearsed> rehearse(MembershipAttack attack, MembershipView view) {
        List<Rehearsed> rehearsed = new ArrayList<>();
        // One shadow is withheld of each person.
        int rehearsals = view.shadows() - 1 < FEWEST_SHADOWS_TO_REHEARSE ? 0 : REHEARSALS;
        for (int shadow = FIRST_REHEARSED; shadow < Math.min(view.shadows(), FIRST_REHEARSED + rehearsals); shadow++) {
            MembershipView.Rehearsal rehearsal = view.rehearse(shadow, MOST_REHEARSED);
            double[] values = checked(attack, rehearsal.view(), attack.attack(rehearsal.view()))
                    .values();
            rehearsed.add(
                    new Rehearsed(rehearsal.view(), new Trial(values, rehearsal.member(), OptionalDouble.empty())));
        }
        return rehearsed;
    }

    /** The score of a row that says nothing: what lies above it speaks for membership. */
    private static double neutral(Scores scores, Trial rehearsed) {
        OptionalDouble threshold = scores.threshold().isPresent() ? scores.threshold() : best(rehearsed);
        // Half of the people are members, so without anything better the middle score says least.
        return threshold.orElseGet(() -> {
            double[] sorted = scores.values().clone();
            Arrays.sort(sorted);
            return sorted[sorted.length / 2];
        });
    }

    private static double[] sums(MembershipView view, double[] values, double neutral) {
        double[] sums = new double[view.people()];
        for (int record = 0; record < values.length; record++) {
            // Infinite certainty must not meet its opposite.
            double bounded = Math.max(-MOST_CERTAIN, Math.min(MOST_CERTAIN, values[record] - neutral));
            sums[view.person()[record]] += bounded;
        }
        return sums;
    }

    private static Trial pooled(List<Trial> trials) {
        int size = trials.stream().mapToInt(t -> t.scores().length).sum();
        double[] scores = new double[size];
        boolean[] member = new boolean[size];
        int at = 0;
        for (Trial trial : trials) {
            System.arraycopy(trial.scores(), 0, scores, at, trial.scores().length);
            System.arraycopy(trial.member(), 0, member, at, trial.scores().length);
            at += trial.scores().length;
        }
        return new Trial(scores, member, OptionalDouble.empty());
    }

    private static OptionalDouble best(Trial rehearsed) {
        return rehearsed.scores().length == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(new Roc(rehearsed).bestThreshold());
    }

    private double[] thresholds(Trial rehearsed) {
        if (rehearsed.scores().length == 0) {
            return new double[0];
        }
        Roc roc = new Roc(rehearsed);
        return Arrays.stream(rates).map(roc::thresholdAt).toArray();
    }

    private static Scores checked(MembershipAttack attack, MembershipView view, Scores scores) {
        if (scores.values().length != view.records()) {
            throw new IllegalStateException("attack " + attack.card().id() + " gave " + scores.values().length
                    + " scores for " + view.records() + " records");
        }
        for (double score : scores.values()) {
            if (Double.isNaN(score)) {
                throw new IllegalStateException("attack " + attack.card().id() + " gave a score that is not a number");
            }
        }
        return scores;
    }
}

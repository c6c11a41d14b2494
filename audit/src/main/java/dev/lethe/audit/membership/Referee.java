package dev.lethe.audit.membership;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.core.random.Seed;
import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * Holds the answer key and plays the game: shows an attack what an attacker would see of one target, and puts its guesses
 * beside the truth.
 */
final class Referee {
    /** Rehearsals behind a threshold: enough records to place it, few enough to stay quick. */
    private static final int REHEARSALS = 2;

    /**
     * With fewer shadows a record, a rehearsal has one model a side: no spread, and scores on another scale than the
     * game's.
     */
    static final int FEWEST_SHADOWS_TO_REHEARSE = 6;

    private final ShadowStore<?> store;
    private final Seed seed;

    Referee(ShadowStore<?> store, Seed seed) {
        this.store = store;
        this.seed = seed;
    }

    /** One attack on one model of the store. */
    Trial play(MembershipAttack attack, int target) {
        MembershipView view = MembershipView.of(store, store.key(), target, seed.fork("target-" + target));
        Scores scores = checked(attack, view, attack.attack(view));
        OptionalDouble threshold = scores.threshold().isPresent() ? scores.threshold() : rehearsed(attack, view);
        return new Trial(scores.values(), store.key().of(target), threshold);
    }

    /** The threshold that an attacker fixes by playing against shadows in the target's place. */
    private static OptionalDouble rehearsed(MembershipAttack attack, MembershipView view) {
        double[] scores = new double[0];
        boolean[] member = new boolean[0];
        // One shadow is withheld of each record.
        int rehearsals = view.shadows() - 1 < FEWEST_SHADOWS_TO_REHEARSE ? 0 : REHEARSALS;
        for (int shadow = 0; shadow < rehearsals; shadow++) {
            MembershipView.Rehearsal rehearsal = view.rehearse(shadow);
            double[] values = checked(attack, rehearsal.view(), attack.attack(rehearsal.view()))
                    .values();
            int before = scores.length;
            scores = Arrays.copyOf(scores, before + values.length);
            System.arraycopy(values, 0, scores, before, values.length);
            member = Arrays.copyOf(member, before + values.length);
            System.arraycopy(rehearsal.member(), 0, member, before, values.length);
        }
        return scores.length == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(new Roc(new Trial(scores, member, OptionalDouble.empty())).bestThreshold());
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

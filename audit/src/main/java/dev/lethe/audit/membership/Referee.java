package dev.lethe.audit.membership;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.core.random.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Holds the answer key and plays the game: shows an attack what an attacker would see of one target, and puts its guesses
 * beside the truth.
 */
final class Referee {
    /** Rehearsals behind a threshold: enough records to place it, few enough to stay quick. */
    private static final int REHEARSALS = 2;

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
        List<Double> scores = new ArrayList<>();
        List<Boolean> truth = new ArrayList<>();
        int rehearsals = Math.min(REHEARSALS, view.shadows() - 2);
        for (int shadow = 0; shadow < rehearsals; shadow++) {
            MembershipView rehearsal = view.rehearse(shadow);
            double[] values =
                    checked(attack, rehearsal, attack.attack(rehearsal)).values();
            for (int record = 0; record < values.length; record++) {
                if (view.part(shadow, record) != Part.WITHHELD) {
                    scores.add(values[record]);
                    truth.add(view.part(shadow, record) == Part.IN);
                }
            }
        }
        if (scores.isEmpty()) {
            return OptionalDouble.empty();
        }
        boolean[] member = new boolean[truth.size()];
        for (int i = 0; i < member.length; i++) {
            member[i] = truth.get(i);
        }
        Trial trial =
                new Trial(scores.stream().mapToDouble(Double::doubleValue).toArray(), member, OptionalDouble.empty());
        return OptionalDouble.of(new Roc(trial).bestThreshold());
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

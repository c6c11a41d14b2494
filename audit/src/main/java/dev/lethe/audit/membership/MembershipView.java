package dev.lethe.audit.membership;

import dev.lethe.core.model.Logits;
import dev.lethe.core.random.Seed;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * What the attacker of one target sees: the records with their labels, the target's answers, and shadow models of the
 * same recipe with their training sets. It cannot say who was in the target's.
 *
 * <p>For every record, exactly as many shadows are IN as OUT: a model's training set and the others' together hold each
 * record in half of the models, so a bare count of the others would give the target's part away. The surplus shadow of
 * each record is withheld, chosen at random.
 */
public final class MembershipView {
    private final ShadowStore<?> store;
    private final int target;
    /** Store number of each shadow. */
    private final int[] shadows;

    private final Part[][] parts;
    private final Seed seed;

    private MembershipView(ShadowStore<?> store, int target, int[] shadows, Part[][] parts, Seed seed) {
        this.store = store;
        this.target = target;
        this.shadows = shadows;
        this.parts = parts;
        this.seed = seed;
    }

    /** The view on one model of the store as target, all others as shadows. */
    static MembershipView of(ShadowStore<?> store, AnswerKey key, int target, Seed seed) {
        int[] shadows = others(key.models(), target);
        Part[][] parts = new Part[shadows.length][key.records()];
        for (int s = 0; s < shadows.length; s++) {
            for (int record = 0; record < key.records(); record++) {
                parts[s][record] = key.isMember(shadows[s], record) ? Part.IN : Part.OUT;
            }
        }
        balance(parts, seed.fork("withhold").stream());
        return new MembershipView(store, target, shadows, parts, seed);
    }

    private static int[] others(int models, int target) {
        return java.util.stream.IntStream.range(0, models)
                .filter(model -> model != target)
                .toArray();
    }

    /** Withholds, for each record, shadows of the larger side at random until both sides are equal. */
    private static void balance(Part[][] parts, UniformRandomProvider random) {
        int records = parts[0].length;
        for (int record = 0; record < records; record++) {
            int surplus = 0;
            for (Part[] part : parts) {
                surplus += part[record] == Part.IN ? 1 : part[record] == Part.OUT ? -1 : 0;
            }
            Part larger = surplus > 0 ? Part.IN : Part.OUT;
            for (int left = Math.abs(surplus); left > 0; left--) {
                int count = 0;
                int chosen = -1;
                for (int s = 0; s < parts.length; s++) {
                    if (parts[s][record] == larger && random.nextInt(++count) == 0) {
                        chosen = s;
                    }
                }
                parts[chosen][record] = Part.WITHHELD;
            }
        }
    }

    /** How many records are to be scored. */
    public int records() {
        return store.labels().length;
    }

    /** The class of each record. Shared, not to be written. */
    public int[] labels() {
        return store.labels();
    }

    /** How many classes the models tell apart. */
    public int classes() {
        return store.classes();
    }

    /** How many shadow models there are; at least one. */
    public int shadows() {
        return shadows.length;
    }

    /** What the attacker knows of a record's part in a shadow model. */
    public Part part(int shadow, int record) {
        return parts[shadow][record];
    }

    /** What the target says of every record. */
    public Logits target() {
        return store.logits(target);
    }

    /** What a shadow model says of every record; read from disk, so hold one at a time. */
    public Logits shadow(int shadow) {
        return store.logits(shadows[shadow]);
    }

    /** A signal of the target on every record. Shared, not to be written. */
    public double[] target(Signal signal) {
        return store.signal(target, signal);
    }

    /** A signal of a shadow model on every record. Shared, not to be written. */
    public double[] shadow(int shadow, Signal signal) {
        return store.signal(shadows[shadow], signal);
    }

    /** Randomness for this attack on this target. */
    public Seed seed() {
        return seed;
    }

    /**
     * The same game with a shadow in the target's place: what an attacker plays beforehand to fix a threshold. The true
     * parts in it are {@link #part}; the real target takes no part.
     */
    public MembershipView rehearse(int shadow) {
        int[] others = new int[shadows.length - 1];
        Part[][] known = new Part[shadows.length - 1][];
        for (int s = 0, i = 0; s < shadows.length; s++) {
            if (s != shadow) {
                others[i] = shadows[s];
                known[i++] = parts[s].clone();
            }
        }
        Seed rehearsal = seed.fork("rehearse-" + shadow);
        balance(known, rehearsal.fork("withhold").stream());
        return new MembershipView(store, shadows[shadow], others, known, rehearsal);
    }
}

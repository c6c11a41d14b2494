package dev.lethe.audit.membership;

import dev.lethe.core.model.Logits;
import dev.lethe.core.random.Seed;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * What the attacker of one target sees: the records with their labels, the target's answers, and shadow models of the
 * same recipe with their training sets. It cannot say who was in the target's.
 *
 * <p>For every record, exactly as many shadows are IN as OUT: a model's training set and the others' together hold each
 * record in half of the models, so a bare count of the others would give the target's part away. The surplus shadow of
 * each record is withheld, chosen at random, and so is its answer on that record, which would tell its part.
 */
public final class MembershipView {
    private static final byte IN = 0;
    private static final byte OUT = 1;
    private static final byte WITHHELD = 2;
    private static final Part[] PARTS = {Part.IN, Part.OUT, Part.WITHHELD};

    private final ShadowStore<?> store;
    /** Store numbers of the records. */
    private final int[] records;

    private final int[] labels;
    private final int target;
    /** Store number of each shadow. */
    private final int[] shadows;

    /** What is known of each record in each shadow, {@code [shadow][record]}, an index into PARTS: there can be millions. */
    private final byte[][] parts;

    private final Seed seed;

    private MembershipView(ShadowStore<?> store, int[] records, int target, int[] shadows, byte[][] parts, Seed seed) {
        this.store = store;
        this.records = records;
        this.labels =
                Arrays.stream(records).map(record -> store.labels()[record]).toArray();
        this.target = target;
        this.shadows = shadows;
        this.parts = parts;
        this.seed = seed;
        balance(parts, seed.fork("withhold").stream());
    }

    /** A shadow in the target's place, with the truth about it: what an attacker can play beforehand. */
    public record Rehearsal(MembershipView view, boolean[] member) {}

    /** The view on one model of the store as target, all others as shadows. */
    static MembershipView of(ShadowStore<?> store, AnswerKey key, int target, Seed seed) {
        int[] shadows =
                IntStream.range(0, key.models()).filter(m -> m != target).toArray();
        byte[][] parts = new byte[shadows.length][key.records()];
        for (int s = 0; s < shadows.length; s++) {
            for (int record = 0; record < key.records(); record++) {
                parts[s][record] = key.isMember(shadows[s], record) ? IN : OUT;
            }
        }
        int[] records = IntStream.range(0, key.records()).toArray();
        return new MembershipView(store, records, target, shadows, parts, seed);
    }

    /** Withholds, for each record, shadows of the larger side at random until both sides are equal. */
    private static void balance(byte[][] parts, UniformRandomProvider random) {
        for (int record = 0; parts.length > 0 && record < parts[0].length; record++) {
            int surplus = 0;
            for (byte[] part : parts) {
                surplus += part[record] == IN ? 1 : part[record] == OUT ? -1 : 0;
            }
            byte larger = surplus > 0 ? IN : OUT;
            for (int left = Math.abs(surplus); left > 0; left--) {
                int count = 0;
                int chosen = -1;
                for (int s = 0; s < parts.length; s++) {
                    if (parts[s][record] == larger && random.nextInt(++count) == 0) {
                        chosen = s;
                    }
                }
                parts[chosen][record] = WITHHELD;
            }
        }
    }

    /** How many records are to be scored. */
    public int records() {
        return records.length;
    }

    /** The class of each record. Shared, not to be written. */
    public int[] labels() {
        return labels;
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
        return PARTS[parts[shadow][record]];
    }

    /** What the target says of every record. */
    public Logits target() {
        return answers(target, new byte[0]);
    }

    /** What a shadow model says of every record, NaN where withheld; read from disk, so hold one at a time. */
    public Logits shadow(int shadow) {
        return answers(shadows[shadow], parts[shadow]);
    }

    /** A signal of the target on every record. */
    public double[] target(Signal signal) {
        return signal(target, signal, new byte[0]);
    }

    /** A signal of a shadow model on every record, NaN where withheld. */
    public double[] shadow(int shadow, Signal signal) {
        return signal(shadows[shadow], signal, parts[shadow]);
    }

    private Logits answers(int model, byte[] known) {
        Logits all = store.logits(model);
        int width = all.classes();
        float[] values = new float[records.length * width];
        for (int record = 0; record < records.length; record++) {
            if (known.length > 0 && known[record] == WITHHELD) {
                Arrays.fill(values, record * width, (record + 1) * width, Float.NaN);
            } else {
                System.arraycopy(all.values(), records[record] * width, values, record * width, width);
            }
        }
        return new Logits(values, width);
    }

    private double[] signal(int model, Signal signal, byte[] known) {
        double[] all = store.signal(model, signal);
        double[] values = new double[records.length];
        for (int record = 0; record < records.length; record++) {
            boolean hidden = known.length > 0 && known[record] == WITHHELD;
            values[record] = hidden ? Double.NaN : all[records[record]];
        }
        return values;
    }

    /** Randomness for this attack on this target. */
    public Seed seed() {
        return seed;
    }

    /**
     * The same game with a shadow in the target's place, on the records whose part in it is known: what an attacker plays
     * beforehand to fix a threshold. The real target takes no part.
     */
    public Rehearsal rehearse(int shadow) {
        int[] known = IntStream.range(0, records.length)
                .filter(record -> parts[shadow][record] != WITHHELD)
                .toArray();
        boolean[] member = new boolean[known.length];
        int[] rows = new int[known.length];
        int[] others = new int[shadows.length - 1];
        byte[][] partsOfOthers = new byte[shadows.length - 1][known.length];
        for (int i = 0; i < known.length; i++) {
            member[i] = parts[shadow][known[i]] == IN;
            rows[i] = records[known[i]];
        }
        for (int s = 0, o = 0; s < shadows.length; s++) {
            if (s != shadow) {
                others[o] = shadows[s];
                for (int i = 0; i < known.length; i++) {
                    partsOfOthers[o][i] = parts[s][known[i]];
                }
                o++;
            }
        }
        Seed rehearsal = seed.fork("rehearse-" + shadow);
        return new Rehearsal(
                new MembershipView(store, rows, shadows[shadow], others, partsOfOthers, rehearsal), member);
    }
}

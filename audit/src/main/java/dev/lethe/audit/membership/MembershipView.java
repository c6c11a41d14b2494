package dev.lethe.audit.membership;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * What the attacker of one target sees: the records with their labels, the target's answers, the target itself for more
 * questions, and shadow models of the same recipe with their training sets. It cannot say who was in the target's.
 *
 * <p>For every person, exactly as many shadows are IN as OUT: a model's training set and the others' together hold each
 * person in half of the models, so a bare count of the others would give the target's part away. The surplus shadow of
 * each person is withheld, chosen at random, and so are its answers on their records, which would tell its part.
 */
public final class MembershipView {
    private static final byte IN = 0;
    private static final byte OUT = 1;
    private static final byte WITHHELD = 2;
    private static final Part[] PARTS = {Part.IN, Part.OUT, Part.WITHHELD};

    private final GameStore store;
    /** Row number in the store of each record, ascending. */
    private final int[] records;
    /** Whose each record is, numbered within this view. */
    private final int[] person;

    private final int[] labels;
    private final int target;
    /** Store number of each shadow. */
    private final int[] shadows;

    /** What is known of each person in each shadow, {@code [shadow][person]}, an index into PARTS: there can be millions. */
    private final byte[][] parts;

    /** Not for attacks: what is withheld was drawn from it. */
    private final Seed seed;

    /** Rehearsals that some attack has asked for: others will, and making one takes a pass over all parts. */
    private final Map<Understudy, Rehearsal> rehearsals = new ConcurrentHashMap<>();

    private record Understudy(int shadow, int people) {}

    private MembershipView(
            GameStore store, int[] records, int[] person, int target, int[] shadows, byte[][] parts, Seed seed) {
        this.store = store;
        this.records = records;
        this.person = person;
        int[] all = store.pool().data().labels();
        this.labels = Arrays.stream(records).map(record -> all[record]).toArray();
        this.target = target;
        this.shadows = shadows;
        this.parts = parts;
        this.seed = seed;
    }

    /**
     * A shadow in the target's place, with the truth about it: what an attacker can play beforehand.
     *
     * @param member the truth, one a record of the view
     */
    public record Rehearsal(MembershipView view, boolean[] member) {}

    /** The view on one model of the store as target, all others as shadows. */
    static MembershipView of(GameStore store, AnswerKey key, int target, Seed seed) {
        int[] shadows =
                IntStream.range(0, key.models()).filter(m -> m != target).toArray();
        byte[][] parts = new byte[shadows.length][key.people()];
        for (int s = 0; s < shadows.length; s++) {
            for (int person = 0; person < key.people(); person++) {
                parts[s][person] = key.isMember(shadows[s], person) ? IN : OUT;
            }
        }
        int[] records = IntStream.range(0, store.pool().records()).toArray();
        balance(parts, seed.fork("withhold").stream());
        int least = leastASide(parts);
        if (least < mostASide(parts)) {
            // Where sets were not drawn so that all people have equal counts, a count would tell one from another.
            thin(parts, least, seed.fork("even").stream());
        }
        return new MembershipView(store, records, store.pool().person(), target, shadows, parts, seed);
    }

    /**
     * The view of an attacker without shadow models, who instead knows the part of some people in the target itself: it
     * stands beside itself as its own shadow, everybody else withheld there. What is learned so may be used on the others.
     *
     * @param told whose part is known, one a person
     */
    static MembershipView taught(GameStore store, AnswerKey key, int target, boolean[] told, Seed seed) {
        byte[][] parts = new byte[1][key.people()];
        for (int person = 0; person < told.length; person++) {
            parts[0][person] = !told[person] ? WITHHELD : key.isMember(target, person) ? IN : OUT;
        }
        int[] records = IntStream.range(0, store.pool().records()).toArray();
        return new MembershipView(store, records, store.pool().person(), target, new int[] {target}, parts, seed);
    }

    private static int leastASide(byte[][] parts) {
        return Arrays.stream(aSide(parts)).min().orElse(0);
    }

    private static int mostASide(byte[][] parts) {
        return Arrays.stream(aSide(parts)).max().orElse(0);
    }

    /** On how many shadows each person is IN, in parts that are balanced. */
    private static int[] aSide(byte[][] parts) {
        int[] in = new int[parts.length == 0 ? 0 : parts[0].length];
        for (byte[] part : parts) {
            for (int person = 0; person < in.length; person++) {
                in[person] += part[person] == IN ? 1 : 0;
            }
        }
        return in;
    }

    /**
     * Withholds, for each person, shadows of the larger side at random until both sides are equal. Shadow by shadow and not
     * person by person, since a shadow's people lie side by side in memory.
     */
    private static void balance(byte[][] parts, UniformRandomProvider random) {
        int people = parts.length == 0 ? 0 : parts[0].length;
        int[] in = new int[people];
        int[] out = new int[people];
        for (byte[] part : parts) {
            for (int person = 0; person < people; person++) {
                in[person] += part[person] == IN ? 1 : 0;
                out[person] += part[person] == OUT ? 1 : 0;
            }
        }
        // Those of each person's larger side that come before the one to be withheld; below 0 where none is.
        int[] before = new int[people];
        boolean isUnequal = true;
        while (isUnequal) {
            isUnequal = false;
            for (int person = 0; person < people; person++) {
                int larger = Math.max(in[person], out[person]);
                boolean isEqual = in[person] == out[person];
                before[person] = isEqual ? -1 : random.nextInt(larger);
                isUnequal |= !isEqual;
            }
            if (isUnequal) {
                withhold(parts, before, in, out);
            }
        }
    }

    private static void withhold(byte[][] parts, int[] before, int[] in, int[] out) {
        boolean[] fromIn = new boolean[before.length];
        for (int person = 0; person < before.length; person++) {
            fromIn[person] = in[person] > out[person];
        }
        for (byte[] part : parts) {
            for (int person = 0; person < before.length; person++) {
                if (before[person] >= 0 && part[person] == (fromIn[person] ? IN : OUT) && before[person]-- == 0) {
                    part[person] = WITHHELD;
                    if (fromIn[person]) {
                        in[person]--;
                    } else {
                        out[person]--;
                    }
                }
            }
        }
    }

    /** Withholds shadows at random until there are no more than so many on each side of each person. */
    private static void thin(byte[][] parts, int aSide, UniformRandomProvider random) {
        for (int person = 0; parts.length > 0 && person < parts[0].length; person++) {
            for (byte side : new byte[] {IN, OUT}) {
                int kept = 0;
                int[] chosen = new int[aSide];
                int seen = 0;
                for (int s = 0; s < parts.length; s++) {
                    if (parts[s][person] != side) {
                        continue;
                    }
                    // Reservoir sampling: each subset is as likely as any other.
                    int place = kept < aSide ? kept++ : random.nextInt(seen + 1);
                    seen++;
                    parts[s][person] = WITHHELD;
                    if (place < aSide) {
                        chosen[place] = s;
                    }
                }
                for (int i = 0; i < kept; i++) {
                    parts[chosen[i]][person] = side;
                }
            }
        }
    }

    /**
     * The same game for an attacker with fewer shadow models: of each person a random {@code most} that are IN and as many
     * that are OUT, the others being withheld. What is left is as what a store of fewer models would show.
     *
     * @param most at least 1; with no fewer than {@link #aSide} nothing changes
     */
    public MembershipView fewer(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("most " + most + " must be at least 1 shadow model on each side");
        }
        if (most >= aSide()) {
            return this;
        }
        byte[][] fewer = new byte[parts.length][];
        for (int s = 0; s < fewer.length; s++) {
            fewer[s] = parts[s].clone();
        }
        thin(fewer, most, seed.fork("fewer-" + most).stream());
        return new MembershipView(store, records, person, target, shadows, fewer, seed);
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

    /** On how many shadow models that have it IN each record's part is known, and on how many that have it OUT. */
    public int aSide() {
        int in = 0;
        for (byte[] part : parts) {
            // The sides are equal, and no person has more than another.
            in += part.length > 0 && part[0] == IN ? 1 : 0;
        }
        return in;
    }

    /** How many versions of each record every model was asked about; query 0 is the record itself. */
    public int queries() {
        return store.queries();
    }

    /** What the attacker knows of a record's part in a shadow model. */
    public Part part(int shadow, int record) {
        return PARTS[parts[shadow][person[record]]];
    }

    /**
     * Whether the attacker was told this record's part in the target itself, having no shadow models to learn from: its score
     * is of no use to anybody and need not be computed.
     */
    public boolean isTold(int record) {
        return shadows.length == 1 && shadows[0] == target && parts[0][person[record]] != WITHHELD;
    }

    /** What the target says of every record. */
    public Logits target() {
        return target(0);
    }

    /** What the target says of a version of every record. */
    public Logits target(int query) {
        return answers(target, query, new byte[0]);
    }

    /** What a shadow model says of every record, NaN where withheld; read from disk, so hold one at a time. */
    public Logits shadow(int shadow) {
        return shadow(shadow, 0);
    }

    /** What a shadow model says of a version of every record, NaN where withheld. */
    public Logits shadow(int shadow, int query) {
        return answers(shadows[shadow], query, parts[shadow]);
    }

    /** What is read off the target's answer on every record. */
    public double[] target(Reading reading) {
        return target(reading, 0);
    }

    /** What is read off the target's answer on a version of every record. */
    public double[] target(Reading reading, int query) {
        return store.reading(target, reading, query, records);
    }

    /** What is read off a shadow model's answer on every record, NaN where withheld. */
    public double[] shadow(int shadow, Reading reading) {
        return shadow(shadow, reading, 0);
    }

    /** What is read off a shadow model's answer on a version of every record, NaN where withheld. */
    public double[] shadow(int shadow, Reading reading, int query) {
        return known(store.reading(shadows[shadow], reading, query, records), parts[shadow]);
    }

    /** What a probe measures of the target, {@code [column][record]}. */
    public double[][] target(Probe probe) {
        return store.probe(target, probe, records);
    }

    /** What a probe measures of a shadow model, {@code [column][record]}, NaN where withheld. */
    public double[][] shadow(int shadow, Probe probe) {
        return known(store.probe(shadows[shadow], probe, records), parts[shadow]);
    }

    /**
     * Measures the target and the first {@code shadows} shadows side by side, where a probe saves work that way; afterwards
     * they are known.
     */
    public void measure(Probe probe, int shadows) {
        int count = Math.min(shadows, this.shadows.length);
        int[] models = Arrays.copyOf(this.shadows, count + 1);
        models[count] = target;
        store.measure(models, probe);
    }

    /** Works with the live target. */
    public <R> R experiment(Experiment<R> experiment) {
        return store.experiment(target, records, seed().fork("experiment"), experiment);
    }

    /** Every record as numbers, scaled by what the population shows; by the records where there is none. */
    public Examples features() {
        return store.features().select(records);
    }

    /** Records that no model was trained on; none where all the data play. */
    public Population population() {
        return new Population(store, target);
    }

    private Logits answers(int model, int query, byte[] known) {
        Logits all = store.logits(model, query);
        int width = all.classes();
        float[] values = new float[records.length * width];
        for (int record = 0; record < records.length; record++) {
            if (isWithheld(known, record)) {
                Arrays.fill(values, record * width, (record + 1) * width, Float.NaN);
            } else {
                System.arraycopy(all.values(), records[record] * width, values, record * width, width);
            }
        }
        return new Logits(values, width);
    }

    private double[][] known(double[][] columns, byte[] known) {
        for (double[] column : columns) {
            known(column, known);
        }
        return columns;
    }

    /** Writes over what is withheld. */
    private double[] known(double[] values, byte[] known) {
        for (int record = 0; record < values.length; record++) {
            if (known[person[record]] == WITHHELD) {
                values[record] = Double.NaN;
            }
        }
        return values;
    }

    private boolean isWithheld(byte[] known, int record) {
        return known.length > 0 && known[person[record]] == WITHHELD;
    }

    /**
     * Randomness for this attack on this target. A fork of its own: whoever could repeat the draw of the withheld shadows
     * would learn from which side each was drawn, and with it the answer.
     */
    public Seed seed() {
        return seed.fork("attack");
    }

    /** Whose each record is, numbered from 0. */
    int[] person() {
        return person;
    }

    /** How many people there are. */
    int people() {
        return Arrays.stream(person).max().orElse(-1) + 1;
    }

    /**
     * The same game with a shadow in the target's place, on the records whose part in it is known: what an attacker plays
     * beforehand to fix a threshold. The real target takes no part.
     */
    public Rehearsal rehearse(int shadow) {
        return rehearse(shadow, Integer.MAX_VALUE);
    }

    /** As {@link #rehearse(int)}, on a random part of the people where there are more than {@code most} of them. */
    public Rehearsal rehearse(int shadow, int most) {
        Rehearsal known = rehearsals.computeIfAbsent(
                new Understudy(shadow, most), asked -> rehearsal(asked.shadow, asked.people));
        return new Rehearsal(known.view, known.member.clone());
    }

    private Rehearsal rehearsal(int shadow, int most) {
        Seed rehearsal = seed.fork("rehearse-" + shadow);
        int[] players = IntStream.range(0, people())
                .filter(p -> parts[shadow][p] != WITHHELD)
                .toArray();
        if (players.length > most) {
            Shuffle.inPlace(players, rehearsal.fork("part").stream());
            players = Arrays.copyOf(players, most);
            Arrays.sort(players);
        }
        int[] number = new int[people()];
        Arrays.fill(number, -1);
        for (int p = 0; p < players.length; p++) {
            number[players[p]] = p;
        }
        int[] known = IntStream.range(0, records.length)
                .filter(record -> number[person[record]] >= 0)
                .toArray();
        boolean[] member = new boolean[known.length];
        int[] rows = new int[known.length];
        int[] whose = new int[known.length];
        for (int i = 0; i < known.length; i++) {
            member[i] = parts[shadow][person[known[i]]] == IN;
            rows[i] = records[known[i]];
            whose[i] = number[person[known[i]]];
        }
        int[] others = new int[shadows.length - 1];
        byte[][] partsOfOthers = new byte[shadows.length - 1][players.length];
        for (int s = 0, o = 0; s < shadows.length; s++) {
            if (s != shadow) {
                others[o] = shadows[s];
                for (int p = 0; p < players.length; p++) {
                    partsOfOthers[o][p] = parts[s][players[p]];
                }
                o++;
            }
        }
        balance(partsOfOthers, rehearsal.fork("withhold").stream());
        return new Rehearsal(
                new MembershipView(store, rows, whose, shadows[shadow], others, partsOfOthers, rehearsal), member);
    }
}

package dev.lethe.audit.membership;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.audit.outputs.AnswerDecoder;
import dev.lethe.audit.outputs.AnswerKind;
import dev.lethe.audit.outputs.BadAnswersException;
import dev.lethe.audit.outputs.Claims;
import dev.lethe.audit.outputs.OutputCondition;
import dev.lethe.audit.report.Report;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Audits a model that was trained elsewhere, in whatever language, from nothing but its answers on records that it was trained
 * on and on others of the same kind. Without shadow models the attacker is one who knows the part of half of the people and
 * guesses that of the other half, both ways round; with the answers of shadow models every attack by shadows runs too.
 *
 * @param attacks what to try; those that need more than answers are listed in the report as not tried, with the reason
 * @param rates false-positive rates to report, ascending
 * @param confidence of every interval, and of the verdicts together
 * @param delta of lower bounds on epsilon, where a fair coin of its own decided of each record whether the model was trained on
 *     it; empty if that was decided otherwise, since then no such bound holds
 * @param threads attacks at work at once
 */
public record PredictionAudit(
        List<MembershipAttack> attacks, List<Double> rates, double confidence, OptionalDouble delta, int threads) {
    /** Fewer members or non-members than this show nothing. */
    private static final int FEWEST = 10;

    /** Fewer coins prove nothing, and may leave half of the people without a member. */
    private static final int FEWEST_COINS = 100;

    private static final List<String> NOT_TESTED = List.of(
            "attacks that see weights, gradients or training checkpoints, and attacks that ask the model more questions",
            "inference of missing attributes, reconstruction of records, inversion of the model",
            "several rows of one person: each row was taken for a person of its own",
            "membership attacks other than those listed");

    public PredictionAudit {
        attacks = List.copyOf(attacks);
        rates = List.copyOf(rates);
        // Checks them.
        new Rules(attacks, 1, 0, rates, confidence, delta.orElse(0), threads);
    }

    /**
     * A shadow model: one of the same recipe on other people of the same kind.
     *
     * @param in which of the records it was trained on: the members' file first, then the others'
     */
    public record Shadow(boolean[] in, Source source) {}

    /** Reads a shadow model's answers, one part for each of the two files. */
    @FunctionalInterface
    public interface Source {
        /** Answers on the records of the members' file and of the others', in this order. */
        List<Answered> read() throws IOException;
    }

    /**
     * Whether some attack looks at all of an answer, so that answers must be kept in full: attacks by shadows change the
     * temperature of the softmax.
     *
     * @param shadows whether there are shadow models
     */
    public boolean needsWholeAnswers(boolean shadows) {
        return attacks.stream().anyMatch(a -> a.need() == Need.WHOLE_ANSWERS || (a.need() == Need.SHADOWS && shadows));
    }

    /**
     * Runs the audit.
     *
     * @param members answers on the records that the model was trained on
     * @param others answers on records that it was not trained on
     * @param classes names of the classes; empty if none are known
     * @param dropOverlap whether rows of {@code others} that stand in {@code members} too are left out
     * @param folder for temporary files
     * @throws BadAnswersException if there are too few rows, or a shadow does not fit them
     */
    public Report run(
            Answered members,
            Answered others,
            List<String> classes,
            List<Shadow> shadows,
            boolean dropOverlap,
            long seedNumber,
            Path folder,
            MembershipAudit.Described described,
            Progress progress)
            throws IOException {
        Instant started = Instant.now();
        Seed seed = Seed.of(seedNumber);
        AnswerDecoder decoder = members.decoder();
        // Of bare labels many people have the same, and that says nothing of the files.
        boolean tellsPeopleApart = decoder.kind() != AnswerKind.LABELS;
        boolean[] overlap =
                tellsPeopleApart ? Claims.repeated(members.keys(), others.keys()) : new boolean[others.size()];
        boolean[] drop = dropOverlap ? overlap : new boolean[0];
        requireCoins(members.size(), others.size(), dropOverlap);
        require("members", members.size());
        require("non-members", others.size() - (int) count(drop));
        List<OutputCondition> conditions = new ArrayList<>(decoder.conditions());
        if (tellsPeopleApart) {
            Claims.overlap(members.keys(), without(others.keys(), drop)).ifPresent(conditions::add);
        }
        Answered target = Answered.joined(members, others, drop);
        boolean[][] in = in(members.size(), others.size(), drop, shadows);
        swap(target, in[0]).ifPresent(conditions::add);
        List<String> refused = new ArrayList<>();
        List<MembershipAttack> able = able(!shadows.isEmpty(), refused);
        int aSide = aSide(in);
        try (PredictionStore store = new PredictionStore(target, names(classes, target), in, folder)) {
            for (int s = 0; s < shadows.size(); s++) {
                progress.at("reading " + shadows.size() + " shadow models", (double) s / shadows.size());
                store.add(joined(shadows.get(s), s, members.size(), others.size(), drop));
            }
            Rules rules = new Rules(able, 1, 2 * aSide, rates, confidence, delta.orElse(0), threads);
            Referee referee = new Referee(store, seed, rules.rateValues(), delta.isPresent());
            Played played = Played.of(able, 1, threads, referee, progress);
            refused.addAll(played.refused());
            if (delta.isEmpty()) {
                refused.add(
                        "lower bounds on epsilon: they take records of which each was trained on by a fair coin of its own;"
                                + " if these were, say --coins");
            }
            return new Reporter(
                            rules.with(played.attacks()),
                            store,
                            store.pool().data(),
                            seedNumber,
                            refused,
                            words(decoder, shadows.size(), shadows.isEmpty() ? referee.halves() : List.of()))
                    .report(
                            played.games(),
                            guard(conditions, decoder, count(overlap), dropOverlap),
                            List.of(),
                            counted(described, overlap),
                            started,
                            progress);
        }
    }

    private static void require(String side, int rows) {
        if (rows < FEWEST) {
            throw new BadAnswersException("there are " + rows + " " + side + ", and it takes " + FEWEST
                    + "; hand over more rows" + (rows == 0 ? ", or check whether the file is the right one" : ""));
        }
    }

    private static long count(boolean[] overlap) {
        return IntStream.range(0, overlap.length).filter(i -> overlap[i]).count();
    }

    /** Refuses what no coins can have decided. */
    private void requireCoins(int members, int others, boolean dropOverlap) {
        if (delta.isEmpty()) {
            return;
        }
        if (dropOverlap) {
            throw new IllegalArgumentException(
                    "--coins and --drop-overlap: where a coin decided of each record, none stands in"
                            + " both files; give one of the two");
        }
        if (members + others < FEWEST_COINS || !Claims.canBeCoins(members, others)) {
            throw new IllegalArgumentException("--coins: " + members + " members and " + others
                    + " non-members were not told apart by " + FEWEST_COINS
                    + " fair coins or more; hand over all records that coins were tossed for, or leave --coins out");
        }
    }

    private static MembershipAudit.Described counted(MembershipAudit.Described described, boolean[] overlap) {
        Map<String, String> settings = new LinkedHashMap<>(described.settings());
        settings.put("non-members that stand among the members too", Long.toString(count(overlap)));
        return new MembershipAudit.Described(
                described.title(),
                described.data(),
                described.attribution(),
                described.unit(),
                settings,
                described.version());
    }

    private static long[] without(long[] keys, boolean[] drop) {
        return drop.length == 0
                ? keys
                : IntStream.range(0, keys.length)
                        .filter(i -> !drop[i])
                        .mapToLong(i -> keys[i])
                        .toArray();
    }

    /** The attacks that can be tried; a sentence for each of the others. */
    private List<MembershipAttack> able(boolean shadows, List<String> refused) {
        List<MembershipAttack> able = new ArrayList<>();
        for (MembershipAttack attack : attacks) {
            Need need = attack.need();
            if (need == Need.ANSWERS || need == Need.WHOLE_ANSWERS || (need == Need.SHADOWS && shadows)) {
                able.add(attack);
            } else {
                refused.add(attack.card().id() + ": needs " + need.words() + "; "
                        + (need == Need.SHADOWS
                                ? "hand over their answers with --shadows"
                                : "the files hold the model's answers only"));
            }
        }
        if (able.isEmpty()) {
            throw new IllegalArgumentException("attacks: none can be tried here; " + String.join("; ", refused));
        }
        return able;
    }

    /** Who was in which model, the target first. */
    private static boolean[][] in(int members, int others, boolean[] drop, List<Shadow> shadows) {
        int[] rows = IntStream.range(0, members + others)
                .filter(row -> row < members || drop.length == 0 || !drop[row - members])
                .toArray();
        boolean[][] in = new boolean[shadows.size() + 1][rows.length];
        Arrays.fill(in[0], 0, members, true);
        for (int s = 0; s < shadows.size(); s++) {
            boolean[] of = shadows.get(s).in();
            if (of.length != members + others) {
                throw new BadAnswersException(
                        "the membership matrix has " + of.length + " rows, and there are " + members + " members and "
                                + others + " non-members; write one row for each, the members first");
            }
            for (int i = 0; i < rows.length; i++) {
                in[s + 1][i] = of[rows[i]];
            }
        }
        return in;
    }

    /** On how many shadows every record is in, and on as many it is not; each must be both somewhere. */
    private static int aSide(boolean[][] in) {
        int shadows = in.length - 1;
        if (shadows == 0) {
            return 0;
        }
        int least = shadows;
        int without = 0;
        for (int row = 0; row < in[0].length; row++) {
            int count = 0;
            for (int s = 1; s <= shadows; s++) {
                count += in[s][row] ? 1 : 0;
            }
            int aSide = Math.min(count, shadows - count);
            least = Math.min(least, aSide);
            without += aSide == 0 ? 1 : 0;
        }
        if (without > 0) {
            throw new BadAnswersException("of " + without + " of " + in[0].length
                    + " records no shadow model, or every one, was trained on; each record must be in the training data of"
                    + " some and not of others, as when every model is trained on a random half of all records");
        }
        return least;
    }

    private static Answered joined(Shadow shadow, int number, int members, int others, boolean[] drop)
            throws IOException {
        List<Answered> parts = shadow.source().read();
        int size = parts.get(0).size() + parts.get(1).size();
        if (parts.get(0).size() != members || parts.get(1).size() != others) {
            throw new BadAnswersException(
                    "shadow model " + (number + 1) + " answers on " + size + " records, and there are " + members
                            + " members and " + others + " non-members; write one row for each, the members first");
        }
        return Answered.joined(parts.get(0), parts.get(1), drop);
    }

    private static Optional<OutputCondition> swap(Answered target, boolean[] member) {
        Trial trial = new Trial(target.likelihood(), member, OptionalDouble.empty());
        return Claims.swap(new Roc(trial).auc(), trial.members(), trial.nonMembers());
    }

    private static Report.Guard guard(
            List<OutputCondition> conditions, AnswerDecoder decoder, long overlap, boolean dropped) {
        List<Report.OutputNote> notes = new ArrayList<>();
        notes.add(new Report.OutputNote(
                "answers-" + decoder.kind().name().toLowerCase(java.util.Locale.ROOT),
                decoder.isWhole() ? Report.Severity.NOTE : Report.Severity.WEAKENS,
                decoder.sentence()
                        + (decoder.kind() == AnswerKind.LOSSES
                                ? " Accuracy is the share of records whose own class got more than half of the probability;"
                                        + " attacks that learn from whole answers were not tried. Hand over probabilities or"
                                        + " logits for these."
                                : "")));
        notes.addAll(Guard.of(conditions, List.of()).outputs());
        if (overlap > 0) {
            notes.add(new Report.OutputNote(
                    "overlap",
                    Report.Severity.NOTE,
                    overlap + " non-members stand among the members too, answers and label alike. "
                            + (dropped ? "They were left out, as asked." : "--drop-overlap leaves them out.")));
        }
        return new Report.Guard(List.of(), notes, List.of());
    }

    private static List<String> names(List<String> classes, Answered target) {
        if (!classes.isEmpty()) {
            return classes;
        }
        List<String> numbers = new ArrayList<>();
        for (int label = 0; label < target.decoder().classes(); label++) {
            numbers.add(Integer.toString(label));
        }
        return numbers;
    }

    private Reporter.Words words(AnswerDecoder decoder, int shadows, List<int[]> halves) {
        List<String> limits = new ArrayList<>();
        limits.add(
                "The model was trained elsewhere and is known here by the files of its answers alone: that they are its"
                        + " answers, and that the members are its training records, is taken on trust.");
        limits.add(
                "Members and non-members must be of one kind, as when a random part was held out. If they differ otherwise,"
                        + " in time or source, attacks find that difference too.");
        limits.add(
                shadows > 0
                        ? "\"Found with 1 false alarm in N\" sets the threshold on the audited model's own scores; balanced"
                                + " accuracy does so on the shadow models."
                        : "\"Found with 1 false alarm in N\" sets the threshold on the audited model's own scores; where an"
                                + " attack learns, it was told the part of half of the people and scored the other half.");
        if (delta.isPresent()) {
            limits.add(
                    "Lower bounds on epsilon take on trust that a fair coin of its own decided of each record whether the"
                            + " model was trained on it.");
        }
        limits.add("Where members are rarer than in the files, a flag is right less often.");
        limits.add("An attack that finds nothing proves nothing: a stronger one may exist"
                + (shadows > 0 ? "." : ", and attacks with shadow models usually are."));
        limits.add(
                "One model was attacked: intervals cover chance in the draw of people only; another model may give away"
                        + " more or less.");
        return new Reporter.Words(
                "trained elsewhere, known by " + decoder.kind().words(),
                shadows > 0 ? "on shadow models" : "on people whose part was known",
                shadows > 0
                        ? "to fix a threshold beforehand takes " + (Referee.FEWEST_SHADOWS_TO_REHEARSE + 1) + " shadows"
                        : "attacks by the bare loss fix no threshold here that holds for both halves of the people",
                delta.isPresent(),
                halves,
                NOT_TESTED,
                limits);
    }
}

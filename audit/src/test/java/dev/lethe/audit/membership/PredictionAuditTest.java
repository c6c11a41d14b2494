package dev.lethe.audit.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.audit.Card;
import dev.lethe.audit.evidence.EpsilonAudit;
import dev.lethe.audit.evidence.EpsilonMethod;
import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.audit.membership.attacks.Attacks;
import dev.lethe.audit.membership.attacks.ConfidenceThreshold;
import dev.lethe.audit.membership.attacks.LossThreshold;
import dev.lethe.audit.outputs.AnswerDecoder;
import dev.lethe.audit.outputs.AnswerKind;
import dev.lethe.audit.outputs.BadAnswersException;
import dev.lethe.audit.report.Finding;
import dev.lethe.audit.report.Report;
import dev.lethe.audit.report.Verdict;
import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A network that learned coin flips by heart, and its shadows, known by their answers alone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PredictionAuditTest {
    private static final int RECORDS = 600;
    private static final int CLASSES = 3;

    @TempDir
    private static Path folder;

    private ShadowStore<Examples> store;
    private int[] labels;
    private int[] in;
    private int[] out;

    @BeforeAll
    void train() {
        store = Games.play(folder.resolve("store"), Games.memorizer(), RECORDS, 12, 3);
        labels = store.pool().data().labels();
        boolean[] member = store.key().of(0);
        in = IntStream.range(0, RECORDS).filter(row -> member[row]).toArray();
        out = IntStream.range(0, RECORDS).filter(row -> !member[row]).toArray();
    }

    /** What a model says of a row, in one of the forms of a file. */
    private static float[] answer(AnswerKind kind, Logits logits, int row, int label) {
        double[] p = new double[CLASSES];
        logits.probabilities(row, p);
        float[] values = new float[CLASSES];
        for (int k = 0; k < CLASSES; k++) {
            values[k] = kind == AnswerKind.LOGITS ? logits.at(row, k) : (float) p[k];
        }
        return switch (kind) {
            case LOGITS, PROBABILITIES -> values;
            case LOSSES -> new float[] {(float) logits.lossNats(row, label)};
            default -> new float[] {logits.argMax(row)};
        };
    }

    private AnswerDecoder decoder(AnswerKind kind, int model) {
        Logits logits = store.logits(model, 0);
        float[][] rows = IntStream.range(0, RECORDS)
                .mapToObj(row -> answer(kind, logits, row, labels[row]))
                .toArray(float[][]::new);
        int width = rows[0].length;
        float[] sample = new float[RECORDS * width];
        for (int row = 0; row < RECORDS; row++) {
            System.arraycopy(rows[row], 0, sample, row * width, width);
        }
        return AnswerDecoder.of(sample, width, labels, CLASSES, store.key().of(0), Optional.of(kind));
    }

    private Answered answered(AnswerKind kind, AnswerDecoder decoder, int model, int[] rows) {
        Logits logits = store.logits(model, 0);
        Answered answered = new Answered(decoder, true);
        for (int row : rows) {
            answered.add(answer(kind, logits, row, labels[row]), labels[row]);
        }
        return answered;
    }

    private static PredictionAudit audit(List<MembershipAttack> attacks) {
        return new PredictionAudit(attacks, List.of(0.01, 0.1), 0.95, OptionalDouble.empty(), 2);
    }

    private Report run(PredictionAudit audit, AnswerKind kind, int[] members, int[] others, boolean dropOverlap)
            throws IOException {
        return run(audit, kind, members, others, List.of(), dropOverlap);
    }

    private Report run(
            PredictionAudit audit,
            AnswerKind kind,
            int[] members,
            int[] others,
            List<PredictionAudit.Shadow> shadows,
            boolean dropOverlap)
            throws IOException {
        AnswerDecoder decoder = decoder(kind, 0);
        return audit.run(
                answered(kind, decoder, 0, members),
                answered(kind, decoder, 0, others),
                List.of("a", "b", "c"),
                shadows,
                dropOverlap,
                5,
                folder,
                MembershipAudit.Described.as("test", "test"),
                Progress.QUIET);
    }

    private static double auc(Report report, String attack) {
        return report.findings().stream()
                .filter(finding ->
                        finding.attack().equals(attack) && finding.metric().equals("auc"))
                .mapToDouble(Finding::value)
                .findFirst()
                .orElseThrow();
    }

    private static Set<String> tried(Report report) {
        return report.findings().stream().map(Finding::attack).collect(Collectors.toSet());
    }

    private static List<String> notes(Report report) {
        return report.guard().outputs().stream().map(Report.OutputNote::kind).toList();
    }

    /** Twin: the share of pairs in which the member has the smaller loss, counted. */
    private double pairs() {
        Logits logits = store.logits(0, 0);
        double won = 0;
        for (int member : in) {
            for (int other : out) {
                double difference = logits.lossNats(other, labels[other]) - logits.lossNats(member, labels[member]);
                won += difference > 0 ? 1 : difference == 0 ? 0.5 : 0;
            }
        }
        return won / ((double) in.length * out.length);
    }

    @Test
    void findsTheSameFromEveryForm() throws Exception {
        PredictionAudit all = audit(Attacks.all());
        Report logits = run(all, AnswerKind.LOGITS, in, out, false);
        Report probabilities = run(all, AnswerKind.PROBABILITIES, in, out, false);
        Report losses = run(all, AnswerKind.LOSSES, in, out, false);
        Report answers = run(all, AnswerKind.LABELS, in, out, false);
        assertThat(auc(logits, "loss-threshold"))
                .isCloseTo(pairs(), within(1e-9))
                .isGreaterThan(0.8);
        for (String attack : List.of("loss-threshold", "confidence-threshold", "tail-indicator")) {
            assertThat(auc(probabilities, attack)).as(attack).isCloseTo(auc(logits, attack), within(1e-6));
            assertThat(auc(losses, attack)).as(attack).isCloseTo(auc(logits, attack), within(1e-6));
        }
        assertThat(auc(probabilities, "entropy-threshold")).isCloseTo(auc(logits, "entropy-threshold"), within(1e-6));
        assertThat(tried(logits))
                .isEqualTo(tried(probabilities))
                .containsExactlyInAnyOrder(
                        "loss-threshold", "confidence-threshold", "tail-indicator", "entropy-threshold", "shokri");
        assertThat(tried(losses))
                .isEqualTo(tried(answers))
                .containsExactlyInAnyOrder("loss-threshold", "confidence-threshold", "tail-indicator");
        assertThat(List.of(logits, probabilities, losses, answers))
                .allSatisfy(
                        report -> assertThat(report.findings().get(0).verdict()).isEqualTo(Verdict.LEAKS));
        // Right or wrong is all that a label tells.
        double memberAccuracy = answers.training().trainAccuracy();
        double otherAccuracy = answers.training().testAccuracy();
        assertThat(auc(answers, "loss-threshold")).isCloseTo(0.5 + (memberAccuracy - otherAccuracy) / 2, within(1e-9));
        assertThat(notes(losses)).contains("answers-losses");
        assertThat(notes(answers)).contains("answers-labels", "label-only");
    }

    @Test
    void saysWhatCannotBeTried() throws Exception {
        Report report = run(audit(Attacks.all()), AnswerKind.LOSSES, in, out, false);
        assertThat(report.refused())
                .anyMatch(line -> line.startsWith("label-only: needs the model itself"))
                .anyMatch(line -> line.startsWith("gradient-norm: needs the model itself"))
                .anyMatch(line -> line.startsWith("quantile-regression: needs the records themselves"))
                .anyMatch(line -> line.startsWith("lira: needs shadow models") && line.endsWith("--shadows"))
                .anyMatch(line -> line.startsWith("shokri: needs how sure the model is of every class"))
                .anyMatch(line -> line.startsWith("lower bounds on epsilon:") && line.endsWith("--coins"));
        assertThat(report.epsilons()).isEmpty();
        assertThatThrownBy(() -> run(
                        audit(List.of(Attacks.find("gradient-norm").orElseThrow())), AnswerKind.LOGITS, in, out, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs the model itself");
    }

    @Test
    void seesFilesThatAreSwapped() throws Exception {
        for (AnswerKind kind : List.of(AnswerKind.LOGITS, AnswerKind.LOSSES, AnswerKind.LABELS)) {
            Report swapped = run(audit(List.of(new LossThreshold())), kind, out, in, false);
            assertThat(swapped.guard().outputs())
                    .as(kind.words())
                    .anyMatch(
                            note -> note.kind().equals("members-swapped") && note.severity() == Report.Severity.VOIDS);
            Report sound = run(audit(List.of(new LossThreshold())), kind, in, out, false);
            assertThat(notes(sound)).as(kind.words()).doesNotContain("members-swapped", "overlap");
        }
    }

    @Test
    void countsAndLeavesOutWhoStandsInBothFiles() throws Exception {
        int[] spoiled = IntStream.concat(Arrays.stream(out), Arrays.stream(in).limit(60))
                .toArray();
        PredictionAudit audit = audit(List.of(new LossThreshold()));
        Report kept = run(audit, AnswerKind.LOGITS, in, spoiled, false);
        assertThat(kept.subject().nonMembers()).isEqualTo(spoiled.length);
        assertThat(kept.provenance().settings()).containsEntry("non-members that stand among the members too", "60");
        assertThat(notes(kept)).contains("members-repeated", "overlap");
        Report left = run(audit, AnswerKind.LOGITS, in, spoiled, true);
        assertThat(left.subject().nonMembers()).isEqualTo(out.length);
        assertThat(auc(left, "loss-threshold")).isCloseTo(pairs(), within(1e-9));
        assertThat(auc(kept, "loss-threshold")).isLessThan(pairs() - 0.02);
        assertThat(notes(left)).contains("overlap").doesNotContain("members-repeated");
    }

    /** Twin: the store of the models themselves. Same parts, same seed: every attack by shadows gives the same scores. */
    @Test
    void attacksByShadowsScoreAsOnTheModelsThemselves() throws Exception {
        int models = store.key().models();
        boolean[][] parts = IntStream.range(0, models)
                .mapToObj(model -> store.key().of(model))
                .toArray(boolean[][]::new);
        int[] first = IntStream.range(0, 250).toArray();
        int[] second = IntStream.range(250, RECORDS).toArray();
        AnswerDecoder decoder = decoder(AnswerKind.LOGITS, 0);
        Answered target = Answered.joined(
                answered(AnswerKind.LOGITS, decoder, 0, first),
                answered(AnswerKind.LOGITS, decoder, 0, second),
                new boolean[0]);
        try (PredictionStore files = new PredictionStore(target, List.of("a", "b", "c"), parts, folder)) {
            for (int model = 1; model < models; model++) {
                files.add(Answered.joined(
                        answered(AnswerKind.LOGITS, decoder, model, first),
                        answered(AnswerKind.LOGITS, decoder, model, second),
                        new boolean[0]));
            }
            int compared = 0;
            for (MembershipAttack attack : Attacks.all()) {
                if (attack.need() == Need.SHADOWS) {
                    Referee theirs = new Referee(files, Seed.of(9), new double[] {0.1});
                    Referee ours = new Referee(store, Seed.of(9), new double[] {0.1});
                    Trial byFiles = theirs.play(attack, 0).trial();
                    Trial byModels = ours.play(attack, 0).trial();
                    // The order of summation may differ.
                    double apart = IntStream.range(0, RECORDS)
                            .mapToDouble(i -> Math.abs(byFiles.scores()[i] - byModels.scores()[i]))
                            .max()
                            .orElseThrow();
                    assertThat(apart).as(attack.card().id()).isLessThan(1e-10);
                    assertThat(byFiles.member()).isEqualTo(byModels.member());
                    compared++;
                }
            }
            assertThat(compared).isGreaterThanOrEqualTo(8);
        }
    }

    private List<PredictionAudit.Shadow> shadows(AnswerKind kind, int[] members, int[] others) {
        AnswerDecoder decoder = decoder(kind, 0);
        List<PredictionAudit.Shadow> shadows = new ArrayList<>();
        for (int model = 1; model < store.key().models(); model++) {
            boolean[] of = store.key().of(model);
            int[] rows = IntStream.concat(Arrays.stream(members), Arrays.stream(others))
                    .toArray();
            boolean[] part = new boolean[rows.length];
            for (int i = 0; i < rows.length; i++) {
                part[i] = of[rows[i]];
            }
            int number = model;
            shadows.add(new PredictionAudit.Shadow(
                    part,
                    () -> List.of(answered(kind, decoder, number, members), answered(kind, decoder, number, others))));
        }
        return shadows;
    }

    @Test
    void shadowsUnlockTheStrongAttacks() throws Exception {
        List<MembershipAttack> strong = Stream.of("loss-threshold", "lira", "rmia", "base", "bavaria")
                .map(id -> Attacks.find(id).orElseThrow())
                .toList();
        Report report = run(audit(strong), AnswerKind.LOGITS, in, out, shadows(AnswerKind.LOGITS, in, out), false);
        assertThat(tried(report)).containsExactlyInAnyOrder("loss-threshold", "lira", "rmia", "base", "bavaria");
        assertThat(auc(report, "bavaria")).isGreaterThan(0.9);
        assertThat(report.subject().shadows()).isEqualTo(10);
        // Of losses what the temperature would need is not there.
        Report losses = run(audit(strong), AnswerKind.LOSSES, in, out, shadows(AnswerKind.LOSSES, in, out), false);
        assertThat(tried(losses)).contains("lira", "bavaria");
        assertThat(auc(losses, "lira")).isCloseTo(auc(report, "lira"), within(0.02));
    }

    @Test
    void refusesShadowsThatDoNotFit() {
        List<PredictionAudit.Shadow> shadows = shadows(AnswerKind.LOGITS, in, out);
        PredictionAudit audit = audit(List.of(Attacks.find("lira").orElseThrow()));
        List<PredictionAudit.Shadow> shorter = new ArrayList<>(shadows);
        shorter.set(
                2,
                new PredictionAudit.Shadow(
                        new boolean[RECORDS - 1], shadows.get(2).source()));
        assertThatThrownBy(() -> run(audit, AnswerKind.LOGITS, in, out, shorter, false))
                .isInstanceOf(BadAnswersException.class)
                .hasMessageContaining("the membership matrix has " + (RECORDS - 1) + " rows");
        List<PredictionAudit.Shadow> other = new ArrayList<>(shadows);
        other.set(3, new PredictionAudit.Shadow(shadows.get(3).in(), () -> shadows(
                        AnswerKind.LOGITS, in, Arrays.copyOf(out, out.length - 1))
                .get(3)
                .source()
                .read()));
        assertThatThrownBy(() -> run(audit, AnswerKind.LOGITS, in, out, other, false))
                .isInstanceOf(BadAnswersException.class)
                .hasMessageContaining("shadow model 4 answers on " + (RECORDS - 1) + " records");
        List<PredictionAudit.Shadow> nobody = shadows.stream()
                .map(shadow -> new PredictionAudit.Shadow(new boolean[RECORDS], shadow.source()))
                .toList();
        assertThatThrownBy(() -> run(audit, AnswerKind.LOGITS, in, out, nobody, false))
                .isInstanceOf(BadAnswersException.class)
                .hasMessageContaining("no shadow model, or every one, was trained on");
    }

    @Test
    void refusesFilesOfAFew() {
        assertThatThrownBy(() ->
                        run(audit(List.of(new LossThreshold())), AnswerKind.LOGITS, in, Arrays.copyOf(out, 9), false))
                .isInstanceOf(BadAnswersException.class)
                .hasMessageContaining("there are 9 non-members, and it takes 10");
    }

    // --- Nobody's own part has any bearing on their score ---

    /** Answers that know nothing of anybody, of which half are called members. */
    private static PredictionStore strangers(int people, boolean[] member, Seed seed) {
        UniformRandomProvider random = seed.stream();
        float[] values = new float[people * 5];
        int[] classes = new int[people];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (4 * random.nextDouble() - 2);
        }
        for (int i = 0; i < people; i++) {
            classes[i] = i % 5;
        }
        boolean[] sides = new boolean[people];
        Arrays.fill(sides, 0, people / 2, true);
        AnswerDecoder decoder = AnswerDecoder.of(values, 5, classes, 5, sides, Optional.of(AnswerKind.LOGITS));
        Answered answered = new Answered(decoder, false);
        for (int i = 0; i < people; i++) {
            answered.add(Arrays.copyOfRange(values, 5 * i, 5 * i + 5), classes[i]);
        }
        return new PredictionStore(
                Answered.joined(answered, new Answered(decoder, false), new boolean[0]),
                List.of("a", "b", "c", "d", "e"),
                new boolean[][] {member},
                folder);
    }

    private static boolean[] half(int people, Seed seed) {
        boolean[] member = new boolean[people];
        for (int i : dev.lethe.core.random.Shuffle.subset(people, people / 2, seed.stream())) {
            member[i] = true;
        }
        return member;
    }

    /** The balanced accuracy of guessing that whoever scores at least 0 is a member. */
    private static double rightAtZero(double[] scores, boolean[] member) {
        Roc roc = new Roc(new Trial(scores, member, OptionalDouble.empty()));
        return (roc.rateAtLeast(0, true) + 1 - roc.rateAtLeast(0, false)) / 2;
    }

    /**
     * Thresholds by class are learned from few people, so an attacker who had been told the part of those he scores would
     * look good on answers that know nothing. The mean balanced accuracy over 60 files of 600 people has a deviation below
     * 0.0027; false-alarm probability below 1e-6. The saboteur is that attacker.
     */
    @Test
    void learnsNothingFromThePeopleItScores() {
        double mean = 0;
        double saboteur = 0;
        int files = 60;
        int people = 600;
        double limit = 0.5 + 5 * 0.5 / Math.sqrt((double) people * files);
        for (int file = 0; file < files; file++) {
            Seed seed = Seed.of(file).fork("strangers");
            boolean[] member = half(people, seed.fork("member"));
            try (PredictionStore strangers = strangers(people, member, seed.fork("answers"))) {
                MembershipAttack attack = new ConfidenceThreshold();
                Trial trial = new Referee(strangers, seed, new double[0])
                        .play(attack, 0)
                        .trial();
                mean += rightAtZero(trial.scores(), member) / files;
                boolean[] everybody = new boolean[people];
                Arrays.fill(everybody, true);
                double[] told = attack.attack(MembershipView.taught(strangers, strangers.key(), 0, everybody, seed))
                        .values();
                saboteur += rightAtZero(told, member) / files;
            }
        }
        assertThat(mean).isBetween(0.45, limit);
        assertThat(saboteur)
                .as("an attacker who was told about those he scores")
                .isGreaterThan(limit);
    }

    /** Guesses about half of the people what it was told of the other half: right about both, or about neither. */
    private record Parrot() implements MembershipAttack {
        @Override
        public Card card() {
            return new Card("parrot", "Parrot", "Repeats.", "none", List.of("nothing"));
        }

        @Override
        public Scores attack(MembershipView view) {
            int[] told = IntStream.range(0, view.records())
                    .filter(i -> view.part(0, i) != Part.WITHHELD)
                    .toArray();
            double[] scores = new double[view.records()];
            int next = 0;
            for (int i = 0; i < scores.length; i++) {
                if (view.part(0, i) == Part.WITHHELD && next < told.length) {
                    // Surest of the first.
                    scores[i] = (view.part(0, told[next]) == Part.IN ? 1 : -1) * (double) (scores.length - next);
                    next++;
                }
            }
            return Scores.of(scores);
        }
    }

    /**
     * Epsilon is 0: the answers know nothing. A bound is above it in at most 5 % of 1,000 files (deviation 0.7 %, false-alarm
     * probability below 1e-6 at 8.5 %). The saboteur counts both halves together.
     */
    @Test
    void boundsOnEpsilonHoldThoughHalvesTeachEachOther() {
        EpsilonAudit bounds = new EpsilonAudit(0, 0.95);
        int apart = 0;
        int together = 0;
        int people = 400;
        for (int file = 0; file < 1000; file++) {
            Seed seed = Seed.of(file).fork("coins");
            UniformRandomProvider coins = seed.fork("member").stream();
            boolean[] member = new boolean[people];
            for (int i = 0; i < people; i++) {
                member[i] = coins.nextBoolean();
            }
            try (PredictionStore strangers = strangers(people, member, seed.fork("answers"))) {
                Referee referee = new Referee(strangers, seed, new double[0], true);
                Trial trial = referee.play(new Parrot(), 0).trial();
                List<Trial> halves =
                        referee.halves().stream().map(trial::select).toList();
                assertThat(halves.get(0).scores().length + halves.get(1).scores().length)
                        .isEqualTo(people);
                apart += bounds.bound(EpsilonMethod.ONE_RUN, halves, seed).epsilon() > 0 ? 1 : 0;
                together += bounds.bound(EpsilonMethod.ONE_RUN, trial, seed).epsilon() > 0 ? 1 : 0;
            }
        }
        assertThat(apart).isLessThan(85);
        assertThat(together).as("both halves counted together").isGreaterThan(85);
    }

    @Test
    void boundsEpsilonWhereCoinsDecided() throws Exception {
        PredictionAudit coins =
                new PredictionAudit(List.of(new LossThreshold()), List.of(0.1), 0.95, OptionalDouble.of(1e-5), 2);
        Report report = run(coins, AnswerKind.LOGITS, in, out, false);
        assertThat(report.epsilons()).isNotEmpty().allSatisfy(bound -> assertThat(bound.delta())
                .isEqualTo(1e-5));
        assertThat(report.epsilons().get(0).epsilon()).isPositive();
        assertThat(report.limits()).anyMatch(limit -> limit.contains("fair coin of its own"));
        assertThatThrownBy(() -> run(coins, AnswerKind.LOGITS, in, out, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--coins and --drop-overlap");
        assertThatThrownBy(() -> run(coins, AnswerKind.LOGITS, in, Arrays.copyOf(out, 150), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("were not told apart by");
    }
}

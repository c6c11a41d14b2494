package dev.lethe.audit.membership;

import dev.lethe.audit.evidence.Calibration;
import dev.lethe.audit.evidence.EpsilonAudit;
import dev.lethe.audit.evidence.EpsilonBound;
import dev.lethe.audit.evidence.EpsilonMethod;
import dev.lethe.audit.evidence.Evidence;
import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Stability;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.audit.report.Finding;
import dev.lethe.audit.report.Report;
import dev.lethe.audit.report.Verdict;
import dev.lethe.core.data.Records;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.core.stats.ClopperPearson;
import dev.lethe.core.stats.Interval;
import dev.lethe.nn.Engine;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Gathers the evidence of an audit into a report that leads with the strongest finding. */
final class Reporter {
    private static final int EXPOSED = 50;
    private static final int BINS = 40;
    private static final int CURVE_POINTS = 49;
    /** The false-positive rate at which single records and groups are looked at. */
    private static final double FLAG_RATE = 0.01;
    /** A group with fewer members or non-members than this is not measured. */
    private static final int SMALLEST_GROUP = 20;

    /** Shares of members among the people that an attacker might meet, for which the worth of a flag is shown. */
    private static final double[] PRIORS = {0.01, 0.1, 0.5};

    private static final List<String> NOT_TESTED = List.of(
            "attacks that see weights, gradients or training checkpoints",
            "inference of missing attributes, reconstruction of records, inversion of the model",
            "several rows of one person: each row was taken for a person of its own",
            "membership attacks other than those listed");

    private static final List<String> LIMITS = List.of(
            "The audited model was trained here from the recipe; a model trained elsewhere may give away more or less.",
            "\"Found with 1 false alarm in N\" sets the threshold on the audited model's own scores;"
                    + " balanced accuracy does so on other models.",
            "In the game half of the people are members. Where members are rarer, a flag is right less often.",
            "An attack that finds nothing proves nothing: a stronger one may exist.",
            "Intervals cover chance in the draw of people and of models (people only, for groups and rows), not another"
                    + " recipe.");

    private static final String ONE_TARGET =
            "One model was attacked: intervals cover chance in the draw of people only;"
                    + " another model may give away more or less.";

    private final Rules audit;
    private final GameStore store;
    private final Records data;
    /** Row of the data that stands for each player: the first of theirs. */
    private final int[] row;

    private final Words words;
    private final long seedNumber;
    private final Seed seed;
    private final List<String> refused = new ArrayList<>();

    Reporter(Rules audit, GameStore store, Records data, long seedNumber, List<String> refused, Words words) {
        this.words = words;
        this.audit = audit;
        this.store = store;
        this.data = data;
        this.refused.addAll(refused);
        row = firstRows(store.pool());
        this.seedNumber = seedNumber;
        seed = Seed.of(seedNumber).fork("report");
    }

    /**
     * What a report says that depends on where its models come from.
     *
     * @param model the audited model in words
     * @param threshold where an attack fixes its threshold, to complete "a threshold fixed beforehand"
     * @param noThreshold why an attack may have none
     * @param bounds whether lower bounds on epsilon can be had: who is a member must have been drawn by coins
     * @param halves people who were scored by an attacker that was told of all others, and must not be counted together; empty
     *     if nobody was told anything
     * @param notTested the first of which is about the inside of models, the third about people of several rows
     */
    record Words(
            String model,
            String threshold,
            String noThreshold,
            boolean bounds,
            List<int[]> halves,
            List<String> notTested,
            List<String> limits) {
        /** Models that were trained for the audit. */
        static Words ofRecipe(String model, int targets) {
            List<String> limits = new ArrayList<>(LIMITS);
            if (targets == 1) {
                limits.set(limits.size() - 1, ONE_TARGET);
            }
            return new Words(
                    model,
                    "on other models",
                    "to fix a threshold beforehand takes " + Referee.FEWEST_SHADOWS_TO_REHEARSE + " shadows",
                    true,
                    List.of(),
                    NOT_TESTED,
                    limits);
        }
    }

    private static int[] firstRows(Pool<?> pool) {
        int[] row = new int[pool.people()];
        for (int record = pool.records() - 1; record >= 0; record--) {
            row[pool.person()[record]] = pool.source()[record];
        }
        return row;
    }

    /** One attack with everything that was measured of it. */
    private record Measured(
            MembershipAttack attack, Evidence evidence, Judge.Judged judged, Report.AttackEvidence shown) {}

    Report report(
            List<List<Referee.Game>> games,
            Report.Guard guard,
            List<Slices.Slice> slices,
            MembershipAudit.Described described,
            Instant started,
            Progress progress) {
        List<List<Trial>> trials = games.stream()
                .map(played -> played.stream().map(Referee.Game::trial).toList())
                .toList();
        int nonMembers =
                trials.get(0).stream().mapToInt(Trial::nonMembers).min().orElseThrow();
        double[] rates = audit.resolved(nonMembers);
        refused.addAll(audit.refused(nonMembers));
        Judge judge = new Judge(
                audit.confidence(),
                Judge.looks(audit.attacks().size(), rates.length, slices.size()),
                words.threshold());
        List<Measured> measured = measure(trials, rates, judge, progress);
        Measured strongest = measured.get(0);
        List<Finding> findings = new ArrayList<>();
        measured.forEach(m -> findings.addAll(m.judged().findings()));
        List<Report.SliceExposure> exposures = new ArrayList<>();
        for (Slices.Slice slice : slices) {
            slice(slice, strongest, judge, findings, exposures);
        }
        leadWithALeak(findings);
        if (measured.stream().anyMatch(m -> m.evidence().balancedAccuracy().isEmpty())) {
            refused.add("balanced accuracy and advantage: " + words.noThreshold());
        }
        Trial audited = trials.get(0).get(0);
        return new Report(
                new Report.Subject(
                        described.title(),
                        words.model(),
                        described.data(),
                        described.attribution(),
                        audited.members(),
                        audited.nonMembers(),
                        store.classes(),
                        audit.targets(),
                        audit.shadows(),
                        store.queries(),
                        store.pool().population(),
                        described.unit()),
                seedNumber,
                provenance(described, started),
                training(audited),
                findings,
                measured.stream().map(Measured::shown).toList(),
                guard,
                calibrations(measured, games, rates),
                words.bounds() ? epsilons(measured) : List.of(),
                stabilities(measured),
                Predictions.of(
                        measured.stream()
                                .collect(Collectors.toMap(m -> m.attack().card().id(), Measured::evidence)),
                        rates,
                        seed.fork("predictions")),
                exposures,
                exposed(strongest, trials.get(audit.attacks().indexOf(strongest.attack()))),
                refused,
                notTested(described),
                words.limits());
    }

    private List<String> notTested(MembershipAudit.Described described) {
        boolean inside = audit.attacks().stream().anyMatch(a -> a.card().id().equals("gradient-norm"));
        List<String> items = new ArrayList<>(words.notTested());
        if (inside) {
            items.set(0, "attacks that see training checkpoints");
        }
        if (!described.unit().isEmpty()) {
            items.remove(2);
        }
        return items;
    }

    /** If only a later finding shows a leak, a group's for example, it leads: a report must not open with less. */
    private static void leadWithALeak(List<Finding> findings) {
        for (int i = 0; i < findings.size(); i++) {
            if (findings.get(i).verdict() == Verdict.LEAKS) {
                findings.add(0, findings.remove(i));
                return;
            }
        }
    }

    /** All attacks, the strongest first: by what they find at low rates, else by their area. */
    private List<Measured> measure(List<List<Trial>> trials, double[] rates, Judge judge, Progress progress) {
        Measured[] measured = new Measured[trials.size()];
        List<Runnable> tasks = new ArrayList<>();
        for (int a = 0; a < measured.length; a++) {
            int index = a;
            tasks.add(() -> measured[index] = measure(audit.attacks().get(index), trials.get(index), rates, judge));
        }
        Parallel.run(tasks, audit.threads(), done -> progress.at("measuring", done));
        return Arrays.stream(measured)
                .sorted(Comparator.comparing((Measured m) -> !m.judged().leaksAtARate())
                        .thenComparing(m -> !m.judged().leaks())
                        .thenComparingDouble(
                                m -> m.judged().leaksAtARate() ? -m.judged().strength() : 0)
                        .thenComparingDouble(m -> -m.evidence().auc().value()))
                .toList();
    }

    private Measured measure(MembershipAttack attack, List<Trial> trials, double[] rates, Judge judge) {
        String id = attack.card().id();
        double[] grid = grid(rates, trials.get(0).nonMembers());
        Evidence evidence = new Evidence(trials, grid, audit.confidence(), seed.fork("evidence/" + id));
        Judge.Judged judged = judge.judge(id, evidence, rates);
        return new Measured(
                attack,
                evidence,
                judged,
                new Report.AttackEvidence(attack.card(), curve(evidence), histogram(trials.get(0))));
    }

    /** The reported rates and evenly spaced ones on the logarithmic axis, from one false alarm up to 1. */
    private static double[] grid(double[] rates, int nonMembers) {
        TreeSet<Double> grid = new TreeSet<>();
        for (double rate : rates) {
            grid.add(rate);
        }
        for (int i = 0; i < CURVE_POINTS; i++) {
            grid.add(Math.pow(1.0 / nonMembers, 1 - (double) i / (CURVE_POINTS - 1)));
        }
        return grid.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private Report.Curve curve(Evidence evidence) {
        double[] fpr = evidence.rates();
        double[] tpr = new double[fpr.length];
        double[] low = new double[fpr.length];
        double[] high = new double[fpr.length];
        for (int i = 0; i < fpr.length; i++) {
            Evidence.Measurement at = evidence.tpr(i);
            tpr[i] = at.value();
            low[i] = at.low();
            high[i] = at.high();
        }
        return new Report.Curve(fpr, tpr, low, high, audit.confidence());
    }

    /** Bins over the central 99 % of the scores; the first and last bin take the rest. */
    private static Report.Histogram histogram(Trial trial) {
        double[] sorted =
                Arrays.stream(trial.scores()).filter(Double::isFinite).sorted().toArray();
        double from = sorted.length == 0 ? 0 : sorted[(int) (0.005 * sorted.length)];
        double to = sorted.length == 0 ? 1 : sorted[(int) (0.995 * (sorted.length - 1))];
        if (!(to > from)) {
            from -= 0.5;
            to = from + 1;
        }
        double[] edges = new double[BINS + 1];
        for (int i = 0; i <= BINS; i++) {
            edges[i] = from + (to - from) * i / BINS;
        }
        int[] members = new int[BINS];
        int[] nonMembers = new int[BINS];
        for (int record = 0; record < trial.scores().length; record++) {
            int bin = (int) Math.floor((trial.scores()[record] - from) / (to - from) * BINS);
            int[] counts = trial.member()[record] ? members : nonMembers;
            counts[Math.max(0, Math.min(BINS - 1, bin))]++;
        }
        return new Report.Histogram(edges, members, nonMembers);
    }

    private void slice(
            Slices.Slice slice,
            Measured strongest,
            Judge judge,
            List<Finding> findings,
            List<Report.SliceExposure> exposures) {
        int[] here = playersAmong(slice.records());
        String name = slice.column() + " = " + slice.value();
        List<Trial> part = strongest.evidence().trials().stream()
                .map(trial -> trial.select(here))
                .toList();
        int members = part.stream().mapToInt(Trial::members).min().orElseThrow();
        int nonMembers = part.stream().mapToInt(Trial::nonMembers).min().orElseThrow();
        if (Math.min(members, nonMembers) < SMALLEST_GROUP) {
            refused.add("slice " + name + ": " + members + " members and " + nonMembers
                    + " non-members are too few; it takes " + SMALLEST_GROUP + " of each");
            return;
        }
        Evidence.Measurement auc =
                new Evidence(part, new double[0], audit.confidence(), seed.fork("slice/" + name)).auc();
        double rate = flagRate(strongest.evidence());
        double[] thresholds = strongest.evidence().thresholds(rate);
        double tpr = 0;
        double fpr = 0;
        for (int t = 0; t < part.size(); t++) {
            Roc roc = new Roc(part.get(t));
            tpr += roc.rateAtLeast(thresholds[t], true) / part.size();
            fpr += roc.rateAtLeast(thresholds[t], false) / part.size();
        }
        String attack = strongest.attack().card().id();
        Finding finding = judge.slice(attack, name, rate, tpr, members, fpr, nonMembers);
        findings.add(finding);
        exposures.add(new Report.SliceExposure(
                slice.column(),
                slice.value(),
                part.get(0).members(),
                part.get(0).nonMembers(),
                auc.value(),
                auc.low(),
                auc.high(),
                rate,
                finding.value(),
                finding.low(),
                finding.high(),
                audit.confidence()));
    }

    /** The players among the rows of a group. */
    private int[] playersAmong(int[] rows) {
        Set<Integer> group = Arrays.stream(rows).boxed().collect(Collectors.toSet());
        return IntStream.range(0, row.length)
                .filter(player -> group.contains(row[player]))
                .toArray();
    }

    /** {@link #FLAG_RATE}, or the lowest rate that the non-members resolve if that is above. */
    private static double flagRate(Evidence evidence) {
        return Math.max(FLAG_RATE, 1.0 / evidence.nonMembers());
    }

    /** The threshold sources side by side, attack by attack in the order of the findings. */
    private List<Report.Calibration> calibrations(
            List<Measured> measured, List<List<Referee.Game>> games, double[] rates) {
        List<List<Report.Calibration>> all = new ArrayList<>();
        List<Runnable> tasks = new ArrayList<>();
        for (Measured m : measured) {
            List<Report.Calibration> own = new ArrayList<>();
            all.add(own);
            tasks.add(() -> own.addAll(calibrations(m, games.get(audit.attacks().indexOf(m.attack())), rates)));
        }
        Parallel.run(tasks, audit.threads(), done -> {});
        return all.stream().flatMap(List::stream).toList();
    }

    private List<Report.Calibration> calibrations(Measured m, List<Referee.Game> games, double[] rates) {
        String id = m.attack().card().id();
        List<double[]> thresholds = games.stream()
                .map(Referee.Game::thresholds)
                .map(fixed ->
                        Arrays.copyOfRange(fixed, fixed.length == 0 ? 0 : fixed.length - rates.length, fixed.length))
                .toList();
        boolean rehearsed = thresholds.get(0).length == rates.length;
        return Calibration.measure(
                        m.evidence(), rates, rehearsed ? thresholds : List.of(), PRIORS, seed.fork("calibration/" + id))
                .stream()
                .map(calibration -> shown(id, calibration))
                .toList();
    }

    private Report.Calibration shown(String attack, Calibration calibration) {
        return new Report.Calibration(
                attack,
                calibration.source().name(),
                calibration.rate(),
                calibration.tpr().value(),
                calibration.tpr().low(),
                calibration.tpr().high(),
                calibration.fpr().value(),
                calibration.fpr().low(),
                calibration.fpr().high(),
                audit.confidence(),
                calibration.predictiveValues().stream()
                        .map(p -> new Report.Predictive(p.prior(), p.value(), p.low(), p.high()))
                        .toList());
    }

    /**
     * By each method, with error probabilities that together, over the attacks and the methods that take nothing for
     * granted, stay within that of the report: so a reader may take the largest.
     */
    private List<Report.Epsilon> epsilons(List<Measured> measured) {
        long unconditional = Arrays.stream(EpsilonMethod.values())
                .filter(method -> !method.conditional())
                .count();
        double each = 1 - (1 - audit.confidence()) / (measured.size() * unconditional);
        EpsilonAudit bounds = new EpsilonAudit(audit.delta(), each);
        List<Report.Epsilon> all = new ArrayList<>();
        for (EpsilonMethod method : bounds.methods()) {
            for (Measured m : measured) {
                String id = m.attack().card().id();
                EpsilonBound bound = bounds.bound(method, apart(m.evidence().trials()), seed.fork("epsilon/" + id));
                all.add(new Report.Epsilon(
                        id, bound.epsilon(), bound.delta(), audit.confidence(), method.title(), method.condition()));
            }
        }
        return all;
    }

    /**
     * Who was told of one half may betray it by guesses about the other, so guesses about both are not as those of coins;
     * each half's are, given the other.
     */
    private List<Trial> apart(List<Trial> trials) {
        return words.halves().isEmpty()
                ? trials
                : words.halves().stream()
                        .map(half -> trials.get(0).select(half))
                        .toList();
    }

    /** At the threshold of one false alarm in a hundred. */
    private List<Report.Stability> stabilities(List<Measured> measured) {
        List<Report.Stability> all = new ArrayList<>();
        for (Measured m : measured) {
            double rate = flagRate(m.evidence());
            Stability.of(m.evidence().trials(), m.evidence().thresholds(rate))
                    .map(stability -> new Report.Stability(
                            m.attack().card().id(),
                            rate,
                            stability.targets(),
                            stability.jaccard(),
                            stability.jaccardByChance(),
                            stability.support().stream()
                                    .mapToInt(Stability.Support::records)
                                    .toArray(),
                            stability.support().stream()
                                    .mapToDouble(Stability.Support::byChance)
                                    .toArray()))
                    .ifPresent(all::add);
        }
        return all;
    }

    /** The members of the audited model that the attack is surest of. */
    private List<Report.ExposedRecord> exposed(Measured strongest, List<Trial> trials) {
        Trial audited = trials.get(0);
        double[] thresholds = strongest.evidence().thresholds(flagRate(strongest.evidence()));
        double[] others = IntStream.range(0, audited.scores().length)
                .filter(i -> !audited.member()[i])
                .mapToDouble(i -> audited.scores()[i])
                .sorted()
                .toArray();
        return surest(audited).stream()
                .map(record -> exposed(record, audited, others, trials, thresholds))
                .toList();
    }

    /** The members of highest score, the first of equals first; few of perhaps millions. */
    private static List<Integer> surest(Trial audited) {
        double[] members = IntStream.range(0, audited.scores().length)
                .filter(i -> audited.member()[i])
                .mapToDouble(i -> audited.scores()[i])
                .sorted()
                .toArray();
        double least = members[Math.max(0, members.length - EXPOSED)];
        int[] above = IntStream.range(0, audited.scores().length)
                .filter(i -> audited.member()[i] && audited.scores()[i] > least)
                .toArray();
        IntStream equal = IntStream.range(0, audited.scores().length)
                .filter(i -> audited.member()[i] && audited.scores()[i] == least)
                .limit(EXPOSED - above.length);
        return IntStream.concat(Arrays.stream(above), equal)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -audited.scores()[i])
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    private Report.ExposedRecord exposed(
            int record, Trial audited, double[] others, List<Trial> trials, double[] thresholds) {
        double score = audited.scores()[record];
        int alarms = (int) Arrays.stream(others).filter(other -> other >= score).count();
        Interval alarmRate = ClopperPearson.interval(alarms, others.length, audit.confidence());
        int trained = 0;
        int flagged = 0;
        // Not the audited model, from target 1 on: it chose the record, so that it flags it proves nothing.
        for (int t = 1; t < trials.size(); t++) {
            if (trials.get(t).member()[record]) {
                trained++;
                if (trials.get(t).scores()[record] >= thresholds[t]) {
                    flagged++;
                }
            }
        }
        Interval flaggedRate =
                trained == 0 ? new Interval(0, 1) : ClopperPearson.interval(flagged, trained, audit.confidence());
        return new Report.ExposedRecord(
                row[record] + 1,
                data.classes().get(data.labels()[row[record]]),
                score,
                (double) alarms / others.length,
                alarmRate.low(),
                alarmRate.high(),
                flagged,
                trained,
                flaggedRate.low(),
                flaggedRate.high(),
                audit.confidence());
    }

    private Report.Training training(Trial audited) {
        double[] losses = store.losses();
        boolean[] rightOf = store.right();
        Pool<?> pool = store.pool();
        double[] loss = new double[2];
        int[] right = new int[2];
        int[] count = new int[2];
        for (int record = 0; record < pool.records(); record++) {
            int side = audited.member()[pool.person()[record]] ? 0 : 1;
            loss[side] += losses[record];
            right[side] += rightOf[record] ? 1 : 0;
            count[side]++;
        }
        return new Report.Training(
                loss[0] / count[0], loss[1] / count[1], (double) right[0] / count[0], (double) right[1] / count[1]);
    }

    private Report.Provenance provenance(MembershipAudit.Described described, Instant started) {
        Map<String, String> environment = new LinkedHashMap<>(Engine.provenance());
        environment.put("worker threads", Integer.toString(audit.threads()));
        environment.put("java", System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")");
        environment.put(
                "operating system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
        return new Report.Provenance(
                described.version(),
                described.settings(),
                data.fingerprint(),
                store.fingerprint(),
                environment,
                started.truncatedTo(ChronoUnit.SECONDS).toString(),
                Duration.between(started, Instant.now()).toMillis() / 1000.0);
    }
}

package dev.lethe.audit.report;

import dev.lethe.audit.Card;
import dev.lethe.audit.report.Report.AttackEvidence;
import dev.lethe.audit.report.Report.Calibration;
import dev.lethe.audit.report.Report.Curve;
import dev.lethe.audit.report.Report.Epsilon;
import dev.lethe.audit.report.Report.ExposedRecord;
import dev.lethe.audit.report.Report.Guard;
import dev.lethe.audit.report.Report.Histogram;
import dev.lethe.audit.report.Report.OutputNote;
import dev.lethe.audit.report.Report.PlantedLeak;
import dev.lethe.audit.report.Report.Prediction;
import dev.lethe.audit.report.Report.Predictive;
import dev.lethe.audit.report.Report.Provenance;
import dev.lethe.audit.report.Report.Severity;
import dev.lethe.audit.report.Report.Sight;
import dev.lethe.audit.report.Report.SliceExposure;
import dev.lethe.audit.report.Report.Stability;
import dev.lethe.audit.report.Report.Subject;
import dev.lethe.audit.report.Report.Training;
import dev.lethe.core.stats.ClopperPearson;
import dev.lethe.core.stats.Interval;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;

/** Reports as an audit would make them, for tests of what becomes of them. */
public final class SampleReport {
    private static final double CONFIDENCE = 0.95;
    private static final int MEMBERS = 5_000;
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    private static final List<String> JOBS = List.of(
            "admin.",
            "blue-collar",
            "entrepreneur",
            "housemaid",
            "management",
            "retired",
            "self-employed",
            "services",
            "student",
            "technician",
            "unemployed",
            "unknown");

    private static final String[][] BATTERY = {
        {"bavaria", "Bayesian variance attack (BaVarIA), t-distributed"},
        {"rmia", "Robust membership inference (RMIA), online"},
        {"lira", "Likelihood-ratio attack (LiRA), online"},
        {"base", "Bayes-approximate membership inference (BASE)"},
        {"gradient-norm", "Norms of per-example gradients, learned on shadows"},
        {"rmia-offline", "Robust membership inference (RMIA), offline"},
        {"lira-offline", "Likelihood-ratio attack (LiRA), offline"},
        {"difficulty-calibration", "Loss calibrated by difficulty"},
        {"shokri", "Shadow models with attack models per class"},
        {"shokri-marginals", "Shadow models on data from marginals"},
        {"confidence-threshold", "Confidence threshold"},
        {"entropy-threshold", "Modified-entropy threshold"},
        {"loss-threshold", "Loss threshold"},
        {"tail-indicator", "Tail indicator"},
        {"quantile-regression", "Quantile regression"},
        {"label-only", "Label only, by augmentation and distance"},
    };

    private SampleReport() {}

    /** A model that leaks: six attacks, four slicing columns, twenty exposed records. */
    public static Report realistic() {
        List<AttackEvidence> attacks = attacks();
        return new Report(
                subject("Multilayer perceptron that predicts 'job' from bank-full.csv"),
                7_305_917_284_113_026L,
                provenance(),
                new Training(1.284_03, 1.911_27, 0.552_6, 0.411_8),
                findings(),
                attacks,
                guard(),
                calibrations(),
                epsilons(),
                stabilities(),
                List.of(
                        new Prediction("loss-threshold", 0.01, 0.1139, 0.0904, 0.1402, CONFIDENCE, "lira"),
                        new Prediction("loss-threshold", 0.001, 0.0312, 0.0171, 0.0489, CONFIDENCE, "lira")),
                slices(),
                exposed(),
                List.of(
                        "tpr@fpr=0.0001: 5,000 non-members resolve false-positive rates down to 0.0002 only; ask for more "
                                + "records or pool more targets",
                        "slice job = unknown: 34 members are too few for an interval narrower than 0.3; at least 100 are"
                                + " needed"),
                List.of(
                        "Attribute inference: whether the model helps to guess a missing column of a known person.",
                        "Reconstruction: whether whole records can be rebuilt from the model.",
                        "An attacker who sees gradients or weights; every attack here sees only the model's answers.",
                        "Records added later, other columns and other models trained on the same data."),
                List.of(
                        "The attacks are the strongest that ran, not the strongest there are; a better one may find more.",
                        "The attacker is assumed to hold records of the same kind and to know the training recipe.",
                        "Rates are means over 8 models of the recipe; a single model may leak more or less.",
                        "A record counts as one person; whoever stands in several rows may be exposed more than shown."));
    }

    /**
     * Sixteen attacks on people with several rows, who are asked about in several versions; one attack misses the planted
     * leak, and every attack has its thresholds, bounds and stability.
     */
    public static Report battery() {
        Report r = realistic();
        Subject s = r.subject();
        List<AttackEvidence> attacks = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        findings.add(headline("bavaria"));
        List<PlantedLeak> planted = new ArrayList<>();
        List<Calibration> calibrations = new ArrayList<>();
        List<Epsilon> epsilons = new ArrayList<>();
        List<Stability> stabilities = new ArrayList<>();
        for (String[] idAndName : BATTERY) {
            String id = idAndName[0];
            int place = attacks.size();
            double strength = 1 - place / 16.0;
            double shift = 0.05 + 0.85 * strength;
            Card known = card(id);
            attacks.add(new AttackEvidence(
                    new Card(id, idAndName[1], known.summary(), known.paper(), known.assumptions()),
                    curve(shift, 8 * MEMBERS),
                    histogram(shift, -9, 12)));
            rates(
                    findings,
                    id,
                    0.5 + 0.23 * strength,
                    0.1 + 0.23 * strength,
                    place == 0 ? 0 : 0.01 + 0.08 * strength,
                    0.001 + 0.03 * strength * strength);
            boolean missed = id.equals("label-only");
            planted.add(
                    missed
                            ? new PlantedLeak(id, 0.503, 0.478, 0.529, 0.99, Sight.MISSED)
                            : new PlantedLeak(
                                    id,
                                    0.9 + 0.08 * strength,
                                    0.88 + 0.08 * strength,
                                    0.92 + 0.07 * strength,
                                    0.99,
                                    Sight.SEEN));
            for (double rate : new double[] {0.1, 0.01, 0.001}) {
                calibrations(calibrations, id, rate, Math.pow(rate, 1 - 0.55 * strength));
            }
            epsilons(epsilons, id, strength);
            stabilities.add(new Stability(
                    id,
                    0.01,
                    8,
                    0.055 + 0.16 * strength,
                    0.054,
                    new int[] {1_804, 611, 190, 52, 11, 2, 0, 0},
                    new double[] {3_120, 511, 48, 2.9, 0.1, 0, 0, 0}));
        }
        return new Report(
                new Subject(
                        s.title(),
                        s.model(),
                        s.data(),
                        s.attribution(),
                        s.members(),
                        s.nonMembers(),
                        s.classes(),
                        s.targets(),
                        64,
                        18,
                        s.population(),
                        "customer"),
                r.seed(),
                r.provenance(),
                r.training(),
                findings,
                attacks,
                new Guard(
                        planted,
                        r.guard().outputs(),
                        List.of(
                                "On networks that learned these very records by heart, label-only found nothing. What it"
                                        + " does not find in the audited model says nothing.")),
                calibrations,
                epsilons,
                stabilities,
                r.slices(),
                r.exposed(),
                r.refused(),
                r.notTested(),
                r.limits());
    }

    /** An audit whose one attack found nothing, and missed the planted leak too: a saboteur that must not look calm. */
    public static Report blind() {
        Report r = nothingFound();
        return withGuard(
                r,
                new Guard(
                        List.of(new PlantedLeak("loss-threshold", 0.502, 0.471, 0.533, 0.99, Sight.MISSED)),
                        List.of(),
                        List.of("On networks that learned these very records by heart, loss-threshold found nothing."
                                + " What it does not find in the audited model says nothing.")));
    }

    /** An audit that found nothing in answers that cannot show anything. */
    public static Report voided() {
        Report r = nothingFound();
        return withGuard(
                r,
                new Guard(
                        r.guard().planted(),
                        List.of(new OutputNote(
                                "constant",
                                Severity.VOIDS,
                                "The model gives the same answer to every record; audit the model that is in use.")),
                        List.of()));
    }

    /** The report with other eyes. */
    public static Report withGuard(Report r, Guard guard) {
        return new Report(
                r.subject(),
                r.seed(),
                r.provenance(),
                r.training(),
                r.findings(),
                r.attacks(),
                guard,
                r.calibrations(),
                r.epsilons(),
                r.stabilities(),
                r.slices(),
                r.exposed(),
                r.refused(),
                r.notTested(),
                r.limits());
    }

    /** One attack that finds nothing; no slices, no exposed records, nothing refused. */
    public static Report nothingFound() {
        Report realistic = realistic();
        AttackEvidence loss = new AttackEvidence(card("loss-threshold"), curve(0.01, MEMBERS), histogram(0.01, -6, 2));
        return new Report(
                subject("Logistic regression that predicts 'y' from bank-full.csv"),
                1,
                realistic.provenance(),
                new Training(0.241_2, 0.243_9, 0.901_2, 0.899_8),
                List.of(new Finding(
                        "loss-threshold",
                        "auc",
                        "",
                        0.503_1,
                        0.491_9,
                        0.514_4,
                        CONFIDENCE,
                        "bootstrap over records and targets",
                        Verdict.NOTHING_FOUND,
                        "The loss-threshold attack tells the people in the training data from others no better than a"
                                + " coin.")),
                List.of(loss),
                guard(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                realistic.notTested(),
                realistic.limits());
    }

    /** One attack whose finding refutes a stated guarantee; a single record exposed. */
    public static Report oneAttack() {
        Report realistic = realistic();
        return new Report(
                realistic.subject(),
                realistic.seed(),
                realistic.provenance(),
                realistic.training(),
                List.of(new Finding(
                        "lira",
                        "epsilon-lower-bound",
                        "",
                        2.692_6,
                        2.692_6,
                        3.411_8,
                        CONFIDENCE,
                        "Clopper-Pearson",
                        Verdict.REFUTES_CLAIM,
                        "The model was said to keep epsilon at most 1; this attack succeeds too often for any epsilon"
                                + " below 2.69.")),
                realistic.attacks().subList(0, 1),
                realistic.guard(),
                realistic.calibrations(),
                realistic.epsilons(),
                realistic.stabilities(),
                List.of(),
                realistic.exposed().subList(0, 1),
                realistic.refused(),
                List.of(),
                List.of());
    }

    /** Everything was refused: no attack, no finding. */
    public static Report nothingMeasured() {
        Report r = realistic();
        return new Report(
                r.subject(),
                r.seed(),
                r.provenance(),
                r.training(),
                List.of(),
                List.of(),
                new Guard(List.of(), List.of(), List.of()),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                r.refused(),
                r.notTested(),
                r.limits());
    }

    /** As {@link #hostile}, with the text twenty times in each list. */
    public static Report crowded(String text) {
        Report r = hostile(text);
        List<String> many = Collections.nCopies(20, text);
        return new Report(
                r.subject(),
                r.seed(),
                r.provenance(),
                r.training(),
                realistic().findings().stream()
                        .map(f -> new Finding(
                                f.attack(),
                                f.metric(),
                                f.slice(),
                                f.value(),
                                f.low(),
                                f.high(),
                                f.confidence(),
                                f.method(),
                                f.verdict(),
                                text))
                        .toList(),
                r.attacks(),
                r.guard(),
                r.calibrations(),
                r.epsilons(),
                r.stabilities(),
                r.slices(),
                r.exposed(),
                many,
                many,
                many);
    }

    /** The realistic report with this text in every place that data, file names or settings can reach. */
    public static Report hostile(String text) {
        Report r = realistic();
        Subject s = r.subject();
        Provenance p = r.provenance();
        return new Report(
                new Subject(
                        text,
                        text,
                        text,
                        text,
                        s.members(),
                        s.nonMembers(),
                        s.classes(),
                        s.targets(),
                        s.shadows(),
                        s.queries(),
                        s.population(),
                        text),
                r.seed(),
                new Provenance(text, Map.of(text, text), text, text, Map.of(text, text), text, p.seconds()),
                r.training(),
                r.findings().stream()
                        .map(f -> new Finding(
                                text,
                                text,
                                text,
                                f.value(),
                                f.low(),
                                f.high(),
                                f.confidence(),
                                text,
                                f.verdict(),
                                text))
                        .toList(),
                r.attacks().stream()
                        .map(a -> new AttackEvidence(
                                new Card(a.card().id(), text, text, text, List.of(text)), a.roc(), a.histogram()))
                        .toList(),
                new Guard(r.guard().planted(), List.of(new OutputNote(text, Severity.WEAKENS, text)), List.of(text)),
                r.calibrations(),
                r.epsilons().stream()
                        .map(e -> new Epsilon(text, e.epsilon(), e.delta(), e.confidence(), text, text))
                        .toList(),
                r.stabilities(),
                r.slices().stream()
                        .map(e -> new SliceExposure(
                                text,
                                text,
                                e.members(),
                                e.nonMembers(),
                                e.auc(),
                                e.aucLow(),
                                e.aucHigh(),
                                e.fpr(),
                                e.tpr(),
                                e.tprLow(),
                                e.tprHigh(),
                                e.confidence()))
                        .toList(),
                r.exposed().stream()
                        .map(e -> new ExposedRecord(
                                e.row(),
                                text,
                                e.score(),
                                e.falseAlarms(),
                                e.falseAlarmsLow(),
                                e.falseAlarmsHigh(),
                                e.targetsFlagged(),
                                e.targetsTrained(),
                                e.flaggedLow(),
                                e.flaggedHigh(),
                                e.confidence()))
                        .toList(),
                List.of(text),
                List.of(text),
                List.of(text));
    }

    private static Subject subject(String title) {
        return new Subject(
                title,
                "Multilayer perceptron, one hidden layer of 256 ReLU units, Adam at learning rate 0.001, batches of 64, "
                        + "60 epochs, no weight decay, no dropout, no early stopping",
                "bank-full.csv",
                "UCI Bank Marketing: Moro, Cortez, Rita (2014), A Data-Driven Approach to Predict the Success of Bank "
                        + "Telemarketing, CC BY 4.0",
                MEMBERS,
                MEMBERS,
                JOBS.size(),
                8,
                16,
                1,
                10_000,
                "");
    }

    private static Guard guard() {
        return new Guard(
                List.of(
                        new PlantedLeak("lira", 0.981, 0.967, 0.991, 0.99, Sight.SEEN),
                        new PlantedLeak("loss-threshold", 0.943, 0.921, 0.964, 0.99, Sight.SEEN)),
                List.of(new OutputNote(
                        "rounded",
                        Severity.WEAKENS,
                        "The answers are rounded to 3 decimals, which hides the surest members; audit the model without"
                                + " rounding.")),
                List.of());
    }

    private static List<Calibration> calibrations() {
        List<Calibration> calibrations = new ArrayList<>();
        calibrations(calibrations, "lira", 0.01, 0.103);
        return calibrations;
    }

    /** Three sources at one rate; the thresholds rehearsed on shadows let nobody pass at 1 in 1,000. */
    private static void calibrations(List<Calibration> calibrations, String attack, double rate, double found) {
        for (String source : List.of("ORACLE", "SHADOWS", "POPULATION")) {
            boolean none = source.equals("SHADOWS") && rate < 0.01;
            double fpr = none ? 0 : rate;
            Interval alarms = ClopperPearson.interval(Math.round(fpr * MEMBERS), MEMBERS, CONFIDENCE);
            Interval share = ClopperPearson.interval(Math.round(found * MEMBERS), MEMBERS, CONFIDENCE);
            List<Predictive> predictive = new ArrayList<>();
            for (double prior : new double[] {0.01, 0.1, 0.5}) {
                predictive.add(new Predictive(
                        prior,
                        right(prior, found, fpr),
                        right(prior, share.low(), alarms.high()),
                        right(prior, share.high(), alarms.low())));
            }
            calibrations.add(new Calibration(
                    attack,
                    source,
                    rate,
                    found,
                    Math.min(found, share.low()),
                    Math.max(found, share.high()),
                    fpr,
                    Math.min(fpr, alarms.low()),
                    Math.max(fpr, alarms.high()),
                    CONFIDENCE,
                    predictive));
        }
    }

    private static double right(double prior, double found, double alarms) {
        return prior * found / (prior * found + (1 - prior) * alarms);
    }

    private static List<Epsilon> epsilons() {
        List<Epsilon> epsilons = new ArrayList<>();
        epsilons(epsilons, "lira", 1);
        return epsilons;
    }

    private static void epsilons(List<Epsilon> epsilons, String attack, double strength) {
        String independent = "records are flagged independently of each other";
        String gaussian = "the recipe hides a record as a Gaussian mechanism does";
        double one = Math.max(0, 1.272 * (strength - 0.3) / 0.7);
        epsilons.add(new Epsilon(attack, one, 1e-5, CONFIDENCE, "one run, guesses counted", ""));
        epsilons.add(
                new Epsilon(attack, 1.1 * one, 1e-5, CONFIDENCE, "one run, recursion over the trade-off curve", ""));
        epsilons.add(new Epsilon(
                attack, 2 * one, 1e-5, CONFIDENCE, "one run, recursion over a Gaussian trade-off curve", gaussian));
        epsilons.add(new Epsilon(attack, 1.5 * one, 1e-5, CONFIDENCE, "two rates at one threshold", independent));
        epsilons.add(new Epsilon(
                attack,
                2.2 * one,
                1e-5,
                CONFIDENCE,
                "two rates at one threshold, read as those of a Gaussian mechanism",
                independent + ", and " + gaussian));
    }

    private static List<Stability> stabilities() {
        return List.of(new Stability(
                "lira", 0.01, 8, 0.214, 0.054, new int[] {1_804, 611, 190, 52, 11, 2, 0, 0}, new double[] {
                    3_120, 511, 48, 2.9, 0.1, 0, 0, 0
                }));
    }

    private static Provenance provenance() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("table", "data/customers/2026/quarter-3/export/bank-full.csv");
        settings.put("label", "job");
        settings.put("recipe", "mlp");
        settings.put("width", "256");
        settings.put("epochs", "60");
        settings.put("learning-rate", "0.001");
        settings.put("batch", "64");
        settings.put("members", "5000");
        settings.put("shadows", "16");
        settings.put("attacks", "lira,lira-offline,shokri,confidence-threshold,entropy-threshold,loss-threshold");
        settings.put("slices", "age,marital,education,housing");
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("Java", "17.0.15+6 (Debian)");
        environment.put("libtorch", "2.10.0, javacpp 1.5.13");
        environment.put("BLAS kernel", "OpenBLAS 0.3.31, SKYLAKEX");
        environment.put("threads", "2 models at a time, 1 thread each");
        environment.put("system", "Linux 6.1 x86_64");
        return new Provenance(
                "0.1.0",
                settings,
                "9f2b7a0c5d1e4438a6f0c2b98d7e6f5a41302918e7d6c5b4a3928170f6e5d4c3",
                "1c0ffee2a4b6c8d0e2f4061828304050607080900a0b0c0d0e0f101112131415",
                environment,
                "2026-11-22T09:41:07Z",
                47.318);
    }

    private static List<AttackEvidence> attacks() {
        return List.of(
                new AttackEvidence(card("lira"), curve(0.87, 8 * MEMBERS), histogram(0.87, -9, 12)),
                new AttackEvidence(card("lira-offline"), curve(0.66, 8 * MEMBERS), histogram(0.66, 0, 1)),
                new AttackEvidence(card("shokri"), curve(0.44, 8 * MEMBERS), histogram(0.44, 0, 1)),
                new AttackEvidence(card("confidence-threshold"), curve(0.38, 8 * MEMBERS), histogram(0.38, -1, 1)),
                new AttackEvidence(card("entropy-threshold"), curve(0.37, 8 * MEMBERS), histogram(0.37, -7, 0)),
                new AttackEvidence(card("loss-threshold"), curve(0.36, 8 * MEMBERS), histogram(0.36, -8, 0)));
    }

    private static Card card(String id) {
        return switch (id) {
            case "lira" ->
                new Card(
                        id,
                        "Likelihood-ratio attack (LiRA), online",
                        "Compares the model's confidence on a record with that of shadow models trained with the record"
                                + " and without it.",
                        "Carlini, Chien, Nasr, Song, Terzis, Tramèr: Membership Inference Attacks From First"
                                + " Principles, IEEE S&P 2022",
                        List.of(
                                "records of the same kind as the training data",
                                "the training recipe",
                                "time to train shadow models that contain the record in question",
                                "the model's probabilities or logits"));
            case "lira-offline" ->
                new Card(
                        id,
                        "Likelihood-ratio attack (LiRA), offline",
                        "Compares the model's confidence on a record with that of shadow models trained without it.",
                        "Carlini, Chien, Nasr, Song, Terzis, Tramèr: Membership Inference Attacks From First"
                                + " Principles, IEEE S&P 2022",
                        List.of(
                                "records of the same kind as the training data",
                                "the training recipe",
                                "the model's probabilities or logits"));
            case "shokri" ->
                new Card(
                        id,
                        "Shadow models with attack models per class",
                        "Learns from shadow models, class by class, how answers on training records look.",
                        "Shokri, Stronati, Song, Shmatikov: Membership Inference Attacks Against Machine Learning"
                                + " Models, IEEE S&P 2017",
                        List.of(
                                "records of the same kind as the training data",
                                "the training recipe",
                                "the model's probabilities"));
            case "confidence-threshold" ->
                new Card(
                        id,
                        "Confidence threshold",
                        "Says member where the model gives the true class more than a threshold set for that class.",
                        "Song, Mittal: Systematic Evaluation of Privacy Risks of Machine Learning Models, USENIX"
                                + " Security 2021",
                        List.of("the model's probabilities", "shadow models to set the thresholds"));
            case "entropy-threshold" ->
                new Card(
                        id,
                        "Modified-entropy threshold",
                        "Says member where the modified entropy of the answer lies under a threshold set for the class.",
                        "Song, Mittal: Systematic Evaluation of Privacy Risks of Machine Learning Models, USENIX"
                                + " Security 2021",
                        List.of("the model's probabilities", "shadow models to set the thresholds"));
            default ->
                new Card(
                        id,
                        "Loss threshold",
                        "Says member where the model's loss on the record is below a threshold.",
                        "Yeom, Giacomelli, Fredrikson, Jha: Privacy Risk in Machine Learning, IEEE CSF 2018",
                        List.of("the model's probabilities", "the average training loss"));
        };
    }

    private static Finding headline(String attack) {
        return new Finding(
                attack,
                "tpr@fpr=0.01",
                "",
                0.105_2,
                0.102_2,
                0.108_3,
                CONFIDENCE,
                "Clopper-Pearson",
                Verdict.LEAKS,
                "10 % of the people in the training data are found with 1 false alarm in 100.");
    }

    private static List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.add(headline("lira"));
        rates(findings, "lira", 0.731_4, 0.331_6, 0, 0.032_9);
        rates(findings, "lira-offline", 0.681_2, 0.262_5, 0.071_3, 0.017_2);
        rates(findings, "shokri", 0.621_7, 0.181_1, 0.028_4, 0.004_1);
        rates(findings, "confidence-threshold", 0.608_9, 0.164_0, 0.021_8, 0.002_9);
        rates(findings, "entropy-threshold", 0.604_2, 0.158_8, 0.020_1, 0.002_6);
        rates(findings, "loss-threshold", 0.601_3, 0.153_2, 0.011_1, 0.000_98);
        return findings;
    }

    private static void rates(
            List<Finding> findings, String attack, double auc, double tenth, double hundredth, double thousandth) {
        findings.add(new Finding(
                attack,
                "auc",
                "",
                auc,
                auc - 0.004_3,
                auc + 0.004_3,
                CONFIDENCE,
                "bootstrap over records and targets",
                Verdict.LEAKS,
                "Shown a person from the training data and one who is not in it, the attack picks the right one in "
                        + Math.round(auc * 100) + " of 100 cases; guessing is right in 50."));
        rate(findings, attack, 0.1, tenth);
        if (hundredth > 0) {
            rate(findings, attack, 0.01, hundredth);
        }
        rate(findings, attack, 0.001, thousandth);
    }

    private static void rate(List<Finding> findings, String attack, double alarms, double found) {
        Interval interval = ClopperPearson.interval(Math.round(found * 8 * MEMBERS), 8L * MEMBERS, CONFIDENCE);
        boolean leaks = interval.low() > alarms;
        findings.add(new Finding(
                attack,
                "tpr@fpr=" + Numbers.asGiven(alarms),
                "",
                found,
                Math.min(found, interval.low()),
                Math.max(found, interval.high()),
                CONFIDENCE,
                "Clopper-Pearson",
                leaks ? Verdict.LEAKS : Verdict.NOTHING_FOUND,
                leaks
                        ? "At a false-alarm rate of " + Numbers.asGiven(alarms) + " the attack finds "
                                + Numbers.oneIn(found) + " of the people in the training data."
                        : "At a false-alarm rate of " + Numbers.asGiven(alarms)
                                + " the attack does no better than guessing."));
    }

    /** The curve of two normal score distributions, members' mean {@code shift} higher, with wider tails for members. */
    private static Curve curve(double shift, int nonMembers) {
        int points = 121;
        double[] fpr = new double[points];
        double[] tpr = new double[points];
        double[] low = new double[points];
        double[] high = new double[points];
        double floor = Math.log10(1.0 / nonMembers);
        for (int i = 0; i < points; i++) {
            fpr[i] = Math.min(1, Math.pow(10, floor * (1 - i / (points - 1.0))));
            tpr[i] = fpr[i] == 1
                    ? 1
                    : NORMAL.cumulativeProbability(
                            (shift + NORMAL.inverseCumulativeProbability(fpr[i])) / (1 + shift / 8));
            Interval interval =
                    ClopperPearson.interval(Math.round(tpr[i] * nonMembers / 8), nonMembers / 8, CONFIDENCE);
            low[i] = Math.min(tpr[i], interval.low());
            high[i] = Math.max(tpr[i], interval.high());
        }
        return new Curve(fpr, tpr, low, high, CONFIDENCE);
    }

    private static Histogram histogram(double shift, double from, double to) {
        int bins = 40;
        double[] edges = new double[bins + 1];
        int[] members = new int[bins];
        int[] nonMembers = new int[bins];
        for (int i = 0; i <= bins; i++) {
            edges[i] = from + (to - from) * i / bins;
        }
        for (int i = 0; i < bins; i++) {
            double left = -3 + 7.0 * i / bins;
            double right = -3 + 7.0 * (i + 1) / bins;
            members[i] = (int) Math.round(
                    MEMBERS * NORMAL.probability((left - shift) / (1 + shift / 8), (right - shift) / (1 + shift / 8)));
            nonMembers[i] = (int) Math.round(MEMBERS * NORMAL.probability(left, right));
        }
        return new Histogram(edges, members, nonMembers);
    }

    private static List<SliceExposure> slices() {
        return List.of(
                slice("age", "[18, 33)", 1_411, 0.118),
                slice("age", "[33, 39)", 1_204, 0.097),
                slice("age", "[39, 48)", 1_237, 0.091),
                slice("age", "[48, 95]", 1_148, 0.116),
                slice("marital", "divorced", 581, 0.127),
                slice("marital", "married", 3_006, 0.094),
                slice("marital", "single", 1_413, 0.121),
                slice("education", "primary", 758, 0.089),
                slice("education", "secondary", 2_566, 0.083),
                slice("education", "tertiary", 1_471, 0.131),
                slice("education", "unknown (no answer given at the time of the interview)", 205, 0.224),
                slice("housing", "no", 2_219, 0.113),
                slice("housing", "yes", 2_781, 0.099));
    }

    private static SliceExposure slice(String column, String value, int members, double found) {
        Interval interval = ClopperPearson.interval(Math.round(found * members), members, CONFIDENCE);
        double auc = 0.70 + found / 3;
        double margin = 0.6 / Math.sqrt(members);
        return new SliceExposure(
                column,
                value,
                members,
                members + 17,
                auc,
                auc - margin,
                auc + margin,
                0.01,
                found,
                interval.low(),
                interval.high(),
                CONFIDENCE);
    }

    private static List<ExposedRecord> exposed() {
        return IntStream.range(0, 20)
                .mapToObj(i -> {
                    int accused = i / 4;
                    Interval alarms = ClopperPearson.interval(accused, MEMBERS, CONFIDENCE);
                    int flagged = i < 9 ? 8 : 7;
                    Interval share = ClopperPearson.interval(flagged, 8, CONFIDENCE);
                    return new ExposedRecord(
                            (i * 7_919 + 20_011) % 45_211 + 1,
                            JOBS.get(i * 5 % JOBS.size()),
                            11.8 - 0.23 * i,
                            accused / (double) MEMBERS,
                            alarms.low(),
                            alarms.high(),
                            flagged,
                            8,
                            share.low(),
                            share.high(),
                            CONFIDENCE);
                })
                .sorted(Comparator.comparingDouble(ExposedRecord::score).reversed())
                .toList();
    }
}

package dev.lethe.audit.report;

import dev.lethe.audit.Card;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Everything a reader needs, and nothing that needs a network.
 *
 * @param subject what was tested
 * @param seed the root of all randomness in the run
 * @param findings strongest first; the first one is the headline
 * @param attacks evidence for each attack that ran, in the order of the findings
 * @param guard whether the attacks can see at all, and what is odd about the model's answers
 * @param calibrations what each attack reaches if its threshold comes from here or from there
 * @param epsilons lower bounds on the recipe's epsilon, from each attack by each method
 * @param stabilities whether each attack finds the same people again in other models of the recipe
 * @param predictions what attacks with shadow models should find, estimated without any; empty if no attack ranks by loss
 * @param slices exposure of groups of people under the strongest attack; empty if none were asked for
 * @param exposed the training records that the strongest attack is surest of, most exposed first
 * @param refused what was asked for and not computed, each with the reason
 * @param notTested what this audit did not look at, for the reader who must sign
 * @param limits what the numbers do not say
 */
public record Report(
        Subject subject,
        long seed,
        Provenance provenance,
        Training training,
        List<Finding> findings,
        List<AttackEvidence> attacks,
        Guard guard,
        List<Calibration> calibrations,
        List<Epsilon> epsilons,
        List<Stability> stabilities,
        List<Prediction> predictions,
        List<SliceExposure> slices,
        List<ExposedRecord> exposed,
        List<String> refused,
        List<String> notTested,
        List<String> limits) {
    public Report {
        findings = List.copyOf(findings);
        attacks = List.copyOf(attacks);
        calibrations = List.copyOf(calibrations);
        epsilons = List.copyOf(epsilons);
        stabilities = List.copyOf(stabilities);
        predictions = List.copyOf(predictions);
        slices = List.copyOf(slices);
        exposed = List.copyOf(exposed);
        refused = List.copyOf(refused);
        notTested = List.copyOf(notTested);
        limits = List.copyOf(limits);
    }

    /** A report without predictions, as files of format 2.0 are. */
    public Report(
            Subject subject,
            long seed,
            Provenance provenance,
            Training training,
            List<Finding> findings,
            List<AttackEvidence> attacks,
            Guard guard,
            List<Calibration> calibrations,
            List<Epsilon> epsilons,
            List<Stability> stabilities,
            List<SliceExposure> slices,
            List<ExposedRecord> exposed,
            List<String> refused,
            List<String> notTested,
            List<String> limits) {
        this(
                subject,
                seed,
                provenance,
                training,
                findings,
                attacks,
                guard,
                calibrations,
                epsilons,
                stabilities,
                List.of(),
                slices,
                exposed,
                refused,
                notTested,
                limits);
    }

    /**
     * What the report says as a whole, for all who must act on it: the first page, a terminal, a test, an exit code. It is
     * the verdict of the headline, and none where nothing was measured, or where nothing was found by an audit that could
     * not see.
     */
    public Optional<Verdict> verdict() {
        return findings.stream()
                .findFirst()
                .map(Finding::verdict)
                .filter(verdict ->
                        verdict != Verdict.NOTHING_FOUND || blindness().isEmpty());
    }

    /**
     * What one of the findings says: none where nothing was found by an attack that missed the planted leak, or in answers
     * that void what is found in them.
     */
    public Optional<Verdict> verdict(Finding finding) {
        boolean blind = guard.planted().stream()
                        .anyMatch(leak ->
                                leak.outcome() == Sight.MISSED && leak.attack().equals(finding.attack()))
                || !guard.voids().isEmpty();
        return finding.verdict() == Verdict.NOTHING_FOUND && blind ? Optional.empty() : Optional.of(finding.verdict());
    }

    /** Why it says nothing that something was not found here, one sentence each; empty if the audit could see. */
    public List<String> blindness() {
        return Stream.concat(guard.blind().stream(), guard.voids().stream()).toList();
    }

    /**
     * @param title one line, for example {@code mlp predicting 'job' from bank-full.csv}
     * @param model the recipe in words
     * @param data name of the data, for example the file name
     * @param attribution of the data where its licence asks for it; else empty
     * @param members how many records the audited model was trained on
     * @param nonMembers how many records of the same kind it was not trained on
     * @param classes how many classes it tells apart
     * @param targets how many models of the recipe took the part of the audited model in turn
     * @param shadows how many shadow models told the attacker about each record
     * @param queries how many versions of each record the models were asked about
     * @param population how many fresh records the attacker had
     * @param unit the column that says whose row this is, if members are people with several rows; else empty
     */
    public record Subject(
            String title,
            String model,
            String data,
            String attribution,
            int members,
            int nonMembers,
            int classes,
            int targets,
            int shadows,
            int queries,
            int population,
            String unit) {}

    /**
     * @param settings every setting of the run by its command-line name, in order
     * @param dataHash SHA-256 of the records as read
     * @param storeHash SHA-256 of the shadow models' logits
     * @param environment versions, numeric kernel, threads, operating system, in order
     * @param started ISO-8601 instant
     */
    public record Provenance(
            String version,
            Map<String, String> settings,
            String dataHash,
            String storeHash,
            Map<String, String> environment,
            String started,
            double seconds) {
        public Provenance {
            settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
            environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
        }
    }

    /** Loss in nats and accuracy in [0, 1] of the audited model on its members and on the non-members. */
    public record Training(double trainLossNats, double testLossNats, double trainAccuracy, double testAccuracy) {}

    /**
     * How the audit checked its own eyes.
     *
     * @param planted what each attack found of a leak that is certain to be there
     * @param outputs what was recognized in the audited model's answers: rounding, clipping, ...; empty if nothing
     * @param blind why no verdict can be given where nothing was found; empty if the audit could see
     */
    public record Guard(List<PlantedLeak> planted, List<OutputNote> outputs, List<String> blind) {
        public Guard {
            planted = List.copyOf(planted);
            outputs = List.copyOf(outputs);
            blind = List.copyOf(blind);
        }

        private List<String> voids() {
            return outputs.stream()
                    .filter(note -> note.severity() == Severity.VOIDS)
                    .map(OutputNote::sentence)
                    .toList();
        }
    }

    /**
     * An attack on networks that learned records by heart.
     *
     * @param auc area under its curve there, with its interval; guessing gives 0.5
     * @param outcome whether it saw the leak
     */
    public record PlantedLeak(String attack, double auc, double low, double high, double confidence, Sight outcome) {}

    /** Whether an attack found the leak that was planted. */
    public enum Sight {
        SEEN,
        MISSED
    }

    /**
     * Something odd about a model's answers.
     *
     * @param kind short and stable, for example {@code rounded}
     * @param severity what it means for the audit
     * @param sentence for the reader, with a remedy
     */
    public record OutputNote(String kind, Severity severity, String sentence) {}

    /** What an oddity of the answers means for an audit. */
    public enum Severity {
        /** Good to know. */
        NOTE,
        /** Attacks find less than they could. */
        WEAKENS,
        /** What was found, or not found, says nothing of the model. */
        VOIDS
    }

    /**
     * What an attack reaches at a threshold that was meant to keep a false-positive rate.
     *
     * @param source where the threshold comes from: {@code ORACLE} (the target's own answers and the truth: optimistic),
     *     {@code SHADOWS} (rehearsals on other models), {@code POPULATION} (people known not to be members)
     * @param rate the rate that was aimed at
     * @param tpr share of members found, with its interval
     * @param fpr share of non-members accused, with its interval
     * @param predictive how often a flag is right, one item a prior; empty if nobody was flagged
     */
    public record Calibration(
            String attack,
            String source,
            double rate,
            double tpr,
            double tprLow,
            double tprHigh,
            double fpr,
            double fprLow,
            double fprHigh,
            double confidence,
            List<Predictive> predictive) {
        public Calibration {
            predictive = List.copyOf(predictive);
        }
    }

    /**
     * How often a flag is right where a share {@code prior} of the people are members.
     *
     * @param value 1 where no false alarm was seen: then {@code low} is what can be said
     */
    public record Predictive(double prior, double value, double low, double high) {}

    /**
     * A lower bound on the epsilon that the recipe can have.
     *
     * @param epsilon 0 says nothing
     * @param confidence with which all bounds without a condition hold together, so that the largest may be taken
     * @param method in words
     * @param condition what must be true of the recipe for the bound to hold; empty if nothing
     */
    public record Epsilon(
            String attack, double epsilon, double delta, double confidence, String method, String condition) {}

    /**
     * Whether an attack flags the same people in other models of the recipe that were trained on them.
     *
     * @param rate false-positive rate of the thresholds
     * @param jaccard share of the people flagged in either of two models that are flagged in both, mean over pairs
     * @param jaccardByChance what flags at random, as many, would give
     * @param support item r - 1: records flagged in at least r of the models that were trained on them
     * @param supportByChance what flags at random would give
     */
    public record Stability(
            String attack,
            double rate,
            int targets,
            double jaccard,
            double jaccardByChance,
            int[] support,
            double[] supportByChance) {
        public Stability {
            if (support.length != supportByChance.length) {
                throw new IllegalArgumentException("support and supportByChance have " + support.length + " and "
                        + supportByChance.length + " items; they must have the same number");
            }
        }
    }

    /**
     * What an attack with shadow models should find, estimated from losses alone. No finding, and no bound.
     *
     * @param source the attack whose scores it was read off
     * @param rate share of members given up there, and false-positive rate of the attack that is foretold
     * @param tpr share of non-members beyond all but these members: the true-positive rate foretold
     * @param low interval of that share, which does not cover how well it foretells
     * @param about the attack with shadow models that finds most at this rate here; empty if none was run
     */
    public record Prediction(
            String source, double rate, double tpr, double low, double high, double confidence, String about) {
        public Prediction {
            if (!(0 <= low && low <= tpr && tpr <= high && high <= 1)) {
                throw new IllegalArgumentException(low + " <= " + tpr + " <= " + high + " must hold within [0, 1]");
            }
        }
    }

    /**
     * One attack's evidence over all targets.
     *
     * @param roc mean curve with its band
     * @param histogram scores of members and non-members of the audited model
     */
    public record AttackEvidence(Card card, Curve roc, Histogram histogram) {}

    /**
     * A ROC with a pointwise band: at false-positive rate {@code fpr[i]} the true-positive rate is {@code tpr[i]}, in
     * [{@code low[i]}, {@code high[i]}]. {@code fpr} ascends from the lowest rate that the non-members can resolve to 1.
     */
    public record Curve(double[] fpr, double[] tpr, double[] low, double[] high, double confidence) {
        public Curve {
            if (fpr.length == 0 || tpr.length != fpr.length || low.length != fpr.length || high.length != fpr.length) {
                throw new IllegalArgumentException(
                        "fpr, tpr, low and high have " + fpr.length + ", " + tpr.length + ", " + low.length + " and "
                                + high.length + " points; they must have the same number, at least one");
            }
            for (int i = 0; i < fpr.length; i++) {
                if (!(isRate(fpr[i]) && isRate(tpr[i]) && isRate(low[i]) && isRate(high[i]))) {
                    throw new IllegalArgumentException("point " + i + " has a rate outside [0, 1]");
                }
                if (i > 0 && fpr[i] < fpr[i - 1]) {
                    throw new IllegalArgumentException("fpr must ascend; it falls at point " + i);
                }
            }
        }

        private static boolean isRate(double value) {
            return value >= 0 && value <= 1;
        }
    }

    /** Counts of scores in bins; bin i spans [{@code edges[i]}, {@code edges[i + 1]}). */
    public record Histogram(double[] edges, int[] members, int[] nonMembers) {
        public Histogram {
            if (members.length == 0 || nonMembers.length != members.length || edges.length != members.length + 1) {
                throw new IllegalArgumentException(
                        "edges, members and nonMembers have " + edges.length + ", " + members.length + " and "
                                + nonMembers.length + " items; n bins need n + 1, n and n, n at least 1");
            }
            for (int i = 0; i < members.length; i++) {
                if (!(edges[i] < edges[i + 1])) {
                    throw new IllegalArgumentException("edges must ascend; they do not after edge " + i);
                }
                if (members[i] < 0 || nonMembers[i] < 0) {
                    throw new IllegalArgumentException("bin " + i + " has a negative count");
                }
            }
        }
    }

    /**
     * Exposure of a group of people.
     *
     * @param column the slicing column, {@code value} the group's value or range
     * @param members how many training records the group has
     * @param auc within the group, with its interval
     * @param tpr share of the group's members found at the false-positive rate {@code fpr} of the whole, with interval
     */
    public record SliceExposure(
            String column,
            String value,
            int members,
            int nonMembers,
            double auc,
            double aucLow,
            double aucHigh,
            double fpr,
            double tpr,
            double tprLow,
            double tprHigh,
            double confidence) {}

    /**
     * A training record and how surely the strongest attack knows that it was in.
     *
     * @param row row number in the data as given; the first record is 1
     * @param label its class
     * @param falseAlarms share of non-members that score at least as high, with interval
     * @param targetsFlagged of {@code targetsTrained} models that had this record in training, the audited one aside, how
     *     many gave it away at one false alarm in a hundred
     * @param flaggedLow interval of that share
     */
    public record ExposedRecord(
            int row,
            String label,
            double score,
            double falseAlarms,
            double falseAlarmsLow,
            double falseAlarmsHigh,
            int targetsFlagged,
            int targetsTrained,
            double flaggedLow,
            double flaggedHigh,
            double confidence) {}
}

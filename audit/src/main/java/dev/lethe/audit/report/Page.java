package dev.lethe.audit.report;

import dev.lethe.audit.Card;
import dev.lethe.audit.report.FirstPage.FullText;
import dev.lethe.audit.report.FirstPage.Pair;
import dev.lethe.audit.report.Report.AttackEvidence;
import dev.lethe.audit.report.Report.Curve;
import dev.lethe.audit.report.Report.ExposedRecord;
import dev.lethe.audit.report.Report.Histogram;
import dev.lethe.audit.report.Report.Provenance;
import dev.lethe.audit.report.Report.SliceExposure;
import dev.lethe.audit.report.Report.Training;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** A report as the template shows it: every number already a word, every section present or absent. */
record Page(
        FirstPage firstPage,
        List<Entry> contents,
        String members,
        List<SightSection> sight,
        String rocConfidence,
        List<Rate> rates,
        List<AttackRow> curves,
        List<PredictionSection> predictions,
        List<HistogramTable> histograms,
        List<FoldedHistograms> foldedHistograms,
        List<ThresholdsSection> thresholds,
        List<EpsilonSection> epsilon,
        List<StabilitySection> stability,
        String groupsLead,
        String groupsConfidence,
        List<Axis.Tick> ticks,
        List<String> reference,
        List<Group> groups,
        String exposedConfidence,
        String rowsNote,
        List<ExposedRow> exposed,
        Fit fit,
        List<FindingTable> findings,
        List<FindingTable> foldedFindings,
        List<String> refused,
        List<FullText> more,
        List<Method> methods,
        List<PairTable> provenance,
        String version) {
    /** As many colours, and as many dashes, as the style sheet and the script have. */
    private static final int SERIES_STYLES = 8;

    /** More curves than this hide each other; the rest are drawn when the reader asks for them. */
    private static final int CURVES_SHOWN = 6;

    private static final int HISTOGRAMS_SHOWN = 4;
    private static final int FINDINGS_SHOWN = 24;

    private static final double[] RATES = {0.1, 0.01, 0.001, 0.0001, 0.00001};
    private static final String ABSENT = "–";

    record Entry(String id, String title) {}

    record Rate(String rate, String words) {}

    record AttackRow(int index, int colour, int dash, boolean shown, String name, List<Cell> cells) {}

    record Cell(String value, String interval) {}

    record HistogramTable(int index, String name, List<Bin> bins) {}

    record FoldedHistograms(String others, List<HistogramTable> panels) {}

    record Bin(String range, String members, String nonMembers) {}

    record Group(String column, List<GroupRow> rows) {}

    record GroupRow(
            String value,
            String found,
            String interval,
            String auc,
            String aucInterval,
            String members,
            String nonMembers,
            String low,
            String at,
            String high) {}

    record ExposedRow(
            String row,
            String label,
            String score,
            String falseAlarms,
            String falseAlarmsInterval,
            String flagged,
            String flaggedInterval) {}

    record Fit(String sentence, List<FitRow> rows) {}

    record FitRow(
            String name,
            String members,
            String nonMembers,
            String gap,
            String low,
            String high,
            String membersAt,
            String nonMembersAt) {}

    /**
     * @param others how many findings it holds, for a table that is folded away
     */
    record FindingTable(String title, String others, List<FindingRow> rows) {}

    record FindingRow(
            VerdictWords verdict,
            String measure,
            String attack,
            String slice,
            String value,
            String interval,
            String method,
            String sentence) {}

    record Method(String id, String name, String summary, List<String> needs, String paper) {}

    record PairTable(String id, String title, List<Pair> rows) {}

    static Page of(Report report) {
        FirstPage firstPage = FirstPage.of(report);
        List<Double> rates = resolvedRates(report);
        Axis axis = Axis.to(report.slices().stream()
                .mapToDouble(SliceExposure::tprHigh)
                .max()
                .orElse(1));
        OptionalDouble whole = whole(report);
        List<HistogramTable> histograms = histograms(report);
        List<FindingRow> findings =
                report.findings().stream().map(f -> findingRow(report, f)).toList();
        int first = Math.min(FINDINGS_SHOWN, findings.size());
        int panels = Math.min(HISTOGRAMS_SHOWN, histograms.size());
        return new Page(
                firstPage,
                contents(report, firstPage),
                members(report),
                SightSection.of(report),
                report.attacks().isEmpty()
                        ? ""
                        : Numbers.percent(report.attacks().get(0).roc().confidence()),
                rates.stream()
                        .map(rate -> new Rate(Numbers.asGiven(rate), Numbers.oneIn(rate)))
                        .toList(),
                attackRows(report, rates),
                PredictionSection.of(report),
                histograms.subList(0, panels),
                panels == histograms.size()
                        ? List.of()
                        : List.of(new FoldedHistograms(
                                otherAttacks(histograms.size() - panels),
                                histograms.subList(panels, histograms.size()))),
                ThresholdsSection.of(report),
                EpsilonSection.of(report),
                StabilitySection.of(report),
                groupsLead(report, whole),
                report.slices().isEmpty()
                        ? ""
                        : Numbers.percent(report.slices().get(0).confidence()),
                axis.ticks(),
                whole.stream()
                        .filter(value -> value <= axis.end())
                        .mapToObj(axis::position)
                        .toList(),
                groups(report, axis),
                report.exposed().isEmpty()
                        ? ""
                        : Numbers.percent(report.exposed().get(0).confidence()),
                report.subject().unit().isEmpty() ? "" : "Each stands for a person, by the first of their rows.",
                report.exposed().stream().map(Page::exposedRow).toList(),
                fit(report.training()),
                findings.isEmpty()
                        ? List.of()
                        : List.of(new FindingTable("all findings", "", findings.subList(0, first))),
                first == findings.size()
                        ? List.of()
                        : List.of(new FindingTable(
                                "other findings",
                                FirstPage.counted(findings.size() - first, "weaker finding", "weaker findings"),
                                findings.subList(first, findings.size()))),
                report.refused(),
                firstPage.cut(),
                report.attacks().stream().map(a -> method(a.card())).toList(),
                provenance(report),
                report.provenance().version());
    }

    boolean hasAttacks() {
        return !curves.isEmpty();
    }

    boolean hasGroups() {
        return !groups.isEmpty();
    }

    boolean hasExposed() {
        return !exposed.isEmpty();
    }

    boolean hasFindings() {
        return !findings.isEmpty();
    }

    boolean hasRefused() {
        return !refused.isEmpty();
    }

    boolean hasMore() {
        return !more.isEmpty();
    }

    /** For what is folded away after the strongest attacks. */
    static String otherAttacks(int count) {
        return FirstPage.counted(count, "other attack", "other attacks");
    }

    private static List<Entry> contents(Report report, FirstPage firstPage) {
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry("terms", "How to read the evidence"));
        if (SightSection.isPresent(report)) {
            entries.add(new Entry("sight", "Could the audit see?"));
        }
        if (!report.attacks().isEmpty()) {
            entries.add(new Entry("attacks", "Attacks compared"));
            if (!report.predictions().isEmpty()) {
                entries.add(new Entry("foretold", "Foretold by the losses"));
            }
            entries.add(new Entry("scores", "Scores"));
        }
        if (!report.calibrations().isEmpty()) {
            entries.add(new Entry("thresholds", "Thresholds"));
        }
        if (!report.epsilons().isEmpty()) {
            entries.add(new Entry("epsilon", "Lower bounds on epsilon"));
        }
        if (!report.stabilities().isEmpty()) {
            entries.add(new Entry("stability", "Stability"));
        }
        if (!report.slices().isEmpty()) {
            entries.add(new Entry("groups", "Exposure by group"));
        }
        if (!report.exposed().isEmpty()) {
            entries.add(new Entry("records", "Most exposed records"));
        }
        entries.add(new Entry("fit", "Fit"));
        if (!report.findings().isEmpty()) {
            entries.add(new Entry("findings", "All findings"));
        }
        if (!report.refused().isEmpty()) {
            entries.add(new Entry("refused", "Not computed"));
        }
        if (!firstPage.cut().isEmpty()) {
            entries.add(new Entry("more", "First page in full"));
        }
        if (!report.attacks().isEmpty()) {
            entries.add(new Entry("methods", "Methods"));
        }
        entries.add(new Entry("provenance", "Settings, seed, provenance"));
        return entries;
    }

    private static String members(Report report) {
        return report.subject().unit().isEmpty()
                ? "The records that the model was trained on. Non-members are records of the same kind that it never saw. An"
                        + " attack sees a record and the model, and says how sure it is that the record was a member."
                : "The people whose rows the model was trained on, each with all their rows. Non-members are people of whom"
                        + " it saw no row. An attack sees the rows of a person and the model, and says how sure it is that"
                        + " the person was a member.";
    }

    private static List<Double> resolvedRates(Report report) {
        List<Double> rates = new ArrayList<>();
        for (double rate : RATES) {
            if (report.attacks().stream().anyMatch(a -> pointAt(a.roc(), rate) >= 0)) {
                rates.add(rate);
            }
        }
        return rates;
    }

    /** The last point of the curve with no more false alarms than {@code rate}, or -1 if it starts above. */
    private static int pointAt(Curve curve, double rate) {
        int last = -1;
        // The tolerance takes in a rate that was computed as a power of ten and missed it by a rounding.
        while (last + 1 < curve.fpr().length && curve.fpr()[last + 1] <= rate * (1 + 1e-9)) {
            last++;
        }
        return last;
    }

    private static List<AttackRow> attackRows(Report report, List<Double> rates) {
        List<AttackRow> rows = new ArrayList<>();
        for (AttackEvidence attack : report.attacks()) {
            List<Cell> cells = new ArrayList<>();
            cells.add(cell(finding(report, attack, "auc"), null, 0));
            for (double rate : rates) {
                cells.add(cell(finding(report, attack, Metric.foundAtId(rate)), attack.roc(), rate));
            }
            int index = rows.size();
            rows.add(new AttackRow(
                    index,
                    index % SERIES_STYLES,
                    // Where colours come round again, dashes do not: 3 and 8 have no divisor in common.
                    (index % SERIES_STYLES + 3 * (index / SERIES_STYLES)) % SERIES_STYLES,
                    index < CURVES_SHOWN,
                    attack.card().name(),
                    cells));
        }
        return rows;
    }

    private static Optional<Finding> finding(Report report, AttackEvidence attack, String metric) {
        return report.findings().stream()
                .filter(f -> f.attack().equals(attack.card().id()))
                .filter(f -> f.metric().equals(metric) && f.slice().isEmpty())
                .findFirst();
    }

    /** The finding where there is one, so that the table never disagrees with it; else read off the curve. */
    private static Cell cell(Optional<Finding> finding, @Nullable Curve curve, double rate) {
        if (finding.isPresent()) {
            Finding f = finding.get();
            return new Cell(Numbers.down(f.value()), Numbers.interval(f.low(), f.high()));
        }
        int point = curve == null ? -1 : pointAt(curve, rate);
        if (curve == null || point < 0) {
            return new Cell(ABSENT, "not measured");
        }
        return new Cell(Numbers.down(curve.tpr()[point]), Numbers.interval(curve.low()[point], curve.high()[point]));
    }

    private static List<HistogramTable> histograms(Report report) {
        List<HistogramTable> tables = new ArrayList<>();
        for (AttackEvidence attack : report.attacks()) {
            Histogram histogram = attack.histogram();
            List<Bin> bins = new ArrayList<>();
            for (int i = 0; i < histogram.members().length; i++) {
                bins.add(new Bin(
                        Numbers.nearest(histogram.edges()[i]) + " to "
                                + Numbers.nearest(histogram.edges()[i + 1]),
                        Numbers.count(histogram.members()[i]),
                        Numbers.count(histogram.nonMembers()[i])));
            }
            tables.add(new HistogramTable(tables.size(), attack.card().name(), bins));
        }
        return tables;
    }

    /** The share of all members found by the strongest attack at the rate of the slices; empty if it has no curve. */
    private static OptionalDouble whole(Report report) {
        if (report.slices().isEmpty() || report.findings().isEmpty()) {
            return OptionalDouble.empty();
        }
        double rate = report.slices().get(0).fpr();
        String strongest = report.findings().get(0).attack();
        for (AttackEvidence attack : report.attacks()) {
            if (attack.card().id().equals(strongest)) {
                Optional<Finding> finding = finding(report, attack, Metric.foundAtId(rate));
                int point = pointAt(attack.roc(), rate);
                return finding.isPresent()
                        ? OptionalDouble.of(finding.get().value())
                        : point < 0
                                ? OptionalDouble.empty()
                                : OptionalDouble.of(attack.roc().tpr()[point]);
            }
        }
        return OptionalDouble.empty();
    }

    private static String groupsLead(Report report, OptionalDouble whole) {
        if (report.slices().isEmpty()) {
            return "";
        }
        String lead = "How many of each group's members the strongest attack finds, at the threshold where "
                + Numbers.oneIn(report.slices().get(0).fpr()) + " non-members of the whole is a false alarm. ";
        if (whole.isPresent()) {
            lead += "The dashed line is the whole: " + Numbers.down(whole.getAsDouble()) + ". ";
        }
        return lead + "Compare intervals before dots: small groups have wide ones.";
    }

    private static List<Group> groups(Report report, Axis axis) {
        Map<String, List<GroupRow>> groups = new LinkedHashMap<>();
        for (SliceExposure slice : report.slices()) {
            groups.computeIfAbsent(slice.column(), column -> new ArrayList<>())
                    .add(new GroupRow(
                            slice.value(),
                            Numbers.down(slice.tpr()),
                            Numbers.interval(slice.tprLow(), slice.tprHigh()),
                            Numbers.down(slice.auc()),
                            Numbers.interval(slice.aucLow(), slice.aucHigh()),
                            Numbers.count(slice.members()),
                            Numbers.count(slice.nonMembers()),
                            axis.position(slice.tprLow()),
                            axis.position(slice.tpr()),
                            axis.position(slice.tprHigh())));
        }
        return groups.entrySet().stream()
                .map(group -> new Group(group.getKey(), group.getValue()))
                .toList();
    }

    private static ExposedRow exposedRow(ExposedRecord record) {
        return new ExposedRow(
                Integer.toString(record.row()),
                record.label(),
                Numbers.nearest(record.score()),
                Numbers.nearest(record.falseAlarms()),
                Numbers.interval(record.falseAlarmsLow(), record.falseAlarmsHigh()),
                record.targetsFlagged() + " of " + record.targetsTrained() + " others",
                Numbers.interval(record.flaggedLow(), record.flaggedHigh()));
    }

    private static Fit fit(Training training) {
        String sentence = "The model is right on " + Numbers.nearest(training.trainAccuracy())
                + " of its members and on " + Numbers.nearest(training.testAccuracy())
                + " of the records it never saw. The wider this gap, the easier members are to tell; a narrow gap does not"
                + " rule it out.";
        double top = Math.max(training.trainLossNats(), training.testLossNats());
        return new Fit(
                sentence,
                List.of(
                        fitRow("Accuracy", training.trainAccuracy(), training.testAccuracy(), new Axis(1, 1)),
                        fitRow(
                                "Loss, nats",
                                training.trainLossNats(),
                                training.testLossNats(),
                                new Axis(top > 0 ? top : 1, 1))));
    }

    private static FitRow fitRow(String name, double members, double nonMembers, Axis axis) {
        double gap = members - nonMembers;
        return new FitRow(
                name,
                Numbers.nearest(members),
                Numbers.nearest(nonMembers),
                (gap > 0 ? "+" : "") + Numbers.nearest(gap),
                axis.position(Math.min(members, nonMembers)),
                axis.position(Math.max(members, nonMembers)),
                axis.position(members),
                axis.position(nonMembers));
    }

    private static FindingRow findingRow(Report report, Finding finding) {
        return new FindingRow(
                VerdictWords.of(report, finding),
                Metric.of(finding.metric()).name(),
                FirstPage.attackName(report, finding.attack()),
                finding.slice(),
                Numbers.down(finding.value()),
                Numbers.interval(finding.low(), finding.high()),
                Numbers.percent(finding.confidence()) + ", " + finding.method(),
                finding.sentence());
    }

    private static Method method(Card card) {
        return new Method(
                card.id(),
                card.name(),
                card.summary(),
                card.assumptions().isEmpty() ? List.of() : List.of(String.join("; ", card.assumptions())),
                card.paper());
    }

    private static List<PairTable> provenance(Report report) {
        Provenance provenance = report.provenance();
        List<PairTable> tables = new ArrayList<>();
        tables.add(new PairTable(
                "run",
                "Run",
                List.of(
                        new Pair("Seed", Long.toString(report.seed())),
                        new Pair("Lethe", provenance.version()),
                        new Pair("Started", provenance.started()),
                        new Pair("Took", Numbers.nearest(provenance.seconds()) + " s"),
                        new Pair("Data, SHA-256", provenance.dataHash()),
                        new Pair("Shadow store, SHA-256", provenance.storeHash()))));
        if (!provenance.settings().isEmpty()) {
            tables.add(new PairTable("settings", "Settings", pairs(provenance.settings())));
        }
        if (!provenance.environment().isEmpty()) {
            tables.add(new PairTable("environment", "Environment", pairs(provenance.environment())));
        }
        return tables;
    }

    private static List<Pair> pairs(Map<String, String> map) {
        return map.entrySet().stream()
                .map(entry -> new Pair(entry.getKey(), entry.getValue()))
                .toList();
    }
}

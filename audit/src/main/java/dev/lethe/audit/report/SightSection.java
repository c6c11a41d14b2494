package dev.lethe.audit.report;

import dev.lethe.audit.report.Report.AttackEvidence;
import dev.lethe.audit.report.Report.Guard;
import dev.lethe.audit.report.Report.OutputNote;
import dev.lethe.audit.report.Report.PlantedLeak;
import dev.lethe.audit.report.Report.Severity;
import dev.lethe.audit.report.Report.Sight;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How the audit checked its own eyes, as the template shows it.
 *
 * @param untried one sentence on the attacks that were not tried on the planted leak; empty if all were
 */
record SightSection(List<String> blind, List<String> untried, List<Planted> planted, List<Odd> outputs) {
    private static final Axis AXIS = new Axis(1, 0.25);

    /** The table of attacks on the planted leak. */
    record Planted(String confidence, List<Axis.Tick> ticks, String guessing, List<PlantedRow> rows) {}

    record PlantedRow(
            String attack,
            String auc,
            String interval,
            String low,
            String at,
            String high,
            String outcome,
            String style) {}

    record Odd(String severity, String style, String sentence, String kind) {}

    static boolean isPresent(Report report) {
        Guard guard = report.guard();
        return !(report.attacks().isEmpty()
                && guard.planted().isEmpty()
                && guard.outputs().isEmpty()
                && guard.blind().isEmpty());
    }

    static List<SightSection> of(Report report) {
        if (!isPresent(report)) {
            return List.of();
        }
        Guard guard = report.guard();
        return List.of(new SightSection(
                guard.blind(),
                untried(report),
                guard.planted().isEmpty()
                        ? List.of()
                        : List.of(new Planted(
                                Numbers.percent(guard.planted().get(0).confidence()),
                                AXIS.ticks(),
                                AXIS.position(0.5),
                                guard.planted().stream()
                                        // What the reader must not miss stands first.
                                        .sorted(Comparator.comparing(leak -> leak.outcome() == Sight.SEEN))
                                        .map(leak -> row(report, leak))
                                        .toList())),
                guard.outputs().stream()
                        .sorted(Comparator.comparing(OutputNote::severity).reversed())
                        .map(SightSection::odd)
                        .toList()));
    }

    boolean hasBlind() {
        return !blind.isEmpty();
    }

    boolean hasOutputs() {
        return !outputs.isEmpty();
    }

    private static List<String> untried(Report report) {
        Set<String> tried =
                report.guard().planted().stream().map(PlantedLeak::attack).collect(Collectors.toSet());
        List<String> untried = report.attacks().stream()
                .map(AttackEvidence::card)
                .filter(card -> !tried.contains(card.id()))
                .map(card -> card.name())
                .toList();
        if (untried.isEmpty()) {
            return List.of();
        }
        return List.of(
                tried.isEmpty()
                        ? "No attack was tried on a planted leak: whether the attacks of this audit can see is not known."
                        : "Not tried on a planted leak, so that it is not known whether they can see: "
                                + String.join("; ", untried) + ".");
    }

    private static PlantedRow row(Report report, PlantedLeak leak) {
        boolean seen = leak.outcome() == Sight.SEEN;
        return new PlantedRow(
                FirstPage.attackName(report, leak.attack()),
                Numbers.down(leak.auc()),
                Numbers.interval(leak.low(), leak.high()),
                AXIS.position(leak.low()),
                AXIS.position(leak.auc()),
                AXIS.position(leak.high()),
                seen ? "SEEN" : "MISSED",
                seen ? "nothing" : "blind");
    }

    private static Odd odd(OutputNote note) {
        return new Odd(
                switch (note.severity()) {
                    case NOTE -> "GOOD TO KNOW";
                    case WEAKENS -> "WEAKENS ATTACKS";
                    case VOIDS -> "VOIDS THE AUDIT";
                },
                note.severity() == Severity.NOTE ? "nothing" : "blind",
                note.sentence(),
                note.kind());
    }
}

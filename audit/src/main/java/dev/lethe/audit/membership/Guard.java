package dev.lethe.audit.membership;

import dev.lethe.audit.outputs.OutputCondition;
import dev.lethe.audit.report.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What an audit says of its own eyes: of the attacks on the plant, and of the answers that the attacks were given. */
final class Guard {
    private Guard() {}

    static Report.Guard of(List<OutputCondition> conditions, List<Plant.Sight> sights) {
        List<Report.PlantedLeak> planted = new ArrayList<>();
        List<String> missed = new ArrayList<>();
        for (Plant.Sight sight : sights) {
            planted.add(new Report.PlantedLeak(
                    sight.attack(),
                    sight.auc().value(),
                    sight.auc().low(),
                    sight.auc().high(),
                    sight.confidence(),
                    sight.seen() ? Report.Sight.SEEN : Report.Sight.MISSED));
            if (!sight.seen()) {
                missed.add(sight.attack());
            }
        }
        List<String> blind = new ArrayList<>();
        if (!missed.isEmpty()) {
            blind.add("On networks that learned these very records by heart, " + String.join(", ", missed)
                    + " found nothing. What " + (missed.size() == 1 ? "it does" : "they do")
                    + " not find in the audited model says nothing.");
        }
        return new Report.Guard(planted, conditions.stream().map(Guard::note).toList(), blind);
    }

    private static Report.OutputNote note(OutputCondition condition) {
        return new Report.OutputNote(
                condition.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                switch (condition.severity()) {
                    case NOTE -> Report.Severity.NOTE;
                    case WEAKENS -> Report.Severity.WEAKENS;
                    case MEANINGLESS -> Report.Severity.VOIDS;
                },
                condition.sentence() + " " + condition.remedy());
    }
}

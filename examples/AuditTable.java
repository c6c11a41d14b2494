import dev.lethe.audit.membership.MembershipAudit;
import dev.lethe.audit.membership.attacks.Attacks;
import dev.lethe.core.model.EncodedTrainer;
import dev.lethe.core.model.Progress;
import dev.lethe.intake.Csv;
import dev.lethe.intake.CsvOptions;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.Optimization;
import java.nio.file.Path;
import java.util.List;

/** Trains a classifier on a table, attacks it, prints what it gives away: java AuditTable.java TABLE LABEL FOLDER */
class AuditTable {
    public static void main(String[] arguments) throws Exception {
        var people = Csv.task(Path.of(arguments[0]), arguments[1], CsvOptions.DEFAULT);
        var recipe = new EncodedTrainer(new Mlp(List.of(256), 0, Optimization.DEFAULT));
        var audit = MembershipAudit.of(people.size() / 2, Attacks.all());
        var subject = MembershipAudit.Described.as("a first audit", arguments[0]);
        var report = audit.run(people, recipe, List.of(), 42, Path.of(arguments[2]), subject, Progress.QUIET);
        for (var finding : report.findings()) {
            System.out.printf("%-22s %-18s %.3f [%.3f, %.3f] %s%n", finding.attack(), finding.metric(),
                    finding.value(), finding.low(), finding.high(), finding.verdict());
        }
    }
}

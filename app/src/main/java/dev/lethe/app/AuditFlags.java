package dev.lethe.app;

import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipAudit;
import dev.lethe.audit.membership.attacks.Attacks;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** How the membership game is played and where the report goes. */
final class AuditFlags {
    @Option(
            names = "--shadows",
            paramLabel = "N",
            defaultValue = "16",
            description =
                    "Shadow models for each record, half of them trained on it; even (default: ${DEFAULT-VALUE}).")
    int shadows;

    @Option(
            names = "--targets",
            paramLabel = "N",
            defaultValue = "8",
            description = "Models that take the audited model's part in turn (default: ${DEFAULT-VALUE}).")
    int targets;

    @Option(
            names = "--queries",
            paramLabel = "N",
            defaultValue = "10",
            description = "Versions of each image that models are asked about, mirrored and shifted; at most 18"
                    + " (default: ${DEFAULT-VALUE}).")
    int queries;

    @Option(
            names = "--attacks",
            paramLabel = "ID,...",
            split = ",",
            hideParamSyntax = true,
            description =
                    "Which attacks, for example lira,loss-threshold or lira:variance=global; if not given all, in the demo"
                            + " seven.")
    List<String> attacks;

    @Option(
            names = "--rates",
            paramLabel = "R,...",
            split = ",",
            hideParamSyntax = true,
            defaultValue = "0.0001,0.001,0.01,0.1",
            description = "False-positive rates to report, ascending (default: ${DEFAULT-VALUE}).")
    List<Double> rates;

    @Option(
            names = "--confidence",
            paramLabel = "P",
            defaultValue = "0.95",
            description = "Of every interval, and of the verdicts together (default: ${DEFAULT-VALUE}).")
    double confidence;

    @Option(
            names = "--delta",
            paramLabel = "P",
            defaultValue = "0.00001",
            description = "Delta of the lower bounds on epsilon (default: ${DEFAULT-VALUE}).")
    double delta;

    @Option(names = "--threads", paramLabel = "N", description = "Models trained at once; all processors if not given.")
    Integer threads;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "lethe-report",
            description = "Where report.html, report.json and the shadow models go (default: ${DEFAULT-VALUE}).")
    Path out;

    @Option(
            names = "--fresh",
            description = "Delete the shadow models of an earlier run in that folder instead of going on from them.")
    boolean fresh;

    MembershipAudit audit(int members) {
        List<MembershipAttack> chosen = attacks == null
                ? Attacks.all()
                : attacks.stream().map(Attacks::parse).toList();
        int workers = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        return new MembershipAudit(
                members, shadows, Math.min(targets, shadows + 2), queries, chosen, rates, confidence, delta, workers);
    }

    void describe(Map<String, String> settings) {
        settings.put("shadows", Integer.toString(shadows));
        settings.put("targets", Integer.toString(targets));
        settings.put("queries", Integer.toString(queries));
        settings.put(
                "attacks",
                attacks == null
                        ? String.join(
                                ",",
                                Attacks.all().stream().map(a -> a.card().id()).toList())
                        : String.join(",", attacks));
        settings.put(
                "rates", String.join(",", rates.stream().map(String::valueOf).toList()));
        settings.put("confidence", Double.toString(confidence));
        settings.put("delta", Double.toString(delta));
    }
}

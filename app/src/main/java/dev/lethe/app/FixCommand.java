package dev.lethe.app;

import dev.lethe.audit.report.Report;
import dev.lethe.core.data.LabelledTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lethe fix}. */
@Command(
        name = "fix",
        description = "Try remedies for what an audit found, audit each again, and show leak against use on one page.",
        customSynopsis = {"lethe fix --report lethe-report/report.json [OPTIONS]"},
        sortOptions = false,
        footer = {
            "",
            "Each remedy's shadow models are trained by the defended recipe. With --ledger, models with a guarantee are",
            "trained on all records too, charged first, and written with their cards.",
            "",
            "Examples:",
            "  lethe fix --report lethe-report/report.json",
            "  lethe fix --report lethe-report/report.json --table people.csv --target 'tpr@fpr=0.001 <= 0.005' \\",
            "      --epsilon 1,3,8 --ledger ledger.db --dataset people",
            "  lethe fix --report lethe-report/report.json --epsilon 1,2 --select dp --ledger ledger.db --dataset people",
            "",
            "Exit codes: 0 done, 1 no remedy reaches the target, 2 wrong usage, 3 refused: over budget, 4 input or output."
        })
final class FixCommand implements Callable<Integer>, Failures.Debuggable {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            defaultValue = "lethe-report/report.json",
            description = "The report.json of the audit (default: ${DEFAULT-VALUE}).")
    private Path report;

    @Option(
            names = "--table",
            paramLabel = "FILE",
            description = "The table that was audited, if it does not lie in this folder under the name in the report.")
    private Path table;

    @Mixin
    private FixFlags flags;

    @Mixin
    private Common common;

    @Override
    public boolean debug() {
        return common.debug;
    }

    @Override
    public Integer call() throws IOException {
        Report before = ReportFile.read(report);
        Map<String, String> settings = before.provenance().settings();
        String name = settings.get("table");
        if (name == null) {
            throw new ParameterException(
                    spec.commandLine(), report + " is about images; remedies are tried for tables so far");
        }
        AuditCommand.Data subject = new AuditCommand.Data();
        boolean builtIn = name.endsWith(DemoCommand.BUILT_IN);
        Path file = table != null ? table : Path.of(name);
        if (!builtIn && !Files.exists(file)) {
            throw new ParameterException(
                    spec.commandLine(), "the table " + file + " is not here; say with --table where it is");
        }
        List<String> arguments = new ArrayList<>();
        settings.forEach((key, value) -> arguments.add("--" + key + '=' + (key.equals("table") ? file : value)));
        new CommandLine(subject).parseArgs(arguments.toArray(new String[0]));
        try (Console console = new Console(common.quiet)) {
            LabelledTable records = builtIn ? DemoCommand.builtIn() : subject.table();
            if (!records.fingerprint().equals(before.provenance().dataHash())) {
                throw new IOException("the table " + file
                        + " is not the one that was audited: its records differ; say with" + " --table where that is");
            }
            FixReport fixed = new FixRun(flags, console)
                    .run(before, records, subject.networkTrainer(), subject.membership(records));
            console.close();
            System.out.println(
                    common.json
                            ? FixJson.write(fixed)
                            : FixText.summary(fixed) + "\nBefore and after: "
                                    + flags.out
                                            .resolve(FixRun.HTML)
                                            .toAbsolutePath()
                                            .normalize()
                                            .toUri());
            return fixed.chosen().isPresent() ? 0 : 1;
        }
    }
}

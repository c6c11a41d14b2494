package dev.lethe.app;

import dev.lethe.audit.report.Report;
import dev.lethe.audit.report.ReportHtml;
import dev.lethe.audit.report.ReportJson;
import dev.lethe.audit.report.ReportText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints what a report says. */
@Command(
        name = "show",
        description = "Print the findings of a report, or make its page again.",
        footer = {
            "",
            "Examples:",
            "  lethe show lethe-report/report.json",
            "  lethe show lethe-report/report.json --out again"
        })
final class ShowCommand implements Callable<Integer>, Failures.Debuggable {
    @Parameters(paramLabel = "FILE", description = "A report.json.")
    private Path file;

    @Option(names = "--out", paramLabel = "DIR", description = "Make the page again, as report.html in this folder.")
    private Path out;

    @Mixin
    private Common common;

    @Override
    public boolean debug() {
        return common.debug;
    }

    @Override
    public Integer call() throws IOException {
        Report report = ReportFile.read(file);
        if (out != null) {
            OutputFolder.open(out, AuditRun.HTML).write(AuditRun.HTML, ReportHtml.render(report));
        }
        System.out.println(common.json ? ReportJson.write(report) : ReportText.summary(report));
        return 0;
    }
}

package dev.lethe.audit.report;

import dev.lethe.audit.report.Report.Subject;
import java.util.ArrayList;
import java.util.List;

/** A report in a few plain lines, for the end of a run on a terminal. */
public final class ReportText {
    private static final int WIDTH = 100;
    private static final int MAX_FINDINGS = 4;
    private static final int MAX_CAVEATS = 3;
    private static final int NAME_WIDTH = 44;
    private static final String INDENT = "  ";

    private ReportText() {}

    /**
     * The verdict with its strongest finding, or why there is no verdict; what the audit could not see; up to four numbers
     * with their intervals; the fit on members and non-members; what was tested, and in one line what was not. No line is longer than 100 characters; each ends with a line
     * feed.
     */
    public static String summary(Report report) {
        List<String> lines = new ArrayList<>();
        VerdictWords verdict = VerdictWords.of(report);
        lines.addAll(wrap(verdict.word() + ": " + Printable.of(FirstPage.headline(report), 5 * WIDTH)));
        if (report.verdict().isEmpty() || report.verdict().get() == Verdict.NOTHING_FOUND) {
            lines.addAll(wrap(verdict.meaning()));
        }
        FirstPage.caveats(report).stream()
                .limit(MAX_CAVEATS)
                .forEach(caveat -> lines.addAll(wrap("Note: " + Printable.of(caveat, 2 * WIDTH))));
        lines.add("");
        if (!report.findings().isEmpty()) {
            Finding headline = report.findings().get(0);
            String attack = Printable.of(FirstPage.attackName(report, headline.attack()), WIDTH / 2);
            lines.add(INDENT + attack + ", intervals at " + Numbers.percent(headline.confidence()) + ":");
            for (Finding finding : FirstPage.keyFindings(report, MAX_FINDINGS)) {
                lines.add(row(
                        Metric.of(finding.metric()).name(),
                        Numbers.down(finding.value()) + "  " + Numbers.interval(finding.low(), finding.high())));
            }
        }
        lines.add(row(
                "Accuracy",
                Numbers.nearest(report.training().trainAccuracy()) + " on members, "
                        + Numbers.nearest(report.training().testAccuracy()) + " on non-members"));
        lines.add("");
        lines.addAll(wrap(tested(report)));
        lines.addAll(notTested(report));
        return String.join("\n", lines) + "\n";
    }

    private static String row(String name, String numbers) {
        String shown = Printable.of(name, NAME_WIDTH);
        return INDENT + INDENT + shown + " ".repeat(NAME_WIDTH + 2 - shown.length()) + numbers;
    }

    private static String tested(Report report) {
        Subject subject = report.subject();
        String tested = "Tested: " + Numbers.count(subject.members())
                + (subject.unit().isEmpty()
                        ? " records of the training data"
                        : " people of the training data, each with all their rows (told apart by "
                                + Printable.of(subject.unit(), WIDTH / 2) + "),")
                + " and " + Numbers.count(subject.nonMembers()) + " others; "
                + FirstPage.counted(report.attacks().size(), "attack", "attacks") + "; "
                + FirstPage.counted(subject.targets(), "model", "models") + " attacked";
        return subject.queries() > 1
                ? tested + ", asked about " + Numbers.count(subject.queries()) + " versions of each record"
                : tested;
    }

    /** As many of the untested things as fit one line, and how many more there are. */
    private static List<String> notTested(Report report) {
        List<String> items = report.notTested();
        if (items.isEmpty()) {
            return List.of();
        }
        StringBuilder line = new StringBuilder("Not tested: ");
        for (int i = 0; i < items.size(); i++) {
            String item = subject(items.get(i));
            String rest = i + 1 < items.size() ? "; and " + (items.size() - i - 1) + " more" : "";
            if (i > 0 && line.length() + 2 + item.length() + rest.length() > WIDTH) {
                return List.of(line + "; and " + (items.size() - i) + " more");
            }
            line.append(i > 0 ? "; " : "").append(Printable.of(item, i > 0 ? WIDTH : WIDTH - 30));
        }
        return List.of(line.toString());
    }

    /** What an item is about: its words up to the first colon, semicolon or the end of the sentence. */
    private static String subject(String item) {
        String text = Printable.of(item).strip();
        String subject = text.split("[:;]", 2)[0];
        return subject.endsWith(".") ? subject.substring(0, subject.length() - 1) : subject;
    }

    private static List<String> wrap(String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" +")) {
            String rest = word;
            while (line.length() + (line.isEmpty() ? 0 : 1) + rest.length() > WIDTH) {
                if (line.isEmpty()) {
                    lines.add(rest.substring(0, WIDTH));
                    rest = rest.substring(WIDTH);
                } else {
                    lines.add(line.toString());
                    line.setLength(0);
                }
            }
            line.append(line.isEmpty() ? "" : " ").append(rest);
        }
        if (!line.isEmpty()) {
            lines.add(line.toString());
        }
        return lines;
    }
}

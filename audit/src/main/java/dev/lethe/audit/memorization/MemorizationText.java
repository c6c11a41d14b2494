package dev.lethe.audit.memorization;

import java.util.Locale;

/** The audit for a terminal. */
public final class MemorizationText {
    private static final int MOST = 20;

    private MemorizationText() {}

    /** The finding, each canary, and the search. */
    public static String summary(MemorizationReport report) {
        StringBuilder text = new StringBuilder();
        text.append(report.subject().title()).append("\n\n");
        text.append(report.verdict().name().replace('_', ' '))
                .append(": ")
                .append(report.sentence())
                .append("\n\n");
        if (!report.subject().claim().isEmpty()) {
            text.append("Claim: ").append(report.subject().claim()).append("\n\n");
        }
        MemorizationReport.Epoch last = report.epochs().get(report.epochs().size() - 1);
        text.append(String.format(
                Locale.ROOT,
                "Loss in nats a token: %.4f on the text, %.4f on other text (perplexity %.2f)%n%n",
                last.trainLossNats(),
                last.testLossNats(),
                Math.exp(last.testLossNats())));
        for (MemorizationReport.Format format : report.formats()) {
            text.append(String.format(Locale.ROOT, "%s  (%.2f bits)%n", format.template(), format.bits()));
            text.append(String.format(
                    Locale.ROOT, "  %-16s %6s  %-26s %12s  %s%n", "", "copies", "exposure in bits", "rank", "found"));
            format.canaries().stream()
                    .limit(MOST)
                    .forEach(one -> text.append(String.format(
                            Locale.ROOT,
                            "  %-16s %6d  %-26s %12s  %s%n",
                            one.id(),
                            one.copies(),
                            bits(one.exposure()),
                            one.rank().isEmpty() ? "not counted" : one.rank(),
                            one.place() == 0 ? "" : "likeliest no. " + one.place())));
            if (format.canaries().size() > MOST) {
                text.append("  ... and ")
                        .append(format.canaries().size() - MOST)
                        .append(" more in the report\n");
            }
            text.append(String.format(
                    Locale.ROOT,
                    "  search: %d expansions, %.1f s%s; greedy %s, %d samples: %s%n%n",
                    format.extraction().expansions(),
                    format.extraction().seconds(),
                    format.extraction().complete() ? "" : " (budget spent)",
                    format.baselines().greedy() ? "finds it" : "fails",
                    format.baselines().mostSamples(),
                    format.baselines().samples() == 0
                            ? "fail"
                            : "sample " + format.baselines().samples() + " is it"));
        }
        text.append(String.format(
                Locale.ROOT, "A string that was never in the text has %.2f bits on average", Exposure.NULL_MEAN));
        Double mean = report.controlMean();
        text.append(mean == null ? "." : String.format(Locale.ROOT, "; the controls here have %.2f.", mean));
        return text.toString();
    }

    /** With its interval. */
    static String bits(Exposure exposure) {
        boolean point = exposure.interval().low() == exposure.interval().high();
        return (exposure.atLeast() ? ">= " : "")
                + (point
                        ? String.format(Locale.ROOT, "%.2f", exposure.bits())
                        : String.format(
                                Locale.ROOT,
                                "%.2f [%.2f, %.2f]",
                                exposure.bits(),
                                exposure.interval().low(),
                                exposure.interval().high()));
    }
}

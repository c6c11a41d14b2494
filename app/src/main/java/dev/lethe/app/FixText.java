package dev.lethe.app;

import java.util.Locale;

/** A fix for the screen: before, after, and all that was tried. */
final class FixText {
    private FixText() {}

    static String summary(FixReport report) {
        StringBuilder text = new StringBuilder();
        text.append(headline(report)).append("\n\n");
        text.append(String.format(
                Locale.ROOT, "  %-36s %-26s %-10s %-26s%n", "", report.metric(), "bound", "right on other records"));
        for (FixReport.Point point : report.points()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%s %-36s %-26s %-10s %-26s%n",
                    point.chosen() ? "*" : " ",
                    point.name() + (point.claim() == null || point.isGuaranteed() ? "" : " (heuristic)"),
                    interval(point.leak()),
                    point.bound() == null ? "none" : String.format(Locale.ROOT, "%.4f", point.bound()),
                    interval(point.accuracy())));
        }
        text.append("\n* ").append(report.rule()).append('\n');
        return text.toString();
    }

    /** Before and after, in a sentence. */
    static String headline(FixReport report) {
        FixReport.Point before = report.before();
        String first = String.format(
                Locale.ROOT,
                "Before: %s, right on %.1f %% of other records.",
                leak(report.metric(), before.leak().value()),
                100 * before.accuracy().value());
        return report.chosen()
                .map(chosen -> first
                        + String.format(
                                Locale.ROOT,
                                " After, by %s: %s, right on %.1f %%.",
                                lower(chosen.name()),
                                leak(report.metric(), chosen.leak().value()),
                                100 * chosen.accuracy().value()))
                .orElse(first + " No remedy reaches " + report.target() + ".");
    }

    /** A measured leak in words: of tpr@fpr=0.001, "4.3 % of the training records found at 1 false alarm in 1,000". */
    private static String leak(String metric, double value) {
        if (!metric.startsWith("tpr@fpr=")) {
            return String.format(Locale.ROOT, "%s %.3f", metric, value);
        }
        double rate = Double.parseDouble(metric.substring("tpr@fpr=".length()));
        return String.format(
                Locale.ROOT, "%.2g %% of the training records found at 1 false alarm in %,.0f", 100 * value, 1 / rate);
    }

    static String interval(FixReport.Measured measured) {
        return String.format(Locale.ROOT, "%.4f [%.4f, %.4f]", measured.value(), measured.low(), measured.high());
    }

    private static String lower(String name) {
        return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    }
}

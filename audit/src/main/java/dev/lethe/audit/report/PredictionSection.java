package dev.lethe.audit.report;

import dev.lethe.audit.report.Page.Cell;
import dev.lethe.audit.report.Report.Prediction;
import java.util.List;

/**
 * What the losses foretell that attacks with shadow models find, beside what they found, as the template shows it.
 *
 * @param source the attack whose scores were read
 * @param measuredBy whose findings stand beside, if the same one's in all rows; else the rows name them
 */
record PredictionSection(String source, String confidence, String measuredBy, List<Row> rows) {
    private static final String ABSENT = "–";

    /** @param attack whose finding stands beside the prediction; empty where the section says it */
    record Row(String rate, String words, Cell foretold, Cell found, String attack) {}

    static List<PredictionSection> of(Report report) {
        if (report.predictions().isEmpty()) {
            return List.of();
        }
        Prediction first = report.predictions().get(0);
        boolean alike =
                report.predictions().stream().map(Prediction::about).distinct().count() == 1;
        return List.of(new PredictionSection(
                FirstPage.attackName(report, first.source()),
                Numbers.percent(first.confidence()),
                !alike
                        ? ""
                        : first.about().isEmpty()
                                ? "no attack with shadow models was run"
                                : FirstPage.attackName(report, first.about()),
                report.predictions().stream()
                        .map(prediction -> row(report, prediction, alike))
                        .toList()));
    }

    private static Row row(Report report, Prediction prediction, boolean alike) {
        return new Row(
                Numbers.asGiven(prediction.rate()),
                Numbers.oneIn(prediction.rate()),
                new Cell(Numbers.down(prediction.tpr()), Numbers.interval(prediction.low(), prediction.high())),
                report.findings().stream()
                        .filter(f -> f.attack().equals(prediction.about())
                                && f.metric().equals(Metric.foundAtId(prediction.rate()))
                                && f.slice().isEmpty())
                        .findFirst()
                        .map(f -> new Cell(Numbers.down(f.value()), Numbers.interval(f.low(), f.high())))
                        .orElse(new Cell(ABSENT, "not measured")),
                alike || prediction.about().isEmpty() ? "" : FirstPage.attackName(report, prediction.about()));
    }
}

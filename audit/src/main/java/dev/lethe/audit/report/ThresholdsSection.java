package dev.lethe.audit.report;

import dev.lethe.audit.report.Page.Cell;
import dev.lethe.audit.report.Report.Calibration;
import dev.lethe.audit.report.Report.Predictive;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What each attack reaches with thresholds from here or from there, as the template shows it.
 *
 * @param shown the table of the strongest attack, alone
 */
record ThresholdsSection(List<Table> shown, List<Folded> folded) {
    private static final String ABSENT = "–";

    record Folded(String others, List<Table> tables) {}

    record Table(
            int index,
            String attack,
            String confidence,
            int priorColumns,
            int columns,
            List<String> priors,
            List<Rate> rates) {
        boolean hasPriors() {
            return !priors.isEmpty();
        }
    }

    record Rate(String rate, String words, List<Row> rows) {}

    record Row(String source, String remark, Cell tpr, Cell fpr, List<Cell> predictive) {}

    static List<ThresholdsSection> of(Report report) {
        if (report.calibrations().isEmpty()) {
            return List.of();
        }
        Map<String, List<Calibration>> byAttack = new LinkedHashMap<>();
        for (Calibration calibration : report.calibrations()) {
            byAttack.computeIfAbsent(calibration.attack(), attack -> new ArrayList<>())
                    .add(calibration);
        }
        List<Table> tables = new ArrayList<>();
        byAttack.forEach((attack, calibrations) ->
                tables.add(table(tables.size(), FirstPage.attackName(report, attack), calibrations)));
        List<Table> others = tables.subList(1, tables.size());
        return List.of(new ThresholdsSection(
                tables.subList(0, 1),
                others.isEmpty() ? List.of() : List.of(new Folded(Page.otherAttacks(others.size()), others))));
    }

    private static Table table(int index, String attack, List<Calibration> calibrations) {
        List<Double> priors = calibrations.stream()
                .flatMap(c -> c.predictive().stream())
                .map(Predictive::prior)
                .distinct()
                .sorted()
                .toList();
        Map<Double, List<Calibration>> byRate = new LinkedHashMap<>();
        for (Calibration calibration : calibrations) {
            byRate.computeIfAbsent(calibration.rate(), rate -> new ArrayList<>())
                    .add(calibration);
        }
        return new Table(
                index,
                attack,
                Numbers.percent(calibrations.get(0).confidence()),
                priors.size(),
                3 + priors.size(),
                priors.stream().map(Numbers::oneIn).toList(),
                byRate.entrySet().stream()
                        .map(entry -> new Rate(
                                Numbers.asGiven(entry.getKey()),
                                Numbers.oneIn(entry.getKey()),
                                entry.getValue().stream()
                                        .map(calibration -> row(calibration, priors))
                                        .toList()))
                        .toList());
    }

    private static Row row(Calibration calibration, List<Double> priors) {
        List<Cell> predictive = new ArrayList<>();
        for (double prior : priors) {
            predictive.add(calibration.predictive().stream()
                    .filter(p -> p.prior() == prior)
                    .findFirst()
                    .map(ThresholdsSection::predictive)
                    .orElse(new Cell(ABSENT, "nobody flagged")));
        }
        return new Row(
                switch (calibration.source()) {
                    case "ORACLE" -> "Own answers and the truth";
                    case "SHADOWS" -> "Rehearsed on shadow models";
                    case "POPULATION" -> "Known non-members";
                    default -> calibration.source();
                },
                calibration.source().equals("ORACLE") ? "optimistic: no attacker has them" : "",
                new Cell(
                        Numbers.down(calibration.tpr()), Numbers.interval(calibration.tprLow(), calibration.tprHigh())),
                new Cell(
                        Numbers.nearest(calibration.fpr()),
                        Numbers.interval(calibration.fprLow(), calibration.fprHigh())),
                predictive);
    }

    private static Cell predictive(Predictive predictive) {
        // Without a false alarm the share of right flags is 1 by chance; only its lower end says something.
        return predictive.value() == 1
                ? new Cell("at least " + Numbers.down(predictive.low()), "no false alarm seen")
                : new Cell(Numbers.down(predictive.value()), Numbers.interval(predictive.low(), predictive.high()));
    }
}

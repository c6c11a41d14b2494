package dev.lethe.app;

import dev.lethe.core.query.Estimate;
import dev.lethe.core.query.StatisticsPlan;
import dev.lethe.core.query.StatisticsRelease;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A release as a table: a line a number, quoted as RFC 4180 has it. */
final class StatisticsCsv {
    private StatisticsCsv() {}

    static String of(StatisticsPlan plan, StatisticsRelease release) {
        StringBuilder text = new StringBuilder();
        List<String> header = new ArrayList<>(plan.query().groupBy());
        header.addAll(List.of("statistic", "at", "value", "low", "high"));
        line(text, header);
        for (StatisticsRelease.Figure figure : release.figures()) {
            Estimate estimate = figure.estimate();
            List<String> cells = new ArrayList<>(figure.key());
            cells.addAll(List.of(
                    figure.statistic(),
                    figure.at(),
                    number(estimate.value()),
                    number(estimate.low()),
                    number(estimate.high())));
            line(text, cells);
        }
        return text.toString();
    }

    /** Whole numbers without a point, others with as many digits as tell them apart. */
    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private static void line(StringBuilder text, List<String> cells) {
        text.append(cells.stream().map(StatisticsCsv::cell).collect(Collectors.joining(",")))
                .append("\n");
    }

    private static String cell(String text) {
        return text.matches("[^\",\\r\\n]*") && text.equals(text.strip())
                ? text
                : '"' + text.replace("\"", "\"\"") + '"';
    }
}

package dev.lethe.app;

import dev.lethe.core.query.Estimate;
import dev.lethe.core.query.NoiseKind;
import dev.lethe.core.query.StatisticsPlan;
import dev.lethe.core.query.StatisticsQuery;
import dev.lethe.core.query.StatisticsRelease;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A plan, or a release, for people. */
final class StatisticsText {
    private StatisticsText() {}

    /** @param spent epsilon of the account after it; null where there is no ledger */
    static String plan(StatisticsPlan plan, @Nullable String dataset, @Nullable String spent) {
        StringBuilder text =
                new StringBuilder("Nothing was drawn, nothing was charged. This is what it would cost and give.\n\n");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("part", "epsilon", "delta", "mechanism", "noise", "expected 95 % error"));
        for (StatisticsPlan.Part part : plan.parts()) {
            rows.add(List.of(
                    part.name(),
                    shown(part.epsilon()),
                    part.delta() == 0 ? "0" : shown(part.delta()),
                    part.mechanism(),
                    part.noiseScale() == 0
                            ? "-"
                            : (plan.query().noise() == NoiseKind.GAUSSIAN ? "sigma " : "scale ")
                                    + shown(part.noiseScale()) + " " + part.noiseUnit(),
                    (part.noiseScale() == 0 ? "" : "± ") + shown(part.error().value()) + " "
                            + part.error().unit()));
        }
        table(text, rows);
        text.append('\n').append(guarantee(plan, "would keep"));
        if (spent != null) {
            text.append("\nIt would bring ")
                    .append(dataset)
                    .append(" to epsilon ")
                    .append(spent);
            text.append(" in its ledger, which would grant it.");
        }
        text.append("\nThe event, as a ledger would record it, is in the plan that --json prints.");
        return text.toString();
    }

    static String release(StatisticsPlan plan, StatisticsRelease release, @Nullable String receipt) {
        StringBuilder text = new StringBuilder();
        release.bounds().forEach((column, found) -> text.append("Bounds of ")
                .append(clean(column))
                .append(", found privately: ")
                .append(shown(found.bounds().low()))
                .append(" to ")
                .append(shown(found.bounds().high()))
                .append(found.sure() ? "" : " (no order of magnitude rose above the noise: worth little)")
                .append('\n'));
        List<List<String>> rows = new ArrayList<>();
        List<String> header = new ArrayList<>(plan.query().groupBy());
        header.addAll(List.of("statistic", "at", "value", "95 % interval of the noise"));
        rows.add(header);
        for (StatisticsRelease.Figure figure : release.figures()) {
            Estimate estimate = figure.estimate();
            List<String> row = new ArrayList<>(figure.key());
            row.addAll(List.of(
                    figure.statistic(),
                    figure.at(),
                    shown(estimate.value()),
                    shown(estimate.low()) + " to " + shown(estimate.high())));
            rows.add(row);
        }
        table(text, rows);
        if (release.figures().isEmpty()) {
            text.append("No group has enough units to be shown.\n");
        }
        text.append('\n').append(guarantee(plan, "keep"));
        text.append(
                "\nIntervals speak of the noise alone, not of clipping, of rows left out, or of people whom nobody asked.");
        if (receipt != null) {
            text.append("\nLedger entry ").append(receipt);
        }
        return text.toString();
    }

    private static String guarantee(StatisticsPlan plan, String keep) {
        StatisticsQuery query = plan.query();
        String unit = query.unit() == null
                ? "one row more or less"
                : "all rows of one '" + clean(query.unit()) + "' more or less, of which at most "
                        + query.contributions().maxRows() + " in each of at most "
                        + query.contributions().maxGroups() + " groups count";
        return "These numbers together " + keep + " epsilon " + StatisticsCsv.number(query.epsilon()) + " and delta "
                + (plan.delta() == 0 ? "0" : Double.toString(plan.delta())) + " for " + unit + " ("
                + StatisticsPlan.NEIGHBOURS + ").";
    }

    /** Six digits, and no more zeros than a reader needs. */
    static String shown(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e9) {
            return Long.toString((long) value);
        }
        String text = String.format(Locale.ROOT, "%.6g", value);
        return text.contains("e") || !text.contains(".") ? text : text.replaceFirst("\\.?0+$", "");
    }

    private static void table(StringBuilder text, List<List<String>> rows) {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], clean(row.get(i)).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                if (widths[i] > 0) {
                    line.append(String.format("%-" + widths[i] + "s  ", clean(row.get(i))));
                }
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
    }

    /** Text out of a file, made fit for a terminal. */
    private static String clean(String text) {
        return text.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]", "\uFFFD");
    }
}

package dev.lethe.audit.report;

import dev.lethe.audit.report.Axis.Tick;
import dev.lethe.audit.report.Report.Stability;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/** Whether attacks find the same people again in other models of the recipe, as the template shows it. */
record StabilitySection(String lead, List<Tick> ticks, List<Row> rows, List<Support> support) {
    /**
     * @param measured position of the index on the axis, {@code chance} that of random flags
     */
    record Row(
            String attack,
            String rate,
            String models,
            String jaccard,
            String byChance,
            String low,
            String high,
            String measured,
            String chance) {}

    /** How often the same records are flagged by one attack. */
    record Support(String nouns, String attack, String models, List<Tick> ticks, List<SupportRow> rows) {}

    record SupportRow(
            String runs, String records, String byChance, String low, String high, String measured, String chance) {}

    static List<StabilitySection> of(Report report) {
        if (report.stabilities().isEmpty()) {
            return List.of();
        }
        Axis axis = Axis.to(report.stabilities().stream()
                .flatMapToDouble(s -> DoubleStream.of(s.jaccard(), s.jaccardByChance()))
                .max()
                .orElse(1));
        return List.of(new StabilitySection(
                lead(report),
                axis.ticks(),
                report.stabilities().stream()
                        .map(stability -> row(report, stability, axis))
                        .toList(),
                support(report, report.stabilities().get(0))));
    }

    private static String nouns(Report report) {
        return report.subject().unit().isEmpty() ? "records" : "people";
    }

    private static String lead(Report report) {
        return "Several models of the recipe were trained on overlapping sets of " + nouns(report)
                + ". Where an attack that finds members flags the same " + nouns(report)
                + " again, the recipe exposes these, not the chance of one training run. An attack that only knows which "
                + nouns(report) + " are easy for every model also flags the same ones again, members or not: read the"
                + " overlap beside what the attack finds. The overlap is the Jaccard index: of those that either of two"
                + " models flags, the share that both flag, mean over pairs of models. By chance: as many flags, drawn at"
                + " random.";
    }

    private static Row row(Report report, Stability stability, Axis axis) {
        return new Row(
                FirstPage.attackName(report, stability.attack()),
                Numbers.asGiven(stability.rate()),
                Numbers.count(stability.targets()),
                Numbers.nearest(stability.jaccard()),
                Numbers.nearest(stability.jaccardByChance()),
                axis.position(Math.min(stability.jaccard(), stability.jaccardByChance())),
                axis.position(Math.max(stability.jaccard(), stability.jaccardByChance())),
                axis.position(stability.jaccard()),
                axis.position(stability.jaccardByChance()));
    }

    private static List<Support> support(Report report, Stability stability) {
        int[] counts = stability.support();
        double[] byChance = stability.supportByChance();
        if (counts.length == 0) {
            return List.of();
        }
        double largest = Math.max(
                Arrays.stream(counts).max().orElse(1),
                Arrays.stream(byChance).max().orElse(1));
        int decades = Math.max(1, (int) Math.ceil(Math.log10(Math.max(largest, 1)) - 1e-9));
        List<Tick> ticks = new ArrayList<>();
        for (int decade = 0; decade <= decades; decade++) {
            ticks.add(
                    new Tick(Axis.percent((double) decade / decades), Numbers.count(Math.round(Math.pow(10, decade)))));
        }
        List<SupportRow> rows = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            rows.add(new SupportRow(
                    FirstPage.counted(i + 1, "model", "models"),
                    Numbers.count(counts[i]),
                    Numbers.nearest(byChance[i]),
                    log(Math.min(counts[i], byChance[i]), decades),
                    log(Math.max(counts[i], byChance[i]), decades),
                    log(counts[i], decades),
                    log(byChance[i], decades)));
            // Nobody is flagged more often than this.
            if (counts[i] == 0) {
                break;
            }
        }
        return List.of(new Support(
                nouns(report),
                FirstPage.attackName(report, stability.attack()),
                Numbers.count(stability.targets()),
                ticks,
                rows));
    }

    /** Position on a logarithmic axis from 1; less than 1 stands at its left end. */
    private static String log(double count, int decades) {
        return Axis.percent(Math.log10(Math.max(count, 1)) / decades);
    }
}

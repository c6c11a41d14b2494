package dev.lethe.audit.report;

import dev.lethe.audit.report.Report.Epsilon;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * Lower bounds on the recipe's epsilon, as the template shows them: what holds for every recipe before what rests on a
 * condition.
 *
 * @param headline what the largest bound without a condition rules out
 * @param caption with the delta and the confidence if all columns share them; else they stand at their heads
 * @param basis where it comes from and why its confidence is what it is; empty if there is none above 0
 */
record EpsilonSection(
        String headline,
        String basis,
        String unit,
        String caption,
        List<Column> columns,
        int unconditional,
        int conditional,
        List<Row> rows,
        List<Note> notes) {
    private static final String ABSENT = "–";

    record Column(String method, String setting, List<String> marks) {}

    record Row(String attack, List<Bound> bounds) {}

    record Bound(String epsilon, List<String> marks) {}

    record Note(String mark, String condition) {}

    /** Bounds that hold together. */
    private record Family(String method, String condition, double delta, double confidence) {
        static Family of(Epsilon epsilon) {
            return new Family(epsilon.method(), epsilon.condition(), epsilon.delta(), epsilon.confidence());
        }

        boolean unconditional() {
            return condition.isEmpty();
        }

        boolean holds(Epsilon epsilon) {
            return equals(of(epsilon));
        }
    }

    static List<EpsilonSection> of(Report report) {
        if (report.epsilons().isEmpty()) {
            return List.of();
        }
        List<Family> families = report.epsilons().stream()
                .map(Family::of)
                .distinct()
                .sorted(Comparator.comparing((Family family) -> !family.unconditional()))
                .toList();
        List<String> conditions = families.stream()
                .filter(family -> !family.unconditional())
                .map(Family::condition)
                .distinct()
                .toList();
        int unconditional =
                (int) families.stream().filter(Family::unconditional).count();
        List<Row> rows = new ArrayList<>();
        for (String attack : new LinkedHashSet<>(
                report.epsilons().stream().map(Epsilon::attack).toList())) {
            List<Bound> bounds = new ArrayList<>();
            for (Family family : families) {
                bounds.add(new Bound(
                        report.epsilons().stream()
                                .filter(epsilon -> epsilon.attack().equals(attack) && family.holds(epsilon))
                                .findFirst()
                                .map(epsilon -> Numbers.down(epsilon.epsilon()))
                                .orElse(ABSENT),
                        marks(family, conditions)));
            }
            rows.add(new Row(FirstPage.attackName(report, attack), bounds));
        }
        List<Note> notes = new ArrayList<>();
        for (String condition : conditions) {
            notes.add(new Note(Integer.toString(notes.size() + 1), condition));
        }
        boolean alike =
                families.stream().map(EpsilonSection::setting).distinct().count() == 1;
        Optional<Epsilon> largest = report.epsilons().stream()
                .filter(epsilon -> epsilon.condition().isEmpty() && epsilon.epsilon() > 0)
                .max(Comparator.comparingDouble(Epsilon::epsilon));
        return List.of(new EpsilonSection(
                largest.map(EpsilonSection::headline).orElse(nothing(unconditional)),
                largest.map(epsilon -> basis(report, epsilon, families)).orElse(""),
                report.subject().unit().isEmpty() ? "one record" : "one person with all their rows",
                "The largest epsilon that each attack rules out, by each method"
                        + (alike ? "; " + setting(families.get(0)) + " confidence a column" : ""),
                families.stream()
                        .map(family -> new Column(
                                unbroken(family.method()), alike ? "" : setting(family), marks(family, conditions)))
                        .toList(),
                unconditional,
                families.size() - unconditional,
                rows,
                notes));
    }

    /** A narrow head must not end a line in "trade-". */
    private static String unbroken(String method) {
        return method.replace('-', '\u2011');
    }

    boolean hasUnconditional() {
        return unconditional > 0;
    }

    boolean hasConditional() {
        return conditional > 0;
    }

    private static String setting(Family family) {
        return "delta " + Numbers.asGiven(family.delta()) + ", " + Numbers.percent(family.confidence());
    }

    private static List<String> marks(Family family, List<String> conditions) {
        return family.unconditional()
                ? List.of()
                : List.of(Integer.toString(conditions.indexOf(family.condition()) + 1));
    }

    private static String headline(Epsilon largest) {
        return "No differential-privacy guarantee with epsilon below " + Numbers.down(largest.epsilon()) + " at delta "
                + Numbers.asGiven(largest.delta()) + " can be true of this recipe.";
    }

    private static String basis(Report report, Epsilon largest, List<Family> families) {
        String basis =
                "Shown by " + FirstPage.attackName(report, largest.attack()) + "; method: " + largest.method() + ". ";
        List<Family> chosenFrom =
                families.stream().filter(Family::unconditional).toList();
        if (chosenFrom.size() == 1) {
            return basis + "It holds with " + Numbers.percent(largest.confidence()) + " confidence.";
        }
        // All bounds without a condition hold together with the confidence that each states: the audit has divided the
        // error.
        double together =
                chosenFrom.stream().mapToDouble(Family::confidence).min().orElseThrow();
        return basis + "It is the largest over " + chosenFrom.size() + " methods, whose bounds hold together with "
                + Numbers.percent(together) + " confidence.";
    }

    private static String nothing(int unconditional) {
        return unconditional == 0
                ? "No bound without a condition was computed."
                : "No attack proves a lower bound above 0 without a condition.";
    }
}

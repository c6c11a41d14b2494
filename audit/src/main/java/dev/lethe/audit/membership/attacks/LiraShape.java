package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.audit.membership.MembershipView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * How a likelihood-ratio attack models confidence. What is best differs from model to model by more than the attacks
 * differ among themselves, so the attacker tries each shape on shadows in the target's place and keeps the best.
 */
record LiraShape(Lira.Variance spread, double saturation) {
    private static final double[] SATURATIONS = {1, 2, 4, 8, 16, Double.POSITIVE_INFINITY};
    /** Candidates differ by less than one rehearsal's noise when there are few shadows; with many, less is enough. */
    private static final int REHEARSALS_OF_FEW = 4;

    private static final int REHEARSALS_OF_MANY = 1;
    private static final int MANY = 64;

    /** A record's own spread from fewer shadows than this is noise whatever a rehearsal says. */
    private static final int FEWEST_FOR_OWN_SPREAD = 16;

    /** With fewer shadows a rehearsal has one model a side, and no spread to try. */
    private static final int FEWEST_TO_REHEARSE = 7;

    /** Scores a view under one saturation, by spread: one pass over the shadows serves all spreads. */
    interface Scoring {
        Function<Lira.Variance, double[]> at(MembershipView view, double saturation);
    }

    /**
     * Scores of the view under the shape as set or, where it is not, the best one in rehearsals.
     *
     * @param variance the spread, or AUTO for the best of {@code spreads}
     * @param saturation as set, or 0 for the best
     */
    static double[] score(
            MembershipView view,
            Lira.Variance variance,
            double saturation,
            List<Lira.Variance> spreads,
            Scoring scoring) {
        double[] saturations = saturation > 0 ? new double[] {saturation} : SATURATIONS;
        List<Lira.Variance> candidates = variance == Lira.Variance.AUTO ? affordable(view, spreads) : List.of(variance);
        LiraShape shape = choose(view, saturations, candidates, scoring);
        return scoring.at(view, shape.saturation()).apply(shape.spread());
    }

    private static List<Lira.Variance> affordable(MembershipView view, List<Lira.Variance> spreads) {
        return spreads.stream()
                .filter(spread -> spread != Lira.Variance.PER_RECORD || view.shadows() >= FEWEST_FOR_OWN_SPREAD)
                .toList();
    }

    private static LiraShape choose(
            MembershipView view, double[] saturations, List<Lira.Variance> spreads, Scoring scoring) {
        boolean settled = saturations.length * spreads.size() == 1;
        if (settled || view.shadows() < FEWEST_TO_REHEARSE) {
            // The last saturation is none: the plain attack.
            return new LiraShape(spreads.get(0), saturations[saturations.length - 1]);
        }
        Map<LiraShape, Double> area = new LinkedHashMap<>();
        int rehearsals = view.shadows() < MANY ? REHEARSALS_OF_FEW : REHEARSALS_OF_MANY;
        for (int shadow = 0; shadow < rehearsals; shadow++) {
            MembershipView.Rehearsal rehearsal = view.rehearse(shadow);
            for (double saturation : saturations) {
                Function<Lira.Variance, double[]> scores = scoring.at(rehearsal.view(), saturation);
                for (Lira.Variance spread : spreads) {
                    Trial trial = new Trial(scores.apply(spread), rehearsal.member(), OptionalDouble.empty());
                    area.merge(new LiraShape(spread, saturation), new Roc(trial).auc(), Double::sum);
                }
            }
        }
        return area.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
    }
}

package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Signal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** How a likelihood-ratio attack models confidence. */
record LiraShape(Lira.Variance spread, double saturation) {
    private static final double[] SATURATIONS = {Double.POSITIVE_INFINITY, 1, 2, 4, 8, 16};

    /** A record's own spread from fewer shadows a side than this is noise whatever a rehearsal says. */
    private static final int FEWEST_FOR_OWN_SPREAD = 8;

    /** With fewer shadows a side a rehearsal has one model on each, and no spread to try. */
    private static final int FEWEST_TO_REHEARSE = 3;

    /** The score of every record, of what was observed and what the shadows say. */
    interface Scoring {
        double[] of(Lira.Variance spread, Moments.Sides shadows, double[] observed);
    }

    /**
     * The shape as set or, where it is not, the best one in rehearsals.
     *
     * @param variance the spread, or AUTO for the best of {@code spreads}
     * @param saturation as set, or 0 for the best
     */
    static LiraShape best(
            MembershipView view,
            Lira.Variance variance,
            double saturation,
            List<Lira.Variance> spreads,
            Scoring scoring) {
        List<LiraShape> candidates = candidates(view, variance, saturation, spreads);
        return Rehearsals.best(
                view, candidates, Rehearsals.MANY_PEOPLE, rehearsed -> on(rehearsed, candidates, scoring), Roc::auc);
    }

    /** Scores of the view, the mean over the queries. */
    double[] score(MembershipView view, Scoring scoring) {
        return QueryMean.of(view, query -> score(view, query, scoring));
    }

    private static List<LiraShape> candidates(
            MembershipView view, Lira.Variance variance, double saturation, List<Lira.Variance> spreads) {
        boolean rehearsing = view.aSide() >= FEWEST_TO_REHEARSE;
        boolean own = view.aSide() >= FEWEST_FOR_OWN_SPREAD;
        List<LiraShape> candidates = new ArrayList<>();
        for (double s : saturation > 0 ? new double[] {saturation} : SATURATIONS) {
            for (Lira.Variance spread : variance == Lira.Variance.AUTO ? spreads : List.of(variance)) {
                if (spread != Lira.Variance.PER_RECORD || own || variance == spread) {
                    candidates.add(new LiraShape(spread, s));
                }
            }
        }
        // The first one is the plain attack.
        return rehearsing ? candidates : candidates.subList(0, 1);
    }

    /** One pass over the shadows serves all shapes. */
    private static Function<LiraShape, double[]> on(MembershipView view, List<LiraShape> shapes, Scoring scoring) {
        Set<Saturation> scales = shapes.stream().map(LiraShape::scale).collect(Collectors.toSet());
        Map<Saturation, Moments.Sides> shadows = Moments.Sides.of(view, 0, scales);
        double[] observed = view.target(Signal.LOGIT_MARGIN);
        return shape -> scoring.of(
                shape.spread,
                Objects.requireNonNull(shadows.get(shape.scale())),
                shape.scale().of(observed));
    }

    private Saturation scale() {
        return new Saturation(saturation);
    }

    private double[] score(MembershipView view, int query, Scoring scoring) {
        return scoring.of(
                spread, Moments.Sides.of(view, query, scale()), scale().of(view.target(Signal.LOGIT_MARGIN, query)));
    }
}

package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.audit.membership.MembershipView;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/**
 * How a likelihood-ratio attack models confidence. What is best differs from model to model by more than the attacks
 * differ among themselves, so the attacker tries each shape on shadows in the target's place and keeps the best.
 */
record LiraShape(boolean perRecord, double saturation) {
    private static final double[] SATURATIONS = {2, 4, 8, 16, Double.POSITIVE_INFINITY};
    /** Candidates differ by less than one rehearsal's noise when there are few shadows; with many, less is enough. */
    private static final int REHEARSALS_OF_FEW = 4;

    private static final int REHEARSALS_OF_MANY = 1;
    private static final int MANY = 64;

    /** A record's own spread from fewer shadows than this is noise whatever a rehearsal says. */
    private static final int FEWEST_FOR_OWN_SPREAD = 16;

    /** Fewer shadows than this leave nothing to rehearse with. */
    private static final int FEWEST_TO_REHEARSE = 6;

    /**
     * The shape to use on a view: as set, or else by the area under the ROC in rehearsals.
     *
     * @param attack scores a view with a shape
     */
    static LiraShape choose(
            MembershipView view,
            Lira.Variance variance,
            double saturation,
            BiFunction<MembershipView, LiraShape, double[]> attack) {
        List<LiraShape> candidates = new ArrayList<>();
        double[] saturations = saturation > 0 ? new double[] {saturation} : SATURATIONS;
        for (double s : saturations) {
            if (variance != Lira.Variance.PER_RECORD) {
                candidates.add(new LiraShape(false, s));
            }
            if (variance == Lira.Variance.PER_RECORD
                    || (variance == Lira.Variance.AUTO && view.shadows() >= FEWEST_FOR_OWN_SPREAD)) {
                candidates.add(new LiraShape(true, s));
            }
        }
        if (candidates.size() == 1) {
            return candidates.get(0);
        }
        if (view.shadows() < FEWEST_TO_REHEARSE) {
            return new LiraShape(variance == Lira.Variance.PER_RECORD, Double.POSITIVE_INFINITY);
        }
        double[] area = new double[candidates.size()];
        int rehearsals = view.shadows() < MANY ? REHEARSALS_OF_FEW : REHEARSALS_OF_MANY;
        for (int shadow = 0; shadow < rehearsals; shadow++) {
            MembershipView.Rehearsal rehearsal = view.rehearse(shadow);
            for (int c = 0; c < area.length; c++) {
                double[] scores = attack.apply(rehearsal.view(), candidates.get(c));
                area[c] += new Roc(new Trial(scores, rehearsal.member(), OptionalDouble.empty())).auc();
            }
        }
        int best = IntStream.range(0, area.length)
                .reduce((a, b) -> area[b] > area[a] ? b : a)
                .orElseThrow();
        return candidates.get(best);
    }
}

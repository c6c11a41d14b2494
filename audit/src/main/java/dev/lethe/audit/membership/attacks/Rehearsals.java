package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.audit.membership.MembershipView;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Choosing how to attack by trying each way with shadows in the target's place. What is best differs from model to model by
 * more than the attacks differ among themselves; a rehearsal tells, and uses nothing of the target.
 */
final class Rehearsals {
    /** Candidates differ by less than one rehearsal's noise when there are few shadows; with many, less is enough. */
    private static final int OF_FEW = 4;

    private static final int OF_MANY = 1;
    private static final int MANY = 64;

    /** People in a rehearsal: enough to tell candidates apart, few enough to stay quick. */
    static final int MANY_PEOPLE = 20_000;

    /** The same where scores are slow to come by and few candidates are close. */
    static final int SOME_PEOPLE = 5_000;

    /** Few false alarms, more than one rate, so that no single record decides. */
    private static final double[] LOW_RATES = {0.003, 0.01, 0.03};

    private Rehearsals() {}

    /**
     * The strongest candidate; the first one where there are fewer than two shadows a side, since a rehearsal has one less.
     *
     * @param most people in a rehearsal
     * @param scoring scores a view under each candidate, larger means more surely a member
     * @param strength of one rehearsal, larger is stronger; these are summed
     */
    static <C> C best(
            MembershipView view,
            List<C> candidates,
            int most,
            Function<MembershipView, Function<C, double[]>> scoring,
            ToDoubleFunction<Roc> strength) {
        if (candidates.size() == 1 || view.aSide() < 2) {
            return candidates.get(0);
        }
        double[] sum = new double[candidates.size()];
        int rehearsals = Math.min(view.shadows(), view.shadows() < MANY ? OF_FEW : OF_MANY);
        for (int shadow = 0; shadow < rehearsals; shadow++) {
            MembershipView.Rehearsal rehearsal = view.rehearse(shadow, most);
            Function<C, double[]> scores = scoring.apply(rehearsal.view());
            for (int c = 0; c < sum.length; c++) {
                Trial trial = new Trial(scores.apply(candidates.get(c)), rehearsal.member(), OptionalDouble.empty());
                sum[c] += strength.applyAsDouble(new Roc(trial));
            }
        }
        int best = 0;
        for (int c = 1; c < sum.length; c++) {
            if (sum[c] > sum[best]) {
                best = c;
            }
        }
        return candidates.get(best);
    }

    /** The area, and how many members are found at few false alarms: an attack should be strong at both. */
    static double areaAndLowRates(Roc roc) {
        return roc.auc() + Arrays.stream(roc.tprAt(LOW_RATES)).average().orElseThrow();
    }
}

package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Scores;
import dev.lethe.audit.membership.Signal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * {@link Bavaria} without models that saw the record. What training on it would do is learned from the training records of
 * the shadows, never from the record itself: each half of the records teaches about the other half.
 *
 * @param tails as for {@link Bavaria}
 * @param saturation as for {@link Bavaria}
 * @param priorWeight as for {@link Bavaria}
 */
public record BavariaOffline(Bavaria.Tails tails, double saturation, double priorWeight) implements MembershipAttack {
    /** Student's t, everything else chosen on shadows. */
    public static final BavariaOffline DEFAULT = new BavariaOffline(Bavaria.Tails.STUDENT, 0, 0);

    private static final Card CARD = new Card(
            "bavaria-offline",
            "Bayesian variance inference attack, offline (BaVarIA)",
            "Compares the model's confidence with that of models that never saw the record, and with what training does to others.",
            "Brannvall: Exponential-Family Membership Inference: From LiRA and RMIA to BaVarIA, arXiv 2603.11799, 2026",
            List.of(
                    "the model's full probability vector",
                    "shadow models of the same recipe, none trained on the record, and their training records"));

    public BavariaOffline {
        Bavaria.check(saturation, priorWeight);
    }

    @Override
    public Card card() {
        return CARD;
    }

    @Override
    public Scores attack(MembershipView view) {
        Saturation scale = scale(view);
        return Scores.of(QueryMean.of(view, query -> {
            Moments.Sides sides = Moments.Sides.of(view, query, scale);
            return ratio(view, sides, priorOf(sides), scale.of(view.target(Signal.LOGIT_MARGIN, query)));
        }));
    }

    @Override
    public BavariaOffline prepared(MembershipView view) {
        return new BavariaOffline(tails, scale(view).scale(), priorWeight);
    }

    /** As set or, where it is not, the best one in rehearsals. */
    private Saturation scale(MembershipView view) {
        List<Saturation> scales = Arrays.stream(saturation > 0 ? new double[] {saturation} : Bavaria.SATURATIONS)
                .mapToObj(Saturation::new)
                .toList();
        // A rehearsal may leave one model, which shows no variance: then variances are learned here.
        Map<Saturation, VariancePrior> taught =
                view.aSide() == 2 && scales.size() > 1 ? priors(Moments.Sides.of(view, 0, scales)) : Map.of();
        return Rehearsals.best(
                view,
                scales,
                Rehearsals.MANY_PEOPLE,
                rehearsed -> rehearsal(rehearsed, scales, taught),
                Rehearsals::areaAndLowRates);
    }

    private Function<Saturation, double[]> rehearsal(
            MembershipView view, List<Saturation> scales, Map<Saturation, VariancePrior> taught) {
        Map<Saturation, Moments.Sides> sides = Moments.Sides.of(view, 0, scales);
        Map<Saturation, VariancePrior> priors = taught.isEmpty() ? priors(sides) : taught;
        double[] observed = view.target(Signal.LOGIT_MARGIN);
        return scale -> ratio(
                view,
                Objects.requireNonNull(sides.get(scale)),
                Objects.requireNonNull(priors.get(scale)),
                scale.of(observed));
    }

    private Map<Saturation, VariancePrior> priors(Map<Saturation, Moments.Sides> sides) {
        Map<Saturation, VariancePrior> priors = new HashMap<>();
        sides.forEach((scale, of) -> priors.put(scale, priorOf(of)));
        return priors;
    }

    private VariancePrior priorOf(Moments.Sides sides) {
        VariancePrior.Scatter scatter = VariancePrior.Scatter.of(sides.out());
        if (scatter.isEmpty()) {
            // One model: its distance from the usual for its level is all that tells how widely models vary.
            return Hierarchy.Priors.of(sides, priorWeight).out();
        }
        return VariancePrior.of(scatter, sides.out().mean(), priorWeight);
    }

    private double[] ratio(MembershipView view, Moments.Sides sides, VariancePrior prior, double[] observed) {
        Hierarchy.Both models = new Hierarchy.Both(in(sides, prior.weight()), out(sides.out(), prior));
        return Bavaria.ratio(ClassDrift.removed(observed, view.labels(), view.classes(), models, tails), models, tails);
    }

    /** Where the record's models without it are, and as widely as they and models of its level vary. */
    private static Predictive out(Moments own, VariancePrior prior) {
        double[] weight = new double[own.records()];
        double[] freedom = new double[own.records()];
        double[] squares = new double[own.records()];
        for (int record = 0; record < weight.length; record++) {
            weight[record] = own.count()[record];
            freedom[record] = prior.weight() + own.count()[record] - 1;
            squares[record] = prior.squares(prior.at(own.mean()[record])) + own.squares()[record];
        }
        return new Predictive(own.mean(), weight, freedom, squares);
    }

    /** Where training usually leads from there, and as widely as it does: learned from the other half of the records. */
    private static Predictive in(Moments.Sides sides, double priorWeight) {
        int records = sides.out().records();
        double[] location = new double[records];
        double[] weight = new double[records];
        double[] freedom = new double[records];
        double[] squares = new double[records];
        Arrays.fill(weight, Double.POSITIVE_INFINITY);
        Arrays.fill(freedom, priorWeight);
        for (int half = 0; half < 2; half++) {
            double[] level = half(sides.out().mean(), 1 - half);
            double[] trained = half(sides.in().mean(), 1 - half);
            double[] way = new double[level.length];
            for (int i = 0; i < way.length; i++) {
                way[i] = trained[i] - level[i];
            }
            LevelCurve usual = LevelCurve.of(level, way);
            double[] spread = new double[level.length];
            for (int i = 0; i < spread.length; i++) {
                int record = 2 * i + 1 - half;
                double away = way[i] - usual.at(level[i]);
                int n = sides.in().count()[record];
                // A mean of n models scatters less than one model does, by their variance less its n-th part.
                spread[i] = away * away + sides.in().squares()[record] / n;
            }
            LevelCurve scatter = LevelCurve.of(level, spread);
            for (int record = half; record < records; record += 2) {
                double from = sides.out().mean()[record];
                location[record] = from + usual.at(from);
                squares[record] = Math.max(scatter.at(from), VariancePrior.SMALLEST) * (priorWeight - 2);
            }
        }
        return new Predictive(location, weight, freedom, squares);
    }

    /** Every second value. */
    private static double[] half(double[] values, int first) {
        double[] half = new double[(values.length + 1 - first) / 2];
        for (int i = 0; i < half.length; i++) {
            half[i] = values[2 * i + first];
        }
        return half;
    }
}

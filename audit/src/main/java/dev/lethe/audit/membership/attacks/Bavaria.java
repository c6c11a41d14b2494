package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Scores;
import dev.lethe.audit.membership.Signal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The likelihood-ratio attack with normal-inverse-gamma priors: what a record's few shadow models say of it is weighed
 * against what all records teach. Priors, and what else is ours to choose, come from shadows: {@code docs/math/bavaria.md}.
 *
 * @param tails of the predictive distribution
 * @param variance what of it may differ
 * @param saturation where the scale of confidence bends; infinity for nowhere, 0 to choose by rehearsal on shadows
 * @param priorWeight how many models the prior of a variance counts for, above 2; 0 for the likeliest
 */
public record Bavaria(Tails tails, Variance variance, double saturation, double priorWeight)
        implements MembershipAttack {
    /** Student's t, everything else chosen on shadows. */
    public static final Bavaria DEFAULT = new Bavaria(Tails.STUDENT, Variance.AUTO, 0, 0);

    /** The shape of what another model would say, both of the paper. */
    public enum Tails {
        /** Student's t: the variance is not known (BaVarIA-t). */
        STUDENT,
        /** Normal, with the posterior mean of the variance (BaVarIA-n). */
        NORMAL
    }

    /** How many variances there are: the paper's spectrum from LiRA, with the most, to RMIA and BASE, with the fewest. */
    public enum Variance {
        /** One variance a side. */
        SEPARATE,
        /** One for both sides of a record. */
        COMMON,
        /** One for all records, and one gain from training: only its level is a record's own. Bent on one side, as a likelihood is. */
        EQUAL,
        /** Whichever finds more when a shadow takes the target's place. */
        AUTO
    }

    /** First the one for when nothing can be tried. */
    static final double[] SATURATIONS = {8, 2, 4, 16, Double.POSITIVE_INFINITY};

    private static final double[] ONE_SIDED_SATURATIONS = {2, 1, 4};

    private static final Card CARD = new Card(
            "bavaria",
            "Bayesian variance inference attack, online (BaVarIA)",
            "Compares how likely the model's confidence is with and without the record, learning from all records about each.",
            "Brannvall: Exponential-Family Membership Inference: From LiRA and RMIA to BaVarIA, arXiv 2603.11799, 2026",
            List.of(
                    "the model's full probability vector",
                    "shadow models of the same recipe, half of them trained on the record"));

    public Bavaria {
        check(saturation, priorWeight);
    }

    static void check(double saturation, double priorWeight) {
        if (!(saturation >= 0)) {
            throw new IllegalArgumentException("saturation " + saturation + " must be at least 0");
        }
        if (!(priorWeight == 0 || (priorWeight > 2 && priorWeight < Double.POSITIVE_INFINITY))) {
            throw new IllegalArgumentException("priorWeight " + priorWeight + " must be finite and above 2, or 0");
        }
    }

    @Override
    public Card card() {
        return CARD;
    }

    /** One way of what a rehearsal chooses between. */
    private record Shape(Variance variance, double saturation) {
        Saturation scale() {
            return new Saturation(saturation, variance == Variance.EQUAL);
        }
    }

    @Override
    public Scores attack(MembershipView view) {
        return Scores.of(scores(view, List.of(shape(view)))[0]);
    }

    /** Scores under several variances and saturations of confidence, of one pass over the shadows; all else as usual. */
    static double[][] scores(MembershipView view, List<Variance> variances, List<Double> saturations) {
        List<Shape> shapes = new ArrayList<>();
        for (int i = 0; i < variances.size(); i++) {
            shapes.add(new Shape(variances.get(i), saturations.get(i)));
        }
        return DEFAULT.scores(view, shapes);
    }

    private double[][] scores(MembershipView view, List<Shape> shapes) {
        Set<Saturation> scales = shapes.stream().map(Shape::scale).collect(Collectors.toSet());
        double[][] scores = new double[shapes.size()][view.records()];
        for (int query = 0; query < view.queries(); query++) {
            Function<Shape, double[]> scoring = scoring(view, query, scales, Map.of());
            for (int shape = 0; shape < scores.length; shape++) {
                double[] some = scoring.apply(shapes.get(shape));
                for (int record = 0; record < some.length; record++) {
                    scores[shape][record] += some[record] / view.queries();
                }
            }
        }
        return scores;
    }

    @Override
    public Bavaria prepared(MembershipView view) {
        Shape shape = shape(view);
        return new Bavaria(tails, shape.variance, shape.saturation, priorWeight);
    }

    /** As set or, where it is not, the best one in rehearsals. */
    private Shape shape(MembershipView view) {
        List<Shape> shapes = shapes();
        Set<Saturation> scales = shapes.stream().map(Shape::scale).collect(Collectors.toSet());
        // A rehearsal may leave one model a side, which shows no variance: then variances are learned here.
        Map<Saturation, Hierarchy.Priors> taught =
                view.aSide() == 2 && shapes.size() > 1 ? priors(Moments.Sides.of(view, 0, scales)) : Map.of();
        return Rehearsals.best(
                view,
                shapes,
                Rehearsals.MANY_PEOPLE,
                rehearsed -> scoring(rehearsed, 0, scales, taught),
                Rehearsals::areaAndLowRates);
    }

    private List<Shape> shapes() {
        List<Shape> shapes = new ArrayList<>();
        for (Variance v : variance == Variance.AUTO
                ? List.of(Variance.SEPARATE, Variance.COMMON, Variance.EQUAL)
                : List.of(variance)) {
            double[] usual = v == Variance.EQUAL ? ONE_SIDED_SATURATIONS : SATURATIONS;
            for (double s : saturation > 0 ? new double[] {saturation} : usual) {
                shapes.add(new Shape(v, s));
            }
        }
        return shapes;
    }

    /**
     * Scores under any shape, of one pass over the shadows.
     *
     * @param taught what is known of variances from elsewhere; empty if the view itself is to tell
     */
    private Function<Shape, double[]> scoring(
            MembershipView view, int query, Set<Saturation> scales, Map<Saturation, Hierarchy.Priors> taught) {
        Map<Saturation, Moments.Sides> sides = Moments.Sides.of(view, query, scales);
        Map<Saturation, Hierarchy.Priors> priors = taught.isEmpty() ? priors(sides) : taught;
        Map<Saturation, Hierarchy> models = new HashMap<>();
        sides.forEach((scale, of) -> models.put(scale, new Hierarchy(of, Objects.requireNonNull(priors.get(scale)))));
        double[] observed = view.target(Signal.LOGIT_MARGIN, query);
        return shape -> score(view, Objects.requireNonNull(models.get(shape.scale())), shape, observed);
    }

    private Map<Saturation, Hierarchy.Priors> priors(Map<Saturation, Moments.Sides> sides) {
        Map<Saturation, Hierarchy.Priors> priors = new HashMap<>();
        sides.forEach((scale, of) -> priors.put(scale, Hierarchy.Priors.of(of, priorWeight)));
        return priors;
    }

    private double[] score(MembershipView view, Hierarchy known, Shape shape, double[] observed) {
        Hierarchy.Both models = shape.variance == Variance.SEPARATE ? known.separate() : known.common();
        double[] own = ClassDrift.removed(shape.scale().of(observed), view.labels(), view.classes(), models, tails);
        return shape.variance == Variance.EQUAL ? fromMiddle(own, models) : ratio(own, models, tails);
    }

    /** What the ratio comes to, up to a factor and a constant, where variances and gains are equal and nearly known. */
    private static double[] fromMiddle(double[] observed, Hierarchy.Both models) {
        double[] scores = observed.clone();
        for (int record = 0; record < scores.length; record++) {
            scores[record] -= (models.in().location()[record] + models.out().location()[record]) / 2;
        }
        return scores;
    }

    static double[] ratio(double[] observed, Hierarchy.Both models, Tails tails) {
        double[] scores = models.in().logDensity(observed, tails);
        double[] out = models.out().logDensity(observed, tails);
        for (int record = 0; record < scores.length; record++) {
            scores[record] -= out[record];
        }
        return scores;
    }
}

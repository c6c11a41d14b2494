package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.LogOnePlus;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Need;
import dev.lethe.audit.membership.Scores;
import dev.lethe.audit.membership.Signal;
import java.util.List;

/**
 * Looks inside the model: norms of the gradient of each record's own loss, layer by layer, beside the model's confidence,
 * and how likely they are together under models that saw the record and under models that did not. What is learned
 * from the shadows: {@code docs/math/gradient-norm.md}.
 *
 * @param shadows shadow models to look into, at most
 */
public record GradientNorm(int shadows) implements MembershipAttack {
    /** All shadows that an audit usually has: looking costs one pass over the records. */
    public static final GradientNorm DEFAULT = new GradientNorm(64);

    private static final Card CARD = new Card(
            "gradient-norm",
            "White-box gradient norms",
            "Looks inside the model: how hard a record would still pull at each layer's weights.",
            "Nasr, Shokri, Houmansadr: Comprehensive Privacy Analysis of Deep Learning, IEEE S&P 2019",
            List.of(
                    "the model's weights",
                    "the model's full probability vector",
                    "shadow models of the same recipe, half of them trained on the record"));

    /** Whoever sees the inside sees the answers too: the strongest that can be made of them, in shapes that need no choice. */
    private static double[][] fromOutside(MembershipView view) {
        return Bavaria.scores(
                view,
                List.of(Bavaria.Variance.SEPARATE, Bavaria.Variance.COMMON, Bavaria.Variance.EQUAL),
                List.of(8.0, 8.0, 2.0));
    }

    @Override
    public Card card() {
        return CARD;
    }

    @Override
    public Need need() {
        return Need.MODEL;
    }

    @Override
    public boolean worksWithModels() {
        return true;
    }

    public GradientNorm {
        if (shadows < 2) {
            throw new IllegalArgumentException("shadows " + shadows + " must be at least 2");
        }
    }

    @Override
    public Scores attack(MembershipView view) {
        return prepared(view).attack(view);
    }

    @Override
    public MembershipAttack prepared(MembershipView view) {
        return new LearnedRatio(new Gradients(), Gradients.SETS, GradientNorm::fromOutside, shadows).learn(CARD, view);
    }

    private record Gradients() implements HierarchicalGaussians.Measured {
        private static final int MARGIN = 0;
        private static final int SATURATED = 1;
        private static final int SOON_SATURATED = 2;
        private static final int TOTAL = 3;
        private static final int SATURATED_TOTAL = 4;
        private static final int FIRST_TO_LAST = 5;
        private static final int BETWEEN_TO_LAST = 6;
        private static final int L1_TO_LAST = 7;
        private static final int PENULTIMATE = 8;
        private static final int OTHERS = 9;
        private static final int COLUMNS = 10;

        /** Each measure of confidence by itself, on three scales; then with what only the inside shows. */
        private static final List<int[]> SETS = List.of(
                new int[] {SATURATED},
                new int[] {MARGIN},
                new int[] {SOON_SATURATED},
                new int[] {TOTAL},
                new int[] {SATURATED_TOTAL},
                new int[] {SATURATED, FIRST_TO_LAST, BETWEEN_TO_LAST, L1_TO_LAST, PENULTIMATE, OTHERS},
                new int[] {SOON_SATURATED, FIRST_TO_LAST, BETWEEN_TO_LAST, L1_TO_LAST, PENULTIMATE, OTHERS});

        private static final Saturation LATE = new Saturation(8);
        private static final Saturation SOON = new Saturation(2);

        @Override
        public double[][] target(MembershipView view) {
            return columns(view.target(Signal.LOGIT_MARGIN), view.target(new GradientProbe()));
        }

        @Override
        public double[][] shadow(MembershipView view, int shadow) {
            return columns(view.shadow(shadow, Signal.LOGIT_MARGIN), view.shadow(shadow, new GradientProbe()));
        }

        private static double[][] columns(double[] margin, double[][] gradient) {
            double[] total = gradient[GradientProbe.TOTAL];
            double[][] columns = new double[COLUMNS][];
            columns[MARGIN] = margin;
            columns[SATURATED] = LATE.of(margin);
            columns[SOON_SATURATED] = SOON.of(margin);
            columns[TOTAL] = total;
            columns[SATURATED_TOTAL] = LATE.of(total);
            columns[OTHERS] = new double[margin.length];
            for (int record = 0; record < margin.length; record++) {
                columns[OTHERS][record] = others(
                        margin[record],
                        gradient[GradientProbe.LAST][record] - gradient[GradientProbe.PENULTIMATE][record]);
            }
            columns[FIRST_TO_LAST] = gradient[GradientProbe.FIRST_TO_LAST];
            columns[BETWEEN_TO_LAST] = gradient[GradientProbe.BETWEEN_TO_LAST];
            columns[L1_TO_LAST] = gradient[GradientProbe.L1_TO_LAST];
            columns[PENULTIMATE] = gradient[GradientProbe.PENULTIMATE];
            return columns;
        }

        /**
         * How few other classes share what the label's lacks of probability 1: ln |p - e| / (1 - p_y), from 0 for very many to
         * ln sqrt 2 for one.
         *
         * @param logPull ln |p - e|
         */
        private static double others(double margin, double logPull) {
            double logMissing = -LogOnePlus.ofExp(margin);
            return Math.max(0, Math.min(0.5 * Math.log(2), logPull - logMissing));
        }
    }
}

package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Scores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A membership score from several measurements of each record: log-likelihood ratios of some sets of them, weighed by a
 * logistic regression that is learned with shadows in the target's place.
 *
 * @param measured the columns
 * @param sets of columns whose joint likelihood ratios are taken; their mean serves where there are too few shadows to
 *     rehearse
 * @param others scores that are weighed with the ratios
 * @param shadows how many shadows to use, at most
 */
record LearnedRatio(HierarchicalGaussians.Measured measured, List<int[]> sets, Others others, int shadows) {
    /** With fewer shadows a rehearsal has one model a side, and ratios on another scale than the game's. */
    private static final int FEWEST_TO_REHEARSE = 7;

    private static final int REHEARSALS = 4;

    /** People in a rehearsal: enough for a handful of weights. */
    private static final int MOST_REHEARSED = 10_000;

    /** A ratio beyond this is trusted little more than this. */
    private static final double SURE = 10;

    /** Scores of other attacks. */
    interface Others {
        Others NONE = view -> new double[0][];

        /** {@code [attack][record]} */
        double[][] of(MembershipView view);
    }

    /**
     * An attack that weighs the ratios as it has learned to.
     *
     * @param fit the weights; empty where nothing could be rehearsed and all count alike
     */
    record Learned(Card card, LearnedRatio ratio, Optional<LogisticFit> fit) implements MembershipAttack {
        @Override
        public Scores attack(MembershipView view) {
            double[][] ratios = ratio.ratios(view);
            return Scores.of(fit.map(weights -> weights.logOdds(ratios)).orElseGet(() -> Arrays.stream(ratios)
                    .mapToDouble(row -> Arrays.stream(row).sum() / row.length)
                    .toArray()));
        }
    }

    /** Learns from the shadows of a view. */
    Learned learn(Card card, MembershipView view) {
        measured.measure(view, shadows);
        return new Learned(card, this, view.shadows() < FEWEST_TO_REHEARSE ? Optional.empty() : Optional.of(fit(view)));
    }

    private LogisticFit fit(MembershipView view) {
        List<double[]> rows = new ArrayList<>();
        List<boolean[]> truths = new ArrayList<>();
        for (int shadow = 0; shadow < REHEARSALS; shadow++) {
            MembershipView.Rehearsal rehearsal = view.rehearse(shadow, MOST_REHEARSED);
            rows.addAll(Arrays.asList(ratios(rehearsal.view())));
            truths.add(rehearsal.member());
        }
        boolean[] truth = new boolean[rows.size()];
        int at = 0;
        for (boolean[] part : truths) {
            System.arraycopy(part, 0, truth, at, part.length);
            at += part.length;
        }
        return new LogisticFit(rows.toArray(double[][]::new), truth);
    }

    /** Of each record: the ratios of each set, both kinds. */
    private double[][] ratios(MembershipView view) {
        HierarchicalGaussians gaussians = HierarchicalGaussians.of(view, measured, sets, shadows);
        double[][] scores = others.of(view);
        double[][] rows = new double[view.records()][2 * sets.size() + scores.length];
        for (int set = 0; set < sets.size(); set++) {
            double[][] ratios = gaussians.ratios(sets.get(set));
            for (int record = 0; record < rows.length; record++) {
                rows[record][2 * set] = bounded(ratios[0][record]);
                rows[record][2 * set + 1] = bounded(ratios[1][record]);
            }
        }
        for (int other = 0; other < scores.length; other++) {
            for (int record = 0; record < rows.length; record++) {
                rows[record][2 * sets.size() + other] = bounded(scores[other][record]);
            }
        }
        return rows;
    }

    /** Keeps the order. */
    private static double bounded(double ratio) {
        return ratio / Math.sqrt(1 + ratio * ratio / (SURE * SURE));
    }
}

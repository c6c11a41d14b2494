package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.membership.MembershipView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What an attack by the ratio of likelihoods can be set to.
 *
 * @param temperature of the softmax
 * @param a what the attack makes of it; unused where all shadows serve
 */
record Ratio(double temperature, double a) {
    /** The authors' grid. */
    private static final int STEPS_OF_A = 10;

    /** One record's score, from the natural logarithm of the target's likelihood and the shadows' means. */
    interface Score {
        double of(double logTarget, double in, double out, double a);
    }

    /**
     * The settings as given or, where they are not, the best ones in rehearsals.
     *
     * @param temperature as set, or 0 for the best
     * @param a as set, or below 0 for the best
     * @param fallback for a, where nothing can be rehearsed
     */
    static Ratio best(MembershipView view, double temperature, double a, double fallback, Score score) {
        return Rehearsals.best(
                view,
                candidates(temperature, a, fallback),
                Rehearsals.SOME_PEOPLE,
                rehearsed -> {
                    Map<Double, Likelihoods> known = new HashMap<>();
                    return ratio -> ratio.of(
                            known.computeIfAbsent(ratio.temperature, t -> Likelihoods.of(rehearsed, 0, t)), score);
                },
                Roc::auc);
    }

    /** Scores of the view, the mean over the queries. */
    double[] score(MembershipView view, Score score) {
        return QueryMean.of(view, query -> of(Likelihoods.of(view, query, temperature), score));
    }

    private static List<Ratio> candidates(double temperature, double a, double fallback) {
        List<Ratio> candidates = new ArrayList<>();
        for (double t : temperature > 0 ? new double[] {temperature} : Likelihoods.TEMPERATURES) {
            candidates.add(new Ratio(t, a >= 0 ? a : fallback));
            for (int step = 0; a < 0 && step <= STEPS_OF_A; step++) {
                candidates.add(new Ratio(t, step / (double) STEPS_OF_A));
            }
        }
        return candidates;
    }

    private double[] of(Likelihoods likelihoods, Score score) {
        double[] scores = new double[likelihoods.target().length];
        for (int record = 0; record < scores.length; record++) {
            scores[record] = score.of(
                    likelihoods.target()[record],
                    likelihoods.in()[record],
                    likelihoods.out()[record],
                    a);
        }
        return scores;
    }

    static void checkTemperature(double temperature) {
        if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "temperature " + temperature + " must be positive and finite, or 0 to choose it by rehearsal");
        }
    }

    static void checkA(double a) {
        if (!(a == -1 || (a >= 0 && a <= 1))) {
            throw new IllegalArgumentException("a " + a + " must lie in [0, 1], or be -1 to choose it by rehearsal");
        }
    }
}

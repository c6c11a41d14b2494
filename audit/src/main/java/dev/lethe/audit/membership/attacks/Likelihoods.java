package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.membership.LogOnePlus;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Reading;
import dev.lethe.audit.membership.Signal;
import dev.lethe.core.model.Logits;

/**
 * How likely the target and the shadows find each record's class, after a softmax at some temperature.
 *
 * @param target ln p of the target
 * @param in mean of p over the shadows that have the record IN
 * @param out mean of p over those that have it OUT
 */
record Likelihoods(double[] target, double[] in, double[] out) {
    /** The temperatures that pay off; first the one for when nothing can be tried. */
    static final double[] TEMPERATURES = {2, 1, 4};

    /** One pass over the shadows, one at a time in memory. */
    static Likelihoods of(MembershipView view, int query, double temperature) {
        Reading likelihood = temperature == 1 ? Signal.LOG_LIKELIHOOD : new Tempered(temperature);
        int records = view.records();
        double[] in = new double[records];
        double[] out = new double[records];
        int[] countIn = new int[records];
        int[] countOut = new int[records];
        for (int shadow = 0; shadow < view.shadows(); shadow++) {
            double[] log = view.shadow(shadow, likelihood, query);
            for (int record = 0; record < records; record++) {
                switch (view.part(shadow, record)) {
                    case IN -> in[record] += (Math.exp(log[record]) - in[record]) / ++countIn[record];
                    case OUT -> out[record] += (Math.exp(log[record]) - out[record]) / ++countOut[record];
                    case WITHHELD -> {}
                }
            }
        }
        return new Likelihoods(view.target(likelihood, query), in, out);
    }

    /** ln p of a record's class after a softmax at another temperature than 1. */
    private record Tempered(double temperature) implements Reading {
        @Override
        public double[] of(Logits logits, int[] labels) {
            double[] values = new double[labels.length];
            for (int row = 0; row < values.length; row++) {
                values[row] = logLikelihood(logits, row, labels[row], temperature);
            }
            return values;
        }
    }

    /** ln of the softmax of logits/temperature at the label. */
    static double logLikelihood(Logits logits, int row, int label, double temperature) {
        int best = logits.argMax(row);
        double max = logits.at(row, best);
        double others = 0;
        for (int k = 0; k < logits.classes(); k++) {
            others += k == best ? 0 : Math.exp((logits.at(row, k) - max) / temperature);
        }
        // It keeps apart likelihoods that differ from 1 by less than 1e-16.
        return (logits.at(row, label) - max) / temperature - LogOnePlus.of(others);
    }

    /** The logarithm of a mean of probabilities, finite even where all of them vanish. */
    static double log(double mean) {
        return Math.log(Math.max(mean, Double.MIN_NORMAL));
    }
}

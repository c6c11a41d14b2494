package dev.lethe.audit.membership;

import dev.lethe.core.model.Logits;

/** A number that a model gives about one record; larger is more confident in the record's own class. */
public enum Signal implements Reading {
    /** Minus the cross-entropy, ln p(label), in nats. */
    LOG_LIKELIHOOD {
        @Override
        public double of(Logits logits, int row, int label) {
            return -logits.lossNats(row, label);
        }
    },
    /**
     * The logit-scaled confidence ln p(label)/(1 - p(label)) = z(label) - ln sum of exp z(other), in double precision
     * from the logits, so that it neither saturates nor overflows (Carlini et al. 2022, section VI).
     */
    LOGIT_MARGIN {
        @Override
        public double of(Logits logits, int row, int label) {
            double max = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < logits.classes(); k++) {
                if (k != label) {
                    max = Math.max(max, logits.at(row, k));
                }
            }
            double sum = 0;
            for (int k = 0; k < logits.classes(); k++) {
                if (k != label) {
                    sum += Math.exp(logits.at(row, k) - max);
                }
            }
            return logits.at(row, label) - max - Math.log(sum);
        }
    },
    /** Minus the Shannon entropy of the softmax, in nats; needs no label. */
    NEGATIVE_ENTROPY {
        @Override
        public double of(Logits logits, int row, int label) {
            double[] p = probabilities(logits, row);
            double sum = 0;
            for (double q : p) {
                sum += q * Math.log(Math.max(q, FLOOR));
            }
            return sum;
        }
    },
    /**
     * Minus the logarithm of the modified entropy -(1-p_y) ln p_y - sum over i != y of p_i ln(1-p_i) of Song and Mittal
     * (2021), which falls with confidence in the label; the logarithm spreads the tiny values of members.
     */
    NEGATIVE_LOG_MODIFIED_ENTROPY {
        @Override
        public double of(Logits logits, int row, int label) {
            return -Math.log(Math.max(modifiedEntropy(probabilities(logits, row), label), FLOOR));
        }
    };

    /** Probabilities are clipped here inside logarithms, as in the authors' code. */
    private static final double FLOOR = 1e-30;

    /** The signal of one record. */
    public abstract double of(Logits logits, int row, int label);

    /** The signal of all records. */
    @Override
    public double[] of(Logits logits, int[] labels) {
        double[] values = new double[labels.length];
        for (int row = 0; row < labels.length; row++) {
            values[row] = of(logits, row, labels[row]);
        }
        return values;
    }

    /** The modified entropy of Song and Mittal (2021, equation 4), in nats. */
    public static double modifiedEntropy(double[] p, int label) {
        double sum = 0;
        double others = 0;
        for (int i = 0; i < p.length; i++) {
            if (i != label) {
                others += p[i];
                sum -= p[i] * Math.log(Math.max(1 - p[i], FLOOR));
            }
        }
        // 1 - p_y from the other probabilities: no cancellation where p_y is close to 1.
        return sum - others * Math.log(Math.max(p[label], FLOOR));
    }

    /** ln p of each label, of its margin m = ln p/(1 - p): -ln(1 + exp(-m)). */
    static double[] logLikelihoods(double[] margins) {
        double[] values = new double[margins.length];
        for (int row = 0; row < values.length; row++) {
            values[row] = -LogOnePlus.ofExp(-margins[row]);
        }
        return values;
    }

    private static double[] probabilities(Logits logits, int row) {
        double[] p = new double[logits.classes()];
        logits.probabilities(row, p);
        return p;
    }
}

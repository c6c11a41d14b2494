package dev.lethe.audit.evidence;

/**
 * Records of one trial sorted by score, best first, equal scores in one block: everything that a ROC depends on.
 *
 * <p>Sorted once, measured many times: each resample of the bootstrap is one pass with other weights.
 */
final class Ranking {
    private final int[] order;
    /** For each position, whether the next one has a smaller score. */
    private final boolean[] blockEnd;

    private final boolean[] member;

    Ranking(Trial trial) {
        member = trial.member();
        DescendingOrder sorted = new DescendingOrder(trial.scores());
        order = sorted.places();
        blockEnd = new boolean[order.length];
        for (int i = 0; i < order.length; i++) {
            blockEnd[i] = sorted.isLastOfEquals(i);
        }
    }

    /** What one pass measures. */
    static final class Measured {
        double auc;
        final double[] tpr;

        Measured(int rates) {
            tpr = new double[rates];
        }
    }

    /**
     * Measures with each record counted {@code weights[record]} times.
     *
     * @param rates false-positive rates, ascending
     * @return null if the weights leave no member or no non-member
     */
    @org.jspecify.annotations.Nullable
    Measured measure(int[] weights, double[] rates) {
        long positives = 0;
        long negatives = 0;
        for (int i = 0; i < member.length; i++) {
            if (member[i]) {
                positives += weights[i];
            } else {
                negatives += weights[i];
            }
        }
        if (positives == 0 || negatives == 0) {
            return null;
        }
        Measured measured = new Measured(rates.length);
        double area = 0;
        long truePositives = 0;
        long falsePositives = 0;
        long blockTrue = 0;
        long blockFalse = 0;
        int rate = 0;
        for (int i = 0; i < order.length; i++) {
            int weight = weights[order[i]];
            if (member[order[i]]) {
                blockTrue += weight;
            } else {
                blockFalse += weight;
            }
            if (blockEnd[i]) {
                area += blockFalse * (truePositives + 0.5 * blockTrue);
                while (rate < rates.length && falsePositives + blockFalse > allowed(rates[rate], negatives)) {
                    measured.tpr[rate++] = (double) truePositives / positives;
                }
                truePositives += blockTrue;
                falsePositives += blockFalse;
                blockTrue = 0;
                blockFalse = 0;
            }
        }
        while (rate < rates.length) {
            measured.tpr[rate++] = (double) truePositives / positives;
        }
        measured.auc = area / ((double) positives * negatives);
        return measured;
    }

    /** Takes the records of one score. */
    interface Blocks {
        void block(int members, int others);
    }

    /** Shows how many members and others have each score, the best first. */
    void blocks(Blocks blocks) {
        int members = 0;
        int others = 0;
        for (int i = 0; i < order.length; i++) {
            if (member[order[i]]) {
                members++;
            } else {
                others++;
            }
            if (blockEnd[i]) {
                blocks.block(members, others);
                members = 0;
                others = 0;
            }
        }
    }

    /** How many records are members. */
    int members() {
        return (int) (order.length - negatives());
    }

    /** The largest count of false positives whose rate is at most {@code rate}; robust to 0.001 * 5000 = 5.000..1. */
    static long allowed(double rate, long negatives) {
        return (long) Math.floor(rate * negatives * (1 + 1e-12));
    }

    /** The smallest score that may be called a member at this false-positive rate: infinity if none. */
    double thresholdAt(double rate, double[] scores) {
        long limit = allowed(rate, negatives());
        double threshold = Double.POSITIVE_INFINITY;
        long falsePositives = 0;
        for (int i = 0; i < order.length; i++) {
            if (!member[order[i]]) {
                falsePositives++;
            }
            if (blockEnd[i]) {
                if (falsePositives > limit) {
                    break;
                }
                threshold = scores[order[i]];
            }
        }
        return threshold;
    }

    /** The score at which true-positive less false-positive rate is largest, the lowest of equals. */
    double bestThreshold(double[] scores) {
        double perMember = 1.0 / (order.length - negatives());
        double perOther = 1.0 / negatives();
        double best = Double.NEGATIVE_INFINITY;
        double threshold = Double.POSITIVE_INFINITY;
        long truePositives = 0;
        long falsePositives = 0;
        for (int i = 0; i < order.length; i++) {
            if (member[order[i]]) {
                truePositives++;
            } else {
                falsePositives++;
            }
            double advantage = truePositives * perMember - falsePositives * perOther;
            if (blockEnd[i] && advantage >= best) {
                best = advantage;
                threshold = scores[order[i]];
            }
        }
        return threshold;
    }

    private long negatives() {
        long negatives = 0;
        for (boolean in : member) {
            if (!in) {
                negatives++;
            }
        }
        return negatives;
    }
}

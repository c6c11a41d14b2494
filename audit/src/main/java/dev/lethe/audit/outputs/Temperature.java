package dev.lethe.audit.outputs;

import dev.lethe.core.model.Logits;

/** How sure the answers are against how right they are. */
final class Temperature {
    private static final double MOST = 100;
    private static final int FIT_VALUES = 400_000;
    private static final int RATE_VALUES = 1_000_000;

    private Temperature() {}

    /**
     * Confidence and accuracy on some rows, and how far their means are sure.
     *
     * @param accuracy share of rows answered right
     * @param confidence mean probability of the answered class
     * @param radius how far confidence - accuracy may be from its expectation, either way
     */
    record Calibration(double accuracy, double confidence, double radius, int rows) {
        static Calibration of(Logits logits, int[] labels, int[] rows) {
            int[] some = thin(rows, Math.max(1000, RATE_VALUES / logits.classes()));
            double right = 0;
            double confidence = 0;
            for (int row : some) {
                int top = logits.argMax(row);
                right += top == labels[row] ? 1 : 0;
                confidence += Math.exp(-logits.lossNats(row, top));
            }
            // One row's difference lies in [-1, 1].
            return new Calibration(
                    right / some.length, confidence / some.length, Certainty.radius(2, some.length), some.length);
        }

        /** By how much the answers are surer than right, at least. */
        double overconfidence() {
            return confidence - accuracy - radius;
        }

        /** By how much the answers are righter than sure, at least. */
        double underconfidence() {
            return accuracy - confidence - radius;
        }
    }

    /**
     * The T for which softmax(logits / T) has the least mean loss on some rows, within 1/100..100 (Guo et al. 2017,
     * section 4.2). The loss is convex in 1/T, so its slope is bisected.
     */
    static double fit(Logits logits, int[] labels, int[] rows) {
        int[] some = thin(rows, Math.max(200, FIT_VALUES / logits.classes()));
        double low = -Math.log(MOST);
        double high = Math.log(MOST);
        for (int step = 0; step < 30; step++) {
            double middle = (low + high) / 2;
            if (slope(logits, labels, some, Math.exp(middle)) < 0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return Math.exp(-(low + high) / 2);
    }

    /** Derivative of the summed loss by the factor on the logits. */
    private static double slope(Logits logits, int[] labels, int[] rows, double factor) {
        double slope = 0;
        for (int row : rows) {
            double max = logits.at(row, logits.argMax(row));
            double sum = 0;
            double weighted = 0;
            for (int k = 0; k < logits.classes(); k++) {
                double z = logits.at(row, k) - max;
                double weight = Math.exp(factor * z);
                sum += weight;
                weighted += weight * z;
            }
            slope += weighted / sum - (logits.at(row, labels[row]) - max);
        }
        return slope;
    }

    /** At most {@code most} of the rows, evenly spaced. */
    private static int[] thin(int[] rows, int most) {
        if (rows.length <= most) {
            return rows;
        }
        int[] some = new int[most];
        for (int i = 0; i < most; i++) {
            some[i] = rows[(int) ((long) i * rows.length / most)];
        }
        return some;
    }
}

package dev.lethe.core.model;

/**
 * What a classifier says of some records, before any softmax.
 *
 * @param values row-major, one row a record, one column a class; not copied, not to be written
 */
public record Logits(float[] values, int classes) {
    public Logits {
        if (classes < 2 || values.length % classes != 0) {
            throw new IllegalArgumentException(values.length + " values do not make rows of " + classes + " classes");
        }
    }

    /** How many records. */
    public int size() {
        return values.length / classes;
    }

    public float at(int row, int label) {
        return values[row * classes + label];
    }

    /** The class with the largest logit; the first of equals. */
    public int argMax(int row) {
        int from = row * classes;
        int best = 0;
        float most = values[from];
        for (int k = 1; k < classes; k++) {
            if (values[from + k] > most) {
                most = values[from + k];
                best = k;
            }
        }
        return best;
    }

    /** Cross-entropy -ln p(label), in nats, computed in double precision from the logits. */
    public double lossNats(int row, int label) {
        int best = argMax(row);
        double max = at(row, best);
        double others = 0;
        for (int k = 0; k < classes; k++) {
            others += k == best ? 0 : Math.exp(at(row, k) - max);
        }
        // log1p keeps apart losses below 1e-16, where the surest members are.
        return Math.log1p(others) + (max - at(row, label));
    }

    /** Softmax of one row, in double precision, written to {@code into}. */
    public void probabilities(int row, double[] into) {
        double max = at(row, argMax(row));
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            into[k] = Math.exp(at(row, k) - max);
            sum += into[k];
        }
        for (int k = 0; k < classes; k++) {
            into[k] /= sum;
        }
    }

    /** Share of rows whose arg-max is the label. */
    public double accuracy(int[] labels) {
        int right = 0;
        for (int row = 0; row < labels.length; row++) {
            if (argMax(row) == labels[row]) {
                right++;
            }
        }
        return (double) right / labels.length;
    }
}

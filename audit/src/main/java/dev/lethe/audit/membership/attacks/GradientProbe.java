package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.membership.NotApplicableException;
import dev.lethe.audit.membership.Probe;
import dev.lethe.core.data.Records;
import dev.lethe.core.model.Differentiable;
import dev.lethe.core.model.GradientNorms;
import dev.lethe.core.model.Predictor;

/**
 * What the gradient of each record's own loss looks like: logarithms of the norms of all of it and of the last layer's;
 * then what no answer of the model tells, as logarithms of ratios to the norm of the last layer's: of the first
 * layer's, of that of all layers between, and of the last layer's L1 norm; and the norm of what the last layer is given.
 */
record GradientProbe() implements Probe {
    static final int TOTAL = 0;
    static final int LAST = 1;
    static final int FIRST_TO_LAST = 2;
    static final int BETWEEN_TO_LAST = 3;
    static final int L1_TO_LAST = 4;
    static final int PENULTIMATE = 5;

    /** Below this a gradient is nothing: the model is certain to the last bit of a double. */
    private static final double NOTHING = 1e-300;

    /** Where all units of a layer are off, a ratio is 0; its logarithm ends here. */
    private static final double SMALLEST_RATIO = 1e-3;

    @Override
    public int columns() {
        return 6;
    }

    @Override
    public <D extends Records> double[][] measure(Predictor<D> model, D records) {
        if (!(model instanceof Differentiable<D> whiteBox)) {
            throw new NotApplicableException("gradient-norm looks inside a model, and this one is a black box: it"
                    + " gives answers and no gradients");
        }
        GradientNorms norms = whiteBox.gradientNorms(records);
        double[][] columns = new double[columns()][norms.size()];
        int top = norms.layerCount() - 1;
        for (int row = 0; row < norms.size(); row++) {
            double between = 0;
            for (int layer = 1; layer < top; layer++) {
                between = Math.hypot(between, norms.at(row, layer));
            }
            double last = norms.at(row, top);
            columns[TOTAL][row] = Math.log(Math.max(NOTHING, norms.total(row)));
            columns[LAST][row] = Math.log(Math.max(NOTHING, last));
            columns[FIRST_TO_LAST][row] = ratio(top == 0 ? 0 : norms.at(row, 0), last);
            columns[BETWEEN_TO_LAST][row] = ratio(between, last);
            columns[L1_TO_LAST][row] = ratio(norms.lastLayerL1()[row], last);
            columns[PENULTIMATE][row] = Math.log(Math.hypot(1, norms.penultimate()[row]));
        }
        return columns;
    }

    private static double ratio(double norm, double last) {
        return last > NOTHING ? Math.log(norm / last + SMALLEST_RATIO) : 0;
    }
}

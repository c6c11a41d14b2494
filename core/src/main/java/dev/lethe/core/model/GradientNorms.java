package dev.lethe.core.model;

/**
 * How hard each record pulls at a network: norms of the gradient of the record's own cross-entropy with respect to the
 * parameters. Of records that a model has learned by heart hardly anything is left.
 *
 * @param layers L2 norm of the gradient with respect to weight and bias together; row-major, one row a record, one column
 *     a layer with parameters, from input to output; not copied, not to be written
 * @param layerCount how many layers have parameters
 * @param lastLayerL1 L1 norm of the gradient of the last layer, weight and bias, one a record
 * @param penultimate L2 norm of what the last layer is given, one a record
 */
public record GradientNorms(double[] layers, int layerCount, double[] lastLayerL1, double[] penultimate) {
    public GradientNorms {
        if (layerCount < 1 || layers.length != penultimate.length * layerCount) {
            throw new IllegalArgumentException(
                    layers.length + " norms do not make " + penultimate.length + " rows of " + layerCount + " layers");
        }
        if (lastLayerL1.length != penultimate.length) {
            throw new IllegalArgumentException(
                    lastLayerL1.length + " norms of the last layer for " + penultimate.length + " records");
        }
        refuseBroken("layers", layers);
        refuseBroken("lastLayerL1", lastLayerL1);
        refuseBroken("penultimate", penultimate);
    }

    private static void refuseBroken(String name, double[] norms) {
        for (int i = 0; i < norms.length; i++) {
            if (!(norms[i] >= 0 && norms[i] < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(name + " has the norm " + norms[i] + " at " + i);
            }
        }
    }

    /** How many records. */
    public int size() {
        return penultimate.length;
    }

    /** L2 norm of a record's gradient with respect to one layer, 0 for the first. */
    public double at(int row, int layer) {
        return layers[row * layerCount + layer];
    }

    /** L2 norm of a record's gradient with respect to all parameters. */
    public double total(int row) {
        double sum = 0;
        for (int layer = 0; layer < layerCount; layer++) {
            sum = Math.hypot(sum, at(row, layer));
        }
        return sum;
    }
}

package dev.lethe.audit.membership.attacks;

import dev.lethe.core.data.Examples;
import dev.lethe.core.data.Records;
import dev.lethe.core.random.Seed;

/** What perturbations of records need to know of them. */
final class Perturbations {
    private Perturbations() {}

    /**
     * Where the perturbations of these records come from: of the records alone, so that every model is asked about the same
     * ones and what differs between models is the models, not the luck of the draw.
     */
    static Seed seed(Records records) {
        return Seed.of(0).fork(records.fingerprint());
    }

    /** Whether all values are bits, which are exchanged and not moved. */
    static boolean isBinary(Examples examples) {
        for (float value : examples.features()) {
            if (value != 0 && value != 1) {
                return false;
            }
        }
        return true;
    }

    /** The standard deviation of each column. */
    static double[] deviation(Examples examples) {
        int width = examples.width();
        double[] mean = new double[width];
        double[] squares = new double[width];
        for (int row = 0; row < examples.size(); row++) {
            for (int c = 0; c < width; c++) {
                double delta = examples.features()[row * width + c] - mean[c];
                mean[c] += delta / (row + 1);
                squares[c] += delta * (examples.features()[row * width + c] - mean[c]);
            }
        }
        double[] deviation = new double[width];
        for (int c = 0; c < width; c++) {
            deviation[c] = Math.sqrt(squares[c] / Math.max(1, examples.size()));
        }
        return deviation;
    }
}

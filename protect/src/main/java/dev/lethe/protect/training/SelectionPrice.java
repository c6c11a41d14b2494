package dev.lethe.protect.training;

import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.RenyiAccountant;
import dev.lethe.core.privacy.RenyiCurve;

/** What it costs to release only the best of several private runs, of which the number is random and stays secret. */
public final class SelectionPrice {
    private static final double[] ORDERS = {
        1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 96, 128, 192,
        256, 512
    };

    private SelectionPrice() {}

    /**
     * Epsilon of the best of K runs, K geometric with this mean: with the divergences D of one run, the divergence of order a is at most
     * D(a) + 2 (1 - 1/b) D(b) + 2 log(mean) / b + log(mean) / (a - 1), for any b above 1 (Papernot and Steinke, "Hyperparameter tuning
     * with Renyi differential privacy", ICLR 2022, Theorem 2 with eta = 1 and gamma = 1 / mean). What a run reports besides its model,
     * such as how good that is, must be covered by the event or not depend on private records.
     *
     * @param run what each run costs at most
     * @param mean number of runs, at least 1
     * @throws dev.lethe.core.privacy.UnpricedEventException if no divergences are known
     */
    public static double geometric(PrivacyEvent run, Neighbours neighbours, double mean, double delta) {
        if (!(mean >= 1 && mean < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("mean " + mean + " must be at least 1 and finite");
        }
        if (!(delta > 0 && delta < 1)) {
            throw new IllegalArgumentException("delta " + delta + " must lie in (0, 1)");
        }
        RenyiCurve curve = new RenyiAccountant().price(run, neighbours);
        double second = Double.POSITIVE_INFINITY;
        for (double order : ORDERS) {
            second = Math.min(second, 2 * (1 - 1 / order) * curve.divergence(order) + 2 * Math.log(mean) / order);
        }
        double least = Double.POSITIVE_INFINITY;
        for (double order : ORDERS) {
            double divergence = curve.divergence(order) + second + Math.log(mean) / (order - 1);
            double epsilon = divergence + Math.log1p(-1 / order) - (Math.log(delta) + Math.log(order)) / (order - 1);
            least = Math.min(least, epsilon);
        }
        // Claims round up.
        return Math.max(0, least) * (1 + 1e-12);
    }
}

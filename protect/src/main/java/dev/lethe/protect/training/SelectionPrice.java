package dev.lethe.protect.training;

import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.RenyiAccountant;
import dev.lethe.core.privacy.RenyiCurve;
import java.util.function.DoubleUnaryOperator;

/** What it costs to release only the best of several private runs, of which the number is random and stays secret. */
public final class SelectionPrice {
    private static final double[] ORDERS = {
        1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 96, 128, 192,
        256, 512
    };

    private SelectionPrice() {}

    /** The law of the number of runs, drawn before the first and told to nobody. */
    public sealed interface Runs {
        /** Of runs. */
        double mean();

        /**
         * Negative binomial, drawn again while 0: geometric at shape 1, logarithmic at shape 0. P[k] is proportional to
         * (1 - gamma)<sup>k</sup> times the binomial coefficient of k + shape - 1 over k.
         *
         * @param shape above -1, at most 100; the larger, the dearer and the surer is a good number of runs
         * @param gamma in (0, 1)
         */
        record NegativeBinomial(double shape, double gamma) implements Runs {
            public NegativeBinomial {
                if (!(shape > -1 && shape <= 100)) {
                    throw new IllegalArgumentException("shape " + shape + " must lie in (-1, 100]");
                }
                if (!(gamma > 0 && gamma < 1)) {
                    throw new IllegalArgumentException("gamma " + gamma + " must lie in (0, 1)");
                }
            }

            @Override
            public double mean() {
                double log = Math.log(gamma);
                // shape / (1 - gamma^shape), and its limit at 0.
                double share = shape == 0 ? -1 / log : shape / -Math.expm1(shape * log);
                return share * (1 - gamma) / gamma;
            }
        }

        /**
         * Poisson; where there is no run, nothing is released.
         *
         * @param mean at least 1, at most a million
         */
        record Poisson(double mean) implements Runs {
            public Poisson {
                if (!(mean >= 1 && mean <= 1e6)) {
                    throw new IllegalArgumentException("mean " + mean + " must lie in [1, 1000000]");
                }
            }
        }
    }

    /**
     * Epsilon of the best of K runs, K geometric with this mean: {@link #epsilon} at shape 1 and gamma = 1 / mean.
     *
     * @param run what each run costs at most
     * @param mean number of runs, at least 1
     * @throws dev.lethe.core.privacy.UnpricedEventException if no divergences are known
     */
    public static double geometric(PrivacyEvent run, Neighbours neighbours, double mean, double delta) {
        if (!(mean >= 1 && mean < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("mean " + mean + " must be at least 1 and finite");
        }
        requireDelta(delta);
        RenyiCurve curve = new RenyiAccountant().price(run, neighbours);
        return least(order -> curve.divergence(order) + Math.log(mean) / (order - 1), often(curve, 1, 1 / mean), delta);
    }

    /**
     * Epsilon of the best of K runs (Papernot and Steinke, "Hyperparameter tuning with Renyi differential privacy", ICLR 2022). With the
     * divergences D of one run, the divergence of order a is at most
     *
     * <ul>
     *   <li>D(a) + (1 + shape) ((1 - 1/b) D(b) + log(1 / gamma) / b) + log(mean) / (a - 1), for any b above 1, of a negative binomial number
     *       (Theorem 2);
     *   <li>D(a) + mean d + log(mean) / (a - 1) of a Poisson number, where one run is (log(1 + 1 / (a - 1)), d)-private (Theorem 6).
     * </ul>
     *
     * <p>What a run reports besides its model, such as how good that is, must be covered by the event or not depend on private records.
     *
     * @param run what each run costs at most
     * @throws dev.lethe.core.privacy.UnpricedEventException if no divergences are known
     */
    public static double epsilon(PrivacyEvent run, Neighbours neighbours, Runs runs, double delta) {
        requireDelta(delta);
        RenyiCurve curve = new RenyiAccountant().price(run, neighbours);
        double log = Math.log(runs.mean());
        if (runs instanceof Runs.NegativeBinomial law) {
            return least(
                    order -> curve.divergence(order) + log / (order - 1),
                    often(curve, law.shape(), law.gamma()),
                    delta);
        }
        return least(
                order -> curve.divergence(order)
                        + runs.mean() * curve.delta(Math.log1p(1 / (order - 1)))
                        + log / (order - 1),
                0,
                delta);
    }

    private static double often(RenyiCurve curve, double shape, double gamma) {
        double least = Double.POSITIVE_INFINITY;
        for (double order : ORDERS) {
            least = Math.min(
                    least, (1 + shape) * ((1 - 1 / order) * curve.divergence(order) - Math.log(gamma) / order));
        }
        return least;
    }

    private static double least(DoubleUnaryOperator divergence, double more, double delta) {
        double least = Double.POSITIVE_INFINITY;
        for (double order : ORDERS) {
            double epsilon = divergence.applyAsDouble(order)
                    + more
                    + Math.log1p(-1 / order)
                    - (Math.log(delta) + Math.log(order)) / (order - 1);
            least = Math.min(least, epsilon);
        }
        // Claims round up.
        return Math.max(0, least) * (1 + 1e-12);
    }

    private static void requireDelta(double delta) {
        if (!(delta > 0 && delta < 1)) {
            throw new IllegalArgumentException("delta " + delta + " must lie in (0, 1)");
        }
    }
}

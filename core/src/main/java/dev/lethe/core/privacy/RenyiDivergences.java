package dev.lethe.core.privacy;

import dev.lethe.core.privacy.RenyiCurve.Divergence;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.numbers.gamma.LogGamma;

/** Rényi divergences of mechanisms, one class each; sources and proofs in docs/math/accounting.md. */
final class RenyiDivergences {
    /**
     * Where noise is weaker than a twentieth of what a record adds, sampling gets no credit: integrals of such narrow functions are not
     * computed, for a sampled record is as good as named.
     */
    private static final double LARGEST_MU = 20;

    private static final double[] LOG_FACTORIAL = new double[OfWholeOrders.LARGEST + 2];

    static {
        for (int n = 0; n < LOG_FACTORIAL.length; n++) {
            LOG_FACTORIAL[n] = LogGamma.value(n + 1.0);
        }
    }

    private RenyiDivergences() {}

    /** Concentrated: rho times the order. Gaussian noise has rho = mu² / 2. */
    record Concentrated(double rho) implements Divergence {
        @Override
        public double at(double order) {
            return rho == 0 ? 0 : rho * order;
        }

        @Override
        public double largestOrder() {
            return 1e12;
        }
    }

    /** Laplace noise of scale 1 (Mironov 2017, proposition 6). */
    record Laplace(double shift) implements Divergence {
        @Override
        public double at(double order) {
            if (order * shift > 700) {
                double sum = order / (2 * order - 1);
                return order == Double.POSITIVE_INFINITY
                        ? shift
                        : Math.min(shift, shift + Math.log(sum) / (order - 1) + 1e-15);
            }
            double more = order * Math.expm1((order - 1) * shift) + (order - 1) * Math.expm1(-order * shift);
            return Math.max(0, Math.log1p(more / (2 * order - 1))) / (order - 1) + 1e-16;
        }
    }

    /** Masses at single losses. */
    record Atoms(AtomPair pair) implements Divergence {
        @Override
        public double at(double order) {
            return order == Double.POSITIVE_INFINITY ? pair.largest(false) : pair.divergence(order);
        }
    }

    /**
     * Whatever has a bounded range, wherever that lies: the largest divergence of two-point distributions whose losses are epsilon
     * apart (Dong, Durfee and Rogers 2020), at the place that calculus gives.
     */
    record BoundedRange(double epsilon) implements Divergence {
        @Override
        public double at(double order) {
            if (order == Double.POSITIVE_INFINITY || order * epsilon > 700) {
                return epsilon;
            }
            // With mass w of Q on the larger loss: E (P/Q)^order = (A + B w) / (C + D w)^order.
            double a = Math.exp(-order * epsilon);
            double b = -Math.expm1(-order * epsilon);
            double c = Math.exp(-epsilon);
            double d = -Math.expm1(-epsilon);
            double w = Math.max(0, Math.min(1, (b * c - order * d * a) / (b * d * (order - 1))));
            double log = Math.log(a + b * w) - order * Math.log(c + d * w);
            return Math.min(Math.max(0, log / (order - 1)) + 1e-15 / (order - 1), order * epsilon * epsilon / 8);
        }
    }

    /**
     * Gaussian noise on a Poisson sample, one record added or removed: E over N(0, 1) of the likelihood ratio to the power of the order
     * (Mironov, Talwar and Zhang 2019). Up to order 64 by the trapezoidal rule, whose error for such analytic integrands falls
     * exponentially with the step; above by their sum, for whole orders, with straight lines between.
     */
    static final class PoissonGaussian implements Divergence {
        private static final double LARGEST_BY_RULE = 64;

        /** Larger orders are not summed: their terms would fill the memory. */
        private static final double LARGEST_BY_SUM = 1 << 16;

        private final double rate;
        private final double mu;
        private final double step;
        private final double from;
        private final double[] excess;
        private final double[] logRatio;
        private final double[] logWeight;
        private final double[] weight;

        PoissonGaussian(double rate, double mu) {
            this.rate = rate;
            this.mu = mu;
            step = Math.min(0.4, 0.4 / mu);
            from = -9.5;
            int nodes = mu > LARGEST_MU ? 0 : (int) Math.ceil((LARGEST_BY_RULE * mu + 19) / step);
            excess = new double[nodes];
            logRatio = new double[nodes];
            logWeight = new double[nodes];
            weight = new double[nodes];
            double scale = Math.log(step) - 0.5 * Math.log(2 * Math.PI);
            for (int i = 0; i < nodes; i++) {
                double z = from + i * step;
                double exponent = mu * z - mu * mu / 2;
                excess[i] = rate * Math.expm1(exponent);
                logRatio[i] = exponent > 40
                        ? Math.log(rate) + exponent + Math.log1p((1 - rate) / rate * Math.exp(-exponent))
                        : Math.log1p(excess[i]);
                logWeight[i] = scale - z * z / 2;
                weight[i] = Math.exp(logWeight[i]);
            }
        }

        @Override
        public boolean fractional(double order) {
            return order <= LARGEST_BY_RULE;
        }

        /** No more than without sampling: divergences are quasi-convex. */
        @Override
        public double at(double order) {
            double unsampled = new Concentrated(mu * mu / 2).at(order);
            return mu > LARGEST_MU ? unsampled : Math.min(unsampled, sampled(order));
        }

        private double sampled(double order) {
            if (order == Double.POSITIVE_INFINITY || order > LARGEST_BY_SUM) {
                return Double.POSITIVE_INFINITY;
            }
            if (order <= LARGEST_BY_RULE) {
                return logMoment(order) / (order - 1) + 1e-16;
            }
            double low = Math.floor(order);
            double high = Math.ceil(order);
            double share = order - low;
            double below = (1 - share) * logSum((long) low);
            return (below + (share == 0 ? 0 : share * logSum((long) high))) / (order - 1) + 1e-16;
        }

        private double logMoment(double order) {
            int nodes = (int) Math.min(excess.length, Math.ceil((order * mu + 19) / step));
            if (order * logRatio[nodes - 1] < 300) {
                double sum = 0;
                for (int i = 0; i < nodes; i++) {
                    sum += weight[i] * (Math.expm1(order * logRatio[i]) - order * excess[i]);
                }
                return Math.log1p(Math.max(0, sum) * (1 + 1e-13));
            }
            double largest = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < nodes; i++) {
                largest = Math.max(largest, logWeight[i] + order * logRatio[i]);
            }
            double sum = 0;
            for (int i = 0; i < nodes; i++) {
                double exponent = logWeight[i] + order * logRatio[i] - largest;
                if (exponent > -45) {
                    sum += Math.exp(exponent);
                }
            }
            return Math.max(0, largest + Math.log(sum) + 1e-12);
        }

        private double logSum(long order) {
            double logRate = Math.log(rate);
            double logRest = Math.log1p(-rate);
            double largest = Double.NEGATIVE_INFINITY;
            double[] terms = new double[(int) order + 1];
            double logBinomial = 0;
            for (int k = 0; k <= order; k++) {
                terms[k] = logBinomial + k * logRate + (order - k) * logRest + k * (k - 1.0) * mu * mu / 2;
                largest = Math.max(largest, terms[k]);
                logBinomial += Math.log((double) (order - k) / (k + 1));
            }
            double sum = 0;
            for (double term : terms) {
                sum += Math.exp(term - largest);
            }
            return Math.max(0, largest + Math.log(sum) + 1e-11);
        }
    }

    /** The same with one record replaced, between mixtures whose means lie on opposite sides (docs/math/accounting.md). */
    record ReplacedPoissonGaussian(double rate, double mu) implements Divergence {
        private static final int MOST_NODES = 1_000_000;

        @Override
        public double at(double order) {
            // Twice the distance, and no credit for sampling.
            double unsampled = new Concentrated(2 * mu * mu).at(order);
            if (order == Double.POSITIVE_INFINITY) {
                return order;
            }
            double step = Math.min(0.4, 0.2 / mu);
            double from = -9.5 - mu;
            double range = (order * mu + 2 * mu + 19) / step;
            if (mu > LARGEST_MU || range > MOST_NODES) {
                return unsampled;
            }
            int nodes = (int) Math.ceil(range);
            double largest = Double.NEGATIVE_INFINITY;
            double[] exponents = new double[nodes];
            double scale = Math.log(step) - 0.5 * Math.log(2 * Math.PI);
            for (int i = 0; i < nodes; i++) {
                double z = from + i * step;
                double with = mixed(mu * z - mu * mu / 2);
                double against = mixed(-mu * z - mu * mu / 2);
                exponents[i] = scale - z * z / 2 + order * with - (order - 1) * against;
                largest = Math.max(largest, exponents[i]);
            }
            double sum = 0;
            for (double exponent : exponents) {
                sum += Math.exp(exponent - largest);
            }
            return Math.min(unsampled, (Math.max(0, largest + Math.log(sum)) + 1e-12) / (order - 1));
        }

        /** log(1 - rate + rate e^exponent). */
        private double mixed(double exponent) {
            return exponent > 40
                    ? Math.log(rate) + exponent + Math.log1p((1 - rate) / rate * Math.exp(-exponent))
                    : Math.log1p(rate * Math.expm1(exponent));
        }
    }

    /**
     * Any mechanism on a Poisson sample, one record added or removed (Zhu and Wang 2019, theorem 5); for whole orders, with straight
     * lines between, since (order - 1) times the divergence is convex.
     */
    static final class PoissonAny extends OfWholeOrders {
        private final double rate;
        private final Divergence inner;

        PoissonAny(double rate, Divergence inner) {
            this.rate = rate;
            this.inner = inner;
        }

        @Override
        double logMoment(int order) {
            double logRate = Math.log(rate);
            double logRest = Math.log1p(-rate);
            double[] terms = new double[order + 1];
            terms[0] = (order - 1) * logRest + Math.log1p(rate * (order - 1.0));
            terms[1] = Double.NEGATIVE_INFINITY;
            for (int k = 2; k <= order; k++) {
                terms[k] = logBinomial(order, k)
                        + k * logRate
                        + (order - k) * logRest
                        + (k - 1) * inner.at(k)
                        + (k > 2 ? Math.log(3) : 0);
            }
            // A sample costs no more than the mechanism on all records.
            return Math.min(logSum(terms), (order - 1) * inner.at(order));
        }
    }

    /**
     * Any mechanism on a batch of fixed size, when one record of the batch is replaced (Wang, Balle and Kasiviswanathan 2019, theorem
     * 9); for Gaussian noise with the even moments of the likelihood ratio less 1 (theorem 27).
     */
    static final class FixedBatch extends OfWholeOrders {
        private static final int LARGEST_MOMENT = 130;

        private final double rate;
        private final Divergence inner;
        private final double mu;
        private final Map<Integer, Double> moments = new HashMap<>();

        /** @param mu of the inner mechanism if that is Gaussian noise, otherwise 0 */
        FixedBatch(double rate, Divergence inner, double mu) {
            this.rate = rate;
            this.inner = inner;
            this.mu = mu;
        }

        @Override
        double logMoment(int order) {
            double logRate = Math.log(rate);
            double[] terms = new double[order + 1];
            terms[1] = Double.NEGATIVE_INFINITY;
            for (int k = 2; k <= order; k++) {
                double divergence = inner.at(k);
                double term = Math.log(2) + (k - 1) * divergence;
                if (k == 2) {
                    term = Math.min(term, Math.log(4) + logExpm1(divergence));
                } else if (mu > 0 && mu <= LARGEST_MU && k < LARGEST_MOMENT) {
                    term = Math.min(term, Math.log(4) + (evenMoment(k / 2 * 2) + evenMoment((k + 1) / 2 * 2)) / 2);
                }
                terms[k] = logBinomial(order, k) + k * logRate + term;
            }
            return Math.min(logSum(terms), (order - 1) * inner.at(order));
        }

        private static double logExpm1(double x) {
            return x > 40 ? x : Math.log(Math.expm1(x));
        }

        private synchronized double evenMoment(int power) {
            return moments.computeIfAbsent(power, this::computeEvenMoment);
        }

        /** The logarithm of E over N(0, 1) of (e^(mu z - mu² / 2) - 1)^power: by the trapezoidal rule, all terms at least 0. */
        private double computeEvenMoment(int power) {
            double step = Math.min(0.2, 0.2 / mu);
            double from = -12;
            int nodes = (int) Math.ceil((power * mu + 24) / step);
            double[] terms = new double[nodes];
            double scale = Math.log(step) - 0.5 * Math.log(2 * Math.PI);
            for (int i = 0; i < nodes; i++) {
                double z = from + i * step;
                double exponent = mu * z - mu * mu / 2;
                double log = exponent > 40 ? exponent : Math.log(Math.abs(Math.expm1(exponent)));
                terms[i] = scale - z * z / 2 + power * log;
            }
            return logSum(terms) + 1e-12;
        }
    }

    /** A divergence of order alpha by two of larger orders, for two steps of neighbours (Mironov 2017, proposition 11). */
    record TwoSteps(Divergence one) implements Divergence {
        @Override
        public double at(double order) {
            if (order == Double.POSITIVE_INFINITY) {
                return 2 * one.at(order);
            }
            return (order - 0.5) / (order - 1) * one.at(2 * order) + one.at(2 * order - 1);
        }

        @Override
        public boolean fractional(double order) {
            return one.fractional(2 * order);
        }
    }

    /** Known at whole orders. */
    abstract static class OfWholeOrders implements Divergence {
        private static final int LARGEST = 512;
        private final Map<Integer, Double> known = new HashMap<>();

        /** A bound on the logarithm of E (P/Q)^order under Q. */
        abstract double logMoment(int order);

        @Override
        public boolean fractional(double order) {
            return false;
        }

        @Override
        public double at(double order) {
            if (order > LARGEST) {
                return Double.POSITIVE_INFINITY;
            }
            int low = (int) Math.floor(order);
            double share = order - low;
            double sum = low == 1 ? 0 : (1 - share) * moment(low);
            return (sum + (share == 0 ? 0 : share * moment(low + 1))) / (order - 1) + 1e-16;
        }

        private synchronized double moment(int order) {
            Double found = known.get(order);
            if (found == null) {
                found = Math.max(0, logMoment(order)) + 1e-12 * order;
                known.put(order, found);
            }
            return found;
        }
    }

    private static double logBinomial(int n, int k) {
        return LOG_FACTORIAL[n] - LOG_FACTORIAL[k] - LOG_FACTORIAL[n - k];
    }

    private static double logSum(double[] terms) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double term : terms) {
            largest = Math.max(largest, term);
        }
        if (Double.isInfinite(largest)) {
            return largest;
        }
        double sum = 0;
        for (double term : terms) {
            sum += Math.exp(term - largest);
        }
        return largest + Math.log(sum);
    }
}

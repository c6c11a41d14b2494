package dev.lethe.core.ledger;

import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.PrivacyEvent.Composed;
import dev.lethe.core.privacy.PrivacyEvent.DiscreteGaussian;
import dev.lethe.core.privacy.PrivacyEvent.DiscreteGaussianVector;
import dev.lethe.core.privacy.PrivacyEvent.DiscreteLaplace;
import dev.lethe.core.privacy.PrivacyEvent.ExponentialMechanism;
import dev.lethe.core.privacy.PrivacyEvent.FixedBatch;
import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.Laplace;
import dev.lethe.core.privacy.PrivacyEvent.MatrixMechanism;
import dev.lethe.core.privacy.PrivacyEvent.PoissonSampled;
import dev.lethe.core.privacy.PrivacyEvent.PureDp;
import dev.lethe.core.privacy.PrivacyEvent.RandomizedResponse;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import dev.lethe.core.privacy.PrivacyEvent.Shuffled;
import dev.lethe.core.privacy.PrivacyEvent.TreeAggregation;
import dev.lethe.core.privacy.PrivacyEvent.ZeroConcentrated;
import dev.lethe.core.privacy.UnpricedEventException;
import java.util.Arrays;

/**
 * Rényi divergences by closed forms, each an upper bound: Gaussian, discrete Gaussian and concentrated events (Mironov 2017; Canonne,
 * Kamath and Steinke 2020; Bun and Steinke 2016), Laplace (Mironov 2017), Poisson-sampled Gaussian (Mironov, Talwar and Zhang 2019),
 * the exponential mechanism (bounded range, Cesar and Rogers 2021), and whatever is only known to be purely private as the randomized
 * response that dominates it (Kairouz, Oh and Viswanath 2015). Sampling of other kinds gets no credit: by quasi-convexity it costs at
 * most what is done to the sample.
 */
final class RdpCosts implements RenyiCosts {
    private static final double[] ORDERS = grid();

    private static double[] grid() {
        double[] fixed = {1.1, 1.25, 1.5, 1.75};
        double[] orders = Arrays.copyOf(fixed, 120);
        int count = fixed.length;
        double next = 2;
        while (next <= 1 << 17) {
            orders[count++] = next;
            next = Math.max(next + 1, Math.rint(next * 1.125));
        }
        return Arrays.copyOf(orders, count);
    }

    @Override
    public double[] orders() {
        return ORDERS.clone();
    }

    @Override
    public double[] of(PrivacyEvent event, Neighbours neighbours) {
        double[] cost = new double[ORDERS.length];
        add(event, neighbours, 1, cost);
        return cost;
    }

    private static void add(PrivacyEvent event, Neighbours neighbours, double times, double[] cost) {
        // Removing one record and adding another is twice the sensitivity.
        double twice = neighbours == Neighbours.REPLACE_ONE ? 2 : 1;
        if (event instanceof Composed composed) {
            composed.events().forEach(part -> add(part, neighbours, times, cost));
            return;
        }
        if (event instanceof Repeated repeated) {
            if (repeated.times() > 0) {
                add(repeated.event(), neighbours, times * repeated.times(), cost);
            }
            return;
        }
        if (event instanceof Shuffled shuffled) {
            if (shuffled.epochs() > 0) {
                add(shuffled.event(), neighbours, times * shuffled.epochs(), cost);
            }
            return;
        }
        if (event instanceof FixedBatch batch) {
            // The batch that lacks a record holds another in its stead.
            add(batch.event(), Neighbours.REPLACE_ONE, times, cost);
            return;
        }
        if (event instanceof PoissonSampled sampled
                && !(sampled.event() instanceof Gaussian && neighbours == Neighbours.ADD_OR_REMOVE_ONE)) {
            if (sampled.rate() > 0) {
                add(sampled.event(), neighbours, times, cost);
            }
            return;
        }
        for (int k = 0; k < cost.length; k++) {
            // Up, past what the formulas below can lose by rounding.
            cost[k] += times * one(event, ORDERS[k], neighbours, twice) * (1 + 1e-12);
        }
    }

    private static double one(PrivacyEvent event, double order, Neighbours neighbours, double twice) {
        if (event instanceof Gaussian e) {
            return order * square(twice / e.noiseMultiplier()) / 2;
        } else if (event instanceof DiscreteGaussian e) {
            return order * square(twice * e.sensitivity() / e.sigma()) / 2;
        } else if (event instanceof DiscreteGaussianVector e) {
            return order * square(twice * e.l2Sensitivity() / e.sigma()) / 2;
        } else if (event instanceof Laplace e) {
            return laplace(order, twice / e.noiseMultiplier());
        } else if (event instanceof TreeAggregation e) {
            return order * square(twice * e.sensitivity() / e.noiseMultiplier()) / 2;
        } else if (event instanceof MatrixMechanism e) {
            return order * square(twice * e.sensitivity() / e.noiseMultiplier()) / 2;
        } else if (event instanceof DiscreteLaplace e) {
            return pure(order, twice * e.sensitivity() / e.scale());
        } else if (event instanceof RandomizedResponse e) {
            return pure(order, e.epsilon());
        } else if (event instanceof ExponentialMechanism e) {
            return Math.min(pure(order, twice * e.epsilon()), order * square(twice * e.epsilon()) / 8);
        } else if (event instanceof PureDp e && e.neighbours() == neighbours) {
            return pure(order, e.epsilon());
        } else if (event instanceof ZeroConcentrated e && e.neighbours() == neighbours) {
            return order * e.rho();
        } else if (event instanceof PoissonSampled e && e.event() instanceof Gaussian inner) {
            return sampled(order, e.rate(), inner.noiseMultiplier());
        }
        throw new UnpricedEventException(
                "no bound is known for " + event.getClass().getSimpleName() + " under the relation "
                        + neighbours.label() + "; nothing is charged");
    }

    /** Two answers with odds e^epsilon one way and the other. */
    private static double pure(double order, double epsilon) {
        if (epsilon == 0) {
            return 0;
        }
        double norm = epsilon + Math.log1p(Math.exp(-epsilon));
        double first = order * epsilon - norm;
        double second = (1 - order) * epsilon - norm;
        double sum = first + Math.log1p(Math.exp(second - first));
        // The second bound is exact to all digits where the first cancels.
        return Math.min(Math.min(epsilon, Math.max(0, sum) / (order - 1) + 1e-15), order * square(epsilon) / 2);
    }

    private static double laplace(double order, double epsilon) {
        double first = Math.log(order / (2 * order - 1)) + (order - 1) * epsilon;
        double second = Math.log((order - 1) / (2 * order - 1)) - order * epsilon;
        double high = Math.max(first, second);
        double exact = Math.max(0, high + Math.log(Math.exp(first - high) + Math.exp(second - high))) / (order - 1);
        return Math.min(exact + 1e-15, pure(order, epsilon));
    }

    /** Mironov, Talwar and Zhang 2019, for whole orders. */
    private static double sampled(double order, double rate, double sigma) {
        if (rate == 0) {
            return 0;
        }
        double plain = order / (2 * sigma * sigma);
        if (rate == 1 || order > 4096) {
            return plain;
        }
        // Divergences grow with the order.
        int whole = (int) Math.ceil(order);
        double logCoefficient = 0;
        double logSum = Double.NEGATIVE_INFINITY;
        for (int k = 0; k <= whole; k++) {
            double term = logCoefficient
                    + (whole - k) * Math.log1p(-rate)
                    + k * Math.log(rate)
                    + ((double) k * k - k) / (2 * sigma * sigma);
            double high = Math.max(logSum, term);
            logSum = high + Math.log(Math.exp(logSum - high) + Math.exp(term - high));
            logCoefficient += Math.log(whole - k) - Math.log(k + 1.0);
        }
        return Math.min(plain, (Math.max(0, logSum) + 1e-13) / (whole - 1));
    }

    private static double square(double value) {
        return value * value;
    }
}

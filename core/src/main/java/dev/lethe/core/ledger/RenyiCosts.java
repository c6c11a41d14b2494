package dev.lethe.core.ledger;

import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.PrivacyEvent.Composed;
import dev.lethe.core.privacy.PrivacyEvent.DiscreteLaplace;
import dev.lethe.core.privacy.PrivacyEvent.FixedBatch;
import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.PoissonSampled;
import dev.lethe.core.privacy.PrivacyEvent.PureDp;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import dev.lethe.core.privacy.PrivacyEvent.Shuffled;
import dev.lethe.core.privacy.RenyiAccountant;
import dev.lethe.core.privacy.RenyiCurve;
import dev.lethe.core.privacy.UnpricedEventException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an event costs an account: Rényi divergences at fixed orders, but for a failure, and the chance of that failure. */
final class RenyiCosts {
    /** Part of the method: the weights of {@link RenyiFilter} belong to these orders. */
    private static final double[] ORDERS = grid();
    /**
     * Beyond, sampling gets no credit: there it is all but worthless, and takes long to compute. A charge is priced while others wait.
     */
    private static final double LARGEST_SAMPLED = 512;
    /** The same for what has a quick sum: one Gaussian on a Poisson sample, a record added or removed. */
    private static final double LARGEST_SAMPLED_GAUSSIAN = 4096;

    private static final long MOST_STEPS = 256;
    private static final long MOST_STEPS_SAMPLED = 16;

    static final PrivacyEvent NOTHING = new Composed(List.of());

    /**
     * A cost.
     *
     * @param divergences an upper bound for each order, infinite where none is known
     * @param delta the chance that they do not hold, at most; 0 of most events
     */
    record Cost(double[] divergences, BigDecimal delta) {}

    private RenyiCosts() {}

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

    /** Increasing, above 1. */
    static double[] orders() {
        return ORDERS.clone();
    }

    /**
     * Prices an event.
     *
     * @throws UnpricedEventException if a part of the event is of an unknown kind
     */
    static Cost of(PrivacyEvent asked, Neighbours neighbours) {
        FailureSplit split = FailureSplit.of(asked, neighbours);
        PrivacyEvent event = quick(split.event(), MOST_STEPS);
        PrivacyEvent whole = unsampled(event);
        RenyiCurve unsampled = new RenyiAccountant().price(whole, neighbours);
        RenyiCurve sampled = whole.equals(event) ? null : sampled(event, neighbours);
        double largest = neighbours == Neighbours.ADD_OR_REMOVE_ONE && onlyGaussianSamples(event)
                ? LARGEST_SAMPLED_GAUSSIAN
                : LARGEST_SAMPLED;
        double[] divergences = new double[ORDERS.length];
        for (int k = 0; k < ORDERS.length; k++) {
            divergences[k] = unsampled.divergence(ORDERS[k]);
            if (sampled != null && ORDERS[k] <= largest) {
                // The accountant's bounds for samples may lie above what is done to all records.
                divergences[k] = Math.min(divergences[k], sampled.divergence(ORDERS[k]));
            }
        }
        return new Cost(divergences, split.delta());
    }

    /** Nothing where a sample of such events has no price of its own, as of claims for replacement on a Poisson sample. */
    private static @Nullable RenyiCurve sampled(PrivacyEvent event, Neighbours neighbours) {
        try {
            return new RenyiAccountant().price(event, neighbours);
        } catch (UnpricedEventException e) {
            return null;
        }
    }

    private static boolean onlyGaussianSamples(PrivacyEvent event) {
        if (event instanceof PoissonSampled e) {
            return e.event() instanceof Gaussian;
        } else if (event instanceof Composed e) {
            return e.events().stream().allMatch(RenyiCosts::onlyGaussianSamples);
        } else if (event instanceof Repeated e) {
            return onlyGaussianSamples(e.event());
        }
        return !(event instanceof FixedBatch || event instanceof Shuffled);
    }

    /**
     * The same, but that discrete Laplace noise in many steps is taken as what is private at its epsilon: its divergences are sums over
     * all steps, and little smaller.
     */
    private static PrivacyEvent quick(PrivacyEvent event, long steps) {
        if (event instanceof DiscreteLaplace e && e.sensitivity() > steps) {
            double epsilon = Math.nextUp(e.sensitivity() / e.scale());
            return epsilon < Double.POSITIVE_INFINITY ? new PureDp(epsilon, Neighbours.ADD_OR_REMOVE_ONE) : event;
        } else if (event instanceof PoissonSampled e) {
            return new PoissonSampled(e.rate(), quick(e.event(), MOST_STEPS_SAMPLED));
        } else if (event instanceof FixedBatch e) {
            return new FixedBatch(e.records(), e.batch(), quick(e.event(), MOST_STEPS_SAMPLED));
        } else if (event instanceof Composed e) {
            return new Composed(
                    e.events().stream().map(part -> quick(part, steps)).toList());
        } else if (event instanceof Repeated e) {
            return new Repeated(e.times(), quick(e.event(), steps));
        } else if (event instanceof Shuffled e) {
            return new Shuffled(e.epochs(), quick(e.event(), steps));
        }
        return event;
    }

    /** What is done to a sample, done to all records: it costs no less, for divergences are quasi-convex. */
    private static PrivacyEvent unsampled(PrivacyEvent event) {
        if (event instanceof PoissonSampled e) {
            return e.rate() == 0 ? NOTHING : unsampled(e.event());
        } else if (event instanceof FixedBatch e) {
            return new FixedBatch(e.records(), e.records(), unsampled(e.event()));
        } else if (event instanceof Composed e) {
            return new Composed(e.events().stream().map(RenyiCosts::unsampled).toList());
        } else if (event instanceof Repeated e) {
            return e.times() == 0 ? NOTHING : new Repeated(e.times(), unsampled(e.event()));
        } else if (event instanceof Shuffled e) {
            return e.epochs() == 0 ? NOTHING : new Shuffled(e.epochs(), unsampled(e.event()));
        }
        return event;
    }
}

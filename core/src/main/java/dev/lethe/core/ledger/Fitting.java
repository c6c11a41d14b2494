package dev.lethe.core.ledger;

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
import dev.lethe.core.privacy.PrivacyEvent.RandomizedResponse;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import dev.lethe.core.privacy.PrivacyEvent.Shuffled;
import dev.lethe.core.privacy.PrivacyEvent.TreeAggregation;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Which parameter would have fitted, for an event that does not. */
final class Fitting {
    /** Noise that drowns everything is no advice. */
    private static final double MOST = 1e6;

    private static final MathContext ROUND_UP = new MathContext(4, RoundingMode.CEILING);
    private static final MathContext ROUND_DOWN = new MathContext(4, RoundingMode.FLOOR);

    private final Predicate<PrivacyEvent> fits;

    /** @param fits whether an event may be charged; true of an event wherever it is true of one with less noise */
    Fitting(Predicate<PrivacyEvent> fits) {
        this.fits = fits;
    }

    /** Advice in a sentence. */
    String advice(PrivacyEvent event) {
        List<String> ways = new ArrayList<>();
        noise(event).ifPresent(ways::add);
        repetitions(event).ifPresent(ways::add);
        return ways.isEmpty()
                ? "No amount of noise makes it fit; stop here, or raise the budget"
                : "What would fit: " + String.join(", or ", ways);
    }

    private Optional<String> noise(PrivacyEvent event) {
        Optional<PrivacyEvent> most = louder(event, MOST);
        if (most.isEmpty() || !fits.test(most.get())) {
            return Optional.empty();
        }
        double low = 1;
        double high = MOST;
        while (high / low > 1.0001) {
            double middle = Math.sqrt(low * high);
            if (fits.test(louder(event, middle).orElseThrow())) {
                high = middle;
            } else {
                low = middle;
            }
        }
        Optional<Named> leaf = leaf(event);
        if (leaf.isPresent()) {
            double value = leaf.get().value();
            boolean less = leaf.get().privateWhenSmall();
            double fitting = new BigDecimal(less ? value / high : value * high)
                    .round(less ? ROUND_DOWN : ROUND_UP)
                    .doubleValue();
            double factor = less ? value / fitting : fitting / value;
            if (fits.test(louder(event, factor).orElseThrow())) {
                return Optional.of(leaf.get().name() + " " + shown(fitting) + " instead of " + shown(value));
            }
        }
        return Optional.of(
                "all noise " + shown(new BigDecimal(high).round(ROUND_UP).doubleValue()) + " times as strong");
    }

    private Optional<String> repetitions(PrivacyEvent event) {
        if (!(event instanceof Repeated repeated)) {
            return Optional.empty();
        }
        long low = 0;
        long high = repeated.times();
        while (high - low > 1) {
            long middle = low + (high - low) / 2;
            if (fits.test(new Repeated(middle, repeated.event()))) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low == 0
                ? Optional.empty()
                : Optional.of(low + (low == 1 ? " repetition" : " repetitions") + " instead of " + repeated.times());
    }

    private static String shown(double value) {
        return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
    }

    /** The one setting of noise in an event. */
    private record Named(String name, double value, boolean privateWhenSmall) {}

    private static Optional<Named> leaf(PrivacyEvent event) {
        if (event instanceof Gaussian e) {
            return Optional.of(new Named("noiseMultiplier", e.noiseMultiplier(), false));
        } else if (event instanceof Laplace e) {
            return Optional.of(new Named("noiseMultiplier", e.noiseMultiplier(), false));
        } else if (event instanceof DiscreteGaussian e) {
            return Optional.of(new Named("sigma", e.sigma(), false));
        } else if (event instanceof DiscreteGaussianVector e) {
            return Optional.of(new Named("sigma", e.sigma(), false));
        } else if (event instanceof DiscreteLaplace e) {
            return Optional.of(new Named("scale", e.scale(), false));
        } else if (event instanceof TreeAggregation e) {
            return Optional.of(new Named("noiseMultiplier", e.noiseMultiplier(), false));
        } else if (event instanceof MatrixMechanism e) {
            return Optional.of(new Named("noiseMultiplier", e.noiseMultiplier(), false));
        } else if (event instanceof RandomizedResponse e) {
            return Optional.of(new Named("epsilon", e.epsilon(), true));
        } else if (event instanceof ExponentialMechanism e) {
            return Optional.of(new Named("epsilon", e.epsilon(), true));
        } else if (event instanceof PoissonSampled e) {
            return leaf(e.event());
        } else if (event instanceof FixedBatch e) {
            return leaf(e.event());
        } else if (event instanceof Shuffled e) {
            return leaf(e.event());
        } else if (event instanceof Repeated e) {
            return leaf(e.event());
        }
        return Optional.empty();
    }

    /** The same with all noise stronger by a factor; nothing where a part is a claim of others, which we cannot change. */
    private static Optional<PrivacyEvent> louder(PrivacyEvent event, double factor) {
        if (event instanceof Gaussian e) {
            return Optional.of(new Gaussian(e.noiseMultiplier() * factor));
        } else if (event instanceof Laplace e) {
            return Optional.of(new Laplace(e.noiseMultiplier() * factor));
        } else if (event instanceof DiscreteGaussian e) {
            return Optional.of(new DiscreteGaussian(e.sigma() * factor, e.sensitivity()));
        } else if (event instanceof DiscreteGaussianVector e) {
            return Optional.of(new DiscreteGaussianVector(e.sigma() * factor, e.l2Sensitivity()));
        } else if (event instanceof DiscreteLaplace e) {
            return Optional.of(new DiscreteLaplace(e.scale() * factor, e.sensitivity()));
        } else if (event instanceof RandomizedResponse e) {
            return Optional.of(new RandomizedResponse(e.epsilon() / factor, e.categories()));
        } else if (event instanceof ExponentialMechanism e) {
            return Optional.of(new ExponentialMechanism(e.epsilon() / factor));
        } else if (event instanceof TreeAggregation e) {
            return Optional.of(
                    new TreeAggregation(e.noiseMultiplier() * factor, e.steps(), e.participations(), e.separation()));
        } else if (event instanceof MatrixMechanism e) {
            return Optional.of(new MatrixMechanism(
                    e.noiseMultiplier() * factor, e.coefficients(), e.steps(), e.participations(), e.separation()));
        } else if (event instanceof PoissonSampled e) {
            return louder(e.event(), factor).map(inner -> new PoissonSampled(e.rate(), inner));
        } else if (event instanceof FixedBatch e) {
            return louder(e.event(), factor).map(inner -> new FixedBatch(e.records(), e.batch(), inner));
        } else if (event instanceof Shuffled e) {
            return louder(e.event(), factor).map(inner -> new Shuffled(e.epochs(), inner));
        } else if (event instanceof Repeated e) {
            return louder(e.event(), factor).map(inner -> new Repeated(e.times(), inner));
        } else if (event instanceof Composed e) {
            List<PrivacyEvent> parts = new ArrayList<>();
            for (PrivacyEvent part : e.events()) {
                Optional<PrivacyEvent> inner = louder(part, factor);
                if (inner.isEmpty()) {
                    return Optional.empty();
                }
                parts.add(inner.get());
            }
            return Optional.of(new Composed(parts));
        }
        return Optional.empty();
    }
}

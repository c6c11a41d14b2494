package dev.lethe.core.ledger;

import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.PrivacyEvent.ApproximateDp;
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

    /**
     * Advice in a sentence, where deltas of its own are too much.
     *
     * @param left delta that may still be spent
     * @param asked delta of the event
     */
    String advice(PrivacyEvent event, BigDecimal left, BigDecimal asked) {
        if (left.signum() <= 0) {
            return "What would fit: what needs no delta of its own, such as groups and categories that are named beforehand;"
                    + " a reserve is set when an account is opened";
        }
        List<String> ways = new ArrayList<>();
        double share = left.divide(asked, ROUND_DOWN).doubleValue();
        Optional<Double> one = delta(event);
        String said = "all deltas times " + shown(share);
        if (one.isPresent()) {
            double less = BigDecimal.valueOf(one.get())
                    .multiply(left)
                    .divide(asked, ROUND_DOWN)
                    .doubleValue();
            said = "delta " + shown(less) + " instead of "
                    + shown(BigDecimal.valueOf(one.get())
                            .round(new MathContext(6))
                            .doubleValue());
            share = less / one.get();
        }
        PrivacyEvent rarer = rarer(event, share);
        if (fits.test(rarer)) {
            ways.add(said);
        } else {
            noise(rarer).map((said + " with ")::concat).ifPresent(ways::add);
        }
        repetitions(event).ifPresent(ways::add);
        return ways.isEmpty()
                ? "A smaller delta alone does not make it fit; stop here"
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
        } else if (event instanceof PureDp e && e.epsilon() > 0) {
            return Optional.of(new Named("epsilon", e.epsilon(), true));
        } else if (event instanceof ApproximateDp e && e.epsilon() > 0) {
            return Optional.of(new Named("epsilon", e.epsilon(), true));
        } else if (event instanceof ZeroConcentrated e && e.rho() > 0) {
            return Optional.of(new Named("rho", e.rho(), true));
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

    /** The same with all noise stronger by a factor; of claims, whoever makes them must make smaller ones. */
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
        } else if (event instanceof PureDp e) {
            return Optional.of(new PureDp(e.epsilon() / factor, e.neighbours()));
        } else if (event instanceof ApproximateDp e) {
            return Optional.of(new ApproximateDp(e.epsilon() / factor, e.delta(), e.neighbours()));
        } else if (event instanceof ZeroConcentrated e) {
            return Optional.of(new ZeroConcentrated(e.rho() / factor, e.neighbours()));
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

    /** The one claim with a delta in an event. */
    private static Optional<Double> delta(PrivacyEvent event) {
        if (event instanceof ApproximateDp e && e.delta() > 0) {
            return Optional.of(e.delta());
        } else if (event instanceof PoissonSampled e) {
            return delta(e.event());
        } else if (event instanceof FixedBatch e) {
            return delta(e.event());
        } else if (event instanceof Shuffled e) {
            return delta(e.event());
        } else if (event instanceof Repeated e) {
            return delta(e.event());
        } else if (event instanceof Composed e) {
            List<Double> deltas = e.events().stream()
                    .flatMap(part -> delta(part).stream())
                    .distinct()
                    .toList();
            return deltas.size() == 1 ? Optional.of(deltas.get(0)) : Optional.empty();
        }
        return Optional.empty();
    }

    /** The same with all deltas times a share. */
    private static PrivacyEvent rarer(PrivacyEvent event, double share) {
        if (event instanceof ApproximateDp e) {
            return new ApproximateDp(e.epsilon(), e.delta() * share, e.neighbours());
        } else if (event instanceof PoissonSampled e) {
            return new PoissonSampled(e.rate(), rarer(e.event(), share));
        } else if (event instanceof FixedBatch e) {
            return new FixedBatch(e.records(), e.batch(), rarer(e.event(), share));
        } else if (event instanceof Shuffled e) {
            return new Shuffled(e.epochs(), rarer(e.event(), share));
        } else if (event instanceof Repeated e) {
            return new Repeated(e.times(), rarer(e.event(), share));
        } else if (event instanceof Composed e) {
            return new Composed(
                    e.events().stream().map(part -> rarer(part, share)).toList());
        }
        return event;
    }
}

package dev.lethe.core.privacy;

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
import dev.lethe.core.privacy.PrivacyLossCurve.Part;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Takes an event apart into pairs of distributions and how often each happens. Gaussian noise adds up to one pair. */
final class LossParts {
    /** Most different losses of a discrete mechanism. */
    private static final long MOST_ATOMS = 1 << 22;

    /** Noise weaker than this, against what a record adds, gives losses that no lattice holds: a sampled record is as good as named. */
    private static final double LARGEST_MU = 20;

    /** Noise of many events adds up to more; what it costs beyond an epsilon of 500 is not claimed anyway. */
    private static final double LARGEST_TOTAL_MU = 100;

    private static final double LARGEST_PURE_EPSILON = 100;
    private static final long MOST_TIMES = 1L << 30;

    private final boolean attained;
    private final Map<LossPair, Long> times = new LinkedHashMap<>();
    private double squaredMu;
    private boolean symmetric = true;

    /** @param attained whether to look for pairs that may really be shown, rather than for some that dominate */
    LossParts(boolean attained) {
        this.attained = attained;
    }

    List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        if (squaredMu > 0) {
            parts.add(new Part(gaussian(), 1));
        }
        times.forEach((pair, count) -> {
            requireComputable(pair, count);
            parts.add(new Part(pair, count));
        });
        return parts;
    }

    /** Refuses what is so weak, or so often done, that the numbers of a lattice would mean nothing. */
    private static void requireComputable(LossPair pair, long count) {
        if (isTooWeak(pair) || count > MOST_TIMES) {
            throw tooWeak();
        }
    }

    private static boolean isTooWeak(LossPair pair) {
        if (pair instanceof LossPair.Sampled sampled) {
            return isTooWeak(sampled.pair());
        } else if (pair instanceof ReplacedPairs.Subset subset) {
            return isTooWeak(subset.sampled());
        } else if (pair instanceof ReplacedPairs.PoissonGaussian replaced) {
            return !(replaced.mu() <= LARGEST_MU);
        } else if (pair instanceof LossPair.Gaussian gaussian) {
            return !(gaussian.mu() <= LARGEST_MU);
        }
        return pair instanceof LossPair.Laplace laplace && !(laplace.shift() <= LARGEST_PURE_EPSILON);
    }

    private static UnpricedEventException tooWeak() {
        return new UnpricedEventException(
                "the noise is too weak, or repeated too often, for the distribution of its loss to be"
                        + " computed; price it with Rényi divergences, or add noise");
    }

    boolean symmetric() {
        return symmetric;
    }

    private LossPair.Gaussian gaussian() {
        if (!(squaredMu <= LARGEST_TOTAL_MU * LARGEST_TOTAL_MU)) {
            throw tooWeak();
        }
        return new LossPair.Gaussian(Math.sqrt(squaredMu));
    }

    void add(PrivacyEvent event, long count, Neighbours neighbours) {
        if (count == 0) {
            check(event, neighbours);
            return;
        }
        // One record is added or removed; a replacement does both.
        int moves = neighbours == Neighbours.REPLACE_ONE ? 2 : 1;
        if (event instanceof Gaussian e) {
            addGaussian(moves / e.noiseMultiplier(), count);
        } else if (event instanceof Laplace e) {
            put(new LossPair.Laplace(moves / e.noiseMultiplier()), count);
        } else if (event instanceof DiscreteGaussian e) {
            requireAtoms(78 * e.sigma() + (double) moves * e.sensitivity(), event);
            if (!(moves * (double) e.sensitivity() / e.sigma() <= LARGEST_MU)) {
                throw tooWeak();
            }
            put(AtomPair.discreteGaussian(e.sigma(), moves * e.sensitivity()), count);
        } else if (event instanceof DiscreteLaplace e) {
            requireAtoms((double) moves * e.sensitivity(), event);
            put(AtomPair.discreteLaplace(e.scale(), moves * e.sensitivity()), count);
        } else if (event instanceof RandomizedResponse e) {
            put(AtomPair.randomizedResponse(e.epsilon(), e.categories()), count);
        } else if (event instanceof ExponentialMechanism e) {
            double epsilon = moves * e.epsilon();
            put(attained ? AtomPair.randomizedResponse(epsilon / 2, 2) : new LossPair.BoundedRange(epsilon), count);
        } else if (event instanceof TreeAggregation e) {
            double sensitivity = attained
                    ? StreamSensitivity.attainedByTree(e.steps(), e.participations(), e.separation())
                    : e.sensitivity();
            addGaussian(moves * sensitivity / e.noiseMultiplier(), count);
        } else if (event instanceof MatrixMechanism e) {
            addGaussian(moves * e.sensitivity() / e.noiseMultiplier(), count);
        } else if (event instanceof Composed e) {
            e.events().forEach(part -> add(part, count, neighbours));
        } else if (event instanceof Repeated e) {
            add(e.event(), product(e.times(), count), neighbours);
        } else if (event instanceof PoissonSampled e) {
            addPoisson(e, count, neighbours);
        } else if (event instanceof FixedBatch e) {
            addFixedBatch(e, count, neighbours);
        } else if (event instanceof Shuffled e) {
            addShuffled(e, count, neighbours);
        } else if (event instanceof PureDp e) {
            addClaim(e.epsilon(), 0, e.neighbours(), neighbours, count, event);
        } else if (event instanceof ApproximateDp e) {
            addClaim(e.epsilon(), e.delta(), e.neighbours(), neighbours, count, event);
        } else if (event instanceof DiscreteGaussianVector || event instanceof ZeroConcentrated) {
            throw refused(event, "it is known only to be concentrated; price it with Rényi divergences");
        } else {
            throw refused(event, "no distribution is known for it");
        }
    }

    private void addPoisson(PoissonSampled event, long count, Neighbours neighbours) {
        if (event.rate() == 0) {
            check(event.event(), neighbours);
        } else if (event.rate() == 1) {
            add(event.event(), count, neighbours);
        } else if (neighbours == Neighbours.ADD_OR_REMOVE_ONE) {
            LossPair inner = single(event.event(), neighbours);
            if (inner != null) {
                put(new LossPair.Sampled(event.rate(), inner), count);
                symmetric = false;
            }
        } else {
            LossPair one = single(event.event(), Neighbours.ADD_OR_REMOVE_ONE);
            if (one instanceof LossPair.Gaussian gaussian) {
                put(new ReplacedPairs.PoissonGaussian(event.rate(), gaussian.mu()), count);
            } else if (attained) {
                // The record that takes the place may be one that changes nothing.
                if (one != null) {
                    put(new LossPair.Sampled(event.rate(), one), count);
                }
            } else {
                LossPair both = single(event.event(), neighbours);
                if (both != null) {
                    put(new ReplacedPairs.Subset(new LossPair.Sampled(event.rate(), both)), count);
                }
            }
        }
    }

    private void addFixedBatch(FixedBatch event, long count, Neighbours neighbours) {
        LossPair inner = single(event.event(), Neighbours.REPLACE_ONE);
        if (inner == null) {
            return;
        }
        LossPair.Sampled sampled = new LossPair.Sampled(event.rate(), inner);
        if (neighbours == Neighbours.ADD_OR_REMOVE_ONE) {
            put(sampled, count);
            symmetric = false;
        } else {
            put(attained ? sampled : new ReplacedPairs.Subset(sampled), count);
        }
    }

    /**
     * Replaced, a record changes the one batch of an epoch that it is in. Added, it takes another's place in some batch, and that
     * other one is added to the last.
     */
    private void addShuffled(Shuffled event, long count, Neighbours neighbours) {
        long epochs = product(event.epochs(), count);
        add(event.event(), epochs, neighbours);
        if (neighbours == Neighbours.ADD_OR_REMOVE_ONE && !attained) {
            add(event.event(), epochs, Neighbours.REPLACE_ONE);
        }
    }

    private void addClaim(
            double epsilon, double delta, Neighbours claimed, Neighbours neighbours, long count, PrivacyEvent event) {
        if (claimed == Neighbours.REPLACE_ONE && neighbours == Neighbours.ADD_OR_REMOVE_ONE) {
            throw refused(event, "it is claimed for replacing one record, and says nothing of adding one");
        }
        double whole = epsilon;
        double rest = delta;
        if (claimed != neighbours && !attained) {
            whole = 2 * epsilon;
            rest = delta * (1 + Math.exp(epsilon)) * (1 + 1e-15);
            if (rest >= 1) {
                throw refused(event, "for replacing one record it claims nothing");
            }
        }
        if (rest > 0) {
            put(AtomPair.approximate(whole, rest), count);
        } else if (whole > 0) {
            put(AtomPair.randomizedResponse(whole, 2), count);
        }
    }

    /** The one pair of an event, or null if it costs nothing. */
    private @org.jspecify.annotations.Nullable LossPair single(PrivacyEvent event, Neighbours neighbours) {
        LossParts inner = new LossParts(attained);
        inner.add(event, 1, neighbours);
        List<Part> parts = inner.parts();
        if (parts.isEmpty()) {
            return null;
        }
        if (parts.size() > 1 || parts.get(0).times() > 1) {
            throw refused(
                    event,
                    "several mechanisms on one sample have no closed distribution; price it with Rényi divergences");
        }
        return parts.get(0).pair();
    }

    /** Refuses what would be refused if it did happen. */
    private void check(PrivacyEvent event, Neighbours neighbours) {
        new LossParts(attained).add(event, 1, neighbours);
    }

    private void addGaussian(double mu, long count) {
        squaredMu += count * mu * mu;
    }

    private void put(LossPair pair, long count) {
        try {
            times.merge(pair, count, Math::addExact);
        } catch (ArithmeticException e) {
            throw new UnpricedEventException("an event that happens more than 2^63 times has no price");
        }
    }

    static long product(long times, long count) {
        try {
            return Math.multiplyExact(times, count);
        } catch (ArithmeticException e) {
            throw new UnpricedEventException("an event that happens more than 2^63 times has no price");
        }
    }

    private static void requireAtoms(double atoms, PrivacyEvent event) {
        if (atoms > MOST_ATOMS) {
            throw refused(event, "it has more than " + MOST_ATOMS + " losses; price it with Rényi divergences");
        }
    }

    static UnpricedEventException refused(PrivacyEvent event, String reason) {
        return new UnpricedEventException(event.getClass().getSimpleName() + " is not priced: " + reason);
    }
}

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
import dev.lethe.core.privacy.RenyiCurve.Divergence;
import dev.lethe.core.privacy.RenyiCurve.Part;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prices events by Rényi divergences (Mironov 2017). Divergences of one order add up, also of events that were chosen after one
 * another (Feldman and Zrnic 2021), so that a budget may be spent step by step.
 */
public final class RenyiAccountant implements Accountant {
    @Override
    public RenyiCurve price(PrivacyEvent event, Neighbours neighbours) {
        Sum sum = new Sum();
        sum.add(event, 1, neighbours);
        return new RenyiCurve(sum.parts());
    }

    /** What the parts of an event add up to. */
    private static final class Sum {
        private double rho;
        private boolean gaussian = true;
        private final Map<Object, Part> parts = new LinkedHashMap<>();

        List<Part> parts() {
            List<Part> all = new ArrayList<>(parts.values());
            if (rho > 0) {
                all.add(new Part(new RenyiDivergences.Concentrated(rho), 1));
            }
            return all;
        }

        /** Mu, if all of it is Gaussian noise; otherwise 0. */
        double mu() {
            return gaussian && parts.isEmpty() ? Math.sqrt(2 * rho) : 0;
        }

        boolean free() {
            return rho == 0 && parts.isEmpty();
        }

        void add(PrivacyEvent event, long times, Neighbours neighbours) {
            int moves = neighbours == Neighbours.REPLACE_ONE ? 2 : 1;
            if (event instanceof Gaussian e) {
                addGaussian(moves / e.noiseMultiplier(), times);
            } else if (event instanceof TreeAggregation e) {
                addGaussian(moves * e.sensitivity() / e.noiseMultiplier(), times);
            } else if (event instanceof MatrixMechanism e) {
                addGaussian(moves * e.sensitivity() / e.noiseMultiplier(), times);
            } else if (event instanceof Laplace e) {
                put(List.of(event, neighbours), new RenyiDivergences.Laplace(moves / e.noiseMultiplier()), times);
            } else if (event instanceof DiscreteGaussian e) {
                addConcentrated(moves * (double) e.sensitivity() / e.sigma(), times);
            } else if (event instanceof DiscreteGaussianVector e) {
                addConcentrated(moves * e.l2Sensitivity() / e.sigma(), times);
            } else if (event instanceof DiscreteLaplace e) {
                if ((double) moves * e.sensitivity() > 1 << 20) {
                    // No more than its continuous sibling says of all integers.
                    put(
                            List.of(event, neighbours),
                            new RenyiDivergences.Atoms(
                                    AtomPair.randomizedResponse(moves * e.sensitivity() / e.scale(), 2)),
                            times);
                } else {
                    put(
                            List.of(event, neighbours),
                            new RenyiDivergences.Atoms(AtomPair.discreteLaplace(e.scale(), moves * e.sensitivity())),
                            times);
                }
            } else if (event instanceof RandomizedResponse e) {
                put(
                        List.of(event, neighbours),
                        new RenyiDivergences.Atoms(AtomPair.randomizedResponse(e.epsilon(), e.categories())),
                        times);
            } else if (event instanceof ExponentialMechanism e) {
                put(List.of(event, neighbours), new RenyiDivergences.BoundedRange(moves * e.epsilon()), times);
            } else if (event instanceof Composed e) {
                e.events().forEach(part -> add(part, times, neighbours));
            } else if (event instanceof Repeated e) {
                add(e.event(), LossParts.product(e.times(), times), neighbours);
            } else if (event instanceof PoissonSampled e) {
                addPoisson(e, times, neighbours);
            } else if (event instanceof FixedBatch e) {
                // Whether a record is added or replaced, the batch that would have held it holds another.
                Sum inner = of(e.event(), Neighbours.REPLACE_ONE);
                if (!inner.free()) {
                    Divergence divergence = inner.divergence();
                    put(
                            List.of(event, neighbours),
                            e.batch() == e.records()
                                    ? divergence
                                    : new RenyiDivergences.FixedBatch(e.rate(), divergence, inner.mu()),
                            times);
                }
            } else if (event instanceof Shuffled e) {
                long epochs = LossParts.product(e.epochs(), times);
                add(e.event(), epochs, Neighbours.REPLACE_ONE);
                if (neighbours == Neighbours.ADD_OR_REMOVE_ONE) {
                    add(e.event(), epochs, neighbours);
                }
            } else if (event instanceof PureDp e) {
                double epsilon = claimed(event, e.neighbours(), neighbours) * e.epsilon();
                if (epsilon > 0) {
                    put(
                            List.of(event, neighbours),
                            new RenyiDivergences.Atoms(AtomPair.randomizedResponse(epsilon, 2)),
                            times);
                }
            } else if (event instanceof ZeroConcentrated e) {
                int steps = claimed(event, e.neighbours(), neighbours);
                gaussian = false;
                addRho(times, e.rho() * steps * steps);
            } else if (event instanceof ApproximateDp e && e.delta() == 0) {
                add(new PureDp(e.epsilon(), e.neighbours()), times, neighbours);
            } else {
                throw LossParts.refused(event, "it has no finite Rényi divergence");
            }
        }

        private void addPoisson(PoissonSampled event, long times, Neighbours neighbours) {
            Sum one = of(event.event(), Neighbours.ADD_OR_REMOVE_ONE);
            double rate = event.rate();
            if (rate == 0 || one.free()) {
                return;
            }
            if (rate == 1) {
                add(event.event(), times, neighbours);
                return;
            }
            boolean replaced = neighbours == Neighbours.REPLACE_ONE;
            Divergence divergence;
            if (one.mu() > 0) {
                divergence = replaced
                        ? new RenyiDivergences.ReplacedPoissonGaussian(rate, one.mu())
                        : new RenyiDivergences.PoissonGaussian(rate, one.mu());
            } else {
                Divergence added = new RenyiDivergences.PoissonAny(rate, one.divergence());
                divergence = replaced ? new RenyiDivergences.TwoSteps(added) : added;
            }
            put(List.of(event, neighbours), divergence, times);
        }

        private static Sum of(PrivacyEvent event, Neighbours neighbours) {
            Sum inner = new Sum();
            inner.add(event, 1, neighbours);
            return inner;
        }

        private Divergence divergence() {
            RenyiCurve curve = new RenyiCurve(parts());
            return curve::divergence;
        }

        /** How many steps of the claimed relation make one of the relation that is asked for. */
        private static int claimed(PrivacyEvent event, Neighbours claimed, Neighbours asked) {
            if (claimed == Neighbours.REPLACE_ONE && asked == Neighbours.ADD_OR_REMOVE_ONE) {
                throw LossParts.refused(
                        event, "it is claimed for replacing one record, and says nothing of adding one");
            }
            return claimed == asked ? 1 : 2;
        }

        private void addGaussian(double mu, long times) {
            addRho(times, mu * mu / 2);
        }

        private void addConcentrated(double ratio, long times) {
            gaussian = false;
            addRho(times, ratio * ratio / 2);
        }

        private void addRho(long times, double one) {
            // Never times infinity is nothing, not the NaN that would hide all the rest.
            rho += times == 0 ? 0 : times * one;
        }

        /** @param key the event and the relation that it is priced for: an epoch of shuffled records asks for both */
        private void put(Object key, Divergence divergence, long times) {
            gaussian = false;
            if (times > 0) {
                @Nullable Part before = parts.get(key);
                parts.put(key, new Part(divergence, times + (before == null ? 0 : before.times())));
            }
        }
    }
}

package dev.lethe.core.privacy;

import dev.lethe.core.privacy.PrivacyEvent.ApproximateDp;
import dev.lethe.core.privacy.PrivacyEvent.Composed;
import dev.lethe.core.privacy.PrivacyEvent.DiscreteGaussian;
import dev.lethe.core.privacy.PrivacyEvent.DiscreteGaussianVector;
import dev.lethe.core.privacy.PrivacyEvent.DiscreteLaplace;
import dev.lethe.core.privacy.PrivacyEvent.ExponentialMechanism;
import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.Laplace;
import dev.lethe.core.privacy.PrivacyEvent.MatrixMechanism;
import dev.lethe.core.privacy.PrivacyEvent.PureDp;
import dev.lethe.core.privacy.PrivacyEvent.RandomizedResponse;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import dev.lethe.core.privacy.PrivacyEvent.Shuffled;
import dev.lethe.core.privacy.PrivacyEvent.TreeAggregation;
import dev.lethe.core.privacy.PrivacyEvent.ZeroConcentrated;
import java.util.List;

/**
 * Prices events by one number, rho (Bun and Steinke 2016): the Rényi divergence of every order alpha is at most rho alpha. Rhos add up,
 * also of events that were chosen after one another. Knows no sampling.
 */
public final class ZeroConcentratedAccountant implements Accountant {
    @Override
    public RenyiCurve price(PrivacyEvent event, Neighbours neighbours) {
        double rho = rho(event, neighbours);
        return new RenyiCurve(
                rho == 0 ? List.of() : List.of(new RenyiCurve.Part(new RenyiDivergences.Concentrated(rho), 1)));
    }

    /**
     * The event's rho.
     *
     * @throws UnpricedEventException if none is known
     */
    public double rho(PrivacyEvent event, Neighbours neighbours) {
        int moves = neighbours == Neighbours.REPLACE_ONE ? 2 : 1;
        if (event instanceof Gaussian e) {
            return half(moves / e.noiseMultiplier());
        } else if (event instanceof DiscreteGaussian e) {
            return half(moves * (double) e.sensitivity() / e.sigma());
        } else if (event instanceof DiscreteGaussianVector e) {
            return half(moves * e.l2Sensitivity() / e.sigma());
        } else if (event instanceof TreeAggregation e) {
            return half(moves * e.sensitivity() / e.noiseMultiplier());
        } else if (event instanceof MatrixMechanism e) {
            return half(moves * e.sensitivity() / e.noiseMultiplier());
        } else if (event instanceof Laplace e) {
            return half(moves / e.noiseMultiplier());
        } else if (event instanceof DiscreteLaplace e) {
            return half(moves * (double) e.sensitivity() / e.scale());
        } else if (event instanceof RandomizedResponse e) {
            return half(e.epsilon());
        } else if (event instanceof ExponentialMechanism e) {
            return half(moves * e.epsilon() / 2);
        } else if (event instanceof PureDp e) {
            return half(steps(event, e.neighbours(), neighbours) * e.epsilon());
        } else if (event instanceof ApproximateDp e && e.delta() == 0) {
            return half(steps(event, e.neighbours(), neighbours) * e.epsilon());
        } else if (event instanceof ZeroConcentrated e) {
            double steps = steps(event, e.neighbours(), neighbours);
            return steps * steps * e.rho();
        } else if (event instanceof Repeated e) {
            return e.times() * rho(e.event(), neighbours);
        } else if (event instanceof Composed e) {
            return e.events().stream()
                    .mapToDouble(part -> rho(part, neighbours))
                    .sum();
        } else if (event instanceof Shuffled e) {
            double replaced = rho(e.event(), Neighbours.REPLACE_ONE);
            return e.epochs()
                    * (neighbours == Neighbours.REPLACE_ONE ? replaced : replaced + rho(e.event(), neighbours));
        }
        throw LossParts.refused(event, "no rho is known for it");
    }

    private static double half(double epsilon) {
        return epsilon * epsilon / 2;
    }

    private static double steps(PrivacyEvent event, Neighbours claimed, Neighbours asked) {
        if (claimed == Neighbours.REPLACE_ONE && asked == Neighbours.ADD_OR_REMOVE_ONE) {
            throw LossParts.refused(event, "it is claimed for replacing one record, and says nothing of adding one");
        }
        return claimed == asked ? 1 : 2;
    }
}

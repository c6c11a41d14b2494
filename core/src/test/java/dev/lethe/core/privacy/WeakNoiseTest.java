package dev.lethe.core.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.core.data.PropertyTrials;
import dev.lethe.core.privacy.PrivacyEvent.DiscreteGaussian;
import dev.lethe.core.privacy.PrivacyEvent.FixedBatch;
import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.Laplace;
import dev.lethe.core.privacy.PrivacyEvent.PoissonSampled;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

/** An epsilon that is too small is the worst number of all: at the ends of what doubles hold, and against closed forms. */
class WeakNoiseTest {
    private static final double DELTA = 1e-5;

    /** Each of these shows a record of the sample to everyone: its epsilon is beyond a hundred, whatever the relation. */
    @Test
    void noiseThatHidesNothingIsNeverCheap() {
        for (PrivacyEvent bare : List.of(
                new Laplace(Double.MIN_VALUE),
                new Laplace(0.005),
                new Gaussian(Double.MIN_VALUE),
                new Gaussian(1e-3),
                new DiscreteGaussian(1e-300, 1),
                new DiscreteGaussian(0.01, 1),
                new PoissonSampled(0.5, new Gaussian(Double.MIN_VALUE)),
                new PoissonSampled(0.5, new Gaussian(1e-3)),
                new PoissonSampled(1e-3, new Gaussian(1e-3)),
                new PoissonSampled(0.5, new Gaussian(0.04)),
                new PoissonSampled(0.5, new Laplace(1e-300)),
                new FixedBatch(100, 10, new Gaussian(1e-200)),
                new FixedBatch(100, 10, new Gaussian(1e-3)),
                new Repeated(Long.MAX_VALUE, new Gaussian(1)))) {
            for (Neighbours neighbours : Neighbours.values()) {
                assertThat(new RenyiAccountant().price(bare, neighbours).epsilon(DELTA))
                        .as("%s, %s", bare, neighbours)
                        .isGreaterThan(100);
                assertThat(new BestAccountant().price(bare, neighbours).epsilon(DELTA))
                        .as("%s, %s", bare, neighbours)
                        .isGreaterThan(100);
            }
        }
    }

    /** One step on a Poisson sample has a closed form: no claim is below it, nor the lower end of a bracket above. */
    @Test
    void claimsAreNeverBelowTheClosedForm() {
        PropertyTrials.check(60, seed -> {
            UniformRandomProvider random = seed.stream();
            double rate = Math.pow(10, -4 * random.nextDouble());
            double sigma = 0.1 * Math.pow(100, random.nextDouble());
            double delta = Math.pow(10, -2 - 8 * random.nextDouble());
            PrivacyEvent event = new PoissonSampled(rate, new Gaussian(sigma));
            BestAccountant.BestCurve curve = new BestAccountant().price(event, Neighbours.ADD_OR_REMOVE_ONE);
            String where = "rate " + rate + ", sigma " + sigma + ", delta " + delta;
            holds(curve.bracket(delta), delta, epsilon -> removed(epsilon, rate, sigma), where);
            assertThat(removed(curve.rdpEpsilon(delta), rate, sigma)).isLessThanOrEqualTo(delta * (1 + 1e-6));
            if (1 / sigma <= 10) {
                PrivacyLossCurve losses = new PrivacyLossAccountant().price(event, Neighbours.ADD_OR_REMOVE_ONE);
                holds(
                        losses.latticeBracket(delta),
                        delta,
                        epsilon -> removed(epsilon, rate, sigma),
                        where + ", lattice");
            }
        });
    }

    /** Two steps: the closed form of one, integrated over the other. Where a rate is small, a rare loss stands beside the usual one. */
    @Test
    void claimsForTwoStepsAreNeverBelowTheirIntegral() {
        PropertyTrials.check(20, seed -> {
            UniformRandomProvider random = seed.stream();
            double rate = Math.pow(10, -4 * random.nextDouble());
            double sigma = 0.3 * Math.pow(30, random.nextDouble());
            double delta = Math.pow(10, -2 - 14 * random.nextDouble());
            PrivacyEvent event = new Repeated(2, new PoissonSampled(rate, new Gaussian(sigma)));
            PrivacyLossCurve.Bracket bracket = new PrivacyLossAccountant()
                    .price(event, Neighbours.ADD_OR_REMOVE_ONE)
                    .bracket(delta);
            String where = "two steps, rate " + rate + ", sigma " + sigma + ", delta " + delta;
            holds(bracket, delta, epsilon -> twiceRemoved(epsilon, rate, sigma), where);
            assertThat(bracket.high() - bracket.low()).as(where).isLessThanOrEqualTo(1e-2 * bracket.high() + 1e-3);
        });
    }

    private static void holds(PrivacyLossCurve.Bracket bracket, double delta, DoubleUnaryOperator truth, String where) {
        assertThat(bracket.low()).as(where).isLessThanOrEqualTo(bracket.high());
        if (bracket.high() < Double.POSITIVE_INFINITY) {
            assertThat(truth.applyAsDouble(bracket.high())).as(where).isLessThanOrEqualTo(delta * (1 + 1e-6));
        }
        if (bracket.low() > 1e-9) {
            assertThat(truth.applyAsDouble(bracket.low() * (1 - 1e-9)))
                    .as(where)
                    .isGreaterThanOrEqualTo(delta * (1 - 1e-6));
        }
    }

    /** Many steps: Rényi divergences, the loss distribution and exact Gaussian noise never contradict each other. */
    @Test
    void accountantsAgreeOnWhatIsPossible() {
        PropertyTrials.check(25, seed -> {
            UniformRandomProvider random = seed.stream();
            double rate = random.nextInt(4) == 0 ? 1 : Math.pow(10, -3 * random.nextDouble());
            double sigma = 0.5 * Math.pow(20, random.nextDouble());
            long steps = (long) Math.pow(10, 3.5 * random.nextDouble());
            Neighbours neighbours = random.nextBoolean() ? Neighbours.REPLACE_ONE : Neighbours.ADD_OR_REMOVE_ONE;
            PrivacyEvent event = new Repeated(steps, new PoissonSampled(rate, new Gaussian(sigma)));
            double low;
            try {
                low = new PrivacyLossAccountant().price(event, neighbours).epsilonLower(DELTA);
            } catch (UnpricedEventException tooWeak) {
                return;
            }
            assertThat(new RenyiAccountant().price(event, neighbours).epsilon(DELTA))
                    .as("%s, %s", event, neighbours)
                    .isGreaterThanOrEqualTo(low);
            if (rate == 1) {
                double exact = new GaussianAccountant().price(event, neighbours).epsilon(DELTA);
                assertThat(low).isLessThanOrEqualTo(exact * (1 + 1e-9));
                assertThat(new PrivacyLossAccountant().price(event, neighbours).epsilon(DELTA))
                        .isGreaterThanOrEqualTo(exact * (1 - 1e-9));
            }
        });
    }

    /** Delta at epsilon when a record is removed, the direction that costs more: docs/math/accounting.md. */
    private static double removed(double epsilon, double rate, double sigma) {
        if (epsilon == Double.POSITIVE_INFINITY) {
            return 0;
        }
        NormalDistribution normal = NormalDistribution.of(0, 1);
        double odds = Math.expm1(epsilon) + rate;
        if (odds <= 0) {
            return -Math.expm1(epsilon);
        }
        double x = sigma * sigma * (Math.log(odds) - Math.log(rate)) + 0.5;
        return rate * normal.survivalProbability((x - 1) / sigma) - odds * normal.survivalProbability(x / sigma);
    }

    /**
     * By Simpson's rule in the first answer, in pieces that shrink towards where its loss alone is so large that the second cannot
     * matter: there, the integrand has a bend that is as narrow as the rate is small.
     */
    private static double twiceRemoved(double epsilon, double rate, double sigma) {
        double mean = 1 / sigma;
        double enough = Math.log((Math.exp(epsilon) / (1 - rate) - (1 - rate)) / rate);
        double kink = Math.max(-13, Math.min(mean + 13, enough / mean + mean / 2));
        DoubleUnaryOperator first = z -> {
            double without = Math.exp(-z * z / 2);
            double with = Math.exp(-(z - mean) * (z - mean) / 2);
            double loss = Math.log1p(rate * Math.expm1(mean * z - mean * mean / 2));
            return ((1 - rate) * without + rate * with) * removed(epsilon - loss, rate, sigma);
        };
        double sum = simpson(first, kink, mean + 13);
        double right = kink;
        for (double reach = 0.1 * rate * sigma; right > -13; reach *= 4) {
            double left = Math.max(-13, kink - reach);
            sum += simpson(first, left, right);
            right = left;
        }
        return sum / Math.sqrt(2 * Math.PI);
    }

    private static double simpson(DoubleUnaryOperator function, double low, double high) {
        int panels = 2 * (int) Math.ceil((high - low) / 0.01) + 120;
        double width = (high - low) / panels;
        double sum = 0;
        for (int i = 0; i <= panels; i++) {
            double value = function.applyAsDouble(i == panels ? high : low + i * width);
            sum += value * (i == 0 || i == panels ? 1 : i % 2 == 1 ? 4 : 2);
        }
        return sum * width / 3;
    }
}

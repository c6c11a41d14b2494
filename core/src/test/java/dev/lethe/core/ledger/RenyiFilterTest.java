package dev.lethe.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.data.PropertyTrials;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.PrivacyEvent.Composed;
import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.Laplace;
import dev.lethe.core.privacy.PrivacyEvent.PoissonSampled;
import dev.lethe.core.privacy.PrivacyEvent.PureDp;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import dev.lethe.core.random.Seed;
import java.math.BigDecimal;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

/** The epsilon of an account: never below the truth, and not far above it. */
class RenyiFilterTest {
    private static final RdpCosts COSTS = new RdpCosts();
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    private static double epsilon(PrivacyEvent event, Budget budget) {
        double[] cost = COSTS.of(event, Neighbours.ADD_OR_REMOVE_ONE);
        return new RenyiFilter(COSTS.orders(), budget).epsilon(cost, budget.delta());
    }

    /** Canonne, Kamath and Steinke 2020, proposition 12, which a single order must give back exactly. */
    @Test
    void oneOrderIsTheKnownConversion() {
        Budget budget = Budget.of("1", "0.00001");
        for (double order : new double[] {1.5, 2, 8, 64, 1000}) {
            for (double divergence : new double[] {0.01, 0.5, 3}) {
                double known =
                        divergence + Math.log((order - 1) / order) - (Math.log(1e-5) + Math.log(order)) / (order - 1);
                assertThat(new RenyiFilter(new double[] {order}, budget)
                                .epsilon(new double[] {divergence}, budget.delta()))
                        .isCloseTo(Math.max(0, known), within(1e-9))
                        .isGreaterThanOrEqualTo(known);
            }
        }
    }

    /** The slow and obvious: try every y. */
    @Test
    void theMaximumIsTheMaximum() {
        PropertyTrials.check(20, seed -> {
            UniformRandomProvider random = seed.stream();
            double[] orders = {1.5, 2, 3, 5, 9, 17, 40, 200};
            double[] divergences = new double[orders.length];
            double rho = Math.exp(-4 + 6 * random.nextDouble());
            for (int k = 0; k < orders.length; k++) {
                divergences[k] = rho * orders[k] * (1 + random.nextDouble());
            }
            Budget budget = Budget.of("2", "0.0001");
            RenyiFilter filter = new RenyiFilter(orders, budget);
            double fast = filter.epsilon(divergences, budget.delta());
            double slow = 0;
            double[] logWeights = filter.logWeights();
            double sum = 0;
            for (double weight : logWeights) {
                sum += Math.exp(weight);
            }
            assertThat(sum).as("weights add up to one, and no more").isBetween(1 - 1e-9, 1.0);
            for (double y = 0; y < 400; y += 1e-3) {
                double f = 0;
                for (int k = 0; k < orders.length; k++) {
                    f += 1e-4 * Math.exp(logWeights[k] + (orders[k] - 1) * (y - divergences[k]));
                }
                if (f >= 1) {
                    break;
                }
                slow = Math.max(slow, y + Math.log1p(-f));
            }
            assertThat(fast).isBetween(slow, slow + 1e-2);
        });
    }

    /** Balle and Wang 2018, theorem 8. */
    @Test
    void neverBelowTheExactGaussianAndNotFarAbove() {
        PropertyTrials.check(200, seed -> {
            UniformRandomProvider random = seed.stream();
            double wanted = Math.exp(Math.log(0.1) + Math.log(100) * random.nextDouble());
            double noise = Math.exp(Math.log(0.3) + Math.log(300) * random.nextDouble());
            int times = 1 + random.nextInt(50);
            Budget budget = new Budget(BigDecimal.valueOf(wanted), new BigDecimal("0.00001"));
            double epsilon = epsilon(new Repeated(times, new Gaussian(noise)), budget);
            double mu = Math.sqrt(times) / noise;
            double delta = NORMAL.cumulativeProbability(-epsilon / mu + mu / 2)
                    - Math.exp(epsilon) * NORMAL.cumulativeProbability(-epsilon / mu - mu / 2);
            if (epsilon < 300) {
                assertThat(delta).as("noise " + noise + " times " + times).isLessThanOrEqualTo(1e-5);
            }
        });
    }

    /** At the budget, where it matters: what adaptivity costs against the best order with hindsight. */
    @Test
    void costsLittleMoreThanTheBestOrderWithHindsight() {
        for (String wanted : List.of("0.25", "1", "4", "10")) {
            for (PrivacyEvent event :
                    List.of(new Gaussian(1), new PoissonSampled(0.01, new Gaussian(1)), new Laplace(5))) {
                Budget budget = Budget.of(wanted, "0.00001");
                double low = 0;
                double high = 1e9;
                while (high - low > 1e-6 * high) {
                    double middle = (low + high) / 2;
                    if (times(middle, event, budget, false) > Double.parseDouble(wanted)) {
                        high = middle;
                    } else {
                        low = middle;
                    }
                }
                double hindsight = times(low, event, budget, true);
                assertThat(Double.parseDouble(wanted) / hindsight)
                        .as("epsilon " + wanted + " of " + event + " is " + hindsight + " with hindsight")
                        .isBetween(1.0, 1.17);
            }
        }
    }

    private static double times(double times, PrivacyEvent event, Budget budget, boolean hindsight) {
        double[] cost = COSTS.of(event, Neighbours.ADD_OR_REMOVE_ONE);
        double best = Double.POSITIVE_INFINITY;
        for (int k = 0; k < cost.length; k++) {
            cost[k] *= times;
            double order = COSTS.orders()[k];
            best = Math.min(
                    best,
                    cost[k]
                            + Math.log((order - 1) / order)
                            - (Math.log(budget.delta().doubleValue()) + Math.log(order)) / (order - 1));
        }
        return hindsight ? best : new RenyiFilter(COSTS.orders(), budget).epsilon(cost, budget.delta());
    }

    /**
     * The theorem itself: an adversary who chooses each event by the answers so far, and who stops where it likes. All transcripts are
     * enumerated, so both probabilities are exact: the sum over transcripts of (P - e^epsilon Q)+, each with the epsilon that its own
     * account shows, must not exceed delta. Charging a tenth breaks it (the saboteur).
     */
    @Test
    void holdsAgainstEveryChoiceMadeAfterTheAnswers() {
        Budget budget = Budget.of("2", "0.05");
        double[] worst = new double[2];
        for (int tree = 0; tree < 60; tree++) {
            Seed seed = Seed.of(2021).fork("tree-" + tree);
            double[] nothing = new double[COSTS.orders().length];
            double honest = excess(seed.stream(), budget, nothing, 0, 0, 7, 1);
            assertThat(honest).as("tree " + tree).isLessThanOrEqualTo(0.05);
            worst[0] = Math.max(worst[0], honest);
            worst[1] = Math.max(worst[1], excess(seed.stream(), budget, nothing, 0, 0, 7, 0.1));
        }
        assertThat(worst[0]).isPositive();
        assertThat(worst[1])
                .as("charges of a tenth are too small, and it shows")
                .isGreaterThan(0.05);
    }

    private static double excess(
            UniformRandomProvider random,
            Budget budget,
            double[] sum,
            double logP,
            double logQ,
            int left,
            double share) {
        if (left == 0 || random.nextInt(12) == 0) {
            double epsilon = new RenyiFilter(COSTS.orders(), budget).epsilon(sum, budget.delta());
            return Math.max(0, Math.exp(logP) - Math.exp(epsilon + logQ));
        }
        double epsilon = new double[] {0.1, 0.4, 0.9, 1.6}[random.nextInt(4)];
        double[] cost = COSTS.of(new PureDp(epsilon, Neighbours.ADD_OR_REMOVE_ONE), Neighbours.ADD_OR_REMOVE_ONE);
        double[] next = sum.clone();
        for (int k = 0; k < next.length; k++) {
            next[k] += share * cost[k];
        }
        double likely = -Math.log1p(Math.exp(-epsilon));
        double unlikely = likely - epsilon;
        return excess(random, budget, next, logP + likely, logQ + unlikely, left - 1, share)
                + excess(random, budget, next, logP + unlikely, logQ + likely, left - 1, share);
    }

    @Test
    void moreIsNeverCheaper() {
        Budget budget = Budget.of("1", "0.00001");
        double before = 0;
        for (int times = 1; times < 2000; times *= 2) {
            double after = epsilon(new Repeated(times, new Gaussian(5)), budget);
            assertThat(after).isGreaterThan(before);
            before = after;
        }
        PrivacyEvent mixed = new Composed(List.of(new Gaussian(5), new Laplace(10)));
        assertThat(epsilon(mixed, budget)).isGreaterThan(epsilon(new Gaussian(5), budget));
        assertThat(epsilon(new PureDp(1e300, Neighbours.ADD_OR_REMOVE_ONE), budget))
                .isGreaterThan(1e299);
    }
}

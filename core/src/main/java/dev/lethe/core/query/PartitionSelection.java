package dev.lethe.core.query;

import dev.lethe.core.noise.ExactCoin;
import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which groups may be shown, where the groups are known from private records only: each is kept by a coin whose chance rises with
 * its number of units as fast as (epsilon, delta) allows (Desfontaines, Voss, Gipson and Mandayam 2022). No rule keeps more.
 *
 * <p>In: the number of units in each group, at least 1. Out: whether it is kept. A unit in several groups pays for each, so that
 * each gets a share of epsilon and delta.
 *
 * @param epsilon of all groups of a unit together, above 0
 * @param delta of all groups of a unit together, in (0, 1)
 * @param maxGroups that a unit is part of, at least 1
 */
public record PartitionSelection(double epsilon, double delta, int maxGroups) implements Mechanism<long[], boolean[]> {
    /** Chances are whole multiples of 2 to the minus this, so that coins are exact. */
    private static final int BITS = 1200;

    private static final BigInteger ONE = BigInteger.ONE.shiftLeft(BITS);
    private static final double LEAST_EPSILON = 1e-5;

    public PartitionSelection {
        if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("epsilon " + epsilon + " must be above 0 and finite");
        }
        if (!(delta > 0 && delta < 1)) {
            throw new IllegalArgumentException(
                    "delta " + delta + " must lie in (0, 1): groups that only private records"
                            + " name cannot be shown without; name the groups, or give a delta");
        }
        if (maxGroups < 1) {
            throw new IllegalArgumentException("maxGroups " + maxGroups + " must be at least 1");
        }
        if (epsilon / maxGroups < LEAST_EPSILON) {
            throw new IllegalArgumentException("epsilon " + epsilon + " over " + maxGroups + " groups is less than "
                    + LEAST_EPSILON + " for each; no group would be shown");
        }
    }

    @Override
    public PrivacyEvent event() {
        return new PrivacyEvent.ApproximateDp(epsilon, delta, Neighbours.ADD_OR_REMOVE_ONE);
    }

    @Override
    public boolean[] release(long[] units, NoiseSource source) {
        Map<Long, BigInteger> chances = chances(units);
        boolean[] kept = new boolean[units.length];
        for (int group = 0; group < units.length; group++) {
            kept[group] = ExactCoin.flip(chances.get(units[group]), ONE, source);
        }
        return kept;
    }

    /** The chance that a group of so many units is kept, rounded down. */
    double chance(long units) {
        return new BigDecimal(chances(new long[] {units}).get(units))
                .divide(new BigDecimal(ONE), java.math.MathContext.DECIMAL64)
                .doubleValue();
    }

    /** How many units a group needs to be kept with at least this chance. */
    long unitsFor(double chance) {
        BigInteger wanted = fixed(chance);
        Step step = new Step();
        while (step.chance.compareTo(wanted) < 0) {
            step.next();
        }
        return step.units;
    }

    private Map<Long, BigInteger> chances(long[] units) {
        Map<Long, BigInteger> chances = new TreeMap<>();
        Step step = new Step();
        for (long wanted : Arrays.stream(units).sorted().distinct().toArray()) {
            while (step.units < wanted && !step.chance.equals(ONE)) {
                step.next();
            }
            chances.put(wanted, step.chance);
        }
        return chances;
    }

    /**
     * pi(n) = min(e^epsilon pi(n-1) + delta, 1 - e^-epsilon (1 - pi(n-1) - delta), 1), each rounded down: both sides are upper limits
     * for pi(n) given the pi(n-1) that is really used, so that rounding costs no privacy. For e^epsilon stands a lower bound.
     */
    private final class Step {
        private final BigInteger growth = fixed(Math.exp(Math.min(100, epsilon / maxGroups)) * (1 - 0x1p-50));
        private final BigInteger failure = fixed(Math.nextDown(delta / maxGroups));
        private long units;
        private BigInteger chance = BigInteger.ZERO;

        void next() {
            units++;
            BigInteger grown = chance.multiply(growth).shiftRight(BITS).add(failure);
            BigInteger rest = ONE.subtract(chance).subtract(failure).max(BigInteger.ZERO);
            // Rounded up, because it is taken away.
            BigInteger shrunk =
                    rest.shiftLeft(BITS).add(growth).subtract(BigInteger.ONE).divide(growth);
            chance = grown.min(ONE.subtract(shrunk)).min(ONE);
        }
    }

    private static BigInteger fixed(double value) {
        return new BigDecimal(value)
                .multiply(new BigDecimal(ONE))
                .setScale(0, RoundingMode.DOWN)
                .toBigIntegerExact();
    }
}

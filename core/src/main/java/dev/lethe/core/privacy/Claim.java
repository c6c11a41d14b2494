package dev.lethe.core.privacy;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** What is claimed of a release. */
public sealed interface Claim {
    /** In a sentence, for whoever must sign. */
    String sentence();

    /**
     * A theorem: whatever anybody knows and computes, the odds that one unit's data were used change by at most e<sup>epsilon</sup>,
     * but for an event of probability delta.
     *
     * @param neighbours between which datasets
     * @param unit whose data one neighbour has and the other lacks or replaces, such as "one row"
     * @param event what was done
     */
    record DifferentialPrivacy(double epsilon, double delta, Neighbours neighbours, String unit, PrivacyEvent event)
            implements Claim {
        public DifferentialPrivacy {
            if (!(epsilon >= 0 && epsilon < Double.POSITIVE_INFINITY) || !(delta >= 0 && delta < 1)) {
                throw new IllegalArgumentException(
                        "epsilon " + epsilon + " must be at least 0 and finite, delta " + delta + " in [0, 1)");
            }
        }

        @Override
        public String sentence() {
            return "(" + rounded(epsilon) + ", " + rounded(delta) + ")-differential privacy, neighbours differing in "
                    + (neighbours == Neighbours.ADD_OR_REMOVE_ONE ? "the presence of " : "the contents of ") + unit;
        }
    }

    /** Four digits; claims round up. */
    static String rounded(double value) {
        BigDecimal up = new BigDecimal(value).round(new MathContext(4, RoundingMode.CEILING));
        // A double is a little above or below the decimal that was meant.
        BigDecimal nearest = BigDecimal.valueOf(value).round(new MathContext(4));
        boolean meant = nearest.doubleValue() == value;
        return (meant ? nearest : up).stripTrailingZeros().toString().replace("E", "e");
    }

    /**
     * A hope.
     *
     * @param why it may help, and what is not shown
     */
    record Heuristic(String why) implements Claim {
        @Override
        public String sentence() {
            return "heuristic, no guarantee: " + why;
        }
    }
}

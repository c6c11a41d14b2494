package dev.lethe.core.ledger;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/**
 * How much may be given away about a dataset, in exact decimals.
 *
 * @param epsilon above 0, at most 1,000,000
 * @param delta above 0, below 1
 */
public record Budget(BigDecimal epsilon, BigDecimal delta) {
    private static final BigDecimal MOST_EPSILON = BigDecimal.valueOf(1_000_000);
    /** More places than anybody needs, and few enough that no exponent makes a number of a billion digits. */
    private static final int MOST_PLACES = 300;

    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,10}(\\.[0-9]{1,60})?([eE]-?[0-9]{1,3})?");

    public Budget {
        epsilon = plain("epsilon", epsilon);
        delta = plain("delta", delta);
        if (epsilon.signum() <= 0 || epsilon.compareTo(MOST_EPSILON) > 0) {
            throw new IllegalArgumentException("epsilon " + epsilon + " must be above 0 and at most 1000000");
        }
        if (delta.signum() <= 0 || delta.compareTo(BigDecimal.ONE) >= 0) {
            throw new IllegalArgumentException("delta " + delta + " must be above 0 and below 1");
        }
    }

    /**
     * Reads a budget from two decimals.
     *
     * @throws IllegalArgumentException if one is no decimal number, is out of range, or has an exponent of many digits
     */
    public static Budget of(String epsilon, String delta) {
        return new Budget(decimal("epsilon", epsilon), decimal("delta", delta));
    }

    /** "epsilon 4 at delta 0.00001". */
    @Override
    public String toString() {
        return "epsilon " + epsilon.toPlainString() + " at delta " + delta.toPlainString();
    }

    /** A decimal number as people and our own files write it: no sign, no NaN, no infinity, no exponent bomb. */
    static BigDecimal decimal(String component, String text) {
        if (!DECIMAL.matcher(text).matches()) {
            String shown = text.length() <= 40 ? text : text.substring(0, 40) + "...";
            throw new IllegalArgumentException(component + " '" + shown.replaceAll("[^ -~]", "?")
                    + "' must be a plain decimal such as 4 or 0.00001");
        }
        return new BigDecimal(text);
    }

    private static BigDecimal plain(String component, BigDecimal value) {
        // Scale and precision first: they are known without writing the number out.
        if (value.scale() > MOST_PLACES || value.scale() < -MOST_PLACES || value.precision() > 2 * MOST_PLACES) {
            throw new IllegalArgumentException(component + " has too many digits; at most " + MOST_PLACES + " places");
        }
        BigDecimal stripped = value.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}

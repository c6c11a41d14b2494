package dev.lethe.core.noise;

import java.math.BigInteger;

/** A positive double as what it exactly is, significand times 2<sup>exponent</sup>; the significand is odd. */
record Dyadic(long significand, int exponent) {
    static Dyadic of(double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("value " + value + " must be above 0 and finite");
        }
        int exponent = Math.max(Math.getExponent(value), Double.MIN_EXPONENT) - 52;
        long bits = Double.doubleToRawLongBits(value);
        long significand = bits & ((1L << 52) - 1);
        if (value >= Double.MIN_NORMAL) {
            significand |= 1L << 52;
        }
        int zeros = Long.numberOfTrailingZeros(significand);
        return new Dyadic(significand >> zeros, exponent + zeros);
    }

    BigInteger numerator() {
        return BigInteger.valueOf(significand).shiftLeft(Math.max(0, exponent));
    }

    BigInteger denominator() {
        return BigInteger.ONE.shiftLeft(Math.max(0, -exponent));
    }
}

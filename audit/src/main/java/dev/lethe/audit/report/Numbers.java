package dev.lethe.audit.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers as the report prints them: three significant digits, and small rates also in words. */
final class Numbers {
    private static final int DIGITS = 3;

    private Numbers() {}

    /** Rounded to nearest, for what is described rather than judged. */
    static String nearest(double value) {
        return plain(value, RoundingMode.HALF_EVEN);
    }

    /** Rounded down, for measurements and the lower end of an interval. */
    static String down(double value) {
        return plain(value, RoundingMode.FLOOR);
    }

    /** Rounded up, for the upper end of an interval. */
    static String up(double value) {
        return plain(value, RoundingMode.CEILING);
    }

    /** An interval rounded outward. */
    static String interval(double low, double high) {
        return "[" + down(low) + ", " + up(high) + "]";
    }

    /** A count with its thousands set apart. */
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** A confidence level as people say it: 0.95 is {@code 95 %}. */
    static String percent(double value) {
        return BigDecimal.valueOf(value)
                        .movePointRight(2)
                        .round(new MathContext(4))
                        .stripTrailingZeros()
                        .toPlainString()
                + " %";
    }

    /** A setting such as a false-positive rate as it was typed: 0.001, never 0.00100. */
    static String asGiven(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    /** A rate in words, for example {@code 1 in 100} or {@code about 3 in 5}. */
    static String oneIn(double rate) {
        if (rate <= 0) {
            return "none";
        }
        if (rate >= 1) {
            return "all";
        }
        if (rate > 0.95) {
            return "nearly all";
        }
        if (rate >= 0.195) {
            int tenths = (int) Math.round(rate * 10);
            int shared = tenths % 5 == 0 ? 5 : tenths % 2 == 0 ? 2 : 1;
            String words = tenths / shared + " in " + 10 / shared;
            return isClose(rate, tenths / 10.0) ? words : "about " + words;
        }
        BigDecimal times = new BigDecimal(1 / rate).round(new MathContext(rate >= 0.1 ? 1 : 2));
        String words = "1 in " + count(times.longValue());
        return isClose(rate * times.doubleValue(), 1) ? words : "about " + words;
    }

    private static boolean isClose(double value, double target) {
        return Math.abs(value - target) < 1e-6;
    }

    private static String plain(double value, RoundingMode mode) {
        if (value == 0) {
            return "0";
        }
        // The shortest decimal that names this double, so that 0.58 rounds down to 0.580 and not to 0.579.
        BigDecimal rounded = BigDecimal.valueOf(value).round(new MathContext(DIGITS, mode));
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent < -4 || exponent > 11) {
            BigDecimal mantissa = rounded.movePointLeft(exponent).setScale(DIGITS - 1, RoundingMode.UNNECESSARY);
            return signed(mantissa.toPlainString()) + "e" + exponent;
        }
        int places = Math.max(0, DIGITS - 1 - exponent);
        return signed(String.format(Locale.ROOT, "%,." + places + "f", rounded));
    }

    /** A true minus sign lines up with digits in a column; a hyphen does not. */
    private static String signed(String digits) {
        return digits.replace('-', '\u2212');
    }
}

package dev.lethe.intake;

/** Numbers as data files write them: decimal, with an optional exponent; not the literals of Java. */
final class Numbers {
    private static final int EXACT_DIGITS = 15;
    private static final double[] POWERS = new double[EXACT_DIGITS + 1];

    /** Decimal digits that a long always holds. */
    private static final int LONG_DIGITS = 18;

    private static final double[] SCALES = new double[60];

    static {
        for (int i = 0; i < SCALES.length; i++) {
            SCALES[i] = Double.parseDouble("1e" + i);
        }
        double power = 1;
        for (int i = 0; i < POWERS.length; i++) {
            POWERS[i] = power;
            power *= 10;
        }
    }

    private Numbers() {}

    /** The nearest double, an infinity if the text is one or is too large for a double, NaN if it is not a number. */
    static double parse(String text) {
        int length = text.length();
        int at = 0;
        boolean negative = false;
        if (length > 0 && (text.charAt(0) == '-' || text.charAt(0) == '+')) {
            negative = text.charAt(0) == '-';
            at = 1;
        }
        int first = at;
        int digits = 0;
        int decimals = -1;
        long whole = 0;
        for (; at < length; at++) {
            char c = text.charAt(at);
            if (c >= '0' && c <= '9') {
                digits++;
                // Beyond 15 digits this overflows, and is not used.
                whole = 10 * whole + (c - '0');
                if (decimals >= 0) {
                    decimals++;
                }
            } else if (c == '.' && decimals < 0) {
                decimals = 0;
            } else {
                break;
            }
        }
        if (digits == 0) {
            return infinity(text.substring(first), negative);
        }
        if (at == length && digits <= EXACT_DIGITS) {
            // Both operands are exact, so the division rounds once: the same double as Double.parseDouble.
            double value = whole / POWERS[Math.max(0, decimals)];
            return negative ? -value : value;
        }
        return at == length || isExponent(text, at) ? Double.parseDouble(text) : Double.NaN;
    }

    /**
     * The nearest float of a number that lies among other characters, without a string of its own; an infinity if the text
     * is one or is too large, NaN if it is not a number.
     */
    static float parseFloat(char[] text, int offset, int length) {
        int end = offset + length;
        int at = offset;
        boolean negative = false;
        if (at < end && (text[at] == '-' || text[at] == '+')) {
            negative = text[at] == '-';
            at++;
        }
        long whole = 0;
        int digits = 0;
        int significant = 0;
        int decimals = -1;
        for (; at < end; at++) {
            char c = text[at];
            if (c >= '0' && c <= '9') {
                digits++;
                // Leading zeros are none of the digits that must fit.
                significant += significant > 0 || c != '0' ? 1 : 0;
                whole = 10 * whole + (c - '0');
                decimals += decimals >= 0 ? 1 : 0;
            } else if (c == '.' && decimals < 0) {
                decimals = 0;
            } else {
                break;
            }
        }
        int exponent = -Math.max(0, decimals);
        boolean simple = digits > 0 && significant <= LONG_DIGITS;
        if (simple && at < end && (text[at] == 'e' || text[at] == 'E') && end - at <= 5) {
            int sign = at + 1 < end && text[at + 1] == '-' ? -1 : 1;
            at += at + 1 < end && (text[at + 1] == '-' || text[at + 1] == '+') ? 2 : 1;
            int power = 0;
            simple = at < end;
            for (; at < end && text[at] >= '0' && text[at] <= '9'; at++) {
                power = 10 * power + (text[at] - '0');
            }
            exponent += sign * power;
        }
        if (simple && at == end && Math.abs(exponent) < SCALES.length) {
            double value = exponent < 0 ? whole / SCALES[-exponent] : whole * SCALES[exponent];
            // Three roundings of a double; where they do not touch the float's own, it is the nearest one.
            float nearest = (float) value;
            if ((float) (value * (1 - 0x1p-50)) == nearest && (float) (value * (1 + 0x1p-50)) == nearest) {
                return negative ? -nearest : nearest;
            }
        }
        String number = new String(text, offset, length);
        return Double.isNaN(parse(number)) ? Float.NaN : slowly(number);
    }

    /** Not by way of a double, which would round twice. */
    private static float slowly(String number) {
        double value = parse(number);
        return Double.isInfinite(value) ? (float) value : Float.parseFloat(number);
    }

    private static boolean isExponent(String text, int at) {
        if (text.charAt(at) != 'e' && text.charAt(at) != 'E') {
            return false;
        }
        int first = at + 1;
        if (first < text.length() && (text.charAt(first) == '-' || text.charAt(first) == '+')) {
            first++;
        }
        for (int i = first; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return first < text.length();
    }

    private static double infinity(String unsigned, boolean negative) {
        if (!unsigned.equalsIgnoreCase("inf") && !unsigned.equalsIgnoreCase("infinity")) {
            return Double.NaN;
        }
        return negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
}

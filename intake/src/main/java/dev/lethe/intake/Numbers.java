package dev.lethe.intake;

/** Numbers as data files write them: decimal, with an optional exponent; not the literals of Java. */
final class Numbers {
    private static final int EXACT_DIGITS = 15;
    private static final double[] POWERS = new double[EXACT_DIGITS + 1];

    static {
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

package dev.lethe.audit.report;

/** Text from data made fit to show: no control character reaches a terminal or turns a line of the page around. */
final class Printable {
    private static final char REPLACEMENT = '\uFFFD';

    /** A word whose beginning is longer than this is cut. */
    private static final int LONGEST_LEFT = 14;

    private Printable() {}

    /**
     * The text with line ends and tabs as single spaces and every other control, direction override or lone surrogate as
     * U+FFFD: an escape sequence in a column name must not repaint the reader's terminal, and a right-to-left override
     * must not reverse the words that stand beside it.
     */
    static String of(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (point == '\n' || point == '\r' || point == '\t') {
                printable.append(' ');
            } else if (isUnfit(point)) {
                printable.append(REPLACEMENT);
            } else {
                printable.appendCodePoint(point);
            }
        });
        return printable.toString();
    }

    /**
     * The printable text, cut so that it is at most {@code limit} long, with an ellipsis: after a word if one ends near
     * there, else at a character boundary.
     */
    static String of(String text, int limit) {
        String printable = of(text);
        if (printable.length() <= limit) {
            return printable;
        }
        int end = limit - 1;
        if (Character.isHighSurrogate(printable.charAt(end - 1))) {
            end--;
        }
        int space = printable.lastIndexOf(' ', end);
        if (space > end - LONGEST_LEFT && space > limit / 2) {
            end = space;
        }
        return printable.substring(0, end).stripTrailing() + "…";
    }

    private static boolean isUnfit(int point) {
        boolean turnsDirection = (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
        boolean breaksLine = point == 0x2028 || point == 0x2029;
        boolean loneSurrogate = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
        return turnsDirection || breaksLine || loneSurrogate || Character.isISOControl(point);
    }
}

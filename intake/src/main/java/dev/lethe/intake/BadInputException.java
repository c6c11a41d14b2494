package dev.lethe.intake;

import java.nio.file.Path;

/**
 * A file that cannot be used as asked, said in one line: {@code FILE:LINE: what is wrong; what to do}.
 *
 * <p>The message may name columns, lines and counts; it never holds the content of a data cell.
 */
public final class BadInputException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int LONGEST_NAME = 80;

    BadInputException(Path file, String message) {
        super(printable(file.toString(), Integer.MAX_VALUE) + ": " + message);
    }

    BadInputException(Path file, long line, String message) {
        super(printable(file.toString(), Integer.MAX_VALUE) + ":" + line + ": " + message);
    }

    /** A name out of a hostile file, in quotes, made fit for one line of a terminal. */
    static String quoted(String name) {
        return "'" + printable(name, LONGEST_NAME) + "'";
    }

    private static String printable(String text, int longest) {
        StringBuilder clean = new StringBuilder();
        text.codePoints().limit(longest).forEach(c -> {
            int type = Character.getType(c);
            boolean odd = Character.isISOControl(c)
                    || type == Character.FORMAT
                    || type == Character.SURROGATE
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR;
            clean.appendCodePoint(odd ? '\uFFFD' : c);
        });
        return text.codePointCount(0, text.length()) > longest ? clean + "..." : clean.toString();
    }
}

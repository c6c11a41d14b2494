package dev.lethe.core.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The tokens that a language model reads and writes, numbered from 0. Texts are cut into characters (Unicode code points) or into
 * words, which are whatever stands between white space; a line's end is a token of its own in both.
 */
public final class Vocabulary {
    /** How a text is cut. */
    public enum Unit {
        CHARACTER,
        WORD
    }

    /** Stands for words that are not in the vocabulary. */
    public static final String UNKNOWN = "<unk>";

    private static final String LINE_END = "\n";

    private final Unit unit;
    private final List<String> tokens;
    private final Map<String, Integer> numbers = new HashMap<>();

    /**
     * @param tokens distinct, at least two: single code points, or words without white space, or the line's end
     */
    public Vocabulary(Unit unit, List<String> tokens) {
        this.unit = unit;
        this.tokens = List.copyOf(tokens);
        if (tokens.size() < 2) {
            throw new IllegalArgumentException("a vocabulary needs at least two tokens, got " + tokens.size());
        }
        for (String token : tokens) {
            if (!pieces(unit, token).equals(List.of(token))) {
                throw new IllegalArgumentException("'" + token + "' is not one "
                        + (unit == Unit.CHARACTER ? "character" : "word without white space"));
            }
            if (numbers.putIfAbsent(token, numbers.size()) != null) {
                throw new IllegalArgumentException("token '" + token + "' appears twice");
            }
        }
    }

    /** All characters of a text, and those of {@code also}, in the order of their code points. */
    public static Vocabulary ofCharacters(String text, String also) {
        TreeSet<Integer> points = new TreeSet<>();
        text.codePoints().forEach(points::add);
        also.codePoints().forEach(points::add);
        return new Vocabulary(
                Unit.CHARACTER, points.stream().map(Character::toString).toList());
    }

    /**
     * The most frequent words of a text, the more frequent first and equals by their text; {@link #UNKNOWN} stands for the rest and is
     * always one of them, as is the line's end.
     *
     * @param most tokens, at least 3
     */
    public static Vocabulary ofWords(String text, int most) {
        if (most < 3) {
            throw new IllegalArgumentException("most " + most + " must be at least 3: two tokens are always there");
        }
        Map<String, Integer> counts = new HashMap<>();
        pieces(Unit.WORD, text).forEach(word -> counts.merge(word, 1, Integer::sum));
        counts.remove(UNKNOWN);
        counts.remove(LINE_END);
        List<String> tokens = new ArrayList<>(List.of(LINE_END, UNKNOWN));
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(most - 2L)
                .forEach(entry -> tokens.add(entry.getKey()));
        return new Vocabulary(Unit.WORD, tokens);
    }

    /** The number of the line's end, if there is one. */
    public Optional<Integer> lineEnd() {
        return number(LINE_END);
    }

    /** Characters or words. */
    public Unit unit() {
        return unit;
    }

    /** All tokens by number. */
    public List<String> tokens() {
        return tokens;
    }

    /** How many. */
    public int size() {
        return tokens.size();
    }

    /** The number of a token, if there is one. */
    public Optional<Integer> number(String token) {
        return Optional.ofNullable(numbers.get(token));
    }

    /**
     * A text as numbers. A word that is not in the vocabulary becomes {@link #UNKNOWN}, if that is.
     *
     * @throws IllegalArgumentException at the first token that cannot be written, with its place, not its neighbours
     */
    public int[] encode(String text) {
        List<String> pieces = pieces(unit, text);
        Integer unknown = unit == Unit.WORD ? numbers.get(UNKNOWN) : null;
        int[] encoded = new int[pieces.size()];
        for (int i = 0; i < encoded.length; i++) {
            Integer number = numbers.getOrDefault(pieces.get(i), unknown);
            if (number == null) {
                throw new IllegalArgumentException("token " + (i + 1) + " of the text ("
                        + (unit == Unit.CHARACTER
                                ? String.format("U+%04X", pieces.get(i).codePointAt(0))
                                : pieces.get(i).length() + " characters")
                        + ") is not in the vocabulary of " + size() + " tokens");
            }
            encoded[i] = number;
        }
        return encoded;
    }

    /** The text that {@link #encode} would make these numbers of; between words stands one space. */
    public String decode(int[] numbers) {
        StringBuilder text = new StringBuilder();
        boolean spaced = false;
        for (int number : numbers) {
            String token = tokens.get(number);
            if (unit == Unit.WORD && spaced && !token.equals(LINE_END)) {
                text.append(' ');
            }
            text.append(token);
            spaced = !token.equals(LINE_END);
        }
        return text.toString();
    }

    /** A text cut into tokens, known or not. */
    public static List<String> pieces(Unit unit, String text) {
        List<String> pieces = new ArrayList<>();
        if (unit == Unit.CHARACTER) {
            text.codePoints().mapToObj(Character::toString).forEach(pieces::add);
            return pieces;
        }
        int begin = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || Character.isWhitespace(text.charAt(i))) {
                if (i > begin) {
                    pieces.add(text.substring(begin, i));
                }
                if (i < text.length() && text.charAt(i) == '\n') {
                    pieces.add(LINE_END);
                }
                begin = i + 1;
            }
        }
        return pieces;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Vocabulary that && unit == that.unit && tokens.equals(that.tokens);
    }

    @Override
    public int hashCode() {
        return tokens.hashCode();
    }
}

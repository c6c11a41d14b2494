package dev.lethe.audit.memorization;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * The format of a canary: text with holes, each filled from alphabets of its own (Carlini et al., "The Secret Sharer", USENIX Security
 * 2019, section 4.1). The space of all fillings is what a canary's rank is taken in.
 *
 * <p>Holes are written {@code {digits:9}}, {@code {letters:4}}, {@code {hex:8}}, {@code {key:32}} (letters and digits),
 * {@code {card}} or {@code {card:16}} (digits of which the last is Luhn's check), {@code {phone}}, {@code {email}},
 * {@code {words:5}} (of a list; the last one with which no other of the list begins), {@code {choice:red|green}} (one of these), {@code {of:ABC:3}} (characters of one's own). Braces
 * of the text itself are doubled.
 */
public final class CanaryFormat {
    private static final int LONGEST = 4096;
    private static final String DIGITS = "0123456789";
    private static final String LOWER = "abcdefghijklmnopqrstuvwxyz";

    private static final String KINDS =
            "{digits:9}, {letters:4}, {hex:8}, {key:32}, {card}, {phone}, {email}, {words:5},"
                    + " {choice:red|green} and {of:ABC:3}";

    private final String template;
    private final List<Part> parts;
    private final BigInteger size;

    /** A stretch of the text. */
    public sealed interface Part {
        /** The same in each filling. */
        record Fixed(String text) implements Part {}

        /**
         * One of these.
         *
         * @param symbols distinct, none of them the beginning of another, so that a text has one reading
         */
        record Choice(List<String> symbols) implements Part {
            public Choice {
                symbols = List.copyOf(symbols);
            }
        }

        /** The digit that makes the {@code digits} choices before it and itself pass Luhn's check (ISO/IEC 7812-1, annex B). */
        record CheckDigit(int digits) implements Part {}
    }

    private CanaryFormat(String template, List<Part> parts) {
        this.template = template;
        this.parts = List.copyOf(parts);
        BigInteger all = BigInteger.ONE;
        for (Part part : parts) {
            if (part instanceof Part.Choice choice) {
                all = all.multiply(BigInteger.valueOf(choice.symbols().size()));
            }
        }
        size = all;
    }

    /** A format without words of a list. */
    public static CanaryFormat parse(String template) {
        return parse(template, List.of());
    }

    /**
     * Reads a format.
     *
     * @param words what {@code {words:N}} draws from
     * @throws IllegalArgumentException if it is not as said above, with the column; or has no hole
     */
    public static CanaryFormat parse(String template, List<String> words) {
        return new CanaryFormat(template, new Parser(template, words).parts());
    }

    /** As written. */
    public String template() {
        return template;
    }

    /** Stretches of the text, fixed ones never side by side. */
    public List<Part> parts() {
        return parts;
    }

    /** How many fillings there are. */
    public BigInteger size() {
        return size;
    }

    /** The logarithm of that, to base 2: the largest exposure there is. */
    public double bits() {
        double bits = 0;
        for (Part part : parts) {
            if (part instanceof Part.Choice choice) {
                bits += Math.log(choice.symbols().size()) / Math.log(2);
            }
        }
        return bits;
    }

    /** How many choices a filling makes. */
    public int choices() {
        return (int) parts.stream().filter(Part.Choice.class::isInstance).count();
    }

    /**
     * The text of a filling.
     *
     * @param filling number of the symbol, for each choice in their order
     */
    public String text(int[] filling) {
        if (filling.length != choices()) {
            throw new IllegalArgumentException(
                    "filling has " + filling.length + " choices instead of " + choices() + " of " + template);
        }
        StringBuilder text = new StringBuilder();
        List<Integer> digits = new ArrayList<>();
        int next = 0;
        for (Part part : parts) {
            if (part instanceof Part.Fixed fixed) {
                text.append(fixed.text());
            } else if (part instanceof Part.Choice choice) {
                int chosen = filling[next++];
                digits.add(chosen);
                text.append(choice.symbols().get(chosen));
            } else if (part instanceof Part.CheckDigit check) {
                int sum = 0;
                for (int i = 0; i < check.digits(); i++) {
                    // The digit beside the check digit is doubled, and then every second.
                    sum += weighed(digits.get(digits.size() - 1 - i), i % 2 == 0);
                }
                text.append((10 - sum % 10) % 10);
            }
        }
        return text.toString();
    }

    /** What a digit adds to Luhn's sum. */
    static int weighed(int digit, boolean doubled) {
        return doubled ? 2 * digit / 10 + 2 * digit % 10 : digit;
    }

    /** A filling, each as likely as any other. */
    public int[] draw(UniformRandomProvider random) {
        int[] filling = new int[choices()];
        int next = 0;
        for (Part part : parts) {
            if (part instanceof Part.Choice choice) {
                filling[next++] = random.nextInt(choice.symbols().size());
            }
        }
        return filling;
    }

    /**
     * Different fillings, none of them one of {@code but}, in random order.
     *
     * @param but distinct fillings
     * @throws IllegalArgumentException if the space has not as many
     */
    public List<int[]> draw(int count, List<int[]> but, UniformRandomProvider random) {
        Set<String> seen = new TreeSet<>();
        but.forEach(one -> seen.add(Arrays.toString(one)));
        BigInteger left = size.subtract(BigInteger.valueOf(seen.size()));
        if (left.compareTo(BigInteger.valueOf(count)) < 0) {
            throw new IllegalArgumentException("the format " + template + " has " + size + " fillings, too few for "
                    + count + " beside " + seen.size() + "; make its holes longer");
        }
        List<int[]> drawn = new ArrayList<>();
        while (drawn.size() < count) {
            int[] filling = draw(random);
            if (seen.add(Arrays.toString(filling))) {
                drawn.add(filling);
            }
        }
        return drawn;
    }

    /**
     * The filling of which this is the text.
     *
     * @throws IllegalArgumentException if there is none; the message does not hold the text
     */
    public int[] filling(String text) {
        int[] filling = new int[choices()];
        int at = 0;
        int next = 0;
        for (int i = 0; i < parts.size(); i++) {
            String symbol = "";
            if (parts.get(i) instanceof Part.Fixed fixed) {
                symbol = fixed.text();
            } else if (parts.get(i) instanceof Part.Choice choice) {
                int from = at;
                int chosen = -1;
                for (int k = 0; k < choice.symbols().size(); k++) {
                    if (text.startsWith(choice.symbols().get(k), from)) {
                        chosen = k;
                    }
                }
                if (chosen < 0) {
                    throw notOfThis(at);
                }
                filling[next++] = chosen;
                symbol = choice.symbols().get(chosen);
            } else if (at < text.length()) {
                // Checked against the whole below.
                symbol = text.substring(at, at + 1);
            }
            if (!text.startsWith(symbol, at)) {
                throw notOfThis(at);
            }
            at += symbol.length();
        }
        if (at != text.length() || !text(filling).equals(text)) {
            throw notOfThis(at);
        }
        return filling;
    }

    private IllegalArgumentException notOfThis(int at) {
        return new IllegalArgumentException(
                "the text is not of the format " + template + ": it departs from it at character " + (at + 1));
    }

    @Override
    public String toString() {
        return template;
    }

    /** One reading of a template. */
    private static final class Parser {
        private final String template;
        private final List<String> words;
        private final List<Part> parts = new ArrayList<>();
        private final StringBuilder fixed = new StringBuilder();

        Parser(String template, List<String> words) {
            this.template = template;
            this.words = words;
        }

        List<Part> parts() {
            if (template.length() > LONGEST) {
                throw new IllegalArgumentException(
                        "the format has " + template.length() + " characters, more than " + LONGEST);
            }
            int at = 0;
            while (at < template.length()) {
                char c = template.charAt(at);
                boolean twice = at + 1 < template.length() && template.charAt(at + 1) == c;
                if ((c == '{' || c == '}') && twice) {
                    fixed.append(c);
                    at += 2;
                } else if (c == '{') {
                    int end = template.indexOf('}', at);
                    if (end < 0) {
                        throw wrong(at, "the hole does not end; add }, or write {{ for a brace");
                    }
                    hole(template.substring(at + 1, end), at);
                    at = end + 1;
                } else if (c == '}') {
                    throw wrong(at, "a } without a hole; write }} for a brace");
                } else if (c == '\n' || c == '\r') {
                    throw wrong(at, "a canary is one line; leave the line's end out");
                } else {
                    fixed.append(c);
                    at++;
                }
            }
            flush();
            if (parts.stream().noneMatch(Part.Choice.class::isInstance)) {
                throw new IllegalArgumentException(
                        "the format " + template + " has no hole for a secret; holes are " + KINDS);
            }
            return parts;
        }

        private void flush() {
            if (!fixed.isEmpty()) {
                parts.add(new Part.Fixed(fixed.toString()));
                fixed.setLength(0);
            }
        }

        private void hole(String hole, int at) {
            int colon = hole.indexOf(':');
            String kind = (colon < 0 ? hole : hole.substring(0, colon)).toLowerCase(Locale.ROOT);
            String rest = colon < 0 ? "" : hole.substring(colon + 1);
            switch (kind) {
                case "digits" -> symbols(characters(DIGITS), count(rest, at));
                case "letters" -> symbols(characters(LOWER), count(rest, at));
                case "hex" -> symbols(characters(DIGITS + "abcdef"), count(rest, at));
                case "key" -> symbols(characters(LOWER.toUpperCase(Locale.ROOT) + LOWER + DIGITS), count(rest, at));
                case "card" -> card(rest.isEmpty() ? 16 : count(rest, at), at);
                case "phone" -> phone();
                case "email" -> {
                    symbols(characters(LOWER), 8);
                    fixed.append("@");
                    choice(List.of("example.com", "example.net", "example.org"), at);
                }
                case "words" -> words(count(rest, at), at);
                case "choice" -> choice(List.of(rest.split("\\|", -1)), at);
                case "of" -> {
                    int last = rest.lastIndexOf(':');
                    if (last < 1) {
                        throw wrong(at, "an alphabet of one's own is written {of:ABC:3}");
                    }
                    List<String> symbols = characters(rest.substring(0, last));
                    require(symbols, at);
                    symbols(symbols, count(rest.substring(last + 1), at));
                }
                default -> throw wrong(at, "there is no hole of kind '" + kind + "'; holes are " + KINDS);
            }
        }

        /** Three groups as in North America; areas and exchanges do not begin with 0 or 1. */
        private void phone() {
            for (int group = 0; group < 2; group++) {
                symbols(characters("23456789"), 1);
                symbols(characters(DIGITS), 2);
                fixed.append('-');
            }
            symbols(characters(DIGITS), 4);
        }

        private void card(int digits, int at) {
            if (digits < 2) {
                throw wrong(at, "a card's number has at least 2 digits");
            }
            symbols(characters(DIGITS), digits - 1);
            parts.add(new Part.CheckDigit(digits - 1));
        }

        private void words(int count, int at) {
            if (words.isEmpty()) {
                throw wrong(at, "there is no list of words to draw from; give one, or take {choice:red|green}");
            }
            for (String word : words) {
                if (word.isEmpty() || word.chars().anyMatch(Character::isWhitespace)) {
                    throw wrong(at, "each word of the list must be one word without white space");
                }
            }
            List<String> some = words.stream().distinct().toList();
            // A space tells where a word ends; the last is one with which no other begins.
            symbols(some.stream().map(word -> word + " ").toList(), count - 1);
            TreeSet<String> sorted = new TreeSet<>(some);
            List<String> last = some.stream()
                    .filter(word -> {
                        String next = sorted.higher(word);
                        return next == null || !next.startsWith(word);
                    })
                    .toList();
            if (last.size() < 2) {
                throw wrong(at, "the list needs at least two words with which no other begins");
            }
            symbols(last, 1);
        }

        private void choice(List<String> symbols, int at) {
            require(symbols, at);
            symbols(symbols, 1);
        }

        private void require(List<String> symbols, int at) {
            if (symbols.size() < 2) {
                throw wrong(at, "a hole needs at least two symbols to choose from");
            }
            for (int i = 0; i < symbols.size(); i++) {
                for (int j = 0; j < symbols.size(); j++) {
                    if (i != j && symbols.get(j).startsWith(symbols.get(i))) {
                        throw wrong(
                                at,
                                "symbol " + (i + 1) + " is empty, or the beginning of symbol " + (j + 1)
                                        + " or the same, so that a text could be read in two ways");
                    }
                }
            }
        }

        private void symbols(List<String> symbols, int count) {
            flush();
            for (int i = 0; i < count; i++) {
                parts.add(new Part.Choice(symbols));
            }
        }

        private static List<String> characters(String text) {
            return text.codePoints().mapToObj(Character::toString).toList();
        }

        private int count(String text, int at) {
            if (!text.matches("[1-9][0-9]{0,2}")) {
                throw wrong(
                        at, "behind the colon must stand how many symbols the hole has, 1 to 999, as in {digits:9}");
            }
            return Integer.parseInt(text);
        }

        private IllegalArgumentException wrong(int at, String what) {
            return new IllegalArgumentException("the format is wrong at character " + (at + 1) + ": " + what);
        }
    }
}

package dev.lethe.intake;

import static dev.lethe.intake.BadInputException.quoted;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers in JSON lines: one object a line, all with the keys of the first, each a number, a text or a list of numbers. */
final class JsonAnswers implements AnswerReader {
    /** A line may have this many times the characters that a cell of a table may have. */
    private static final int CELLS_PER_LINE = 16;

    /** Lines that tell what a key holds. */
    private static final int SAMPLE = 200;

    private final Path file;
    private final Limits limits;
    private final List<AnswerField> fields = new ArrayList<>();
    private final Map<String, Integer> placeOf = new HashMap<>();

    JsonAnswers(Path file, Limits limits) throws IOException {
        this.file = file;
        this.limits = limits;
        List<List<AnswerField>> sample = new ArrayList<>();
        try (Lines lines = new Lines()) {
            for (String line = lines.next(); line != null && sample.size() < SAMPLE; line = lines.next()) {
                sample.add(look(line, lines.number));
            }
        }
        if (sample.isEmpty()) {
            throw new BadInputException(file, "is empty; export it again with one JSON object a line");
        }
        for (AnswerField field : sample.get(0)) {
            boolean whole = field.kind() == AnswerField.Kind.WHOLE;
            for (List<AnswerField> other : sample) {
                whole &= other.stream()
                        .filter(o -> o.name().equals(field.name()))
                        .allMatch(o -> o.kind() == AnswerField.Kind.WHOLE);
            }
            placeOf.put(field.name(), fields.size());
            fields.add(
                    field.kind() == AnswerField.Kind.WHOLE && !whole
                            ? new AnswerField(field.name(), AnswerField.Kind.NUMBERS, field.width())
                            : field);
        }
    }

    @Override
    public List<AnswerField> fields() {
        return fields;
    }

    @Override
    public boolean hasLines() {
        return true;
    }

    /** One object's keys with what they hold. */
    private List<AnswerField> look(String line, long number) throws IOException {
        List<AnswerField> found = new ArrayList<>();
        parse(line, number, json -> {
            while (json.hasNext()) {
                String name = json.nextName();
                if (found.size() == limits.columns()) {
                    throw new BadInputException(file, number, "more than " + limits.columns() + " keys, the limit set");
                }
                if (found.stream().anyMatch(f -> f.name().equals(name))) {
                    throw twice(number, name);
                }
                found.add(field(json, name, number));
            }
        });
        return found;
    }

    private AnswerField field(JsonReader json, String name, long number) throws IOException {
        JsonToken token = json.peek();
        if (token == JsonToken.NUMBER) {
            double value = json.nextDouble();
            return new AnswerField(
                    name, value == Math.rint(value) ? AnswerField.Kind.WHOLE : AnswerField.Kind.NUMBERS, 1);
        }
        if (token == JsonToken.BEGIN_ARRAY) {
            int width = 0;
            boolean numbers = true;
            json.beginArray();
            while (json.hasNext()) {
                numbers &= json.peek() == JsonToken.NUMBER;
                json.skipValue();
                if (++width > limits.columns()) {
                    throw new BadInputException(
                            file, number, "more than " + limits.columns() + " values in a list, the limit set");
                }
            }
            json.endArray();
            return new AnswerField(
                    name, numbers && width > 0 ? AnswerField.Kind.NUMBERS : AnswerField.Kind.OTHER, Math.max(1, width));
        }
        json.skipValue();
        return new AnswerField(name, token == JsonToken.STRING ? AnswerField.Kind.TEXT : AnswerField.Kind.OTHER, 1);
    }

    @Override
    public void read(int[] numbers, int[] texts, List<TextCodes> codes, long most, AnswerFile.Rows rows)
            throws IOException {
        int[] from = new int[fields.size()];
        int[] textSlot = new int[fields.size()];
        Arrays.fill(from, -1);
        Arrays.fill(textSlot, -1);
        int width = 0;
        for (int field : numbers) {
            from[field] = width;
            width += fields.get(field).width();
        }
        for (int i = 0; i < texts.length; i++) {
            textSlot[texts[i]] = i;
        }
        float[] values = new float[width];
        int[] of = new int[texts.length];
        boolean[] seen = new boolean[fields.size()];
        try (Lines lines = new Lines()) {
            long count = 0;
            for (String line = lines.next(); line != null && count < most; line = lines.next(), count++) {
                Arrays.fill(seen, false);
                long number = lines.number;
                parse(line, number, json -> {
                    while (json.hasNext()) {
                        String name = json.nextName();
                        Integer place = placeOf.get(name);
                        if (place == null || (from[place] < 0 && textSlot[place] < 0)) {
                            json.skipValue();
                            continue;
                        }
                        if (seen[place]) {
                            throw twice(number, name);
                        }
                        seen[place] = true;
                        if (textSlot[place] >= 0) {
                            of[textSlot[place]] = codes.get(textSlot[place]).code(text(json));
                        } else {
                            numbers(json, fields.get(place), values, from[place], number);
                        }
                    }
                });
                for (int field = 0; field < seen.length; field++) {
                    if (!seen[field] && (from[field] >= 0 || textSlot[field] >= 0)) {
                        throw new BadInputException(
                                file,
                                number,
                                "no key " + quoted(fields.get(field).name())
                                        + ", which the first line has; write the same keys into every line");
                    }
                }
                rows.row(number, values, of);
            }
        }
    }

    private static String text(JsonReader json) throws IOException {
        return switch (json.peek()) {
            case STRING, NUMBER -> json.nextString();
            case BOOLEAN -> Boolean.toString(json.nextBoolean());
            default -> {
                json.skipValue();
                yield "";
            }
        };
    }

    private void numbers(JsonReader json, AnswerField field, float[] into, int at, long number) throws IOException {
        boolean list = json.peek() == JsonToken.BEGIN_ARRAY;
        int count = 0;
        if (list) {
            json.beginArray();
        }
        while (count < field.width() && (!list || json.hasNext())) {
            if (json.peek() != JsonToken.NUMBER) {
                throw new BadInputException(
                        file,
                        number,
                        "not a number under " + quoted(field.name()) + "; correct it or leave the line out");
            }
            char[] text = json.nextString().toCharArray();
            into[at + count++] = Numbers.parseFloat(text, 0, text.length);
            if (!list) {
                break;
            }
        }
        if (count < field.width() || (list && json.hasNext())) {
            throw new BadInputException(
                    file,
                    number,
                    "not the " + field.width() + " numbers under " + quoted(field.name())
                            + " that the first line has; write lists of one length");
        }
        if (list) {
            json.endArray();
        }
    }

    private BadInputException twice(long number, String name) {
        return new BadInputException(file, number, "key " + quoted(name) + " stands there twice; write it once");
    }

    private interface Parsing {
        void of(JsonReader json) throws IOException;
    }

    private void parse(String line, long number, Parsing parsing) throws IOException {
        try (JsonReader json = new JsonReader(new StringReader(line))) {
            json.setStrictness(Strictness.STRICT);
            json.setNestingLimit(16);
            json.beginObject();
            parsing.of(json);
            json.endObject();
            if (json.peek() != JsonToken.END_DOCUMENT) {
                throw notJson(number);
            }
        } catch (MalformedJsonException | EOFException | IllegalStateException | NumberFormatException e) {
            // The parser's own words may hold the value.
            throw notJson(number);
        }
    }

    private BadInputException notJson(long number) {
        return new BadInputException(
                file, number, "is not one JSON object on a line; write JSON lines, not one large list");
    }

    /** Lines that are not blank, of bounded length. */
    private final class Lines implements AutoCloseable {
        private final Reader text;
        private final StringBuilder line = new StringBuilder();
        private final char[] buffer = new char[1 << 14];
        private int at;
        private int filled;
        private long number;
        private boolean ended;

        Lines() throws IOException {
            text = new Utf8Reader(file, Source.open(file, limits));
        }

        @Nullable
        String next() throws IOException {
            while (!ended) {
                line.setLength(0);
                ended = !fill();
                number++;
                String whole = line.toString();
                if (!whole.isBlank()) {
                    return whole;
                }
            }
            return null;
        }

        /** Whether the line ended with a line feed. */
        private boolean fill() throws IOException {
            while (true) {
                int start = at;
                while (at < filled && buffer[at] != '\n') {
                    at++;
                }
                line.append(buffer, start, at - start);
                if ((long) line.length() > (long) CELLS_PER_LINE * limits.cellCharacters()) {
                    throw new BadInputException(
                            file,
                            number + 1,
                            "longer than " + (long) CELLS_PER_LINE * limits.cellCharacters()
                                    + " characters, the limit set; write one object a line");
                }
                if (at < filled) {
                    at++;
                    return true;
                }
                filled = text.read(buffer, 0, buffer.length);
                at = 0;
                if (filled <= 0) {
                    filled = 0;
                    return false;
                }
            }
        }

        @Override
        public void close() throws IOException {
            text.close();
        }
    }
}

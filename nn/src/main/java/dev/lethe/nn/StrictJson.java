package dev.lethe.nn;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.Reader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads untrusted JSON of objects, lists, numbers and text: no key twice, depth and number of values bounded. */
final class StrictJson {
    private static final Pattern PLACE = Pattern.compile("line [0-9]+ column [0-9]+");
    private static final int LONGEST_NUMBER = 30;
    private static final int LONGEST_QUOTE = 60;

    private final JsonReader reader;
    private int valuesLeft;

    private StrictJson(JsonReader reader, int mostValues) {
        this.reader = reader;
        valuesLeft = mostValues;
    }

    /**
     * Reads one value and the end of the text.
     *
     * @throws IOException with a message that says what is wrong with the text
     */
    static JsonElement parse(Reader text, int depth, int mostValues) throws IOException {
        JsonReader reader = new JsonReader(text);
        reader.setStrictness(Strictness.STRICT);
        try {
            JsonElement tree = new StrictJson(reader, mostValues).tree(depth);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new IOException("there is more text after the end");
            }
            return tree;
        } catch (MalformedJsonException
                | EOFException
                | IllegalStateException
                | NumberFormatException
                | JsonParseException e) {
            // The rest of Gson's message is advice to programmers, and keys of any length.
            Matcher place = PLACE.matcher(String.valueOf(e.getMessage()));
            throw new IOException("not valid JSON" + (place.find() ? " at " + place.group() : ""), e);
        }
    }

    /** Gson's own tree lets a second key of the same name win, in silence. */
    private JsonElement tree(int depth) throws IOException {
        if (depth == 0) {
            throw new IOException("nested too deeply");
        }
        if (valuesLeft-- == 0) {
            throw new IOException("too many values");
        }
        switch (reader.peek()) {
            case BEGIN_OBJECT -> {
                JsonObject object = new JsonObject();
                reader.beginObject();
                while (reader.hasNext()) {
                    String name = reader.nextName();
                    if (object.has(name)) {
                        throw new IOException("the key " + quote(name) + " is given twice");
                    }
                    object.add(name, tree(depth - 1));
                }
                reader.endObject();
                return object;
            }
            case BEGIN_ARRAY -> {
                JsonArray array = new JsonArray();
                reader.beginArray();
                while (reader.hasNext()) {
                    array.add(tree(depth - 1));
                }
                reader.endArray();
                return array;
            }
            case NUMBER -> {
                String number = reader.nextString();
                if (number.length() > LONGEST_NUMBER) {
                    throw new IOException("a number is too long");
                }
                return new JsonPrimitive(new BigDecimal(number));
            }
            case STRING -> {
                return new JsonPrimitive(reader.nextString());
            }
            default -> throw new IOException("a value is neither object, list, number nor text");
        }
    }

    static JsonObject object(JsonElement element, String what) throws IOException {
        if (!element.isJsonObject()) {
            throw new IOException(what + " must be an object");
        }
        return element.getAsJsonObject();
    }

    static List<JsonElement> list(JsonElement element, String what) throws IOException {
        if (!element.isJsonArray()) {
            throw new IOException(what + " must be a list");
        }
        return element.getAsJsonArray().asList();
    }

    static String text(JsonElement element, String what) throws IOException {
        if (!element.isJsonPrimitive() || !element.getAsJsonPrimitive().isString()) {
            throw new IOException(what + " must be text");
        }
        return element.getAsString();
    }

    /** A whole number of at least 0. */
    static long whole(JsonElement element, String what) throws IOException {
        String number = number(element, what).toString();
        if (!number.matches("[0-9]{1,18}")) {
            throw new IOException(what + " " + number + " must be a whole number of at least 0");
        }
        return Long.parseLong(number);
    }

    static BigDecimal number(JsonElement element, String what) throws IOException {
        if (!element.isJsonPrimitive() || !element.getAsJsonPrimitive().isNumber()) {
            throw new IOException(what + " must be a number");
        }
        return element.getAsBigDecimal();
    }

    /** Whole numbers that fit an int, in a list. */
    static List<Integer> sizes(JsonElement element, String what) throws IOException {
        List<Integer> sizes = new ArrayList<>();
        for (JsonElement one : list(element, what)) {
            long size = whole(one, what);
            if (size > Integer.MAX_VALUE) {
                throw new IOException(what + " has a side of " + size + ", more than " + Integer.MAX_VALUE);
            }
            sizes.add((int) size);
        }
        return List.copyOf(sizes);
    }

    /** The value of a key that must be there. */
    static JsonElement get(JsonObject object, String key, String what) throws IOException {
        JsonElement element = object.get(key);
        if (element == null) {
            throw new IOException(what + " lacks the key " + key);
        }
        return element;
    }

    /** Untrusted text, fit for a message: short, without control characters. */
    static String quote(String text) {
        String some = text.length() > LONGEST_QUOTE ? text.substring(0, LONGEST_QUOTE) + "..." : text;
        return "'" + some.replaceAll("[^\\p{Print}]", "?") + "'";
    }
}

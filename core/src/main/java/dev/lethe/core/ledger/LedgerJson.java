package dev.lethe.core.ledger;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import dev.lethe.core.privacy.Neighbours;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Budgets, and whole ledgers, as JSON. Decimals are strings: a reader that takes numbers for floats must not round them. */
public final class LedgerJson {
    private static final int MOST_ENTRIES = 1_000_000;

    private LedgerJson() {}

    /** How an account begins. */
    record Opening(Budget budget, Neighbours neighbours) {}

    static String write(Budget budget) {
        JsonObject object = new JsonObject();
        object.addProperty("epsilon", budget.epsilon().toPlainString());
        object.addProperty("delta", budget.delta().toPlainString());
        return object.toString();
    }

    static String write(Opening opening) {
        JsonObject object = new JsonObject();
        object.addProperty("epsilon", opening.budget().epsilon().toPlainString());
        object.addProperty("delta", opening.budget().delta().toPlainString());
        object.addProperty("neighbours", opening.neighbours().label());
        return object.toString();
    }

    static Budget budget(String text) {
        JsonObject object = object(parse(new StringReader(text)), 2);
        return Budget.of(string(object, "epsilon"), string(object, "delta"));
    }

    static Opening opening(String text) {
        JsonObject object = object(parse(new StringReader(text)), 3);
        String label = string(object, "neighbours");
        for (Neighbours neighbours : Neighbours.values()) {
            if (neighbours.label().equals(label)) {
                return new Opening(Budget.of(string(object, "epsilon"), string(object, "delta")), neighbours);
            }
        }
        throw new IllegalArgumentException("neighbours must be add-remove or replace");
    }

    /** All entries with their hashes: whoever has the text can check it without us (docs/ledger-format.md). */
    public static JsonObject write(List<Entry> entries) {
        JsonArray array = new JsonArray();
        entries.forEach(entry -> array.add(tree(entry)));
        JsonObject ledger = new JsonObject();
        ledger.addProperty("format", Entry.FORMAT);
        ledger.add("entries", array);
        return ledger;
    }

    /** One entry as a tree. */
    public static JsonObject tree(Entry entry) {
        JsonObject object = new JsonObject();
        object.addProperty("sequence", entry.sequence());
        object.addProperty("previous", entry.previous());
        object.addProperty("dataset", entry.dataset());
        object.addProperty("kind", entry.kind().label());
        object.addProperty("content", entry.content());
        object.addProperty("purpose", entry.purpose());
        object.addProperty("who", entry.who());
        object.addProperty("time", entry.time().toString());
        object.addProperty("spent", entry.spent().toPlainString());
        object.addProperty("accountant", entry.accountant());
        object.addProperty("hash", entry.hash());
        return object;
    }

    /**
     * Reads what {@link #write(List)} wrote. Hashes are not checked here.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static List<Entry> read(Reader text) {
        JsonObject ledger = object(parse(text), 2);
        if (!string(ledger, "format").equals(Entry.FORMAT)) {
            throw new IllegalArgumentException("format must be " + Entry.FORMAT);
        }
        JsonElement list = ledger.get("entries");
        if (list == null || !list.isJsonArray() || list.getAsJsonArray().size() > MOST_ENTRIES) {
            throw new IllegalArgumentException("entries must be a list of at most " + MOST_ENTRIES);
        }
        List<Entry> entries = new ArrayList<>();
        for (JsonElement element : list.getAsJsonArray()) {
            JsonObject entry = object(element, 11);
            String sequence =
                    entry.get("sequence") == null ? "" : entry.get("sequence").toString();
            if (!sequence.matches("[1-9][0-9]{0,17}")) {
                throw new IllegalArgumentException("sequence must be a whole number above 0");
            }
            entries.add(entry(
                    Long.parseLong(sequence),
                    string(entry, "previous"),
                    string(entry, "dataset"),
                    string(entry, "kind"),
                    string(entry, "content"),
                    string(entry, "purpose"),
                    string(entry, "who"),
                    string(entry, "time"),
                    string(entry, "spent"),
                    string(entry, "accountant"),
                    string(entry, "hash")));
        }
        return entries;
    }

    /** An entry from stored text; what does not read back to the same text was not written by us. */
    static Entry entry(
            long sequence,
            String previous,
            String dataset,
            String kind,
            String content,
            String purpose,
            String who,
            String time,
            String spent,
            String accountant,
            String hash) {
        if (content.length() > Entry.LONGEST_CONTENT) {
            throw new IllegalArgumentException("content is too long");
        }
        Instant instant;
        try {
            instant = Instant.parse(time);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("time is not a time in UTC", e);
        }
        BigDecimal decimal = Budget.decimal("spent", spent);
        if (!instant.toString().equals(time)
                || decimal.precision() > 100
                || !decimal.toPlainString().equals(spent)) {
            throw new IllegalArgumentException("time or spent is not in the form in which it is written");
        }
        return new Entry(
                sequence,
                previous,
                dataset,
                Entry.Kind.of(kind),
                content,
                purpose,
                who,
                instant,
                decimal,
                accountant,
                hash);
    }

    private static JsonElement parse(Reader text) {
        JsonReader reader = new JsonReader(text);
        reader.setStrictness(Strictness.STRICT);
        try {
            JsonElement tree = tree(reader, 4);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new IllegalArgumentException("more text after the end");
            }
            return tree;
        } catch (IOException | JsonParseException | IllegalStateException | NumberFormatException e) {
            throw new IllegalArgumentException("not valid JSON: " + e.getMessage(), e);
        }
    }

    /** Gson's own parser lets a second key of the same name win, in silence. */
    private static JsonElement tree(JsonReader reader, int depth) throws IOException {
        if (depth == 0) {
            throw new IllegalArgumentException("nested too deeply");
        }
        switch (reader.peek()) {
            case BEGIN_OBJECT -> {
                JsonObject object = new JsonObject();
                reader.beginObject();
                while (reader.hasNext()) {
                    String name = reader.nextName();
                    if (object.has(name)) {
                        throw new IllegalArgumentException("a key is given twice");
                    }
                    object.add(name, tree(reader, depth - 1));
                }
                reader.endObject();
                return object;
            }
            case BEGIN_ARRAY -> {
                JsonArray array = new JsonArray();
                reader.beginArray();
                while (reader.hasNext()) {
                    array.add(tree(reader, depth - 1));
                }
                reader.endArray();
                return array;
            }
            case NUMBER -> {
                return new JsonPrimitive(new BigDecimal(shortNumber(reader.nextString())));
            }
            case STRING -> {
                return new JsonPrimitive(reader.nextString());
            }
            default -> throw new IllegalArgumentException("neither object, list, number nor text");
        }
    }

    private static String shortNumber(String number) {
        if (number.length() > 20) {
            throw new IllegalArgumentException("a number is too long");
        }
        return number;
    }

    private static JsonObject object(JsonElement element, int size) {
        if (!element.isJsonObject() || element.getAsJsonObject().size() != size) {
            throw new IllegalArgumentException("must be an object of " + size + " keys");
        }
        return element.getAsJsonObject();
    }

    private static String string(JsonObject object, String name) {
        JsonElement element = object.get(name);
        if (element == null
                || !element.isJsonPrimitive()
                || !element.getAsJsonPrimitive().isString()) {
            throw new IllegalArgumentException(name + " must be text");
        }
        return element.getAsString();
    }
}

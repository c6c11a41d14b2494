package dev.lethe.core.data;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;

/** How a table was encoded, as JSON that travels with a model: {@code encoder.json}. */
public final class EncodingJson {
    /** Changes when files of this version can no longer be read by older readers. */
    public static final String FORMAT = "lethe-encoder/1";

    private EncodingJson() {}

    /**
     * An encoding whole.
     *
     * @param columns in the order of the features
     * @param classes in the order of the logits
     */
    public record Encoding(List<ColumnEncoding> columns, List<String> classes) {
        public Encoding {
            columns = List.copyOf(columns);
            classes = List.copyOf(classes);
        }

        /** The encoder of these. */
        public TableEncoder encoder() {
            return TableEncoder.of(columns, classes);
        }
    }

    /** As JSON. */
    public static String write(Encoding encoding) {
        JsonObject whole = new JsonObject();
        whole.addProperty("format", FORMAT);
        JsonArray columns = new JsonArray();
        for (ColumnEncoding column : encoding.columns()) {
            JsonObject object = new JsonObject();
            object.addProperty("column", column.column());
            if (column instanceof ColumnEncoding.Scaled scaled) {
                object.addProperty("centre", scaled.centre());
                object.addProperty("scale", scaled.scale());
            } else if (column instanceof ColumnEncoding.OneHot oneHot) {
                object.add("categories", array(oneHot.categories()));
            }
            columns.add(object);
        }
        whole.add("columns", columns);
        whole.add("classes", array(encoding.classes()));
        return new GsonBuilder()
                .setPrettyPrinting()
                .disableHtmlEscaping()
                .create()
                .toJson(whole);
    }

    /**
     * From JSON.
     *
     * @throws IllegalArgumentException if it is no encoding of this format
     */
    public static Encoding read(String json) {
        try {
            JsonObject whole = JsonParser.parseString(json).getAsJsonObject();
            if (!whole.has("format") || !whole.get("format").getAsString().equals(FORMAT)) {
                throw new IllegalArgumentException("the encoder is not of format " + FORMAT);
            }
            List<ColumnEncoding> columns = new ArrayList<>();
            for (JsonElement element : whole.getAsJsonArray("columns")) {
                JsonObject object = element.getAsJsonObject();
                String name = object.get("column").getAsString();
                columns.add(
                        object.has("categories")
                                ? new ColumnEncoding.OneHot(name, texts(object.getAsJsonArray("categories")))
                                : new ColumnEncoding.Scaled(
                                        name,
                                        object.get("centre").getAsDouble(),
                                        object.get("scale").getAsDouble()));
            }
            return new Encoding(columns, texts(whole.getAsJsonArray("classes")));
        } catch (JsonParseException
                | IllegalStateException
                | NullPointerException
                | UnsupportedOperationException
                | ClassCastException
                | NumberFormatException e) {
            throw new IllegalArgumentException("the encoder is not JSON of format " + FORMAT, e);
        }
    }

    private static JsonArray array(List<String> texts) {
        JsonArray array = new JsonArray();
        texts.forEach(array::add);
        return array;
    }

    private static List<String> texts(JsonArray array) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(element.getAsString()));
        return texts;
    }
}

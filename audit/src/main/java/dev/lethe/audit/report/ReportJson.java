package dev.lethe.audit.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.Map;

/**
 * {@code report.json}: a report for programs. The format is described by the JSON Schema beside this class
 * ({@code report.schema.json}) and carries its version in {@code schemaVersion}: a new key raises the second number, a
 * key that goes, changes its meaning or must be there to read the file the first.
 */
public final class ReportJson {
    /** The version that {@link #write} states; {@link #read} takes every version with the same first number. */
    public static final String SCHEMA_VERSION = "2.1";

    /** A report of 100,000 findings is smaller; what is larger was not written by Lethe. */
    private static final int MAX_CHARACTERS = 1 << 26;

    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private ReportJson() {}

    /**
     * The report as JSON, keys always in the same order, indented, with a line end at the end.
     *
     * @throws IllegalArgumentException naming the place, if a number is NaN or infinite
     */
    public static String write(Report report) {
        JsonObject document = new JsonObject();
        document.add("schemaVersion", new JsonPrimitive(SCHEMA_VERSION));
        for (Map.Entry<String, JsonElement> entry :
                RecordJson.write(report, "").getAsJsonObject().entrySet()) {
            document.add(entry.getKey(), entry.getValue());
        }
        return GSON.toJson(document) + "\n";
    }

    /**
     * Reads what {@link #write} wrote, in this version or a later one with the same first number; unknown keys are
     * skipped. The text is taken to be hostile.
     *
     * @throws IllegalArgumentException in one line naming the place, if the text is not such a report
     */
    public static Report read(String json) {
        if (json.length() > MAX_CHARACTERS) {
            throw new IllegalArgumentException(
                    "a report of " + json.length() + " characters; at most " + MAX_CHARACTERS + " are read");
        }
        JsonObject document = RecordJson.object(parse(json), "");
        JsonElement version = document.get("schemaVersion");
        if (version == null) {
            throw new IllegalArgumentException("schemaVersion is missing: this is not a report.json of Lethe");
        }
        String stated = RecordJson.text(version, "schemaVersion");
        if (!stated.matches("[0-9]{1,4}\\.[0-9]{1,4}")) {
            throw new IllegalArgumentException("schemaVersion must look like " + SCHEMA_VERSION);
        }
        if (!major(stated).equals(major(SCHEMA_VERSION))) {
            throw new IllegalArgumentException("schemaVersion is " + stated + "; this version of Lethe reads "
                    + major(SCHEMA_VERSION) + ".x only");
        }
        if (!document.has("predictions")) {
            // Written before 2.1.
            document.add("predictions", new JsonArray());
        }
        return RecordJson.read(document, Report.class, "");
    }

    private static String major(String version) {
        return version.substring(0, version.indexOf('.'));
    }

    private static JsonElement parse(String json) {
        try {
            JsonReader reader = new JsonReader(new StringReader(json));
            reader.setStrictness(Strictness.STRICT);
            JsonElement element = JsonParser.parseReader(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new IllegalArgumentException("the document goes on after its end");
            }
            return element;
        } catch (JsonParseException | IOException e) {
            throw new IllegalArgumentException("not JSON" + place(e), e);
        }
    }

    /** Where the parser stopped. Its own message spans lines and may quote data. */
    private static String place(Exception e) {
        String message = String.valueOf(e.getMessage());
        int at = message.indexOf("at line ");
        int end = at < 0 ? -1 : message.indexOf(" path", at);
        return end < 0 ? "" : ": stopped " + message.substring(at, end);
    }
}

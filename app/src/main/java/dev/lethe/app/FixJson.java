package dev.lethe.app;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.lethe.core.privacy.Claim;
import dev.lethe.core.privacy.PrivacyEventJson;

/** {@code fix.json}. */
final class FixJson {
    /** Changes when a field goes or changes its meaning. */
    static final String FORMAT = "lethe-fix/1";

    private FixJson() {}

    static String write(FixReport report) {
        JsonObject whole = new JsonObject();
        whole.addProperty("format", FORMAT);
        whole.addProperty("lethe", report.version());
        whole.addProperty("title", report.title());
        whole.addProperty("data", report.data());
        whole.addProperty("seed", report.seed());
        whole.addProperty("target", report.target());
        whole.addProperty("rule", report.rule());
        JsonArray points = new JsonArray();
        report.points().forEach(point -> points.add(point(point)));
        whole.add("points", points);
        JsonArray search = new JsonArray();
        report.search().forEach(search::add);
        whole.add("search", search);
        JsonArray caveats = new JsonArray();
        report.caveats().forEach(caveats::add);
        whole.add("caveats", caveats);
        return new GsonBuilder()
                .setPrettyPrinting()
                .disableHtmlEscaping()
                .create()
                .toJson(whole);
    }

    private static JsonObject point(FixReport.Point point) {
        JsonObject object = new JsonObject();
        object.addProperty("id", point.id());
        object.addProperty("name", point.name());
        if (point.claim() != null) {
            object.add("claim", claim(point.claim()));
        }
        object.addProperty("recipe", point.recipe());
        object.addProperty("attack", point.attack());
        object.add("leak", measured(point.leak()));
        object.add("auc", measured(point.auc()));
        if (point.bound() != null) {
            object.addProperty("guaranteedBound", point.bound());
        }
        object.add("accuracy", measured(point.accuracy()));
        object.addProperty("trainAccuracy", point.trainAccuracy());
        object.addProperty("reachesTarget", point.reaches());
        object.addProperty("chosen", point.chosen());
        if (point.model() != null) {
            object.addProperty("model", point.model());
            object.addProperty("charge", point.charge());
        }
        object.addProperty("report", point.report());
        return object;
    }

    private static JsonObject claim(Claim claim) {
        JsonObject object = new JsonObject();
        if (claim instanceof Claim.DifferentialPrivacy theorem) {
            object.addProperty("kind", "differential privacy");
            object.addProperty("epsilon", theorem.epsilon());
            object.addProperty("delta", theorem.delta());
            object.addProperty("neighbours", theorem.neighbours().label());
            object.addProperty("unit", theorem.unit());
            object.add("event", JsonParser.parseString(PrivacyEventJson.write(theorem.event())));
        } else {
            object.addProperty("kind", "heuristic");
        }
        object.addProperty("sentence", claim.sentence());
        return object;
    }

    private static JsonObject measured(FixReport.Measured measured) {
        JsonObject object = new JsonObject();
        object.addProperty("value", measured.value());
        object.addProperty("low", measured.low());
        object.addProperty("high", measured.high());
        return object;
    }
}

package dev.lethe.app;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.lethe.core.privacy.PrivacyEventJson;
import dev.lethe.core.query.StatisticsPlan;
import dev.lethe.core.query.StatisticsQuery;
import dev.lethe.core.query.StatisticsRelease;
import org.jspecify.annotations.Nullable;

/** A plan, or a release with its plan, for programs. */
final class StatisticsJson {
    private StatisticsJson() {}

    /** @param spent epsilon of the account after it; null where there is no ledger */
    static String plan(StatisticsPlan plan, @Nullable String spent) {
        JsonObject root = object(plan);
        if (spent != null) {
            root.addProperty("ledgerSpent", spent);
        }
        return print(root);
    }

    static String release(StatisticsPlan plan, StatisticsRelease release, @Nullable String receipt) {
        JsonObject root = object(plan);
        root.addProperty("ledgerEntry", receipt);
        JsonObject bounds = new JsonObject();
        release.bounds().forEach((column, found) -> {
            JsonObject one = new JsonObject();
            one.addProperty("low", found.bounds().low());
            one.addProperty("high", found.bounds().high());
            one.addProperty("sure", found.sure());
            bounds.add(column, one);
        });
        root.add("boundsFound", bounds);
        JsonArray figures = new JsonArray();
        for (StatisticsRelease.Figure figure : release.figures()) {
            JsonObject one = new JsonObject();
            JsonArray key = new JsonArray();
            figure.key().forEach(key::add);
            one.add("group", key);
            one.addProperty("statistic", figure.statistic());
            one.addProperty("at", figure.at());
            one.addProperty("value", figure.estimate().value());
            one.addProperty("low", figure.estimate().low());
            one.addProperty("high", figure.estimate().high());
            figures.add(one);
        }
        root.add("figures", figures);
        return print(root);
    }

    private static JsonObject object(StatisticsPlan plan) {
        StatisticsQuery query = plan.query();
        JsonObject root = new JsonObject();
        root.addProperty("neighbours", StatisticsPlan.NEIGHBOURS.name());
        root.addProperty("unit", query.unit());
        root.addProperty("maxGroups", query.contributions().maxGroups());
        root.addProperty("maxRows", query.contributions().maxRows());
        root.addProperty("epsilon", query.epsilon());
        root.addProperty("delta", plan.delta());
        root.addProperty("confidence", StatisticsPlan.CONFIDENCE);
        JsonArray groupBy = new JsonArray();
        query.groupBy().forEach(groupBy::add);
        root.add("groupBy", groupBy);
        JsonArray parts = new JsonArray();
        for (StatisticsPlan.Part part : plan.parts()) {
            JsonObject one = new JsonObject();
            one.addProperty("name", part.name());
            one.addProperty("mechanism", part.mechanism());
            one.addProperty("noise", query.noise().toString());
            one.addProperty("noiseScale", part.noiseScale());
            one.addProperty("noiseUnit", part.noiseUnit());
            one.addProperty("epsilonShare", part.epsilon());
            one.addProperty("deltaShare", part.delta());
            one.addProperty("expectedError", part.error().value());
            one.addProperty("expectedErrorUnit", part.error().unit());
            one.add("event", JsonParser.parseString(PrivacyEventJson.write(part.event())));
            parts.add(one);
        }
        root.add("plan", parts);
        return root;
    }

    private static String print(JsonObject root) {
        return new GsonBuilder()
                .setPrettyPrinting()
                .disableHtmlEscaping()
                .serializeNulls()
                .create()
                .toJson(root);
    }
}

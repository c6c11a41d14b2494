package dev.lethe.app;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.lethe.core.privacy.Claim;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEventJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What goes with a model that was trained privately, for whoever must sign: the claim, what it rests on, what it does not cover.
 *
 * @param found columns of which the encoding was found privately
 * @param test name of the file of other records, null if there is none
 * @param accuracy on these
 * @param seed of first weights, dropout and augmentation; noise has none, and null stands for a training without these
 * @param methodLimits what the claim rests on that is not proven of this method
 */
record ModelCard(
        Claim.DifferentialPrivacy claim,
        String method,
        String recipe,
        String label,
        List<String> classes,
        TrainingPlan.Protected units,
        @Nullable String dataset,
        @Nullable String charge,
        List<String> found,
        @Nullable String test,
        @Nullable Double accuracy,
        @Nullable Long seed,
        List<String> methodLimits,
        String version) {
    /** Changes when a field goes or changes its meaning. */
    static final String FORMAT = "lethe-model-card/1";

    private List<String> taken() {
        return List.of(
                "all settings", "the number of " + units.name(), "names and types of columns", "names of classes");
    }

    private static final List<String> LIMITS =
            List.of("Everything else that was released of the same people adds to it; the ledger says what.");

    private List<String> limits() {
        List<String> all = new ArrayList<>();
        all.add(
                units.column() == null
                        ? "The claim is about one row. Somebody with several rows is protected less: epsilon grows with their"
                                + " number."
                        : "The claim is about people as '" + units.column()
                                + "' names them, each with all of their rows; somebody who goes by several names is protected"
                                + " less.");
        all.addAll(LIMITS);
        all.addAll(methodLimits);
        return all;
    }

    String json() {
        JsonObject card = new JsonObject();
        card.addProperty("format", FORMAT);
        card.addProperty("lethe", version);
        JsonObject promise = new JsonObject();
        promise.addProperty("kind", "differential privacy");
        promise.addProperty("epsilon", claim.epsilon());
        promise.addProperty("delta", claim.delta());
        promise.addProperty("neighbours", claim.neighbours().label());
        promise.addProperty("unit", claim.unit());
        promise.add("event", JsonParser.parseString(PrivacyEventJson.write(claim.event())));
        promise.addProperty("sentence", claim.sentence());
        card.add("claim", promise);
        card.addProperty("method", method);
        card.addProperty("recipe", recipe);
        card.addProperty("label", label);
        card.add("classes", array(classes));
        card.addProperty(units.name(), units.count());
        if (units.column() != null && units.mostRows() != TrainingPlan.Protected.ALL_ROWS) {
            card.addProperty("rowsOfAPersonAtMost", units.mostRows());
        }
        if (seed != null) {
            card.addProperty("seed", seed);
        }
        if (charge != null) {
            JsonObject entry = new JsonObject();
            entry.addProperty("dataset", dataset);
            entry.addProperty("charge", charge);
            card.add("ledger", entry);
        }
        card.add("encodingFoundPrivately", array(found));
        card.add("takenAsPublic", array(taken()));
        card.add("limits", array(limits()));
        if (accuracy != null) {
            JsonObject measured = new JsonObject();
            measured.addProperty("records", test);
            measured.addProperty("accuracy", accuracy);
            card.add("test", measured);
        }
        return new GsonBuilder()
                .setPrettyPrinting()
                .disableHtmlEscaping()
                .create()
                .toJson(card);
    }

    /** The entry that a card in JSON names. */
    static Optional<String> charge(String json) {
        try {
            JsonObject card = JsonParser.parseString(json).getAsJsonObject();
            return card.has("ledger")
                    ? Optional.of(card.getAsJsonObject("ledger").get("charge").getAsString())
                    : Optional.empty();
        } catch (JsonParseException | IllegalStateException | NullPointerException | ClassCastException e) {
            throw new IllegalArgumentException("the model card is not JSON of format " + FORMAT, e);
        }
    }

    String text() {
        StringBuilder text = new StringBuilder("# Model of '" + label + "'\n\n");
        text.append("**Claim.** ").append(claim.sentence()).append("\n\n");
        text.append("**What it means.** Whatever anybody knows and computes from the model, "
                + (claim.neighbours() == Neighbours.ADD_OR_REMOVE_ONE
                        ? "whether or not " + claim.unit()
                                + (units.column() == null ? " was among the " : " were among those of the ")
                                + units.count()
                        : "what " + claim.unit() + " of the " + units.count()
                                + (units.column() == null ? " says" : " say"))
                + " changes the odds of any outcome by at most a factor of e^"
                + Claim.rounded(claim.epsilon())
                + (claim.delta() == 0 ? "" : ", but for a chance of " + Claim.rounded(claim.delta()))
                + ".\n\n");
        text.append("**Method.** ").append(method).append(": ").append(recipe).append(".\n\n");
        text.append("**Encoding.** ")
                .append(
                        found.isEmpty()
                                ? "By constants that were given."
                                : "Found privately, as part of the claim, for: " + String.join(", ", found) + ".")
                .append("\n\n");
        text.append("**Ledger.** ")
                .append(
                        charge == null
                                ? "None: nothing records what else was released of these records."
                                : "Account " + dataset + ", charge " + charge + ".")
                .append("\n\n");
        if (accuracy != null) {
            text.append(String.format(
                    Locale.ROOT,
                    "**Measured.** Right on %.2f %% of %s, which the claim does not cover.%n%n",
                    100 * accuracy,
                    test));
        }
        text.append("**Taken as public.** ").append(String.join(", ", taken())).append(".\n\n**Limits.**\n\n");
        limits().forEach(limit -> text.append("- ").append(limit).append('\n'));
        return text.toString();
    }

    /** For the screen. */
    String summary() {
        return claim.sentence()
                + (accuracy == null
                        ? ""
                        : String.format(Locale.ROOT, "%nRight on %.2f %% of %s.", 100 * accuracy, test))
                + (charge == null ? "" : "\nCharged to " + dataset + ", entry " + charge);
    }

    private static JsonArray array(List<String> texts) {
        JsonArray array = new JsonArray();
        texts.forEach(array::add);
        return array;
    }
}

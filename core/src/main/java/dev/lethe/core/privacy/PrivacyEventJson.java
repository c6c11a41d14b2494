package dev.lethe.core.privacy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import dev.lethe.core.privacy.PrivacyEvent.ApproximateDp;
import dev.lethe.core.privacy.PrivacyEvent.Composed;
import dev.lethe.core.privacy.PrivacyEvent.DiscreteGaussian;
import dev.lethe.core.privacy.PrivacyEvent.DiscreteGaussianVector;
import dev.lethe.core.privacy.PrivacyEvent.DiscreteLaplace;
import dev.lethe.core.privacy.PrivacyEvent.ExponentialMechanism;
import dev.lethe.core.privacy.PrivacyEvent.FixedBatch;
import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.Laplace;
import dev.lethe.core.privacy.PrivacyEvent.MatrixMechanism;
import dev.lethe.core.privacy.PrivacyEvent.PoissonSampled;
import dev.lethe.core.privacy.PrivacyEvent.PureDp;
import dev.lethe.core.privacy.PrivacyEvent.RandomizedResponse;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import dev.lethe.core.privacy.PrivacyEvent.Shuffled;
import dev.lethe.core.privacy.PrivacyEvent.TreeAggregation;
import dev.lethe.core.privacy.PrivacyEvent.ZeroConcentrated;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Privacy events as JSON, for files and ledgers: an object with one key, the event's kind, and under it its components by their
 * names in {@link PrivacyEvent}; of {@code composed} a plain list. What is not exactly that is refused: text may come from anyone.
 */
public final class PrivacyEventJson {
    /** Deepest nesting of events. */
    public static final int MOST_DEPTH = 32;
    /** Most events in one. */
    public static final int MOST_EVENTS = 10_000;
    /** Longest text, in characters. */
    public static final int MOST_CHARACTERS = 16 << 20;

    private PrivacyEventJson() {}

    /** The event as JSON text on one line. */
    public static String write(PrivacyEvent event) {
        return tree(event).toString();
    }

    /** The event as a tree. */
    public static JsonObject tree(PrivacyEvent event) {
        JsonObject components = new JsonObject();
        if (event instanceof Gaussian e) {
            components.addProperty("noiseMultiplier", e.noiseMultiplier());
            return named("gaussian", components);
        } else if (event instanceof Laplace e) {
            components.addProperty("noiseMultiplier", e.noiseMultiplier());
            return named("laplace", components);
        } else if (event instanceof DiscreteGaussian e) {
            components.addProperty("sigma", e.sigma());
            components.addProperty("sensitivity", e.sensitivity());
            return named("discreteGaussian", components);
        } else if (event instanceof DiscreteGaussianVector e) {
            components.addProperty("sigma", e.sigma());
            components.addProperty("l2Sensitivity", e.l2Sensitivity());
            return named("discreteGaussianVector", components);
        } else if (event instanceof DiscreteLaplace e) {
            components.addProperty("scale", e.scale());
            components.addProperty("sensitivity", e.sensitivity());
            return named("discreteLaplace", components);
        } else if (event instanceof RandomizedResponse e) {
            components.addProperty("epsilon", e.epsilon());
            components.addProperty("categories", e.categories());
            return named("randomizedResponse", components);
        } else if (event instanceof ExponentialMechanism e) {
            components.addProperty("epsilon", e.epsilon());
            return named("exponentialMechanism", components);
        } else if (event instanceof PoissonSampled e) {
            components.addProperty("rate", e.rate());
            components.add("event", tree(e.event()));
            return named("poissonSampled", components);
        } else if (event instanceof FixedBatch e) {
            components.addProperty("records", e.records());
            components.addProperty("batch", e.batch());
            components.add("event", tree(e.event()));
            return named("fixedBatch", components);
        } else if (event instanceof Shuffled e) {
            components.addProperty("epochs", e.epochs());
            components.add("event", tree(e.event()));
            return named("shuffled", components);
        } else if (event instanceof Repeated e) {
            components.addProperty("times", e.times());
            components.add("event", tree(e.event()));
            return named("repeated", components);
        } else if (event instanceof Composed e) {
            JsonArray parts = new JsonArray();
            e.events().forEach(part -> parts.add(tree(part)));
            return named("composed", parts);
        } else if (event instanceof TreeAggregation e) {
            components.addProperty("noiseMultiplier", e.noiseMultiplier());
            components.addProperty("steps", e.steps());
            components.addProperty("participations", e.participations());
            components.addProperty("separation", e.separation());
            return named("treeAggregation", components);
        } else if (event instanceof MatrixMechanism e) {
            JsonArray coefficients = new JsonArray();
            e.coefficients().forEach(coefficients::add);
            components.addProperty("noiseMultiplier", e.noiseMultiplier());
            components.add("coefficients", coefficients);
            components.addProperty("steps", e.steps());
            components.addProperty("participations", e.participations());
            components.addProperty("separation", e.separation());
            return named("matrixMechanism", components);
        } else if (event instanceof PureDp e) {
            components.addProperty("epsilon", e.epsilon());
            components.addProperty("neighbours", e.neighbours().label());
            return named("pureDp", components);
        } else if (event instanceof ApproximateDp e) {
            components.addProperty("epsilon", e.epsilon());
            components.addProperty("delta", e.delta());
            components.addProperty("neighbours", e.neighbours().label());
            return named("approximateDp", components);
        } else if (event instanceof ZeroConcentrated e) {
            components.addProperty("rho", e.rho());
            components.addProperty("neighbours", e.neighbours().label());
            return named("zeroConcentrated", components);
        }
        throw new IllegalStateException("no JSON for " + event.getClass());
    }

    /**
     * Reads an event.
     *
     * @throws IllegalArgumentException if the text is not exactly one event; the message names the place
     */
    public static PrivacyEvent read(String text) {
        if (text.length() > MOST_CHARACTERS) {
            throw new IllegalArgumentException(
                    "event: " + text.length() + " characters, must be at most " + MOST_CHARACTERS);
        }
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            // Two levels of JSON for an event, one for its list of numbers.
            JsonElement tree = tree(reader, 2 * MOST_DEPTH + 3);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new IllegalArgumentException("event: more text after the end of the event");
            }
            return new Reading().event(tree, "$", 1);
        } catch (MalformedJsonException | EOFException | NumberFormatException e) {
            throw new IllegalArgumentException("event: not valid JSON", e);
        } catch (IllegalStateException e) {
            throw new IllegalArgumentException("event: not valid JSON", e);
        } catch (IOException e) {
            throw new IllegalArgumentException("event: cannot be read", e);
        }
    }

    /** Reads an event from a tree, which must be free of duplicate keys by itself. */
    public static PrivacyEvent read(JsonElement tree) {
        return new Reading().event(tree, "$", 1);
    }

    private static JsonObject named(String kind, JsonElement components) {
        JsonObject event = new JsonObject();
        event.add(kind, components);
        return event;
    }

    /** Gson's own parser lets a second key of the same name win, in silence. */
    private static JsonElement tree(JsonReader reader, int depth) throws IOException {
        if (depth == 0) {
            throw new IllegalArgumentException(reader.getPath() + ": nested deeper than " + MOST_DEPTH + " events");
        }
        switch (reader.peek()) {
            case BEGIN_OBJECT -> {
                JsonObject object = new JsonObject();
                reader.beginObject();
                while (reader.hasNext()) {
                    String key = reader.nextName();
                    if (object.has(key)) {
                        throw new IllegalArgumentException(reader.getPath() + ": given twice");
                    }
                    object.add(key, tree(reader, depth - 1));
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
                String number = reader.nextString();
                if (number.length() > 64) {
                    throw new IllegalArgumentException(
                            reader.getPath() + ": a number of " + number.length() + " characters, must be at most 64");
                }
                return new JsonPrimitive(new BigDecimal(number));
            }
            case STRING -> {
                return new JsonPrimitive(reader.nextString());
            }
            case BOOLEAN -> {
                return new JsonPrimitive(reader.nextBoolean());
            }
            default -> throw new IllegalArgumentException(reader.getPath() + ": null is no value");
        }
    }

    /** From tree to event, counting events. */
    private static final class Reading {
        private int events;

        PrivacyEvent event(JsonElement element, String place, int depth) {
            if (depth > MOST_DEPTH) {
                throw new IllegalArgumentException(place + ": nested deeper than " + MOST_DEPTH + " events");
            }
            if (++events > MOST_EVENTS) {
                throw new IllegalArgumentException(place + ": more than " + MOST_EVENTS + " events");
            }
            if (!element.isJsonObject() || element.getAsJsonObject().size() != 1) {
                throw new IllegalArgumentException(place + ": must be an object with one key, the kind of event");
            }
            Map.Entry<String, JsonElement> entry =
                    element.getAsJsonObject().entrySet().iterator().next();
            String kind = entry.getKey();
            if (kind.equals("composed")) {
                return composed(entry.getValue(), place + ".composed", depth);
            }
            Components components = new Components(entry.getValue(), place + "." + shown(kind), depth);
            PrivacyEvent event = build(kind, components, place);
            components.finish();
            return event;
        }

        private Composed composed(JsonElement element, String place, int depth) {
            if (!element.isJsonArray()) {
                throw new IllegalArgumentException(place + ": must be a list of events");
            }
            List<PrivacyEvent> parts = new ArrayList<>();
            for (JsonElement part : element.getAsJsonArray()) {
                parts.add(event(part, place + "[" + parts.size() + "]", depth + 1));
            }
            return new Composed(parts);
        }

        private PrivacyEvent build(String kind, Components c, String place) {
            try {
                return switch (kind) {
                    case "gaussian" -> new Gaussian(c.real("noiseMultiplier"));
                    case "laplace" -> new Laplace(c.real("noiseMultiplier"));
                    case "discreteGaussian" -> new DiscreteGaussian(c.real("sigma"), c.whole("sensitivity"));
                    case "discreteGaussianVector" ->
                        new DiscreteGaussianVector(c.real("sigma"), c.real("l2Sensitivity"));
                    case "discreteLaplace" -> new DiscreteLaplace(c.real("scale"), c.whole("sensitivity"));
                    case "randomizedResponse" -> new RandomizedResponse(c.real("epsilon"), c.small("categories"));
                    case "exponentialMechanism" -> new ExponentialMechanism(c.real("epsilon"));
                    case "poissonSampled" -> new PoissonSampled(c.real("rate"), c.event(this));
                    case "fixedBatch" -> new FixedBatch(c.whole("records"), c.whole("batch"), c.event(this));
                    case "shuffled" -> new Shuffled(c.whole("epochs"), c.event(this));
                    case "repeated" -> new Repeated(c.whole("times"), c.event(this));
                    case "treeAggregation" ->
                        new TreeAggregation(
                                c.real("noiseMultiplier"),
                                c.whole("steps"),
                                c.whole("participations"),
                                c.whole("separation"));
                    case "matrixMechanism" ->
                        new MatrixMechanism(
                                c.real("noiseMultiplier"),
                                c.reals("coefficients"),
                                c.small("steps"),
                                c.whole("participations"),
                                c.whole("separation"));
                    case "pureDp" -> new PureDp(c.real("epsilon"), c.neighbours());
                    case "approximateDp" -> new ApproximateDp(c.real("epsilon"), c.real("delta"), c.neighbours());
                    case "zeroConcentrated" -> new ZeroConcentrated(c.real("rho"), c.neighbours());
                    default -> throw new Misplaced(place + ": unknown kind of event '" + shown(kind) + "'");
                };
            } catch (Misplaced e) {
                throw e;
            } catch (IllegalArgumentException e) {
                throw new Misplaced(place + "." + kind + ": " + e.getMessage());
            }
        }
    }

    /** A message that names its place already. */
    private static final class Misplaced extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        Misplaced(String message) {
            super(message);
        }
    }

    /** The components of one event; each is taken once, and none may be left. */
    private static final class Components {
        private final JsonObject object;
        private final String place;
        private final int depth;
        private int taken;

        Components(JsonElement element, String place, int depth) {
            if (!element.isJsonObject()) {
                throw new Misplaced(place + ": must be an object of components");
            }
            this.object = element.getAsJsonObject();
            this.place = place;
            this.depth = depth;
        }

        PrivacyEvent event(Reading reading) {
            try {
                return reading.event(take("event"), place + ".event", depth + 1);
            } catch (Misplaced e) {
                throw e;
            } catch (IllegalArgumentException e) {
                throw new Misplaced(e.getMessage());
            }
        }

        double real(String name) {
            return real(take(name), place + "." + name);
        }

        List<Double> reals(String name) {
            JsonElement element = take(name);
            if (!element.isJsonArray()) {
                throw new Misplaced(place + "." + name + ": must be a list of numbers");
            }
            List<Double> values = new ArrayList<>();
            for (JsonElement value : element.getAsJsonArray()) {
                values.add(real(value, place + "." + name + "[" + values.size() + "]"));
            }
            return values;
        }

        long whole(String name) {
            JsonElement element = take(name);
            try {
                if (element.isJsonPrimitive() && element.getAsJsonPrimitive().isNumber()) {
                    BigDecimal value = element.getAsBigDecimal();
                    // Beyond these bounds the exact conversion would write out every zero of 1e999999999.
                    if (value.precision() - (long) value.scale() <= 20 && value.scale() <= 64) {
                        return value.longValueExact();
                    }
                }
            } catch (ArithmeticException e) {
                throw new Misplaced(place + "." + name + ": must be a whole number of at most 64 bits");
            }
            throw new Misplaced(place + "." + name + ": must be a whole number of at most 64 bits");
        }

        int small(String name) {
            long value = whole(name);
            if (value != (int) value) {
                throw new Misplaced(place + "." + name + ": must be a whole number of at most 32 bits");
            }
            return (int) value;
        }

        Neighbours neighbours() {
            JsonElement element = take("neighbours");
            if (element.isJsonPrimitive() && element.getAsJsonPrimitive().isString()) {
                for (Neighbours neighbours : Neighbours.values()) {
                    if (neighbours.label().equals(element.getAsString())) {
                        return neighbours;
                    }
                }
            }
            throw new Misplaced(place + ".neighbours: must be \"" + Neighbours.ADD_OR_REMOVE_ONE.label() + "\" or \""
                    + Neighbours.REPLACE_ONE.label() + "\"");
        }

        void finish() {
            if (taken < object.size()) {
                throw new Misplaced(place + ": has a component that this kind of event has not; it has "
                        + String.join(
                                ", ",
                                object.keySet().stream()
                                        .map(PrivacyEventJson::shown)
                                        .toList()));
            }
        }

        private JsonElement take(String name) {
            JsonElement element = object.get(name);
            if (element == null) {
                throw new Misplaced(place + ": lacks " + name);
            }
            taken++;
            return element;
        }

        private static double real(JsonElement element, String place) {
            if (!element.isJsonPrimitive() || !element.getAsJsonPrimitive().isNumber()) {
                throw new Misplaced(place + ": must be a number");
            }
            double value = element.getAsDouble();
            if (!Double.isFinite(value)) {
                throw new Misplaced(place + ": must be finite");
            }
            return value;
        }
    }

    /** Foreign text, short and in printable characters. */
    private static String shown(String text) {
        String printable = text.replaceAll("[^A-Za-z0-9_-]", "?");
        return printable.length() <= 40 ? printable : printable.substring(0, 40) + "...";
    }
}

package dev.lethe.planted.core;

import com.google.gson.JsonObject;
import dev.lethe.planted.core.random.Draws;
import java.util.List;
import org.apache.commons.statistics.distribution.NormalDistribution;

/** Allowed: the core's short list. */
public final class Light {
    private Light() {}

    public static JsonObject quantiles(List<Double> probabilities) {
        JsonObject json = new JsonObject();
        NormalDistribution normal = NormalDistribution.of(0, 1);
        probabilities.forEach(p -> json.addProperty(p.toString(), normal.inverseCumulativeProbability(p)));
        json.addProperty("bits", Draws.secure());
        return json;
    }
}

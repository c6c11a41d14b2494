package dev.lethe.audit.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.lethe.core.stats.ClopperPearson;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Bounds against figures that others' code gives. */
class EpsilonVectorsTest {
    private static final JsonObject FILE = read();
    private static final double ERROR = FILE.get("error").getAsDouble();
    private static final double CONFIDENCE = 1 - ERROR;

    private static JsonObject read() {
        try (InputStream in =
                Objects.requireNonNull(EpsilonVectorsTest.class.getResourceAsStream("epsilon-lower-bounds.json"))) {
            return JsonParser.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                    .getAsJsonObject();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<JsonObject> vectors(JsonObject group) {
        List<JsonObject> vectors = group.getAsJsonArray("vectors").asList().stream()
                .map(JsonElement::getAsJsonObject)
                .toList();
        assertThat(vectors).isNotEmpty();
        return vectors;
    }

    private static Guesses guesses(JsonObject vector) {
        return new Guesses(
                vector.get("records").getAsInt(),
                vector.get("guesses").getAsInt(),
                vector.get("correct").getAsInt());
    }

    @Test
    void thresholds() {
        JsonObject group = FILE.getAsJsonObject("thresholds");
        double tolerance = group.get("tolerance").getAsDouble();
        double delta = group.get("delta").getAsDouble();
        for (JsonObject vector : vectors(group)) {
            int each = vector.get("each").getAsInt();
            Flags flags = new Flags(
                    vector.get("truePositives").getAsInt(),
                    each,
                    vector.get("falsePositives").getAsInt(),
                    each);
            double found = ClopperPearson.lower(flags.truePositives(), each, ERROR / 2);
            double alarms = ClopperPearson.upper(flags.falsePositives(), each, ERROR / 2);
            double rateTolerance = group.get("rateTolerance").getAsDouble();
            assertThat(found).isCloseTo(vector.get("tprLower").getAsDouble(), within(rateTolerance));
            assertThat(alarms).isCloseTo(vector.get("fprUpper").getAsDouble(), within(rateTolerance));
            assertThat(EpsilonAudit.mu(found, alarms))
                    .isCloseTo(vector.get("mu").getAsDouble(), within(tolerance));
            assertThat(new EpsilonAudit(0, CONFIDENCE)
                            .bound(EpsilonMethod.THRESHOLD, flags)
                            .epsilon())
                    .isCloseTo(vector.get("epsilonAtDelta0").getAsDouble(), within(tolerance));
            assertThat(new EpsilonAudit(delta, CONFIDENCE)
                            .bound(EpsilonMethod.THRESHOLD_GAUSSIAN, flags)
                            .epsilon())
                    .isCloseTo(
                            vector.get("epsilonFromMu").getAsDouble(),
                            within(group.get("toleranceOfEpsilonFromMu").getAsDouble()));
        }
    }

    @Test
    void oneRun() {
        JsonObject group = FILE.getAsJsonObject("oneRun");
        for (JsonObject vector : vectors(group)) {
            double epsilon = new EpsilonAudit(vector.get("delta").getAsDouble(), CONFIDENCE)
                    .bound(EpsilonMethod.ONE_RUN, guesses(vector))
                    .epsilon();
            assertThat(epsilon)
                    .as(vector.toString())
                    .isCloseTo(
                            vector.get("epsilon").getAsDouble(),
                            within(group.get("tolerance").getAsDouble()));
        }
    }

    @Test
    void oneRunCurve() {
        JsonObject group = FILE.getAsJsonObject("oneRunCurve");
        double tolerance = group.get("tolerance").getAsDouble();
        for (JsonObject vector : vectors(group)) {
            Guesses guesses = guesses(vector);
            assertThat(new EpsilonAudit(0, CONFIDENCE)
                            .bound(EpsilonMethod.ONE_RUN_CURVE, guesses)
                            .epsilon())
                    .isCloseTo(vector.get("epsilonAtDelta0").getAsDouble(), within(tolerance));
            assertThat(OneRun.curveMu(guesses, ERROR))
                    .isCloseTo(vector.get("mu").getAsDouble(), within(tolerance));
        }
    }

    @Test
    void gaussianConversion() {
        JsonObject group = FILE.getAsJsonObject("gaussianConversion");
        for (JsonObject vector : vectors(group)) {
            assertThat(GaussianPrivacy.epsilon(
                            vector.get("mu").getAsDouble(), vector.get("delta").getAsDouble()))
                    .isCloseTo(
                            vector.get("epsilon").getAsDouble(),
                            within(group.get("tolerance").getAsDouble()));
        }
    }
}

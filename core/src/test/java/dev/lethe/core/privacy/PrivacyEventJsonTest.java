package dev.lethe.core.privacy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.core.data.PropertyTrials;
import dev.lethe.core.privacy.PrivacyEvent.Composed;
import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.Laplace;
import dev.lethe.core.privacy.PrivacyEvent.PoissonSampled;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

class PrivacyEventJsonTest {
    @Test
    void theExampleOfTheDocumentation() {
        String text = """
                {"composed": [{"repeated": {"times": 1000, "event": {"poissonSampled": {"rate": 0.01,
                  "event": {"gaussian": {"noiseMultiplier": 1.1}}}}}}, {"laplace": {"noiseMultiplier": 20.0}}]}
                """;
        assertEquals(
                new Composed(List.of(new Repeated(1000, new PoissonSampled(0.01, new Gaussian(1.1))), new Laplace(20))),
                PrivacyEventJson.read(text));
    }

    @Test
    void everyKindComesBack() {
        for (PrivacyEvent leaf : EventSamples.leaves()) {
            assertEquals(leaf, PrivacyEventJson.read(PrivacyEventJson.write(leaf)));
            assertEquals(leaf, PrivacyEventJson.read(PrivacyEventJson.tree(leaf)));
            for (PrivacyEvent event : EventSamples.around(leaf)) {
                assertEquals(event, PrivacyEventJson.read(PrivacyEventJson.write(event)));
            }
        }
        // A kind that is new is a kind to sample: 17 records stand in the sealed interface.
        assertEquals(17, PrivacyEvent.class.getPermittedSubclasses().length);
    }

    @Test
    void randomEventsComeBack() {
        PropertyTrials.check(300, seed -> {
            PrivacyEvent event = EventSamples.random(seed.stream(), 5);
            assertEquals(event, PrivacyEventJson.read(PrivacyEventJson.write(event)));
        });
    }

    @Test
    void whatIsNotExactlyAnEventIsRefusedWithItsPlace() {
        refused("", "not valid JSON");
        refused("{", "not valid JSON");
        refused("{\"gaussian\": {\"noiseMultiplier\": 1}} 1", "JSON");
        refused("{\"gaussian\": {\"noiseMultiplier\": 1}} // c", "JSON");
        refused("{'gaussian': {\"noiseMultiplier\": 1}}", "not valid JSON");
        refused("{\"gaussian\": {\"noiseMultiplier\": NaN}}", "not valid JSON");
        refused("[]", "$: must be an object with one key");
        refused("{}", "$: must be an object with one key");
        refused("{\"gaussian\": {\"noiseMultiplier\": 1}, \"laplace\": {}}", "$: must be an object with one key");
        refused("{\"gauss\": {\"noiseMultiplier\": 1}}", "$: unknown kind of event 'gauss'");
        refused("{\"gaussian\": {}}", "$.gaussian: lacks noiseMultiplier");
        refused("{\"gaussian\": 1}", "$.gaussian: must be an object of components");
        refused("{\"gaussian\": {\"noiseMultiplier\": \"1\"}}", "$.gaussian.noiseMultiplier: must be a number");
        refused("{\"gaussian\": {\"noiseMultiplier\": null}}", "$.gaussian.noiseMultiplier: null");
        refused("{\"gaussian\": {\"noiseMultiplier\": true}}", "$.gaussian.noiseMultiplier: must be a number");
        refused("{\"gaussian\": {\"noiseMultiplier\": 1e999}}", "$.gaussian.noiseMultiplier: must be finite");
        refused("{\"gaussian\": {\"noiseMultiplier\": -1}}", "$.gaussian: noiseMultiplier -1.0 must be above 0");
        refused("{\"gaussian\": {\"noiseMultiplier\": 1, \"sigma\": 1}}", "$.gaussian: has a component");
        refused("{\"gaussian\": {\"noiseMultiplier\": 1, \"noiseMultiplier\": 9}}", "noiseMultiplier: given twice");
        refused(
                "{\"composed\": [{\"laplace\": {\"noiseMultiplier\": 1}}, {\"repeated\": {\"times\": -1,"
                        + " \"event\": {\"laplace\": {\"noiseMultiplier\": 1}}}}]}",
                "$.composed[1].repeated: times -1 must be at least 0");
        refused("{\"composed\": {}}", "$.composed: must be a list");
        refused("{\"shuffled\": {\"epochs\": 1.5, \"event\": {}}}", "$.shuffled.epochs: must be a whole number");
        refused(
                "{\"shuffled\": {\"epochs\": 1e999999999, \"event\": {}}}",
                "$.shuffled.epochs: must be a whole number");
        refused("{\"shuffled\": {\"epochs\": 1e-999999999, \"event\": {}}}", "$.shuffled.epochs: must be a whole");
        refused("{\"shuffled\": {\"epochs\": 1, \"event\": {}}}", "$.shuffled.event: must be an object");
        refused("{\"pureDp\": {\"epsilon\": 1, \"neighbours\": \"both\"}}", "$.pureDp.neighbours: must be");
        refused("{\"" + "x".repeat(10_000) + "\": {}}", "xxxx...");
    }

    @Test
    void depthAndSizeAreBounded() {
        String deep = nested(PrivacyEventJson.MOST_DEPTH - 1);
        PrivacyEventJson.read(deep);
        refused(nested(PrivacyEventJson.MOST_DEPTH), "nested deeper");
        refused("[".repeat(100_000), "nested deeper");
        String part = "{\"laplace\":{\"noiseMultiplier\":1}}";
        refused(
                "{\"composed\":[" + (part + ",").repeat(PrivacyEventJson.MOST_EVENTS) + part + "]}",
                "more than 10000 events");
        refused(" ".repeat(PrivacyEventJson.MOST_CHARACTERS + 1), "characters");
        refused("{\"laplace\":{\"noiseMultiplier\":1" + "0".repeat(100) + "}}", "at most 64");
    }

    /** Whatever is done to a valid text, the answer is an event or an IllegalArgumentException that says where. */
    @Test
    void fuzzing() {
        String alphabet = "{}[]\",:0123456789.eE-+ntf\\ \u0000x";
        PropertyTrials.check(4000, seed -> {
            UniformRandomProvider random = seed.stream();
            StringBuilder text = new StringBuilder(PrivacyEventJson.write(EventSamples.random(random, 3)));
            for (int i = 1 + random.nextInt(4); i > 0 && !text.isEmpty(); i--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(4)) {
                    case 0 -> text.deleteCharAt(at);
                    case 1 -> text.insert(at, alphabet.charAt(random.nextInt(alphabet.length())));
                    case 2 -> text.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
                    default -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(40))));
                }
            }
            try {
                PrivacyEvent event = PrivacyEventJson.read(text.toString());
                assertEquals(event, PrivacyEventJson.read(PrivacyEventJson.write(event)));
            } catch (IllegalArgumentException e) {
                assertTrue(e.getMessage().startsWith("$") || e.getMessage().startsWith("event: "), e.getMessage());
            }
        });
    }

    private static String nested(int depth) {
        return "{\"repeated\":{\"times\":1,\"event\":".repeat(depth) + "{\"laplace\":{\"noiseMultiplier\":1}}"
                + "}}".repeat(depth);
    }

    private static void refused(String text, String message) {
        var e = assertThrows(IllegalArgumentException.class, () -> PrivacyEventJson.read(text), message);
        assertTrue(e.getMessage().contains(message), () -> "'" + e.getMessage() + "' should contain '" + message + "'");
    }
}

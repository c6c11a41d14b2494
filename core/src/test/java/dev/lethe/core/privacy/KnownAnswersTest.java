package dev.lethe.core.privacy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Answers of others, from accounting.json, with source and relative tolerance. A row of kind "AtMost" was rounded up by its source, or
 * searched on a coarser grid: ours must not be larger, nor smaller than by the tolerance.
 */
class KnownAnswersTest {
    @TestFactory
    Stream<DynamicTest> rows() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        // The tables' rows: K1 to K55 with two between, the twelve settings, the exact Gaussians, the fractional
        // epochs.
        Set<String> missing = new TreeSet<>(Set.of("K38b", "K38c", "D", "F"));
        IntStream.rangeClosed(1, 55).forEach(k -> missing.add("K" + k));
        IntStream.rangeClosed(1, 12).forEach(k -> missing.add("S" + k));
        try (Reader reader = new InputStreamReader(
                KnownAnswersTest.class.getResourceAsStream("accounting.json"), StandardCharsets.UTF_8)) {
            for (JsonElement element : JsonParser.parseReader(reader).getAsJsonArray()) {
                JsonObject row = element.getAsJsonObject();
                String name = row.get("id").getAsString() + " "
                        + row.get("accountant").getAsString() + " "
                        + row.get("ask").getAsString() + " at " + row.get("at");
                missing.remove(row.get("id").getAsString());
                if (row.get("accountant").getAsString().equals("partition")) {
                    continue; // PartitionSelectionTest reads these
                }
                tests.add(DynamicTest.dynamicTest(name, () -> check(row)));
            }
        }
        assertTrue(tests.size() >= 214, "rows: " + tests.size());
        assertTrue(missing.isEmpty(), () -> "rows of the tables that are not here: " + missing);
        return tests.stream();
    }

    private static void check(JsonObject row) {
        if (!row.has("event")) {
            checkWithoutEvent(row);
            return;
        }
        PrivacyEvent event = PrivacyEventJson.read(row.get("event"));
        Neighbours neighbours = row.get("neighbours").getAsString().equals("replace")
                ? Neighbours.REPLACE_ONE
                : Neighbours.ADD_OR_REMOVE_ONE;
        String kind = row.get("accountant").getAsString();
        double at = row.get("at").getAsDouble();
        double expected = row.get("expected").getAsDouble();
        double tolerance = row.get("tolerance").getAsDouble() * Math.max(expected, 1e-4);
        boolean epsilon = row.get("ask").getAsString().equals("epsilon");
        if (row.get("ask").getAsString().equals("power")) {
            Accountant accountant = kind.equals("pld") ? new PrivacyLossAccountant() : new GaussianAccountant();
            assertEquals(
                    expected,
                    power(accountant.price(event, neighbours), at),
                    expected * row.get("tolerance").getAsDouble());
            return;
        }
        if (row.get("ask").getAsString().equals("mu")) {
            assertEquals(expected, equivalentMu(new PrivacyLossAccountant().price(event, neighbours)), tolerance);
            return;
        }
        if (row.get("ask").getAsString().equals("rho")) {
            assertEquals(expected, new ZeroConcentratedAccountant().rho(event, neighbours), tolerance);
            return;
        }
        if (kind.equals("rdpGroup3")) {
            PrivacyCurve one = new RenyiAccountant().price(event, neighbours);
            assertEquals(expected, new GroupPrivacy(one, 3).epsilon(at), tolerance);
            return;
        }
        if (kind.equals("above")) {
            double low = new PrivacyLossAccountant().price(event, neighbours).epsilonLower(at);
            assertTrue(low > expected, () -> low + " should be above " + expected);
            return;
        }
        if (kind.startsWith("pld")) {
            PrivacyLossCurve curve = new PrivacyLossAccountant().price(event, neighbours);
            if (kind.equals("pldRemove") || kind.equals("pldAdd")) {
                var bracket = curve.deltaBracket(at, kind.equals("pldAdd"));
                within(bracket, expected, tolerance);
                return;
            }
            var bracket = epsilon ? curve.bracket(at) : curve.deltaBracket(at);
            if (kind.equals("pldAtMost")) {
                atMost(bracket.high(), expected, tolerance);
            } else {
                within(bracket, expected, tolerance);
            }
        } else if (kind.startsWith("rdpConversion")) {
            double order = Double.parseDouble(kind.substring("rdpConversion".length()));
            RenyiCurve curve = new RenyiAccountant().price(event, neighbours);
            double found = curve.divergence(order) + Math.log1p(-1 / order) - Math.log(at * order) / (order - 1);
            assertEquals(expected, found, tolerance);
            assertTrue(curve.epsilon(at) <= found && curve.epsilon(at) >= found * 0.99);
        } else if (kind.startsWith("rdpOrder")) {
            double divergence = new RenyiAccountant().price(event, neighbours).divergence(at);
            if (kind.endsWith("AtMost")) {
                atMost(divergence, expected, tolerance);
            } else {
                assertEquals(expected, divergence, tolerance);
            }
        } else if (kind.equals("gaussianNoise")) {
            double target = Double.parseDouble(row.get("ask").getAsString().substring("noise for epsilon ".length()));
            var calibration = new Calibration(new GaussianAccountant(), neighbours, target, at);
            assertEquals(expected, calibration.noise(Gaussian::new), tolerance);
        } else {
            Accountant accountant =
                    switch (kind) {
                        case "gaussian" -> new GaussianAccountant();
                        case "zcdp" -> new ZeroConcentratedAccountant();
                        default -> new RenyiAccountant();
                    };
            PrivacyCurve curve = accountant.price(event, neighbours);
            double found = epsilon ? curve.epsilon(at) : curve.delta(at);
            if (kind.equals("below")) {
                assertTrue(found < expected, () -> found + " should be below " + expected);
            } else if (kind.equals("rdpAtMost")) {
                atMost(found, expected, tolerance);
            } else {
                assertEquals(expected, found, tolerance);
            }
        }
    }

    /** What is known of a curve alone. */
    private static void checkWithoutEvent(JsonObject row) {
        double at = row.get("at").getAsDouble();
        double expected = row.get("expected").getAsDouble();
        double tolerance = row.get("tolerance").getAsDouble() * expected;
        assertEquals("rdpConstant", row.get("accountant").getAsString());
        double known = row.get("divergence").getAsDouble();
        RenyiCurve curve = new RenyiCurve(
                List.of(new RenyiCurve.Part(order -> order >= 2 && order <= 32 ? known : Double.POSITIVE_INFINITY, 1)));
        assertEquals(expected, curve.epsilon(at), tolerance);
        assertEquals(32, curve.order(at), 1e-9);
    }

    /** The mu of Gaussian noise that has as large a total variation. */
    private static double equivalentMu(PrivacyCurve curve) {
        double variation = curve.delta(0);
        double low = 0;
        double high = 20;
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (new GaussianCurve(middle).delta(0) < variation) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /** The largest rate of true positives that a curve allows at a rate of false ones: the least of e^epsilon rate + delta. */
    private static double power(PrivacyCurve curve, double falsePositives) {
        double low = 0;
        double high = 20;
        for (int i = 0; i < 60; i++) {
            double left = low + (high - low) / 3;
            double right = high - (high - low) / 3;
            if (Math.exp(left) * falsePositives + curve.delta(left)
                    < Math.exp(right) * falsePositives + curve.delta(right)) {
                high = right;
            } else {
                low = left;
            }
        }
        return Math.exp(low) * falsePositives + curve.delta(low);
    }

    private static void within(PrivacyLossCurve.Bracket bracket, double expected, double tolerance) {
        assertTrue(
                bracket.low() <= expected + tolerance
                        && bracket.high() >= expected - tolerance
                        && bracket.high() <= expected + tolerance,
                () -> bracket + " should be " + expected + " within " + tolerance);
    }

    /** Half a digit more is allowed, for sources that print four decimals. */
    private static void atMost(double found, double expected, double tolerance) {
        assertTrue(
                found <= expected * (1 + 1e-5) + 5e-5 && found >= expected - tolerance,
                () -> found + " should be at most " + expected + ", and less by at most " + tolerance);
    }
}

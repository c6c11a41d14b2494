package dev.lethe.core.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.MechanismTester;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PartitionSelectionTest {
    /** From the tests of Google's Java library for differential privacy, to the digits shown there. */
    @Test
    void keepsWithTheKnownChances() throws IOException {
        int rows = 0;
        try (Reader reader = new InputStreamReader(
                PartitionSelectionTest.class.getResourceAsStream("/dev/lethe/core/privacy/accounting.json"),
                StandardCharsets.UTF_8)) {
            for (JsonElement element : JsonParser.parseReader(reader).getAsJsonArray()) {
                JsonObject row = element.getAsJsonObject();
                if (!row.get("accountant").getAsString().equals("partition")) {
                    continue;
                }
                double expected = row.get("expected").getAsDouble();
                PartitionSelection selection = new PartitionSelection(
                        row.get("epsilon").getAsDouble(), row.get("delta").getAsDouble(), 1);
                assertThat(selection.chance(row.get("at").getAsLong()))
                        .as(row.toString())
                        .isCloseTo(
                                expected, within(expected * row.get("tolerance").getAsDouble()));
                rows++;
            }
        }
        assertThat(rows).isEqualTo(13);
    }

    @Test
    void aUnitInSeveralGroupsPaysForEach() {
        assertThat(new PartitionSelection(3, 3e-3, 3).chance(4))
                .isEqualTo(new PartitionSelection(1, 1e-3, 1).chance(4));
    }

    @Test
    void saysHowManyUnitsItTakes() {
        PartitionSelection selection = new PartitionSelection(0.5, 1e-6, 1);
        long units = selection.unitsFor(0.95);
        assertThat(selection.chance(units)).isGreaterThanOrEqualTo(0.95);
        assertThat(selection.chance(units - 1)).isLessThan(0.95);
    }

    @Test
    void refusesWhatKeepsNothing() {
        assertThatThrownBy(() -> new PartitionSelection(1, 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("delta 0.0 must lie in (0, 1)");
        assertThatThrownBy(() -> new PartitionSelection(Double.NaN, 1e-6, 1)).hasMessageContaining("epsilon NaN");
        assertThatThrownBy(() -> new PartitionSelection(1e-5, 1e-6, 2)).hasMessageContaining("no group would be shown");
    }

    /** False alarms: 1e-6 for each neighbour; the saboteur shows every group that is there. */
    @Test
    void keepsItsPromiseAndTheTesterCatchesOneThatDoesNot() {
        MechanismTester tester = new MechanismTester(8_000, 1e-6);
        NoiseSource noise = NoiseSource.insecure(Seed.of(5));
        PartitionSelection sound = new PartitionSelection(Math.log(2), 0.1, 1);
        for (long units = 1; units <= 5; units++) {
            MechanismTester.Outcome outcome = tester.test(
                    sound,
                    new long[] {units},
                    units == 1 ? new long[0] : new long[] {units - 1},
                    Math.log(2),
                    0.1,
                    kept -> kept.length == 1 && kept[0],
                    noise);
            assertThat(outcome.violated()).as(outcome.sentence()).isFalse();
        }
        Mechanism<long[], boolean[]> saboteur = new Mechanism<>() {
            @Override
            public PrivacyEvent event() {
                return sound.event();
            }

            @Override
            public boolean[] release(long[] units, NoiseSource source) {
                boolean[] kept = new boolean[units.length];
                java.util.Arrays.fill(kept, true);
                return kept;
            }
        };
        assertThat(tester.test(saboteur, new long[] {1}, new long[0], Math.log(2), 0.1, kept -> kept.length, noise)
                        .violated())
                .isTrue();
    }
}

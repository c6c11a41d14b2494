package dev.lethe.audit.memorization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.random.Seed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Canaries: drawn, written down, put into texts and counted there. */
class ManifestTest {
    private static final List<String> WORDS = List.of("cat", "dog", "mouse");

    private static Manifest manifest() {
        return Manifest.draw(
                List.of(CanaryFormat.parse("pin {digits:6}"), CanaryFormat.parse("say {words:4} now", WORDS)),
                List.of(1, 4),
                2,
                3,
                WORDS,
                Seed.of(1));
    }

    private static List<String> lines(int count) {
        return IntStream.range(0, count).mapToObj(i -> "line " + i).toList();
    }

    private static List<String> inserted(Manifest manifest, List<String> lines, long seed) {
        List<String> all = new ArrayList<>();
        new Insertion(manifest, Seed.of(seed)).into(lines, lines.size(), line -> line, all::add);
        return all;
    }

    @Test
    void drawsAsManyAsAsked() {
        Manifest manifest = manifest();
        assertThat(manifest.canaries()).hasSize(14);
        assertThat(manifest.formats()).hasSize(2);
        for (CanaryFormat format : manifest.formats()) {
            assertThat(manifest.of(format).stream().map(Canary::copies).toList())
                    .containsExactly(1, 1, 4, 4, 0, 0, 0);
        }
        assertThat(manifest.canaries().stream().map(Canary::text).toList()).doesNotHaveDuplicates();
        assertThat(manifest.canaries().stream().map(Canary::id).toList())
                .contains("canary-1.1", "control-2.3")
                .doesNotHaveDuplicates();
    }

    @Test
    void isReadAsItWasWritten() throws IOException {
        Manifest manifest = manifest();
        Manifest read = Manifest.read(manifest.write());
        assertThat(read.digest()).isEqualTo(manifest.digest()).hasSize(64);
        assertThat(read.write()).isEqualTo(manifest.write());
        assertThat(read.words()).isEqualTo(WORDS);
    }

    /** Another secret, another number of copies: another digest. And none tells the secrets. */
    @Test
    void theDigestBinds() throws IOException {
        Manifest manifest = manifest();
        String text = manifest.write();
        String secret = manifest.canaries().get(0).text().substring(4);
        String other = secret.startsWith("0") ? "1" + secret.substring(1) : "0" + secret.substring(1);
        assertThat(Manifest.read(text.replace(secret, other)).digest()).isNotEqualTo(manifest.digest());
        assertThat(Manifest.read(text.replaceFirst("\"copies\": 1", "\"copies\": 2"))
                        .digest())
                .isNotEqualTo(manifest.digest());
        assertThat(manifest.digest()).doesNotContain(secret);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "\"lethe-canaries\": 1;\"lethe-canaries\": 2;format 2",
                "\"copies\": 1;\"copies\": -1;copies -1",
                "\"copies\": 1;\"copies\": \"many\";no manifest",
                "\"copies\": 1;\"kopies\": 1;must be an object with the keys",
                "pin {digits:6};pin {digits:7};not of the format",
                "pin {digits:6};pin {digits};how many",
                "canary-1.2;canary-1.1;given to two"
            })
    void saysWhatIsWrong(String from, String to, String message) {
        String text = manifest().write().replace(from, to);
        assertThatThrownBy(() -> Manifest.read(text))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(message);
    }

    /** Cut or changed anywhere, a manifest is read or refused; a message never holds a secret. */
    @Test
    void damagedManifestsAreRefused() {
        String text = manifest().write();
        String secret = manifest().canaries().get(0).text();
        UniformRandomProvider random = Seed.of(7).stream();
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            StringBuilder damaged = new StringBuilder(text);
            if (i % 2 == 0) {
                damaged.setLength(random.nextInt(text.length()));
            } else {
                damaged.setCharAt(random.nextInt(text.length()), "{}[]\",:09az".charAt(random.nextInt(11)));
            }
            try {
                Manifest.read(damaged.toString());
            } catch (IOException e) {
                refused++;
                assertThat(e.getMessage()).isNotBlank().doesNotContain(secret);
            }
        }
        assertThat(refused).isGreaterThan(1000);
    }

    @Test
    void putsEachCopyOnALineOfItsOwn() {
        Manifest manifest = manifest();
        List<String> lines = lines(500);
        List<String> all = inserted(manifest, lines, 3);
        assertThat(all).hasSize(500 + 2 * (2 + 8));
        assertThat(all.stream().filter(lines::contains).toList()).isEqualTo(lines);
        Map<String, Long> counts = Insertion.count(manifest, all);
        for (Canary canary : manifest.canaries()) {
            assertThat(counts.get(canary.id())).isEqualTo(canary.copies());
            assertThat(Collections.frequency(all, canary.text())).isEqualTo(canary.copies());
        }
        assertThat(Insertion.differences(manifest, counts)).isEmpty();
        assertThat(inserted(manifest, lines, 3)).isEqualTo(all);
        assertThat(inserted(manifest, lines, 4)).isNotEqualTo(all);
    }

    /** 4,000 places among 9 lines: each of the 10 gaps 400 times, within 5 standard deviations (less than 1 in 100,000 in all). */
    @Test
    void placesAreUniform() {
        Manifest one =
                Manifest.draw(List.of(CanaryFormat.parse("{digits:5}")), List.of(1), 1, 0, List.of(), Seed.of(1));
        int[] gaps = new int[10];
        for (int seed = 0; seed < 4000; seed++) {
            gaps[inserted(one, lines(9), seed).indexOf(one.canaries().get(0).text())]++;
        }
        for (int gap : gaps) {
            assertThat((double) gap).isCloseTo(400, within(5 * Math.sqrt(360)));
        }
    }

    @Test
    void findsWhatDeduplicationTook() {
        Manifest manifest = manifest();
        List<String> all = inserted(manifest, lines(50), 3).stream().distinct().toList();
        assertThat(Insertion.differences(manifest, Insertion.count(manifest, all)))
                .hasSize(4)
                .allMatch(sentence -> sentence.contains("1 times instead of 4") && sentence.contains("equal lines"));
        assertThat(Insertion.differences(manifest, Insertion.count(manifest, lines(50))))
                .hasSize(8)
                .allMatch(sentence -> sentence.contains("lost"));
    }

    @Test
    void refusesATextThatHoldsACanaryAlready() {
        Manifest manifest = manifest();
        List<String> lines = new ArrayList<>(lines(5));
        lines.add("before " + manifest.canaries().get(0).text() + " behind");
        assertThatThrownBy(() -> inserted(manifest, lines, 1))
                .hasMessageContaining("canary-1.1")
                .hasMessageContaining("line 6")
                .hasMessageNotContaining(manifest.canaries().get(0).text());
    }
}

package dev.lethe.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.random.Seed;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncodingJsonTest {
    private static final EncodingJson.Encoding ENCODING = new EncodingJson.Encoding(
            List.of(
                    new ColumnEncoding.Scaled("age", 49.5, 1.0 / 3),
                    new ColumnEncoding.OneHot("city, \"quoted\" <b>", List.of("nörth", "south|east", "\n"))),
            List.of("no", "yes"));

    @Test
    void whatWasWrittenIsReadAgainToTheLastBit() {
        assertThat(EncodingJson.read(EncodingJson.write(ENCODING))).isEqualTo(ENCODING);
    }

    /** The file is read by others: its keys are a contract. */
    @Test
    void isReadByThoseWhoKnowTheFormat() {
        EncodingJson.Encoding read = EncodingJson.read("""
                {"format": "lethe-encoder/1", "columns": [
                  {"column": "age", "centre": 50, "scale": 10}, {"column": "city", "categories": ["a", "b"]}],
                 "classes": ["0", "1"]}""");
        assertThat(read.columns())
                .containsExactly(
                        new ColumnEncoding.Scaled("age", 50, 10), new ColumnEncoding.OneHot("city", List.of("a", "b")));
        assertThat(read.classes()).containsExactly("0", "1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"format\": 7}",
                "{\"format\": \"lethe-encoder/2\", \"columns\": [], \"classes\": [\"a\", \"b\"]}",
                "{\"format\": \"lethe-encoder/1\", \"classes\": [\"a\", \"b\"]}",
                "{\"format\": \"lethe-encoder/1\", \"columns\": [{}], \"classes\": [\"a\", \"b\"]}",
                "{\"format\": \"lethe-encoder/1\", \"columns\": [{\"column\": \"x\", \"centre\": 1, \"scale\": 0}],"
                        + " \"classes\": [\"a\", \"b\"]}",
                "{\"format\": \"lethe-encoder/1\", \"columns\": [{\"column\": \"x\", \"centre\": \"NaN\", \"scale\": 1}],"
                        + " \"classes\": [\"a\", \"b\"]}",
                "{\"format\": \"lethe-encoder/1\", \"columns\": [{\"column\": \"x\", \"categories\": [\"a\", \"a\"]}],"
                        + " \"classes\": [\"a\", \"b\"]}",
            })
    void whatIsNoEncodingIsRefused(String json) {
        assertThatThrownBy(() -> EncodingJson.read(json)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Whatever a byte is changed to, the answer is an encoding or a refusal. */
    @Test
    void damagedFilesAreReadOrRefused() {
        String whole = EncodingJson.write(ENCODING);
        UniformRandomProvider random = Seed.of(6).fork("damage").stream();
        List<String> wrong = new ArrayList<>();
        int refused = 0;
        for (int trial = 0; trial < 5000; trial++) {
            StringBuilder text = new StringBuilder(whole);
            for (int change = random.nextInt(4); change >= 0; change--) {
                int at = random.nextInt(text.length());
                if (random.nextBoolean()) {
                    text.deleteCharAt(at);
                } else {
                    text.setCharAt(at, (char) (32 + random.nextInt(95)));
                }
            }
            try {
                EncodingJson.read(text.toString());
            } catch (IllegalArgumentException e) {
                refused++;
            } catch (RuntimeException e) {
                wrong.add(e + ": " + text);
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(refused).isGreaterThan(1000);
    }
}

package dev.lethe.intake;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NumbersTest {
    private static final String ALPHABET = "0123456789012345678901234567890123456789..--++eEinfdFx ,";

    @ParameterizedTest
    @ValueSource(strings = {"0", "-0", "+1", "1.", ".5", "-.5e-3", "1E5", "123456789012345678901234567890", "1e-999"})
    void acceptsDecimalNumbers(String text) {
        assertThat(Numbers.parse(text)).isEqualTo(Double.parseDouble(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "-", ".", "e5", "1e", "1e+", "1d", "1f", "0x10", "0x1p3", "1 2", "1,5", "NaN", "--1", "1.2.3"
            })
    void refusesTheRest(String text) {
        assertThat(Numbers.parse(text)).isNaN();
    }

    @Test
    void knowsInfinities() {
        assertThat(Numbers.parse("-inf")).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(Numbers.parse("Infinity")).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(Numbers.parse("1e999")).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void roundsAsTheJdkDoes() {
        PropertyTrials.check(20, seed -> {
            UniformRandomProvider random = seed.stream();
            for (int i = 0; i < 1000; i++) {
                String plain = Long.toString(random.nextLong() >> random.nextInt(64));
                int point = random.nextInt(plain.length() + 1);
                String text = plain.startsWith("-") && point == 0
                        ? plain
                        : plain.substring(0, point) + "." + plain.substring(point);
                assertThat(Numbers.parse(text)).as(text).isEqualTo(Double.parseDouble(text));
            }
        });
    }

    @Test
    void acceptsNothingTheJdkRefuses() {
        PropertyTrials.check(20, seed -> {
            UniformRandomProvider random = seed.stream();
            for (int i = 0; i < 1000; i++) {
                StringBuilder text = new StringBuilder();
                for (int length = 1 + random.nextInt(8); length > 0; length--) {
                    text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
                }
                double parsed = Numbers.parse(text.toString());
                boolean decimal = text.toString().matches("[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?");
                assertThat(!Double.isNaN(parsed))
                        .as(text.toString())
                        .isEqualTo(decimal || text.toString().matches("(?i)[+-]?inf"));
                if (decimal) {
                    assertThat(parsed).isEqualTo(Double.parseDouble(text.toString()));
                }
            }
        });
    }
}

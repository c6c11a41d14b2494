package dev.lethe.audit.memorization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.data.Vocabulary;
import dev.lethe.core.random.Seed;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanaryFormatTest {
    private static final List<String> WORDS = List.of("the", "then", "cat", "dog", "do");

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "the random number is {digits:9}; 29.897353",
                "my social security number is {digits:3}-{digits:2}-{digits:4}; 29.897353",
                "{card}; 49.828921",
                "{letters:2}{hex:3}; 21.400879",
                "call {phone} now; 32.575425",
                "{choice:red|green|blue} {of:xy:3}; 4.584963",
                "a {{brace}} and {key:1}; 5.954196",
                "{email}; 39.188480",
                "say {words:3} please; 6.228819"
            })
    void countsItsFillings(String template, double bits) {
        CanaryFormat format = CanaryFormat.parse(template, WORDS);
        assertThat(format.bits()).isCloseTo(bits, within(1e-6));
        assertThat(ExactRank.log2(format.size())).isCloseTo(bits, within(1e-6));
        UniformRandomProvider random = Seed.of(1).stream();
        Set<String> texts = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            int[] filling = format.draw(random);
            String text = format.text(filling);
            assertThat(format.filling(text)).isEqualTo(filling);
            texts.add(text);
        }
        assertThat(texts).hasSizeGreaterThan(4);
        assertThat(format.toString()).isEqualTo(template);
    }

    /** Twin: of all numbers, those that pass the check. */
    @Test
    void cardsPassLuhnsCheck() {
        CanaryFormat format = CanaryFormat.parse("{card:5}");
        Set<String> made = new HashSet<>();
        Enumeration.fillings(format).forEach(filling -> made.add(format.text(filling)));
        Set<String> valid = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            String number = String.format(java.util.Locale.ROOT, "%05d", i);
            if (passes(number)) {
                valid.add(number);
            }
        }
        assertThat(made).isEqualTo(valid);
        assertThat(format.size()).isEqualTo(BigInteger.valueOf(valid.size()));
        // A number that is published as an example.
        CanaryFormat sixteen = CanaryFormat.parse("{card}");
        assertThat(sixteen.text(sixteen.filling("4111111111111111"))).isEqualTo("4111111111111111");
        assertThatThrownBy(() -> sixteen.filling("4111111111111112")).hasMessageContaining("not of the format");
    }

    private static boolean passes(String number) {
        int sum = 0;
        for (int i = 0; i < number.length(); i++) {
            int digit = number.charAt(number.length() - 1 - i) - '0';
            int doubled = digit * 2;
            sum += i % 2 == 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
        }
        return sum % 10 == 0;
    }

    @Test
    void drawsDifferentFillings() {
        CanaryFormat format = CanaryFormat.parse("{of:abc:2}");
        List<int[]> but = List.of(new int[] {0, 0}, new int[] {2, 1});
        List<int[]> drawn = format.draw(7, but, Seed.of(2).stream());
        assertThat(drawn.stream().map(Arrays::toString).toList())
                .doesNotHaveDuplicates()
                .hasSize(7)
                .doesNotContain("[0, 0]", "[2, 1]");
        assertThatThrownBy(() -> format.draw(8, but, Seed.of(2).stream())).hasMessageContaining("9 fillings");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "no hole;no hole",
                "a {digits;does not end",
                "a {digits:};how many",
                "a {digits:0};how many",
                "a {digits:1000};how many",
                "a {numbers:3};no hole of kind 'numbers'",
                "a } b {digits:2};character 3",
                "{choice:one};at least two",
                "{choice:a|ab};beginning of symbol 2",
                "{choice:a|a};same",
                "{choice:|b};empty",
                "{of:aa:3};same",
                "{of:abc};{of:ABC:3}",
                "{words:2};no list of words",
                "{card:1};at least 2"
            })
    void saysWhatIsWrong(String template, String message) {
        assertThatThrownBy(() -> CanaryFormat.parse(template))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    /** Whatever stands in a template, it is read or refused. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anyTemplateIsReadOrRefused(long seed) {
        UniformRandomProvider random = Seed.of(seed).stream();
        String[] bits = {
            "{", "}", "{{", "}}", "digits", ":", "3", "card", "{card}", "|", "a", "é", " ", "choice", "of", "-"
        };
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder template = new StringBuilder(i % 2 == 0 ? "{digits:2}" : "");
            for (int k = random.nextInt(7); k > 0; k--) {
                template.append(bits[random.nextInt(bits.length)]);
            }
            try {
                CanaryFormat format = CanaryFormat.parse(template.toString());
                int[] filling = format.draw(random);
                assertThat(format.filling(format.text(filling))).isEqualTo(filling);
                read++;
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
        assertThat(read).isBetween(1000, 19_000);
    }

    @Test
    void namesWhatAModelCannotWrite() {
        Vocabulary letters = Vocabulary.ofCharacters("the number is 0123", "\n");
        assertThatThrownBy(() -> new SecretTree(CanaryFormat.parse("the number is {digits:3}"), letters))
                .hasMessageContaining("cannot write")
                .hasMessageContaining("U+0034");
        Vocabulary words = Vocabulary.ofWords("the number is one two three 1 2 .", 20);
        assertThatThrownBy(() -> new SecretTree(CanaryFormat.parse("the number is {of:12:3}"), words))
                .hasMessageContaining("across the edges");
        assertThatThrownBy(() -> new SecretTree(CanaryFormat.parse("the {choice:lion|tiger} ."), words))
                .hasMessageContaining("unknown");
        SecretTree tree = new SecretTree(CanaryFormat.parse("the {choice:one|two} {choice:two|three} ."), words);
        assertThat(tree.leaves(tree.root())).isEqualTo(BigInteger.valueOf(4));
    }
}

package dev.lethe.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.data.Vocabulary.Unit;
import java.util.List;
import org.junit.jupiter.api.Test;

class VocabularyTest {
    @Test
    void charactersComeInTheOrderOfTheirCodePointsAndGoBothWays() {
        Vocabulary vocabulary = Vocabulary.ofCharacters("banana\n", "é😀0");
        assertThat(vocabulary.tokens()).containsExactly("\n", "0", "a", "b", "n", "é", "😀");
        assertThat(vocabulary.decode(vocabulary.encode("nab😀\n0"))).isEqualTo("nab😀\n0");
    }

    @Test
    void wordsAreWhatStandsBetweenWhiteSpaceAndLinesEndInAToken() {
        Vocabulary vocabulary = new Vocabulary(Unit.WORD, List.of("\n", Vocabulary.UNKNOWN, "the", "cat"));
        int[] encoded = vocabulary.encode(" the  cat\nthe dog\n");
        assertThat(encoded).containsExactly(2, 3, 0, 2, 1, 0);
        assertThat(vocabulary.decode(encoded)).isEqualTo("the cat\nthe <unk>\n");
    }

    @Test
    void whatCannotBeWrittenIsRefusedByItsPlace() {
        Vocabulary letters = Vocabulary.ofCharacters("abc", "");
        assertThatThrownBy(() -> letters.encode("ab7c"))
                .hasMessage("token 3 of the text (U+0037) is not in the vocabulary of 3 tokens");
        Vocabulary words = new Vocabulary(Unit.WORD, List.of("one", "two"));
        assertThatThrownBy(() -> words.encode("one secret")).hasMessageContaining("token 2 of the text (6 characters)");
    }

    @Test
    void tokensMustBeDistinctAndWhole() {
        assertThatThrownBy(() -> new Vocabulary(Unit.CHARACTER, List.of("a", "a")))
                .hasMessageContaining("twice");
        assertThatThrownBy(() -> new Vocabulary(Unit.CHARACTER, List.of("a", "bc")))
                .hasMessageContaining("'bc'");
        assertThatThrownBy(() -> new Vocabulary(Unit.WORD, List.of("a", "b c"))).hasMessageContaining("'b c'");
        assertThatThrownBy(() -> new Vocabulary(Unit.WORD, List.of("a"))).hasMessageContaining("at least two");
    }
}

package dev.lethe.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorpusTest {
    private static final String TEXT = "to be or not\nto be that is the question";
    private static final Vocabulary LETTERS = Vocabulary.ofCharacters(TEXT, "\n");

    @Test
    void aTextEndsWithALineEnd() {
        assertThat(LETTERS.decode(Corpus.of(LETTERS, TEXT).stream())).isEqualTo(TEXT + "\n");
        assertThat(LETTERS.decode(Corpus.of(LETTERS, TEXT + "\n").stream())).isEqualTo(TEXT + "\n");
    }

    /** What the stretches predict, one after the other, is the text, and before each stands what came before. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7, 20, 39, 40, 41, 100})
    void eachTokenIsPredictedOnce(int length) {
        Corpus corpus = Corpus.of(LETTERS, TEXT);
        Examples windows = corpus.windows(length);
        int end = LETTERS.lineEnd().orElseThrow();
        List<Integer> predicted = new ArrayList<>();
        List<Integer> before = new ArrayList<>();
        for (int row = 0; row < windows.size(); row++) {
            for (int step = 0; step < length; step++) {
                before.add((int) windows.features()[row * length + step]);
                predicted.add(
                        step == length - 1 ? windows.labels()[row] : (int) windows.features()[row * length + step + 1]);
            }
        }
        int padding = predicted.size() - corpus.size();
        assertThat(padding).isLessThan(length);
        assertThat(predicted.subList(0, padding)).allMatch(token -> token == end);
        assertThat(predicted.subList(padding, predicted.size()))
                .isEqualTo(IntStream.of(corpus.stream()).boxed().toList());
        assertThat(before.get(0)).isEqualTo(end);
        assertThat(before.subList(1, before.size())).isEqualTo(predicted.subList(0, predicted.size() - 1));
        assertThat(windows.people())
                .isEqualTo(IntStream.range(0, windows.size()).toArray());
    }

    @Test
    void noStretchHoldsTwoPeople() {
        Corpus corpus = Corpus.of(LETTERS, List.of("to be", "the question", "or not"), new int[] {0, 1, 0});
        assertThat(LETTERS.decode(corpus.stream())).isEqualTo("to be\nor not\nthe question\n");
        Examples windows = corpus.windows(8);
        assertThat(windows.people()).containsExactly(0, 0, 1, 1);
        assertThat(LETTERS.decode(IntStream.range(16, 32)
                        .map(i -> (int) windows.features()[i])
                        .toArray()))
                .isEqualTo("\n\n\n\nthe question");
        assertThat(corpus.privacyUnit(8)).contains("person");
        assertThat(Corpus.of(LETTERS, TEXT).privacyUnit(8)).isEqualTo("a stretch of 8 characters");
    }

    @Test
    void refusesWhatItCannotWrite() {
        Vocabulary endless = Vocabulary.ofCharacters("ab", "");
        assertThatThrownBy(() -> Corpus.of(endless, "ab")).hasMessageContaining("line's end");
        assertThatThrownBy(() -> Corpus.of(LETTERS, "")).hasMessageContaining("no token");
        assertThatThrownBy(() -> Corpus.of(LETTERS, "to X")).hasMessageContaining("token 4");
        assertThatThrownBy(() -> Corpus.of(LETTERS, TEXT).windows(1)).hasMessageContaining("length 1");
    }

    @Test
    void fingerprintsTellTextsAndPeopleApart() {
        List<String> lines = List.of("to be", "or not");
        assertThat(List.of(
                        Corpus.of(LETTERS, "to be\nor not").fingerprint(),
                        Corpus.of(LETTERS, "to be\nor noq").fingerprint(),
                        Corpus.of(LETTERS, lines, new int[] {0, 1}).fingerprint(),
                        Corpus.of(LETTERS, lines, new int[] {0, 0}).fingerprint()))
                .doesNotHaveDuplicates();
    }

    @Test
    void wordsAreTheMostFrequentOnes() {
        Vocabulary words = Vocabulary.ofWords("b b a a a c d\nc <unk> a", 5);
        assertThat(words.tokens()).containsExactly("\n", Vocabulary.UNKNOWN, "a", "b", "c");
        assertThat(words.decode(words.encode("a d\nb"))).isEqualTo("a <unk>\nb");
    }
}

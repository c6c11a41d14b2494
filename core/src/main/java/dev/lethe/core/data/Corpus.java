package dev.lethe.core.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Texts as tokens, for language models. A text that belongs to nobody in particular is one stream, in which the privacy unit is a
 * stretch of some tokens; texts of people are a stream for each of them, and a person is the unit.
 */
public final class Corpus {
    private final Vocabulary vocabulary;
    /** One of each person, or one in all; each ends with a line's end. */
    private final List<int[]> streams;

    private final boolean ofPeople;

    private Corpus(Vocabulary vocabulary, List<int[]> streams, boolean ofPeople) {
        this.vocabulary = vocabulary;
        this.streams = streams;
        this.ofPeople = ofPeople;
    }

    /**
     * One text of nobody in particular.
     *
     * @throws IllegalArgumentException if the text is empty or holds what the vocabulary cannot write, or the vocabulary has no line's
     *     end, which stands before and behind texts
     */
    public static Corpus of(Vocabulary vocabulary, String text) {
        return new Corpus(vocabulary, List.of(ended(vocabulary, text)), false);
    }

    /**
     * Documents of people.
     *
     * @param people whose document is this, numbered from 0 in order of first appearance
     * @throws IllegalArgumentException as {@link #of(Vocabulary, String)}
     */
    public static Corpus of(Vocabulary vocabulary, List<String> documents, int[] people) {
        LabelledTable.requirePeople(people, documents.size());
        List<List<int[]>> parts = new ArrayList<>();
        for (int i = 0; i < people.length; i++) {
            if (people[i] == parts.size()) {
                parts.add(new ArrayList<>());
            }
            parts.get(people[i]).add(ended(vocabulary, documents.get(i)));
        }
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("a corpus needs at least one document");
        }
        return new Corpus(vocabulary, parts.stream().map(Corpus::joined).toList(), true);
    }

    private static int[] ended(Vocabulary vocabulary, String text) {
        int end = vocabulary
                .lineEnd()
                .orElseThrow(
                        () -> new IllegalArgumentException(
                                "the vocabulary has no line's end, which stands before and behind texts; add \\n to its tokens"));
        int[] tokens = vocabulary.encode(text);
        if (tokens.length == 0) {
            throw new IllegalArgumentException("a text has no token; leave it out");
        }
        if (tokens[tokens.length - 1] == end) {
            return tokens;
        }
        int[] ended = Arrays.copyOf(tokens, tokens.length + 1);
        ended[tokens.length] = end;
        return ended;
    }

    private static int[] joined(List<int[]> parts) {
        return parts.stream().flatMapToInt(Arrays::stream).toArray();
    }

    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /** All tokens, one person's after another's. */
    public int[] stream() {
        return streams.size() == 1 ? streams.get(0).clone() : joined(streams);
    }

    /** How many tokens. */
    public int size() {
        return streams.stream().mapToInt(stream -> stream.length).sum();
    }

    /** What one example of {@link #windows} stands for, in words. */
    public String privacyUnit(int length) {
        return ofPeople
                ? "all texts of one person"
                : "a stretch of " + length
                        + (vocabulary.unit() == Vocabulary.Unit.CHARACTER ? " characters" : " words");
    }

    /**
     * The text in stretches, as examples of a network that predicts at each step: features are the tokens before, the label is the last
     * token, and the targets of the steps before are the features that follow. Each token of the text is predicted once. Before a
     * person's first token stand line's ends, as many as fill the first stretch; they are predicted too.
     *
     * @param length tokens that a stretch predicts, at least 2
     */
    public Examples windows(int length) {
        if (length < 2) {
            throw new IllegalArgumentException("length " + length + " must be at least 2");
        }
        int rows = streams.stream()
                .mapToInt(stream -> (stream.length + length - 1) / length)
                .sum();
        float[] features = new float[Math.multiplyExact(rows, length)];
        int[] labels = new int[rows];
        int[] people = new int[rows];
        int row = 0;
        float end = vocabulary.lineEnd().orElseThrow();
        for (int person = 0; person < streams.size(); person++) {
            int[] stream = streams.get(person);
            int count = (stream.length + length - 1) / length;
            int padding = count * length - stream.length;
            for (int i = 0; i < count; i++, row++) {
                for (int step = 0; step < length; step++) {
                    int before = i * length + step - padding - 1;
                    features[row * length + step] = before < 0 ? end : stream[before];
                }
                labels[row] = stream[(i + 1) * length - padding - 1];
                people[row] = ofPeople ? person : row;
            }
        }
        return new Examples(features, new int[] {length}, labels, vocabulary.tokens()).groupedBy(people);
    }

    /** Equal texts of equal people over equal vocabularies, equal fingerprints. */
    public String fingerprint() {
        Fingerprint whole = new Fingerprint()
                .add("corpus")
                .add(vocabulary.unit().name())
                .add(vocabulary.tokens())
                .add(ofPeople ? 1 : 0, streams.size());
        streams.forEach(whole::add);
        return whole.hex();
    }
}

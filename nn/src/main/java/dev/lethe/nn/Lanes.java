package dev.lethe.nn;

import dev.lethe.core.data.Corpus;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * A text cut into long pieces that are read side by side, some tokens of each at a time. Each token is to be told once, from those before
 * it in its piece; in front of the text stands a line's end. Where the last piece ends early, nothing is to be told.
 */
final class Lanes {
    private final int[] stream;
    private final int first;
    private final int count;
    private final int length;
    private final int window;

    /** @param most pieces */
    Lanes(Corpus corpus, int most, int window) {
        stream = corpus.stream();
        first = corpus.vocabulary().lineEnd().orElseThrow();
        this.window = window;
        // No more than would be as long as one stretch.
        int some = Math.max(1, Math.min(most, stream.length / window));
        length = (stream.length + some - 1) / some;
        // Rounding up may leave nothing for the last ones.
        count = (stream.length + length - 1) / length;
    }

    int count() {
        return count;
    }

    int steps() {
        return (length + window - 1) / window;
    }

    int tokens() {
        return stream.length;
    }

    private int width(int step) {
        return Math.min(window, length - step * window);
    }

    /** Tokens that are told in a step. */
    int predicted(int step) {
        int told = 0;
        for (int lane = 0; lane < count; lane++) {
            int begin = lane * length + step * window;
            told += Math.max(0, Math.min(width(step), stream.length - begin));
        }
        return told;
    }

    /** The tokens before those that are to be told, shape (pieces, width). */
    Tensor input(int step) {
        int width = width(step);
        float[] tokens = new float[count * width];
        for (int i = 0; i < tokens.length; i++) {
            int at = i / width * length + step * window + i % width - 1;
            tokens[i] = at < 0 || at >= stream.length ? first : stream[at];
        }
        return Tensors.of(tokens, count, width);
    }

    /** The tokens that are to be told, flat. */
    Tensor targets(int step) {
        return Tensors.of(told(step));
    }

    int[] told(int step) {
        int width = width(step);
        int[] tokens = new int[count * width];
        Arrays.fill(tokens, (int) Network.IGNORED);
        for (int i = 0; i < tokens.length; i++) {
            int at = i / width * length + step * window + i % width;
            if (at < stream.length) {
                tokens[i] = stream[at];
            }
        }
        return tokens;
    }
}

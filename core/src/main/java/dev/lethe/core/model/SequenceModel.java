package dev.lethe.core.model;

import dev.lethe.core.data.Vocabulary;

/**
 * A language model as whoever may ask it sees it: after any text, how likely is each next token.
 *
 * <p>Texts that begin alike share a state: {@link #start} stands before the first token, {@link #next} behind one more. Many
 * states are taken on at once, because that is how networks are fast. A state depends on nothing but the tokens that led to it,
 * not on what else was asked at the same time; last digits may.
 *
 * <p>Not safe for several threads, unless the implementation says so.
 */
public interface SequenceModel extends AutoCloseable {
    /** The tokens, numbered as in all that follows. */
    Vocabulary vocabulary();

    /** Longest text, in tokens, behind which a next token can be asked for; {@link Integer#MAX_VALUE} if there is no limit. */
    default int longestContext() {
        return Integer.MAX_VALUE;
    }

    /** One state, before any text. */
    States start();

    /**
     * The states behind one more token each.
     *
     * @param from states of this model, not closed; stays open
     * @param rows of {@code from}, at least one; may repeat
     * @param tokens one for each row, the token to go on with
     * @return as many states as rows
     */
    States next(States from, int[] rows, int[] tokens);

    /** Releases native memory. */
    @Override
    void close();

    /** Some texts, read by the model. Closed by whoever asked for them. */
    interface States extends AutoCloseable {
        /** How many. */
        int size();

        /**
         * Natural logarithms of the probabilities of the next token: row-major, a row a state, a column a token of the
         * vocabulary; each at most 0. Shared, not to be written.
         */
        float[] logProbabilities();

        @Override
        void close();
    }
}

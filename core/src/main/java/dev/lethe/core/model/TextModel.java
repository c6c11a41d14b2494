package dev.lethe.core.model;

import java.util.List;
import java.util.Optional;

/**
 * A language model as a service shows it: how likely it finds the tokens of a text, and how it goes on with one. Weaker than
 * {@link SequenceModel}, which tells all next tokens at once; what audits need of models behind an interface.
 */
public interface TextModel {
    /**
     * Reads texts, each from its beginning.
     *
     * @return one reading for each, in their order
     * @throws IllegalArgumentException if a text is longer than the model's context or holds what its tokens cannot write
     */
    List<Reading> read(List<String> texts);

    /**
     * Goes on with a text, the likeliest token at each step.
     *
     * @param tokens at most so many, at least 1
     * @return what follows, without the prompt
     */
    String complete(String prompt, int tokens);

    /**
     * One text as the model read it.
     *
     * @param tokens as the model cuts it; joined they give the text
     * @param logProbabilities of each token behind those before it, natural logarithms, at most 0
     * @param first the first token that {@code logProbabilities} tells of: 0, or 1 where a model says nothing of how texts begin;
     *     entries before it hold 0 and mean nothing
     * @param spread the distribution that each token was drawn from; empty where the model does not show it whole
     */
    record Reading(List<String> tokens, double[] logProbabilities, int first, Optional<Spread> spread) {
        public Reading {
            tokens = List.copyOf(tokens);
            if (tokens.size() != logProbabilities.length || first < 0 || first > 1) {
                throw new IllegalArgumentException(tokens.size() + " tokens, " + logProbabilities.length
                        + " log-probabilities, the first that counts is " + first);
            }
            for (int i = first; i < logProbabilities.length; i++) {
                if (!(logProbabilities[i] <= 0)) {
                    throw new IllegalArgumentException(
                            "log-probability of token " + (i + 1) + " must be at most 0, got " + logProbabilities[i]);
                }
            }
            spread.ifPresent(s -> {
                if (s.mean.length != logProbabilities.length) {
                    throw new IllegalArgumentException(
                            s.mean.length + " spreads for " + logProbabilities.length + " tokens");
                }
            });
        }
    }

    /**
     * Moments of a next token's log-probability under its own distribution, one a position.
     *
     * @param mean of ln p, the negative entropy
     * @param deviation standard deviation of ln p
     */
    record Spread(double[] mean, double[] deviation) {
        public Spread {
            if (mean.length != deviation.length) {
                throw new IllegalArgumentException(mean.length + " means, " + deviation.length + " deviations");
            }
        }
    }
}

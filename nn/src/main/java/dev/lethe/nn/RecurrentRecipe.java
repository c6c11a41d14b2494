package dev.lethe.nn;

import dev.lethe.core.data.Corpus;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A language model of LSTMs: tokens to vectors, LSTM upon LSTM, logits of the next token at each step.
 *
 * <p>As a {@link NetworkTrainer} it trains on the stretches of {@link Corpus#windows}, in any order and each from an empty state, which
 * is what private training needs. {@link #train(Corpus, Seed, Progress, Epochs)} reads on from stretch to stretch instead (truncated
 * back-propagation through time), which learns better and protects nobody. What either leads to is a {@link LanguageModel}.
 *
 * @param embedding width of the tokens' vectors
 * @param hidden units of each LSTM
 * @param lstms how many, one upon the other
 * @param dropout rate in front of and behind each LSTM, 0 for none
 * @param tied whether the output's weights are the tokens' vectors; {@code embedding} must then be {@code hidden}
 * @param window tokens through which gradients go back, at least 2
 * @param optimization its batch counts stretches that are learnt from at once
 */
public record RecurrentRecipe(
        int embedding, int hidden, int lstms, double dropout, boolean tied, int window, Optimization optimization)
        implements NetworkTrainer {
    public RecurrentRecipe {
        between("embedding", embedding, 1, 65_536);
        between("hidden", hidden, 1, 65_536);
        between("lstms", lstms, 1, 16);
        between("window", window, 2, 65_536);
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " must lie in [0, 1)");
        }
        if (tied && embedding != hidden) {
            throw new IllegalArgumentException("a tied output needs vectors as wide as the LSTM: embedding " + embedding
                    + " must be hidden " + hidden);
        }
        if (optimization.patience() > 0 || optimization.smoothing() > 0) {
            throw new IllegalArgumentException(
                    "language models are trained without early stopping and without smoothing of labels; leave them out");
        }
    }

    private static void between(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " " + value + " must lie in " + least + ".." + most);
        }
    }

    /** Who is told of each epoch. */
    @FunctionalInterface
    public interface Epochs {
        /** Nobody. */
        Epochs QUIET = (epoch, trainLossNats, model) -> {};

        /**
         * @param epoch the one that ended, from 1
         * @param trainLossNats mean over the epoch's tokens, each as it was before it was learnt
         * @param model as it is now; goes on learning after this call, and must not be closed or kept
         */
        void ended(int epoch, double trainLossNats, LanguageModel model);
    }

    @Override
    public List<Layer> layers(int[] shape, int classes) {
        List<Layer> layers = new ArrayList<>();
        layers.add(new Layer.Embedding(classes, embedding));
        dropOut(layers);
        for (int i = 0; i < lstms; i++) {
            layers.add(new Layer.Lstm(i == 0 ? embedding : hidden, hidden));
            dropOut(layers);
        }
        layers.add(tied ? new Layer.Tied(hidden, classes) : new Layer.Linear(hidden, classes));
        return layers;
    }

    private void dropOut(List<Layer> layers) {
        if (dropout > 0) {
            layers.add(new Layer.Dropout(dropout));
        }
    }

    /**
     * Trains on a whole text, stretch after stretch. The text is cut into as many long pieces as a batch holds, which are read side by
     * side.
     *
     * @param epochs told of each, and may throw to stop
     * @throws ArithmeticException if the weights diverge
     */
    public LanguageModel train(Corpus corpus, Seed seed, Progress progress, Epochs epochs) {
        Network network =
                new Network(layers(new int[] {window}, corpus.vocabulary().size()), new int[] {window});
        LanguageModel model = new LanguageModel(network, corpus.vocabulary());
        try {
            new LanguageFit(network, corpus, optimization, window, seed).run(model, progress, epochs);
            return model;
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    @Override
    public RecurrentRecipe with(Optimization other) {
        return new RecurrentRecipe(embedding, hidden, lstms, dropout, tied, window, other);
    }

    @Override
    public Optional<NetworkTrainer> withDropout(double rate) {
        return Optional.of(new RecurrentRecipe(embedding, hidden, lstms, rate, tied, window, optimization));
    }

    @Override
    public String describe() {
        return "language model of " + lstms + " LSTM of " + hidden + " units on vectors of " + embedding
                + (tied ? ", tied output" : "") + ", dropout " + dropout + ", stretches of " + window + "; "
                + optimization.describe();
    }
}

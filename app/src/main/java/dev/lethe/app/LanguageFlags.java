package dev.lethe.app;

import dev.lethe.core.privacy.BestAccountant;
import dev.lethe.core.privacy.Calibration;
import dev.lethe.core.privacy.Claim;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.nn.Clipping;
import dev.lethe.nn.Optimization;
import dev.lethe.nn.Optimizer;
import dev.lethe.nn.RecurrentRecipe;
import dev.lethe.protect.training.DpSgd;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Option;

/** How a language model is trained. */
final class LanguageFlags {
    /** The optimizers there are. */
    enum Rule {
        ADAM,
        RMSPROP,
        SGD
    }

    @Option(
            names = "--embedding",
            paramLabel = "N",
            defaultValue = "64",
            description = "Width of the tokens' vectors (default: ${DEFAULT-VALUE}).")
    private int embedding;

    @Option(
            names = "--hidden",
            paramLabel = "N",
            defaultValue = "200",
            description = "Units of each LSTM (default: ${DEFAULT-VALUE}).")
    private int hidden;

    @Option(
            names = "--layers",
            paramLabel = "N",
            defaultValue = "1",
            description = "LSTMs, one upon the other (default: ${DEFAULT-VALUE}).")
    private int layers;

    @Option(names = "--tied", description = "The output's weights are the tokens' vectors.")
    private boolean tied;

    @Option(
            names = "--dropout",
            paramLabel = "RATE",
            defaultValue = "0",
            description = "In front of and behind each LSTM (default: ${DEFAULT-VALUE}).")
    private double dropout;

    @Option(
            names = "--window",
            paramLabel = "N",
            defaultValue = "50",
            description = "Tokens through which gradients go back (default: ${DEFAULT-VALUE}).")
    private int window;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "20",
            description = "Passes over the text (default: ${DEFAULT-VALUE}).")
    private int epochs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Stretches that are learnt from at once (default: 16; with --epsilon 256).")
    private Integer batch;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            defaultValue = "ADAM",
            description = "adam, rmsprop or sgd (default: adam).")
    private Rule rule;

    @Option(
            names = "--learning-rate",
            paramLabel = "RATE",
            defaultValue = "0.003",
            description = "Of the optimizer (default: ${DEFAULT-VALUE}).")
    private double learningRate;

    @Option(
            names = "--weight-decay",
            paramLabel = "SHARE",
            defaultValue = "0",
            description = "Decoupled (default: ${DEFAULT-VALUE}).")
    private double weightDecay;

    @Option(
            names = "--words",
            paramLabel = "N",
            description = "Tokens are the N most frequent words, not characters. Holes must then stand between spaces.")
    Integer words;

    @Option(
            names = "--epsilon",
            paramLabel = "E",
            description = "Train by differentially private gradients at this budget for a stretch of --window tokens.")
    Double epsilon;

    @Option(
            names = "--delta",
            paramLabel = "P",
            description = "Probability with which epsilon may be exceeded (default: 1 / (10 stretches)).")
    private Double delta;

    @Option(
            names = "--clip",
            paramLabel = "NORM",
            defaultValue = "1",
            description =
                    "With --epsilon: norm to which each stretch's gradient is clipped (default: ${DEFAULT-VALUE}).")
    private double clip;

    RecurrentRecipe recipe() {
        int some = batch != null ? batch : epsilon == null ? 16 : 256;
        Optimizer optimizer =
                switch (rule) {
                    case ADAM -> new Optimizer.Adam();
                    case RMSPROP -> new Optimizer.RmsProp(0.9);
                    case SGD -> new Optimizer.Sgd(0);
                };
        return new RecurrentRecipe(
                embedding,
                hidden,
                layers,
                dropout,
                tied,
                window,
                new Optimization(epochs, learningRate, some, weightDecay, 0, optimizer));
    }

    int window() {
        return window;
    }

    double delta(int stretches) {
        return delta == null ? 0.1 / stretches : delta;
    }

    /** The private recipe of this budget on so many stretches. */
    DpSgd priced(int stretches) {
        RecurrentRecipe recipe = recipe();
        double noise = new Calibration(new BestAccountant(), Neighbours.ADD_OR_REMOVE_ONE, epsilon, delta(stretches))
                .noise(multiplier -> new DpSgd(recipe, multiplier, new Clipping.Flat(clip)).event(stretches));
        return new DpSgd(recipe, noise, new Clipping.Flat(clip));
    }

    /** In words. */
    String claim(int stretches) {
        return "(" + Claim.rounded(epsilon) + ", " + delta(stretches)
                + ")-differential privacy of the recipe, by DP-SGD, for adding or removing one stretch of " + window
                + " tokens. The model of this audit was trained with seeded noise and must not be released.";
    }

    void describe(Map<String, String> settings) {
        settings.put("embedding", Integer.toString(embedding));
        settings.put("hidden", Integer.toString(hidden));
        settings.put("layers", Integer.toString(layers));
        settings.put("tied", Boolean.toString(tied));
        settings.put("dropout", Double.toString(dropout));
        settings.put("window", Integer.toString(window));
        settings.put("epochs", Integer.toString(epochs));
        settings.put("batch", Integer.toString(recipe().optimization().batch()));
        settings.put("optimizer", rule.name().toLowerCase(Locale.ROOT));
        settings.put("learning-rate", Double.toString(learningRate));
        settings.put("weight-decay", Double.toString(weightDecay));
        if (words != null) {
            settings.put("words", Integer.toString(words));
        }
        if (epsilon != null) {
            settings.put("epsilon", Double.toString(epsilon));
            settings.put("clip", Double.toString(clip));
        }
    }
}

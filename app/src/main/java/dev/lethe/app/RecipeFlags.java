package dev.lethe.app;

import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.model.EncodedTrainer;
import dev.lethe.core.model.Trainer;
import dev.lethe.nn.Augmentation;
import dev.lethe.nn.NetworkTrainer;
import dev.lethe.nn.Optimization;
import dev.lethe.nn.Optimizer;
import dev.lethe.nn.Schedule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the audited model and its shadows are trained. */
final class RecipeFlags {
    @Option(
            names = "--recipe",
            paramLabel = "NAME",
            description = "logistic, mlp, cnn or resnet; mlp for tables and cnn for images if not given.")
    String recipe;

    @Option(
            names = "--width",
            paramLabel = "N,...",
            split = ",",
            hideParamSyntax = true,
            description = "Hidden units, one number a layer; mlp and cnn (default: 256).")
    private List<Integer> width;

    @Option(
            names = "--channels",
            paramLabel = "N",
            description = "Channels of the first convolution; cnn and resnet (default: 16).")
    private Integer channels;

    @Option(
            names = "--blocks",
            paramLabel = "N",
            description = "Residual blocks in each of three stages; resnet only (default: 1).")
    private Integer blocks;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "60",
            description = "Passes over the training records (default: ${DEFAULT-VALUE}).")
    int epochs;

    @Option(
            names = "--learning-rate",
            paramLabel = "RATE",
            defaultValue = "0.001",
            description = "Of the optimizer, at its highest (default: ${DEFAULT-VALUE}).")
    double learningRate;

    @Option(
            names = "--momentum",
            paramLabel = "SHARE",
            description = "Gradient descent with this momentum instead of Adam.")
    private Double momentum;

    @Option(
            names = "--cosine",
            paramLabel = "RISE",
            description = "Let the learning rate rise over this share of the training, then fall to zero along a cosine"
                    + " (default: it stays).")
    private Double cosine;

    @Option(names = "--mirror-images", description = "Train on mirror images, too, drawn at random.")
    private boolean mirror;

    @Option(
            names = "--move-images",
            paramLabel = "PIXELS",
            defaultValue = "0",
            description = "Move images in training at random by up to so many pixels (default: ${DEFAULT-VALUE}).")
    private int shift;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "64",
            description = "Records a step (default: ${DEFAULT-VALUE}).")
    int batch;

    @Option(
            names = "--weight-decay",
            paramLabel = "RATE",
            defaultValue = "0",
            description = "Decoupled (default: ${DEFAULT-VALUE}).")
    double weightDecay;

    @Option(names = "--dropout", paramLabel = "RATE", description = "After hidden layers; mlp and cnn (default: 0).")
    private Double dropout;

    @Option(
            names = "--early-stopping",
            paramLabel = "EPOCHS",
            defaultValue = "0",
            description = "Stop when a held-back tenth has not improved for so many epochs; 0 for never (default).")
    int patience;

    Optimization optimization() {
        Optimizer optimizer = momentum == null ? new Optimizer.Adam() : new Optimizer.Sgd(momentum);
        return new Optimization(epochs, learningRate, batch, weightDecay, patience, optimizer)
                .with(cosine == null ? new Schedule.Constant() : new Schedule.Cosine(cosine))
                .with(augmentation());
    }

    private Augmentation augmentation() {
        return new Augmentation(mirror, shift);
    }

    /** The recipe by name, or {@code byDefault}. */
    Recipe chosen(Recipe byDefault) {
        return recipe == null
                ? byDefault
                : Recipe.find(recipe)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "--recipe '" + recipe + "' is unknown; the recipes are " + Recipe.ids()));
    }

    List<Integer> width() {
        return width == null ? List.of(256) : width;
    }

    int channels() {
        return channels == null ? 16 : channels;
    }

    int blocks() {
        return blocks == null ? 1 : blocks;
    }

    double dropout() {
        return dropout == null ? 0 : dropout;
    }

    NetworkTrainer trainer(Recipe byDefault) {
        Recipe chosen = chosen(byDefault);
        refuseIgnored(chosen, "--width", width);
        refuseIgnored(chosen, "--channels", channels);
        refuseIgnored(chosen, "--blocks", blocks);
        refuseIgnored(chosen, "--dropout", dropout);
        return chosen.trainer(this);
    }

    /** A flag that the recipe would not look at is a mistake of the user's, not a wish. */
    private static void refuseIgnored(Recipe recipe, String flag, @Nullable Object given) {
        if (given != null && !recipe.ownFlags().contains(flag)) {
            throw new IllegalArgumentException(
                    flag + " means nothing to the " + recipe.id() + " recipe; leave it out or choose another --recipe");
        }
    }

    /** A recipe for tables, which not all are. */
    Trainer<LabelledTable> tableTrainer() {
        if (chosen(Recipe.MLP).isForImages()) {
            throw new IllegalArgumentException(
                    "--recipe " + recipe + " is for images; take mlp or logistic for a table");
        }
        if (!augmentation().equals(Augmentation.NONE)) {
            throw new IllegalArgumentException(
                    (mirror ? "--mirror-images" : "--move-images") + " is for images; leave it out");
        }
        return new EncodedTrainer(trainer(Recipe.MLP));
    }

    void describe(Map<String, String> settings, Recipe byDefault) {
        Recipe chosen = chosen(byDefault);
        settings.put("recipe", chosen.id());
        Map<String, String> own = Map.of(
                "--width",
                        String.join(",", width().stream().map(String::valueOf).toList()),
                "--channels", Integer.toString(channels()),
                "--blocks", Integer.toString(blocks()),
                "--dropout", Double.toString(dropout()));
        chosen.ownFlags().forEach(flag -> settings.put(flag.substring(2), own.get(flag)));
        settings.put("epochs", Integer.toString(epochs));
        settings.put("learning-rate", Double.toString(learningRate));
        settings.put("batch", Integer.toString(batch));
        settings.put("weight-decay", Double.toString(weightDecay));
        settings.put("early-stopping", Integer.toString(patience));
        // What changes nothing is not said: a record of settings without these means what it did before there were any.
        if (momentum != null) {
            settings.put("momentum", Double.toString(momentum));
        }
        if (cosine != null) {
            settings.put("cosine", Double.toString(cosine));
        }
        if (mirror) {
            settings.put("mirror-images", "true");
        }
        if (shift > 0) {
            settings.put("move-images", Integer.toString(shift));
        }
    }
}

package dev.lethe.app;

import dev.lethe.core.data.ColumnEncoding;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.query.ContributionBounds;
import dev.lethe.nn.Clipping;
import dev.lethe.nn.NetworkTrainer;
import dev.lethe.protect.training.AdaptiveNorm;
import dev.lethe.protect.training.DpFtrl;
import dev.lethe.protect.training.DpSgd;
import dev.lethe.protect.training.ObjectivePerturbation;
import dev.lethe.protect.training.OutputPerturbation;
import dev.lethe.protect.training.Perturbation;
import dev.lethe.protect.training.PrivateRecipe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Option;

/** How a private training is done and what it may cost. */
final class TrainingFlags {
    @Option(
            names = "--epsilon",
            required = true,
            paramLabel = "E",
            description = "What everything together may cost: the training, and finding how to encode the table.")
    double epsilon;

    @Option(
            names = "--delta",
            paramLabel = "P",
            description =
                    "Probability with which epsilon may be exceeded; well below 1 / number of records. A perturbed"
                            + " regression needs none unless categories are to be found.")
    Double delta;

    @Option(
            names = "--max-rows-per-unit",
            paramLabel = "N",
            description =
                    "With --unit: at most so many rows of each person take part, drawn at random. More rows make what is"
                            + " found privately for the encoding noisier (default: 8).")
    Integer mostRows;

    @Option(
            names = "--neighbours",
            paramLabel = "RELATION",
            converter = PriceCommand.Relation.class,
            description =
                    "Which data sets are alike: add-remove, where one has a record more, or replace, where one record"
                            + " differs (default: add-remove; a perturbed regression knows replace alone).")
    Neighbours neighbours;

    @Option(
            names = "--method",
            paramLabel = "NAME",
            defaultValue = "dp-sgd",
            description =
                    "dp-sgd, by the recipe's optimizer on records drawn by coins; dp-ftrl, gradient descent with --momentum"
                            + " on records in the order of the file, which must owe nothing to them; or"
                            + " objective-perturbation or output-perturbation, logistic regression in one release, without"
                            + " steps to choose (default: ${DEFAULT-VALUE}).")
    String method;

    @Option(
            names = "--regularization",
            paramLabel = "RATE",
            description =
                    "Of a perturbed regression, chosen without looking at the records: half of it times the squared"
                            + " weights is added to the mean loss (default: by the numbers of records and columns).")
    Double regularization;

    @Option(
            names = "--radius",
            paramLabel = "NORM",
            description = "Of a perturbed regression: longer encoded rows are shortened to it (default: the root of the"
                    + " number of columns and one).")
    Double radius;

    @Option(
            names = "--clipping",
            paramLabel = "KIND",
            defaultValue = "flat",
            description = "How each record's gradient is made short: flat, per-layer, adaptive or automatic"
                    + " (default: ${DEFAULT-VALUE}).")
    String clipping;

    @Option(
            names = "--clip",
            paramLabel = "NORM",
            defaultValue = "1",
            description = "The norm to clip to, for adaptive the first one; not for automatic"
                    + " (default: ${DEFAULT-VALUE}).")
    double clip;

    @Option(
            names = "--copies",
            paramLabel = "N",
            defaultValue = "1",
            description = "Augmented copies of each image in a step, of which the mean gradient is clipped"
                    + " (default: ${DEFAULT-VALUE}).")
    int copies;

    @Option(
            names = "--averaging",
            paramLabel = "DECAY",
            defaultValue = "0",
            description = "Release the exponential mean of the parameters over the steps, such as 0.99; 0 for the last"
                    + " ones (default: ${DEFAULT-VALUE}).")
    double averaging;

    @Option(
            names = "--bounds",
            paramLabel = "COLUMN=LOW:HIGH,...",
            split = ",",
            hideParamSyntax = true,
            description = "What numbers are scaled by, chosen without looking at the data. Those of other columns are"
                    + " found privately, which takes a share of epsilon.")
    List<String> bounds = List.of();

    @Option(
            names = "--categories",
            paramLabel = "COLUMN=A|B|...,...",
            split = ",",
            hideParamSyntax = true,
            description = "Categories known without looking at the data. Those of other columns are found privately.")
    List<String> categories = List.of();

    @Option(
            names = "--encoding-share",
            paramLabel = "SHARE",
            defaultValue = "0.1",
            description = "Share of epsilon and delta for finding what --bounds and --categories do not give"
                    + " (default: ${DEFAULT-VALUE}).")
    double encodingShare;

    void check() {
        if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("--epsilon " + epsilon + " must be above 0 and finite");
        }
        if (mostRows != null && (mostRows < 1 || mostRows > ContributionBounds.MOST)) {
            throw new IllegalArgumentException(
                    "--max-rows-per-unit " + mostRows + " must lie in 1.." + ContributionBounds.MOST);
        }
        Method chosen = method();
        if (delta == null && !chosen.isPerturbation()) {
            throw new IllegalArgumentException("--delta P is missing: Gaussian noise has no epsilon without");
        }
        if (delta != null && !(delta > 0 && delta < 1)) {
            throw new IllegalArgumentException("--delta " + delta + " must lie in (0, 1)"
                    + (chosen.isPerturbation()
                            ? "; leave it out for pure differential privacy"
                            : ": Gaussian noise has no epsilon without"));
        }
        if (chosen.isPerturbation() && neighbours == Neighbours.ADD_OR_REMOVE_ONE) {
            throw new IllegalArgumentException(
                    "--neighbours add-remove: " + method + " divides by the number of records,"
                            + " so that its guarantee is for replacing one; take replace, or dp-sgd");
        }
        if (!chosen.isPerturbation() && (regularization != null || radius != null)) {
            throw new IllegalArgumentException((regularization != null ? "--regularization" : "--radius")
                    + " is of a perturbed regression; leave it out with " + method);
        }
        if (!(encodingShare > 0 && encodingShare < 1)) {
            throw new IllegalArgumentException("--encoding-share " + encodingShare + " must lie in (0, 1)");
        }
    }

    /** Ways to train privately. */
    enum Method {
        DP_SGD,
        DP_FTRL,
        OBJECTIVE_PERTURBATION,
        OUTPUT_PERTURBATION;

        String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        boolean isPerturbation() {
            return this == OBJECTIVE_PERTURBATION || this == OUTPUT_PERTURBATION;
        }
    }

    Method method() {
        return Arrays.stream(Method.values())
                .filter(one -> one.id().equals(method))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("--method '" + method + "' is unknown; take "
                        + String.join(
                                ", ",
                                Arrays.stream(Method.values()).map(Method::id).toList())));
    }

    /** Rows of a person that take part. */
    int mostRows() {
        return mostRows == null ? 8 : mostRows;
    }

    /** Which data sets are alike, for the chosen method. */
    Neighbours neighbours() {
        if (neighbours != null) {
            return neighbours;
        }
        return method().isPerturbation() ? Neighbours.REPLACE_ONE : Neighbours.ADD_OR_REMOVE_ONE;
    }

    /** Delta, 0 for pure differential privacy. */
    double delta() {
        return delta == null ? 0 : delta;
    }

    /** A regression for a part of epsilon; its other settings come from what is public, where they are not given. */
    Perturbation perturbation(double part, int records, int columns) {
        double longest = radius != null ? radius : Math.sqrt(columns + 1.0);
        boolean onObjective = method() == Method.OBJECTIVE_PERTURBATION;
        // Noise that falls with epsilon and records asks for as much less of it; noise on the answer for more.
        double usual = (onObjective ? 0.2 : 3) * (columns + 1) / (part * records);
        double rate = regularization != null ? regularization : Math.min(1, Math.max(1e-6, usual));
        return onObjective
                ? new ObjectivePerturbation(part, rate, longest)
                : new OutputPerturbation(part, rate, longest);
    }

    /** The recipe, private, with some noise. */
    PrivateRecipe recipe(NetworkTrainer recipe, double noiseMultiplier, int records) {
        if (method() == Method.DP_FTRL) {
            if (copies > 1 || averaging > 0 || clipping.equals("adaptive")) {
                throw new IllegalArgumentException(
                        "--copies, --averaging and adaptive clipping are of dp-sgd; leave them out with dp-ftrl");
            }
            return new DpFtrl(recipe, noiseMultiplier, clipping());
        }
        double batch = Math.min(recipe.optimization().batch(), records);
        return new DpSgd(
                recipe,
                noiseMultiplier,
                clipping(),
                clipping.equals("adaptive") ? AdaptiveNorm.of(clip, batch) : null,
                copies,
                averaging);
    }

    private Clipping clipping() {
        return switch (clipping) {
            case "flat", "adaptive" -> new Clipping.Flat(clip);
            case "per-layer" -> new Clipping.PerLayer(clip);
            case "automatic" -> new Clipping.Automatic(0.01);
            default ->
                throw new IllegalArgumentException(
                        "--clipping '" + clipping + "' is unknown; take flat, per-layer, adaptive or automatic");
        };
    }

    /** What is known of columns without looking at the data. */
    Map<String, ColumnEncoding> known() {
        Map<String, ColumnEncoding> known = new HashMap<>();
        StatisticsFlags.bounds(bounds)
                .forEach((column, one) ->
                        known.put(column, ColumnEncoding.Scaled.between(column, one.low(), one.high())));
        for (String flag : categories) {
            int equals = flag.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("--categories '" + flag + "' must look like city=north|south");
            }
            List<String> names =
                    new ArrayList<>(List.of(flag.substring(equals + 1).split("\\|", -1)));
            known.put(flag.substring(0, equals), new ColumnEncoding.OneHot(flag.substring(0, equals), names));
        }
        return known;
    }
}

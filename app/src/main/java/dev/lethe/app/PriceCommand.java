package dev.lethe.app;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import dev.lethe.core.privacy.BestAccountant;
import dev.lethe.core.privacy.BestAccountant.BestCurve;
import dev.lethe.core.privacy.Calibration;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.PrivacyEventJson;
import dev.lethe.core.privacy.PrivacyLossCurve.Bracket;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** What a private mechanism costs, and how much noise a budget asks for. */
@Command(
        name = "price",
        description = {
            "Price a private mechanism: the smallest epsilon that holds at a delta, as a bracket that contains it.",
            "Given as noisy steps on Poisson samples, or as any event in a file. With --target-epsilon, that one of --rate,"
                    + " --noise-multiplier and --steps that is left out is chosen to keep the target."
        },
        footer = {
            "",
            "Examples:",
            "  lethe price --rate 0.01 --noise-multiplier 1.0 --steps 1000 --delta 1e-5",
            "  lethe price --rate 0.01 --noise-multiplier 1.0 --steps 1000 --delta 1e-5 --neighbours replace --json",
            "  lethe price --target-epsilon 3 --rate 0.01 --steps 1000 --delta 1e-5",
            "  lethe price --event event.json",
            "",
            "An event file:",
            "  {\"composed\": [",
            "    {\"repeated\": {\"times\": 1000, \"event\":",
            "      {\"poissonSampled\": {\"rate\": 0.01, \"event\": {\"gaussian\": {\"noiseMultiplier\": 1.1}}}}}},",
            "    {\"laplace\": {\"noiseMultiplier\": 20.0}}]}",
            "",
            "Exit codes: 0 done, 2 wrong usage, 3 refused: no price is known for the event, 4 input or output."
        })
final class PriceCommand implements Callable<Integer>, Failures.Debuggable {
    /** Beyond these, Rényi orders are outside of those that are recommended. */
    private static final double LARGEST_ORDER = 1024;

    private static final double SMALLEST_ORDER = 1.1;
    private static final double[] CURVE = {1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8};

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--rate",
            paramLabel = "Q",
            description = "Probability of each record to be in a step's sample, drawn by a coin for each (default: 1).")
    private Double rate;

    @Option(
            names = "--noise-multiplier",
            paramLabel = "SIGMA",
            description = "Standard deviation of Gaussian noise over what one record can add, in L2 norm.")
    private Double noiseMultiplier;

    @Option(names = "--steps", paramLabel = "N", description = "How many steps (default: 1).")
    private Long steps;

    @Option(names = "--event", paramLabel = "FILE", description = "Any event, as JSON, instead of the three above.")
    private Path event;

    @Option(
            names = "--delta",
            paramLabel = "P",
            defaultValue = "1e-5",
            description = "Probability with which epsilon may be exceeded, in [0, 1); well below 1 / number of records"
                    + " (default: ${DEFAULT-VALUE}, with a warning).")
    private double delta;

    @Option(
            names = "--neighbours",
            paramLabel = "RELATION",
            defaultValue = "add-remove",
            converter = Relation.class,
            description =
                    "Which data sets are alike: add-remove, where one has a record more, or replace, where one record"
                            + " differs (default: ${DEFAULT-VALUE}).")
    private Neighbours neighbours;

    @Option(
            names = "--target-epsilon",
            paramLabel = "E",
            description = "Choose what is left out, to keep this epsilon.")
    private Double targetEpsilon;

    @Option(names = "--records", paramLabel = "N", description = "Number of records, to check that delta suits it.")
    private Long records;

    @Mixin
    private Common common;

    @Override
    public boolean debug() {
        return common.debug;
    }

    @Override
    public Integer call() throws IOException {
        check();
        PrivacyEvent priced = event == null ? steps() : EventFile.read(event);
        BestCurve curve = new BestAccountant().price(priced, neighbours);
        Bracket bracket = curve.bracket(delta);
        List<String> warnings = warnings(curve, bracket);
        System.out.println(common.json ? json(priced, curve, bracket, warnings) : text(curve, bracket, warnings));
        return 0;
    }

    private void check() {
        if (!(delta >= 0 && delta < 1)) {
            throw usage("--delta " + delta + " must lie in [0, 1)");
        }
        if (records != null && records < 1) {
            throw usage("--records " + records + " must be at least 1");
        }
        if (event != null && (rate != null || noiseMultiplier != null || steps != null || targetEpsilon != null)) {
            throw usage("--event stands alone: leave out --rate, --noise-multiplier, --steps and --target-epsilon");
        }
        if (rate != null && !(rate >= 0 && rate <= 1)) {
            throw usage("--rate " + rate + " must lie in [0, 1]");
        }
        if (noiseMultiplier != null && !(noiseMultiplier > 0 && noiseMultiplier < Double.POSITIVE_INFINITY)) {
            throw usage("--noise-multiplier " + noiseMultiplier + " must be above 0 and finite");
        }
        if (steps != null && steps < 1) {
            throw usage("--steps " + steps + " must be at least 1");
        }
        if (targetEpsilon != null && !(targetEpsilon > 0 && targetEpsilon < Double.POSITIVE_INFINITY)) {
            throw usage("--target-epsilon " + targetEpsilon + " must be above 0 and finite");
        }
    }

    /** The steps that the flags describe; what is left out is first chosen, where there is a target. */
    private PrivacyEvent steps() {
        if (targetEpsilon == null) {
            if (noiseMultiplier == null) {
                throw usage("name --noise-multiplier, or an event by --event, or a --target-epsilon");
            }
            return steps(rate == null ? 1 : rate, noiseMultiplier, steps == null ? 1 : steps);
        }
        int left = (rate == null ? 1 : 0) + (noiseMultiplier == null ? 1 : 0) + (steps == null ? 1 : 0);
        if (left != 1) {
            throw usage(
                    "with --target-epsilon, name two of --rate, --noise-multiplier and --steps; the third is chosen");
        }
        Calibration calibration = new Calibration(new BestAccountant(), neighbours, targetEpsilon, delta);
        if (noiseMultiplier == null) {
            noiseMultiplier = rounded(calibration.noise(noise -> steps(rate, noise, steps)), RoundingMode.UP);
        } else if (rate == null) {
            rate = rounded(calibration.rate(share -> steps(share, noiseMultiplier, steps)), RoundingMode.DOWN);
        } else {
            steps = calibration.steps(count -> steps(rate, noiseMultiplier, count));
        }
        return steps(rate, noiseMultiplier, steps);
    }

    private static PrivacyEvent steps(double rate, double noiseMultiplier, long steps) {
        PrivacyEvent step = new PrivacyEvent.Gaussian(noiseMultiplier);
        if (rate < 1) {
            step = new PrivacyEvent.PoissonSampled(rate, step);
        }
        return steps == 1 ? step : new PrivacyEvent.Repeated(steps, step);
    }

    /** To six digits, to the side of more privacy. */
    private static double rounded(double value, RoundingMode direction) {
        return new BigDecimal(value).round(new MathContext(6, direction)).doubleValue();
    }

    private List<String> warnings(BestCurve curve, Bracket bracket) {
        List<String> warnings = new ArrayList<>();
        if (!spec.commandLine().getParseResult().hasMatchedOption("--delta")) {
            warnings.add("No --delta was named: " + delta + " is taken, which suits far fewer than "
                    + Math.round(1 / delta) + " records.");
        }
        if (records != null && delta > 1.0 / records) {
            warnings.add("delta is above 1 / " + records + ": publishing one whole record at random would keep it.");
        }
        if (delta == 0 && bracket.high() == Double.POSITIVE_INFINITY) {
            warnings.add("No finite epsilon holds at delta 0; name a delta above 0.");
        } else if (bracket.high() == Double.POSITIVE_INFINITY) {
            warnings.add("No finite epsilon holds at this delta.");
        }
        if (!curve.hasLower()) {
            warnings.add(
                    "The distribution of the privacy loss is not known for this event: the price is an upper bound by"
                            + " Rényi divergences, and may be far above what holds.");
        }
        if (delta > 0 && curve.rdpEpsilon(delta) < Double.POSITIVE_INFINITY && curve.rdpEpsilon(delta) > 0) {
            double order = curve.rdpOrder(delta);
            if (order < SMALLEST_ORDER || order > LARGEST_ORDER) {
                warnings.add(String.format(
                        Locale.ROOT,
                        "The best Rényi order, %.4g, lies outside of those that are recommended (1.1 to 1024): programs that"
                                + " search only those print more.",
                        order));
            }
        }
        return warnings;
    }

    private String json(PrivacyEvent priced, BestCurve curve, Bracket bracket, List<String> warnings) {
        JsonObject root = new JsonObject();
        number(root, "epsilon", bracket.high());
        number(root, "epsilonLower", bracket.low());
        number(root, "rdpEpsilon", curve.rdpEpsilon(delta));
        root.addProperty("delta", delta);
        root.addProperty("neighbours", neighbours.label());
        if (targetEpsilon != null) {
            root.addProperty("targetEpsilon", targetEpsilon);
        }
        if (event == null) {
            root.addProperty("rate", rate == null ? 1 : rate);
            root.addProperty("noiseMultiplier", noiseMultiplier);
            root.addProperty("steps", steps == null ? 1 : steps);
        }
        JsonArray points = new JsonArray();
        for (double at : deltas()) {
            Bracket there = curve.bracket(at);
            JsonObject point = new JsonObject();
            point.addProperty("delta", at);
            number(point, "epsilon", there.high());
            number(point, "epsilonLower", there.low());
            number(point, "rdpEpsilon", curve.rdpEpsilon(at));
            points.add(point);
        }
        root.add("curve", points);
        JsonArray said = new JsonArray();
        warnings.forEach(said::add);
        root.add("warnings", said);
        root.add("event", PrivacyEventJson.tree(priced));
        return new GsonBuilder().setPrettyPrinting().serializeNulls().create().toJson(root);
    }

    /** JSON has no infinity: no finite number is null. */
    private static void number(JsonObject object, String name, double value) {
        object.add(name, JsonNull.INSTANCE);
        if (Double.isFinite(value)) {
            object.addProperty(name, value);
        }
    }

    private String text(BestCurve curve, Bracket bracket, List<String> warnings) {
        StringBuilder text = new StringBuilder();
        if (targetEpsilon != null) {
            text.append(String.format(
                    Locale.ROOT,
                    "To keep epsilon %s at delta %s: rate %s, noise multiplier %s, steps %d%n%n",
                    targetEpsilon,
                    delta,
                    rate,
                    noiseMultiplier,
                    steps));
        }
        text.append("epsilon ").append(up(bracket.high())).append(" at delta ").append(delta);
        if (curve.hasLower()) {
            text.append("; the smallest that holds lies in [")
                    .append(down(bracket.low()))
                    .append(", ");
            text.append(up(bracket.high())).append(']');
        }
        text.append(String.format("%nby Rényi divergences alone: %s%n%n", up(curve.rdpEpsilon(delta))));
        text.append(
                neighbours == Neighbours.ADD_OR_REMOVE_ONE
                        ? "Neighbours: one data set has a record more than the other (add-remove). Where two of equal size differ"
                                + " in one record (--neighbours replace), epsilon is larger, often about twice.\n"
                        : "Neighbours: two data sets of equal size differ in one record (replace). That is removing one and adding"
                                + " one; where one has a record more (add-remove), epsilon is smaller, often about half.\n");
        text.append(String.format("%n%-10s %14s %14s %14s%n", "delta", "epsilon", "at least", "Rényi alone"));
        for (double at : deltas()) {
            Bracket there = curve.bracket(at);
            text.append(String.format(
                    Locale.ROOT,
                    "%-10s %14s %14s %14s%n",
                    at,
                    up(there.high()),
                    curve.hasLower() ? down(there.low()) : "-",
                    up(curve.rdpEpsilon(at))));
        }
        for (String warning : warnings) {
            text.append(String.format("%nWarning: %s", warning));
        }
        return text.toString().stripTrailing();
    }

    private List<Double> deltas() {
        TreeSet<Double> deltas = new TreeSet<>((a, b) -> Double.compare(b, a));
        for (double one : CURVE) {
            deltas.add(one);
        }
        deltas.add(delta);
        return List.copyOf(deltas);
    }

    private static String up(double value) {
        return rounded(value, 6, RoundingMode.CEILING);
    }

    private static String down(double value) {
        return rounded(value, 6, RoundingMode.FLOOR);
    }

    private static String rounded(double value, int digits, RoundingMode direction) {
        return Double.isFinite(value)
                ? new BigDecimal(value).setScale(digits, direction).toPlainString()
                : "none";
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** From the relation's name in files. */
    static final class Relation implements ITypeConverter<Neighbours> {
        @Override
        public Neighbours convert(String text) {
            for (Neighbours neighbours : Neighbours.values()) {
                if (neighbours.label().equals(text)) {
                    return neighbours;
                }
            }
            throw new TypeConversionException("'" + text + "' is neither add-remove nor replace");
        }
    }
}

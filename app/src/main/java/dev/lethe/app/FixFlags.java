package dev.lethe.app;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Which remedies to try, and what they shall reach. */
final class FixFlags {
    private static final Pattern TARGET =
            Pattern.compile("\\s*(tpr@fpr=[0-9.eE-]+|auc|advantage)\\s*<=\\s*([0-9.eE-]+)\\s*");

    private static final String TARGET_BY_DEFAULT = "tpr@fpr=0.001 <= 0.01";

    @Option(
            names = "--target",
            paramLabel = "METRIC<=VALUE",
            defaultValue = TARGET_BY_DEFAULT,
            description = "What no attack shall exceed: tpr@fpr=RATE (a rate of the audit), auc or advantage"
                    + " (default: ${DEFAULT-VALUE}).")
    String target;

    @Option(
            names = "--epsilon",
            paramLabel = "E,...",
            split = ",",
            hideParamSyntax = true,
            defaultValue = "1,3,8",
            description = "Budgets of private training to try (default: ${DEFAULT-VALUE}).")
    List<Double> epsilons;

    @Option(
            names = "--delta",
            paramLabel = "P",
            description = "Of these budgets; a tenth of 1 / number of records if not given.")
    Double delta;

    @Option(
            names = "--remedies",
            paramLabel = "ID,...",
            split = ",",
            hideParamSyntax = true,
            description = "Heuristic remedies to try besides, or none: early-stopping, weight-decay, dropout,"
                    + " label-smoothing, confidence-masking, distillation; all that fit if not given.")
    List<String> remedies;

    @Option(
            names = "--ledger",
            paramLabel = "FILE",
            description = "Also train a model with each budget on all records, charged here first.")
    String ledger;

    @Option(names = "--dataset", paramLabel = "NAME", description = "Whose account in the ledger.")
    String dataset;

    @Option(
            names = "--select",
            paramLabel = "HOW",
            description =
                    "With a ledger, dp: instead of a model of each budget, train a random number of models with budgets"
                            + " drawn at random, and release the best alone, by a noisy count; one charge, and the claim stays a theorem"
                            + " though one was chosen.")
    String select;

    @Option(names = "--who", paramLabel = "NAME", description = "On whose behalf; default: you.")
    String who;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "lethe-fix",
            description = "Where fix.html, fix.json, each remedy's report and shadow models go"
                    + " (default: ${DEFAULT-VALUE}).")
    Path out;

    @Option(
            names = "--fresh",
            description =
                    "Delete the shadow models of an earlier run in that folder instead of going on from them. Models that"
                            + " were charged for stay.")
    boolean fresh;

    /** A first look in a minute or two: one heuristic remedy, two budgets. */
    static FixFlags quick(Path out, boolean fresh) {
        FixFlags flags = new FixFlags();
        flags.target = TARGET_BY_DEFAULT;
        flags.epsilons = List.of(1.0, 8.0);
        flags.remedies = List.of("early-stopping");
        flags.out = out;
        flags.fresh = fresh;
        return flags;
    }

    /** What is aimed at. */
    record Target(String metric, double most) {
        /** The false-positive rate that the metric speaks of; NaN for others. */
        double rate() {
            return metric.startsWith("tpr@fpr=")
                    ? Double.parseDouble(metric.substring("tpr@fpr=".length()))
                    : Double.NaN;
        }

        @Override
        public String toString() {
            return metric + " <= " + most;
        }
    }

    Target target() {
        Matcher matcher = TARGET.matcher(target.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("--target '" + target + "' must look like 'tpr@fpr=0.001 <= 0.005'");
        }
        double most = Double.parseDouble(matcher.group(2));
        if (!(most >= 0 && most <= 1)) {
            throw new IllegalArgumentException("--target: " + most + " must lie in [0, 1]");
        }
        return new Target(matcher.group(1), most);
    }

    void check() {
        target();
        if ((ledger == null) != (dataset == null)) {
            throw new IllegalArgumentException("--ledger and --dataset go together; give both or none");
        }
        if (select != null && !select.equals("dp")) {
            throw new IllegalArgumentException("--select '" + select + "' is unknown; take dp");
        }
        if (select != null && ledger == null) {
            throw new IllegalArgumentException("--select dp releases a model, and goes with --ledger and --dataset");
        }
        for (double epsilon : epsilons) {
            if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("--epsilon " + epsilon + " must be above 0 and finite");
            }
        }
        if (delta != null && !(delta > 0 && delta < 1)) {
            throw new IllegalArgumentException("--delta " + delta + " must lie in (0, 1)");
        }
    }
}

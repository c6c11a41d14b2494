package dev.lethe.bench;

import dev.lethe.audit.evidence.EpsilonAudit;
import dev.lethe.audit.evidence.EpsilonMethod;
import dev.lethe.audit.evidence.Guesses;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.core.data.Examples;
import dev.lethe.core.random.Seed;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * Privacy auditing with one training run (Steinke, Nasr and Jagielski 2023): known values, false alarms under no leak, bounds
 * for mechanisms whose epsilon is known, networks really trained with canaries, and a really trained private model. Beside
 * the figures that a public tool printed by a rule that is not valid.
 */
final class OneRunAudit implements Reproduction {
    private static final long SEED = 2023;
    private static final double DELTA = 1e-5;
    private static final double CONFIDENCE = 0.95;
    private static final int RECORDS = 1000;
    private static final EpsilonAudit AUDIT = new EpsilonAudit(DELTA, CONFIDENCE);

    /** A correct rule seems to fail with this probability, for each of the counts that are judged. */
    private static final double FALSE_ALARM = 1e-4;

    private static final List<EpsilonMethod> ONE_RUN =
            List.of(EpsilonMethod.ONE_RUN, EpsilonMethod.ONE_RUN_CURVE, EpsilonMethod.ONE_RUN_GAUSSIAN);

    private boolean agrees = true;

    @Override
    public String name() {
        return "one-run-audit";
    }

    @Override
    public String summary() {
        return "lower bounds on epsilon from one training run, CIFAR-10 (Steinke, Nasr and Jagielski 2023)";
    }

    @Override
    public String dataHome() {
        return Cifar10.HOME;
    }

    @Override
    public boolean run(Path data, Path kept) throws Exception {
        Examples images = Cifar10.first(data, TrainedCanaries.CANARIES + TrainedCanaries.OTHERS);
        System.out.println("One-run audits: m = 1,000 canaries, delta 1e-5, 95 %, seed " + SEED
                + ". Our rule: guess the 50 highest in and the\n50 lowest out, fixed beforehand. The rule that is not"
                + " valid: of all pairs of counts on a grid of step 31 the best.");
        knownValues();
        noLeak();
        knownMechanisms();
        trainedNetworks(images);
        noisyDescent(images);
        System.out.println();
        System.out.println(agrees ? "agrees" : "DIFFERS");
        return agrees;
    }

    private void judge(String what, boolean holds) {
        agrees &= holds;
        System.out.println((holds ? "agrees: " : "DIFFERS: ") + what);
    }

    private record Known(int records, int guesses, int correct, double delta, EpsilonMethod method, String value) {}

    private static final List<Known> KNOWN = List.of(
            new Known(1000, 1000, 600, 0, EpsilonMethod.ONE_RUN, "0.2975"),
            new Known(1000, 1000, 600, DELTA, EpsilonMethod.ONE_RUN, "0.2972"),
            new Known(1000, 100, 95, DELTA, EpsilonMethod.ONE_RUN, "2.1652"),
            new Known(1000, 100, 100, DELTA, EpsilonMethod.ONE_RUN, "3.4654"),
            new Known(1000, 40, 40, DELTA, EpsilonMethod.ONE_RUN, "2.5250"),
            new Known(5000, 500, 490, DELTA, EpsilonMethod.ONE_RUN, "3.3357"),
            new Known(1000, 1000, 520, 0, EpsilonMethod.ONE_RUN, "0.0000"),
            new Known(1000, 1000, 600, 0, EpsilonMethod.ONE_RUN_CURVE, "0.2919"),
            new Known(1000, 100, 95, 0, EpsilonMethod.ONE_RUN_CURVE, "2.1563"),
            new Known(1000, 100, 100, 0, EpsilonMethod.ONE_RUN_CURVE, "3.4930"),
            new Known(1000, 100, 95, DELTA, EpsilonMethod.ONE_RUN_GAUSSIAN, "3.323"));

    private void knownValues() {
        System.out.println("\n1. Known values, computed by other code. Agrees if equal in every digit shown.\n");
        System.out.printf("%7s %7s %7s %7s  %-50s %8s %8s%n", "m", "guesses", "right", "delta", "", "known", "ours");
        boolean equal = true;
        for (Known known : KNOWN) {
            double ours = new EpsilonAudit(known.delta(), CONFIDENCE)
                    .bound(known.method(), new Guesses(known.records(), known.guesses(), known.correct()))
                    .epsilon();
            String digits = String.format(
                    Locale.ROOT, "%." + (known.value().length() - known.value().indexOf('.') - 1) + "f", ours);
            boolean same = digits.equals(known.value());
            equal &= same;
            System.out.printf(
                    Locale.ROOT,
                    "%7d %7d %7d %7.0e  %-50s %8s %8s%s%n",
                    known.records(),
                    known.guesses(),
                    known.correct(),
                    known.delta(),
                    known.method().title(),
                    known.value(),
                    digits,
                    same ? "" : "  no");
        }
        judge("known values", equal);
    }

    private void noLeak() {
        int trials = 1000;
        int most = most(trials);
        System.out.printf(
                Locale.ROOT,
                "%n2. Scores that say nothing, %,d audits. Agrees if our rule finds an epsilon above 0 in at most 5 %% and the"
                        + " error%nof counting (%d, exceeded once in 10,000 such tables), and the other rule in a share that is"
                        + " within four deviations of%nthe published 43.5 %% of 200.%n%n",
                trials,
                most);
        double[][] epsilons = audits(trials, number -> {
            Seed seed = Seed.of(SEED).fork("noise-" + number);
            Trial trial = GaussianTruth.trial(RECORDS, 0, seed);
            return new double[] {
                AUDIT.bound(EpsilonMethod.ONE_RUN, trial, seed).epsilon(),
                AUDIT.bound(EpsilonMethod.ONE_RUN_CURVE, trial, seed).epsilon(),
                AUDIT.bound(EpsilonMethod.ONE_RUN_GAUSSIAN, trial, seed).epsilon(),
                GuessGrid.largest(trial, AUDIT).epsilon()
            };
        });
        boolean few = true;
        for (int i = 0; i < ONE_RUN.size(); i++) {
            few &= above(epsilons, i, 0) <= most;
            positive(ONE_RUN.get(i).title(), epsilons, i);
        }
        int grid = ONE_RUN.size();
        positive("the best pair of counts (not valid)", epsilons, grid);
        double share = (double) above(epsilons, grid, 0) / trials;
        double deviation = Math.sqrt(0.435 * 0.565 * (1.0 / 200 + 1.0 / trials));
        judge("our rule is deceived by at most 5 %", few);
        judge("the other rule is deceived as published", Math.abs(share - 0.435) <= 4 * deviation);
    }

    private static void positive(String title, double[][] epsilons, int column) {
        System.out.printf(
                Locale.ROOT,
                "%-50s above 0 in %5.1f %%, up to %.2f%n",
                title,
                100.0 * above(epsilons, column, 0) / epsilons.length,
                Arrays.stream(epsilons).mapToDouble(row -> row[column]).max().orElseThrow());
    }

    private void knownMechanisms() {
        int trials = 200;
        int most = most(trials);
        System.out.printf(
                Locale.ROOT,
                "%n3. Gaussian mechanisms, simulated, %d audits each: what is proved of a known epsilon, and its share of it. Agrees"
                        + " if%nbounds are above the truth in at most 5 %% and the error of counting (%d). 100 guesses, all"
                        + " right, prove 3.47 at most.%n%n",
                trials,
                most);
        header();
        boolean few = true;
        for (double mu : new double[] {0, 0.5, 1, 2, 4}) {
            double[][] epsilons = audits(trials, number -> {
                Seed seed = Seed.of(SEED).fork("mu-" + mu + "-" + number);
                return bounds(GaussianTruth.trial(RECORDS, mu, seed), seed);
            });
            few &= line(mu, epsilons, most);
        }
        judge("bounds on known mechanisms hold", few);
    }

    private static double[] bounds(Trial trial, Seed seed) {
        return ONE_RUN.stream()
                .mapToDouble(method -> AUDIT.bound(method, trial, seed).epsilon())
                .toArray();
    }

    private static void header() {
        System.out.printf("%4s %9s", "mu", "epsilon");
        for (String title : List.of("guesses counted", "trade-off curve", "Gaussian curve")) {
            System.out.printf("   %-26s", title + ": median");
        }
        System.out.println();
    }

    /** Prints medians, their share of the truth and how often the truth is exceeded; whether that is seldom. */
    private static boolean line(double mu, double[][] epsilons, int most) {
        double truth = GaussianTruth.epsilon(mu, DELTA);
        System.out.printf(Locale.ROOT, "%4.1f %9.3f", mu, truth);
        boolean few = true;
        for (int i = 0; i < ONE_RUN.size(); i++) {
            int column = i;
            double median = Arrays.stream(epsilons)
                    .mapToDouble(row -> row[column])
                    .sorted()
                    .toArray()[epsilons.length / 2];
            int above = above(epsilons, i, truth);
            few &= above <= most;
            System.out.printf(
                    Locale.ROOT,
                    "   %6.3f %5s, above %4.1f %%",
                    median,
                    mu == 0 ? "-" : Math.round(100 * median / truth) + " %",
                    100.0 * above / epsilons.length);
        }
        System.out.println();
        return few;
    }

    private static double[][] audits(int trials, IntFunction<double[]> audit) {
        return IntStream.range(0, trials).parallel().mapToObj(audit).toArray(double[][]::new);
    }

    private static int above(double[][] epsilons, int column, double truth) {
        return (int) Arrays.stream(epsilons).filter(row -> row[column] > truth).count();
    }

    /** The largest count of errors, each of probability at most 5 %, that is not surprising. */
    private static int most(int trials) {
        return BinomialDistribution.of(trials, 1 - CONFIDENCE).inverseSurvivalProbability(FALSE_ALARM);
    }

    /** Figures of a public tool for these canaries, found by the rule that is not valid. */
    private static final double MISLABELLED = 5.4814;

    private static final double NATURAL = 4.5571;

    private void trainedNetworks(Examples images) {
        System.out.printf(
                Locale.ROOT,
                "%n4. Networks really trained on CIFAR-10, once each, without privacy: %,d images and about half of 1,000"
                        + " canaries.%n%s.%nAgrees if the rule that is not valid gives %.4f within 0.5 for mislabelled canaries, as a public"
                        + " tool printed, and less for%nnatural ones by the loss (%.4f there, another network), and our rules"
                        + " never give more than it. Two numbers of guesses are%nfixed: 50 + 50, and 450 + 450 since a network"
                        + " that learns by heart should give all of them away. Each bound holds at%n95 %% by itself;"
                        + " \"either\" is the larger of the two at 97.5 %%, and holds at 95 %%.%n%n",
                TrainedCanaries.OTHERS,
                TrainedCanaries.recipe(),
                MISLABELLED,
                NATURAL);
        System.out.printf(
                "%-33s %15s  %16s %16s %7s   %s%n",
                "canaries, score",
                "accuracy in/out",
                "50 + 50: right",
                "450 + 450: right",
                "either",
                "not valid (counts chosen) published");
        List<TrainedCanaries.Run> runs =
                TrainedCanaries.train(images, Seed.of(SEED).fork("networks"));
        double[] chosen = new double[runs.size()];
        boolean below = true;
        for (int i = 0; i < runs.size(); i++) {
            TrainedCanaries.Run run = runs.get(i);
            Seed seed = Seed.of(SEED).fork("ties");
            Guesses few = Guesses.of(run.trial(), 50, 50, seed);
            Guesses many = Guesses.of(run.trial(), 450, 450, seed);
            GuessGrid.Chosen best = GuessGrid.largest(run.trial(), AUDIT);
            double either = Math.max(bound(0.975, few), bound(0.975, many));
            chosen[i] = best.epsilon();
            below &= either <= best.epsilon();
            System.out.printf(
                    Locale.ROOT,
                    "%-33s   %5.3f / %5.3f  %8.4f: %5d  %9.4f: %5d %7.4f   %6.4f (%d + %d, %d right)   %s%n",
                    run.name(),
                    run.in(),
                    run.out(),
                    bound(CONFIDENCE, few),
                    few.correct(),
                    bound(CONFIDENCE, many),
                    many.correct(),
                    either,
                    best.epsilon(),
                    best.in(),
                    best.out(),
                    best.correct(),
                    i == 0 ? Double.toString(MISLABELLED) : i == 2 ? Double.toString(NATURAL) : "-");
        }
        judge("mislabelled canaries by the rule that is not valid", Math.abs(chosen[0] - MISLABELLED) <= 0.5);
        judge("natural canaries are better hidden by the loss than mislabelled ones", chosen[2] < chosen[0]);
        judge("no valid bound above the one that is not", below);
    }

    private static double bound(double confidence, Guesses guesses) {
        return new EpsilonAudit(DELTA, confidence)
                .bound(EpsilonMethod.ONE_RUN, guesses)
                .epsilon();
    }

    private void noisyDescent(Examples images) {
        int trials = 100;
        int most = most(trials);
        NoisyClaims claims = new NoisyClaims(images);
        System.out.printf(
                Locale.ROOT,
                "%n5. Logistic regression really trained on CIFAR-10 by noisy gradient descent, %d trainings a row, audited by"
                        + " the last%nmodel's logits. Its epsilon is known exactly. Agrees if bounds are above it in at most 5"
                        + " %% and the error of counting (%d),%nand if the audit refutes the same claim in more trainings than"
                        + " that where the programmer forgot to clip.%n%n",
                trials,
                most);
        header();
        boolean few = true;
        for (double mu : new double[] {0.5, 1, 2, 4}) {
            few &= line(mu, descents(claims, trials, mu, true), most);
        }
        judge("bounds on trained models of known epsilon hold", few);
        double forgotten = 0.5;
        double[][] broken = descents(claims, trials, forgotten, false);
        System.out.println("Without clipping, claiming the same:");
        line(forgotten, broken, most);
        int caught = above(broken, 0, GaussianTruth.epsilon(forgotten, DELTA));
        judge("the missing clipping is caught", caught > most);
    }

    private static double[][] descents(NoisyClaims claims, int trials, double mu, boolean clips) {
        return audits(trials, number -> {
            Seed seed = Seed.of(SEED).fork("descent-" + mu + "-" + number);
            return bounds(claims.run(NoisyClaims.claiming(mu, clips), seed).trial(), seed);
        });
    }
}

package dev.lethe.audit.membership;

import dev.lethe.audit.evidence.Evidence;
import dev.lethe.audit.report.Finding;
import dev.lethe.audit.report.Verdict;
import dev.lethe.core.stats.ClopperPearson;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Turns evidence into findings. If no attack can tell members from others, a report holds a verdict of LEAKS with
 * probability at most 1 - confidence: this error is divided by the number of tests that could have been reported
 * (Bonferroni), since many looks find something by chance. What each test assumes: {@code docs/math/verdicts.md}.
 */
final class Judge {
    private final double confidence;
    private final int looks;
    private final String threshold;

    /** A judge of attacks that fix their thresholds on other models. */
    Judge(double confidence, int looks) {
        this(confidence, looks, "on other models");
    }

    /**
     * @param looks how many tests could come into the report, see {@link #looks}
     * @param threshold where attacks fix their thresholds
     */
    Judge(double confidence, int looks, String threshold) {
        this.threshold = threshold;
        this.confidence = confidence;
        this.looks = looks;
    }

    /**
     * The tests that a report chooses its findings from: for every attack its rates, the area, the balanced accuracy (the
     * advantage is the same test) and all slices. Slices are shown of the strongest attack alone, but which one that is
     * was chosen on the same people.
     */
    static int looks(int attacks, int rates, int slices) {
        return attacks * (rates + 2 + slices);
    }

    /**
     * Findings for one attack: leaks before the rest, among them the strongest true-positive rate first.
     *
     * @param strength lower bound on ln(TPR/FPR) at the best rate: how much likelier a flag is on a member
     */
    record Judged(List<Finding> findings, double strength) {
        boolean leaksAtARate() {
            return findings.stream().anyMatch(f -> f.metric().startsWith("tpr@") && f.verdict() == Verdict.LEAKS);
        }

        boolean leaks() {
            return findings.stream().anyMatch(f -> f.verdict() == Verdict.LEAKS);
        }
    }

    private record Rated(Finding finding, double strength) {}

    /** @param rates the false-positive rates to report, all among those of the evidence */
    Judged judge(String attack, Evidence evidence, double[] rates) {
        List<Rated> rated = new ArrayList<>();
        for (double rate : rates) {
            rated.add(rate(attack, evidence, rate));
        }
        rated.sort(Comparator.comparingDouble(rate -> -rate.strength()));
        List<Finding> findings =
                new ArrayList<>(rated.stream().map(Rated::finding).toList());
        findings.add(auc(attack, evidence));
        evidence.balancedAccuracy().ifPresent(balanced -> addBalanced(findings, attack, balanced, evidence));
        findings.sort(Comparator.comparing(finding -> finding.verdict() != Verdict.LEAKS));
        return new Judged(findings, rated.isEmpty() ? 0 : rated.get(0).strength());
    }

    private Rated rate(String attack, Evidence evidence, double rate) {
        int index = Arrays.binarySearch(evidence.rates(), rate);
        // Half of the error in each of the two rates that are compared.
        double low = evidence.tprLower(index, tail() / 2);
        double alarms = evidence.fprUpper(index, tail() / 2);
        boolean leaks = low > alarms;
        Evidence.Measurement tpr = evidence.tpr(index);
        Finding finding = new Finding(
                attack,
                "tpr@fpr=" + plain(rate),
                "",
                tpr.value(),
                tpr.low(),
                tpr.high(),
                confidence,
                tpr.method(),
                verdict(leaks),
                foundWithAlarms(tpr.value(), rate, leaks));
        return new Rated(finding, Math.log(Math.max(low, 1e-12) / alarms));
    }

    /**
     * What an attack finds of one group at a threshold that keeps {@code rate} over all records.
     *
     * @param tpr share of the group's {@code members} found, mean over targets; {@code fpr} likewise
     */
    Finding slice(String attack, String name, double rate, double tpr, int members, double fpr, int nonMembers) {
        double low = ClopperPearson.lower((long) Math.floor(tpr * members + 1e-9), members, tail() / 2);
        double alarms = ClopperPearson.upper(
                Math.min(nonMembers, (long) Math.ceil(fpr * nonMembers - 1e-9)), nonMembers, tail() / 2);
        double side = (1 - confidence) / 2;
        return new Finding(
                attack,
                "tpr@fpr=" + plain(rate),
                name,
                tpr,
                Math.min(tpr, ClopperPearson.lower((long) Math.floor(tpr * members + 1e-9), members, side)),
                Math.max(
                        tpr,
                        ClopperPearson.upper(Math.min(members, (long) Math.ceil(tpr * members - 1e-9)), members, side)),
                confidence,
                "Clopper-Pearson on one target's people",
                verdict(low > alarms),
                String.format(
                        Locale.ROOT,
                        "Of the members with %s, %s %% are found with 1 false alarm in %,d over all people, and %s %% of the"
                                + " others with it are accused%s.",
                        name,
                        number(100 * tpr),
                        Math.round(1 / rate),
                        rounded(100 * fpr, RoundingMode.UP),
                        low > alarms ? "" : ": no more than chance can explain"));
    }

    private Finding auc(String attack, Evidence evidence) {
        Evidence.Measurement auc = evidence.auc();
        return new Finding(
                attack,
                "auc",
                "",
                auc.value(),
                auc.low(),
                auc.high(),
                confidence,
                auc.method(),
                verdict(evidence.aucLower(tail()) > 0.5),
                "Shown one person from the training data and one from outside, the attack picks the right one "
                        + number(100 * auc.value()) + " times in 100; guessing gives 50.");
    }

    private double tail() {
        return (1 - confidence) / looks;
    }

    private static Verdict verdict(boolean leaks) {
        return leaks ? Verdict.LEAKS : Verdict.NOTHING_FOUND;
    }

    private void addBalanced(List<Finding> findings, String attack, Evidence.Measurement balanced, Evidence evidence) {
        Verdict verdict = verdict(evidence.balancedAccuracyLower(tail()) > 0.5);
        findings.add(new Finding(
                attack,
                "balanced-accuracy",
                "",
                balanced.value(),
                balanced.low(),
                balanced.high(),
                confidence,
                balanced.method(),
                verdict,
                "With a threshold fixed beforehand " + threshold + ", the attack is right about "
                        + number(100 * balanced.value())
                        + " of 100 people, half of whom were in the training data."));
        findings.add(new Finding(
                attack,
                "advantage",
                "",
                2 * balanced.value() - 1,
                2 * balanced.low() - 1,
                2 * balanced.high() - 1,
                confidence,
                balanced.method(),
                verdict,
                "With that threshold, the share of members found less the share of others accused is "
                        + number(2 * balanced.value() - 1) + "."));
    }

    /** For example "10 % of the people in the training data are found with 1 false alarm in 100." */
    private static String foundWithAlarms(double tpr, double rate, boolean leaks) {
        return String.format(
                Locale.ROOT,
                "%s %% of the people in the training data are found with 1 false alarm in %,d%s.",
                number(100 * tpr),
                Math.round(1 / rate),
                leaks ? "" : ", no more than chance can explain");
    }

    /** Two significant digits, rounded down as measurements are, without an exponent. */
    static String number(double value) {
        return rounded(value, RoundingMode.DOWN);
    }

    private static String rounded(double value, RoundingMode mode) {
        // The slack keeps 0.29 * 100 = 28.999.. from becoming 28, and 0.07 * 100 = 7.000..1 from becoming 7.1.
        double slack = mode == RoundingMode.DOWN ? 1 + 1e-12 : 1 - 1e-12;
        return new BigDecimal(value * slack)
                .round(new MathContext(2, mode))
                .stripTrailingZeros()
                .toPlainString();
    }

    /** A rate as in a metric's name: 0.001, not 1.0E-3. */
    static String plain(double rate) {
        return new BigDecimal(Double.toString(rate)).stripTrailingZeros().toPlainString();
    }
}

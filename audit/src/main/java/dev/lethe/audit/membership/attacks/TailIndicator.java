package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Need;
import dev.lethe.audit.membership.Part;
import dev.lethe.audit.membership.Scores;
import dev.lethe.audit.membership.Signal;
import dev.lethe.core.stats.ClopperPearson;
import dev.lethe.core.stats.Interval;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The tail of the loss: training pulls its records out of the region of high loss, so the share of non-members whose loss
 * is higher than that of nearly every member shows how many records are at risk, without a reference model.
 *
 * <p>It ranks records as {@link LossThreshold} does, so its area and its true-positive rates are the same; it differs in
 * where it cuts and in what is read off, {@link #indicator}: the averages of the loss attack, and its poor rate at few
 * false alarms, hide what the tail shows.
 *
 * @param rate share of members that the threshold gives up: the false-negative rate, fixed on the shadows
 */
public record TailIndicator(double rate) implements MembershipAttack {
    /** One member in a hundred is given up. */
    public static final TailIndicator DEFAULT = new TailIndicator(0.01);

    private static final Card CARD = new Card(
            "tail-indicator",
            "Tail of the loss",
            "Calls a non-member what has a higher loss than nearly all members; the loss attack's averages hide this.",
            "Dodd, Krco, Shilov, de Montjoye: The Tail Tells All: Estimating Model-Level Membership Inference"
                    + " Vulnerability Without Reference Models, arXiv 2510.19773, 2025",
            List.of(
                    "the model's probability for the record's class",
                    "the loss that all but a few training records stay below, here that of the shadows"));

    public TailIndicator {
        requireRate(rate);
    }

    private static void requireRate(double rate) {
        if (!(rate > 0 && rate < 1)) {
            throw new IllegalArgumentException("rate " + rate + " must lie in (0, 1)");
        }
    }

    @Override
    public Card card() {
        return CARD;
    }

    @Override
    public Need need() {
        return Need.ANSWERS;
    }

    @Override
    public Scores attack(MembershipView view) {
        double sum = 0;
        int count = 0;
        for (int shadow = 0; shadow < view.shadows(); shadow++) {
            int from = shadow;
            double[] signal = view.shadow(shadow, Signal.LOG_LIKELIHOOD);
            double[] members = IntStream.range(0, signal.length)
                    .filter(record -> view.part(from, record) == Part.IN)
                    .mapToDouble(record -> signal[record])
                    .toArray();
            if (members.length > 0) {
                sum += givenUp(members, rate);
                count++;
            }
        }
        double[] values = view.target(Signal.LOG_LIKELIHOOD);
        return count == 0 ? Scores.of(values) : Scores.of(values, sum / count);
    }

    /** The largest of {@code members} that at most a share of {@code rate} of them is below. */
    private static double givenUp(double[] members, double rate) {
        Arrays.sort(members);
        return members[(int) Math.floor(rate * members.length * (1 + 1e-12))];
    }

    /**
     * What the tail of one trial shows.
     *
     * @param falseNegativeRate share of members that score below {@code threshold}
     * @param trueNegativeRate share of non-members that do: the indicator
     * @param interval of {@code trueNegativeRate}, the threshold taken as given
     */
    public record Tail(double threshold, double falseNegativeRate, double trueNegativeRate, Interval interval) {}

    /**
     * The true-negative rate at a false-negative rate of at most {@code rate}, over scores where a smaller one means a
     * higher loss (Dodd et al. 2025). It estimates the true-positive rate of a likelihood-ratio attack at a false-positive
     * rate of {@code rate}: the mirror image, found without shadow models. A prediction, not a bound.
     *
     * @param confidence of the interval (Clopper and Pearson), which covers the chance in the non-members alone
     * @throws IllegalArgumentException if there are too few members to give up one, or no non-members
     */
    public static Tail indicator(Trial trial, double rate, double confidence) {
        requireRate(rate);
        int members = trial.members();
        int others = trial.nonMembers();
        if (rate * members < 1 - 1e-12 || others == 0) {
            throw new IllegalArgumentException("a tail at rate " + rate + " needs at least "
                    + (long) Math.ceil(1 / rate) + " members and a non-member, got " + members + " and " + others);
        }
        double[] inside = new double[members];
        int next = 0;
        for (int i = 0; i < trial.scores().length; i++) {
            if (trial.member()[i]) {
                inside[next++] = trial.scores()[i];
            }
        }
        double threshold = givenUp(inside, rate);
        int missed = 0;
        int cleared = 0;
        for (int i = 0; i < trial.scores().length; i++) {
            if (trial.scores()[i] < threshold) {
                missed += trial.member()[i] ? 1 : 0;
                cleared += trial.member()[i] ? 0 : 1;
            }
        }
        return new Tail(
                threshold,
                (double) missed / members,
                (double) cleared / others,
                ClopperPearson.interval(cleared, others, confidence));
    }
}

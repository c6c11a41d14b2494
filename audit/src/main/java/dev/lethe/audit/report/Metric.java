package dev.lethe.audit.report;

import java.util.OptionalDouble;

/**
 * A metric for people: what it is called, what it means, and what guessing would reach.
 *
 * @param name for a table, for example {@code Found at 1 false alarm in 100}
 * @param meaning half a sentence for a reader who does not know the field; empty for a metric this version does not know
 * @param guessing the value that an attacker without any information reaches; empty if unknown
 * @param shareOfMembers whether it counts people, so that words such as {@code 1 in 10} fit it
 */
record Metric(String name, String meaning, OptionalDouble guessing, boolean shareOfMembers) {
    private static final String RATE_PREFIX = "tpr@fpr=";

    /** Reads a finding's metric; one that this version does not know keeps its identifier as its name. */
    static Metric of(String id) {
        if (id.startsWith(RATE_PREFIX)) {
            try {
                return foundAt(Double.parseDouble(id.substring(RATE_PREFIX.length())));
            } catch (NumberFormatException e) {
                return unknown(id);
            }
        }
        return switch (id) {
            case "auc" -> known("AUC", "how often a member scores above a non-member", 0.5);
            case "advantage" -> known("Advantage", "share of members found less share of others accused", 0);
            case "balanced-accuracy" -> known("Balanced accuracy", "how often the attacker's yes or no is right", 0.5);
            case "epsilon-lower-bound" ->
                known("Epsilon, lower bound", "no differential-privacy guarantee below this holds", 0);
            default -> unknown(id);
        };
    }

    /** The identifier that {@link #of} reads back as the share found at this false-positive rate. */
    static String foundAtId(double falsePositiveRate) {
        return RATE_PREFIX + Numbers.asGiven(falsePositiveRate);
    }

    private static Metric foundAt(double rate) {
        if (!(rate >= 0 && rate <= 1)) {
            throw new NumberFormatException();
        }
        String oneIn = Numbers.oneIn(rate);
        String name = rate == 0
                ? "Found at no false alarm"
                : oneIn.startsWith("1 in ")
                        ? "Found at 1 false alarm" + oneIn.substring(1)
                        : "Found at false-alarm rate " + Numbers.asGiven(rate);
        String meaning = "share of members found while " + oneIn + " of the others "
                + (oneIn.startsWith("1 ") ? "is" : "are") + " accused wrongly";
        return new Metric(name, meaning, OptionalDouble.of(rate), true);
    }

    private static Metric known(String name, String meaning, double guessing) {
        return new Metric(name, meaning, OptionalDouble.of(guessing), false);
    }

    private static Metric unknown(String id) {
        return new Metric(id, "", OptionalDouble.empty(), false);
    }
}

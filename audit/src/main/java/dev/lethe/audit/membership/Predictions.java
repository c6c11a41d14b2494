package dev.lethe.audit.membership;

import dev.lethe.audit.evidence.Evidence;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.audit.report.Report;
import dev.lethe.core.random.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What attacks with shadow models should find, from the losses of the targets alone: the true-negative rate of the loss
 * attack at a false-negative rate estimates their true-positive rate at the same false-positive rate. Dodd, Krco, Shilov, de
 * Montjoye: The Tail Tells All, arXiv 2510.19773, 2025.
 */
final class Predictions {
    /** Attacks that rank by the loss, so that their tail is that of the loss. */
    private static final List<String> BY_LOSS = List.of("tail-indicator", "loss-threshold");

    /** Attacks that ask, record by record, whether the target is more like models with it or without: what is foretold. */
    private static final List<String> FORETOLD = List.of(
            "bavaria", "lira", "rmia", "base", "bavaria-offline", "lira-offline", "rmia-offline", "base-offline");

    private Predictions() {}

    /**
     * One a rate that the members resolve; empty if no attack ranks by the loss.
     *
     * @param evidence by the attack's id, with {@code rates} among its own
     */
    static List<Report.Prediction> of(Map<String, Evidence> evidence, double[] rates, Seed seed) {
        Optional<String> source = BY_LOSS.stream().filter(evidence::containsKey).findFirst();
        if (source.isEmpty()) {
            return List.of();
        }
        Evidence losses = evidence.get(source.get());
        double[] resolved = Arrays.stream(rates)
                .filter(rate -> rate * losses.members() >= 1 - 1e-12)
                .toArray();
        Evidence mirror = new Evidence(
                losses.trials().stream().map(Trial::mirrored).toList(), resolved, losses.confidence(), seed);
        List<Report.Prediction> predictions = new ArrayList<>();
        for (int r = 0; r < resolved.length; r++) {
            Evidence.Measurement tail = mirror.tpr(r);
            predictions.add(new Report.Prediction(
                    source.get(),
                    resolved[r],
                    tail.value(),
                    tail.low(),
                    tail.high(),
                    losses.confidence(),
                    strongest(evidence, resolved[r])));
        }
        return predictions;
    }

    private static String strongest(Map<String, Evidence> evidence, double rate) {
        String strongest = "";
        double most = -1;
        for (String attack : FORETOLD) {
            Evidence of = evidence.get(attack);
            if (of != null) {
                double tpr = of.tpr(Arrays.binarySearch(of.rates(), rate)).value();
                if (tpr > most) {
                    most = tpr;
                    strongest = attack;
                }
            }
        }
        return strongest;
    }
}

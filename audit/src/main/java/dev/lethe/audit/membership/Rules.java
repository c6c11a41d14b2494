package dev.lethe.audit.membership;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What is measured in a game and how sure a report must be; checked.
 *
 * @param attacks at least one, each once
 * @param targets how many models take the target's part in turn
 * @param shadows how many shadow models told the attacker about each record
 * @param rates false-positive rates to report, ascending
 * @param confidence of every interval, and of the verdicts together
 * @param delta of the lower bounds on epsilon, in [0, 1)
 */
record Rules(
        List<MembershipAttack> attacks,
        int targets,
        int shadows,
        List<Double> rates,
        double confidence,
        double delta,
        int threads) {
    Rules {
        attacks = List.copyOf(attacks);
        rates = List.copyOf(rates);
        if (attacks.isEmpty()) {
            throw new IllegalArgumentException("attacks must name at least one attack");
        }
        Set<String> ids = new HashSet<>();
        for (MembershipAttack attack : attacks) {
            if (!ids.add(attack.card().id())) {
                throw new IllegalArgumentException(
                        "attacks name " + attack.card().id()
                                + " twice, and a reader could not tell the findings apart; make one audit for each");
            }
        }
        double before = 0;
        for (double rate : rates) {
            if (!(rate > before && rate < 1)) {
                throw new IllegalArgumentException("rates " + rates + " must ascend within (0, 1)");
            }
            before = rate;
        }
        if (!(confidence >= 0.5 && confidence < 1)) {
            throw new IllegalArgumentException("confidence " + confidence + " must lie in [0.5, 1)");
        }
        if (!(delta >= 0 && delta < 1)) {
            throw new IllegalArgumentException("delta " + delta + " must lie in [0, 1)");
        }
        if (threads < 1) {
            throw new IllegalArgumentException("threads " + threads + " must be at least 1");
        }
    }

    Rules with(List<MembershipAttack> some) {
        return new Rules(some, targets, shadows, rates, confidence, delta, threads);
    }

    /** The rates as an array. */
    double[] rateValues() {
        return rates.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** The rates that so many non-members can resolve. */
    double[] resolved(int nonMembers) {
        return rates.stream()
                .mapToDouble(Double::doubleValue)
                .filter(rate -> rate * nonMembers >= 1)
                .toArray();
    }

    /** A sentence for each rate that so many non-members cannot resolve. */
    List<String> refused(int nonMembers) {
        return rates.stream()
                .filter(rate -> rate * nonMembers < 1)
                .map(rate -> String.format(
                        Locale.ROOT,
                        "tpr@fpr=%s: %,d non-members cannot show 1 false alarm in %,d; it takes %,d",
                        Judge.plain(rate),
                        nonMembers,
                        Math.round(1 / rate),
                        Math.round(Math.ceil(1 / rate))))
                .toList();
    }
}

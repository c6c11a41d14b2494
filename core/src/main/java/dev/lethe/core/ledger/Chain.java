package dev.lethe.core.ledger;

import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.PrivacyEventJson;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** All entries of a ledger in their order: checks that they are what was written, and adds up what they cost. */
final class Chain {
    private final RenyiCosts costs;
    /** What has been priced before, by content and relation; the same entries are read again at each charge. */
    private final Map<String, double[]> priced = new ConcurrentHashMap<>();
    /** Hashes of entries whose stored spending was found right. */
    private final Map<String, BigDecimal> checked = new ConcurrentHashMap<>();

    Chain(RenyiCosts costs) {
        this.costs = costs;
    }

    /** One account on the way through the entries. */
    final class State {
        private final String dataset;
        private final Neighbours neighbours;
        private final RenyiFilter filter;
        private final double[] divergences = new double[costs.orders().length];
        private Budget budget;
        private BigDecimal spent = BigDecimal.ZERO.setScale(RenyiFilter.PLACES);
        private long charges;

        private State(String dataset, Neighbours neighbours, Budget budget) {
            this.dataset = dataset;
            this.neighbours = neighbours;
            this.budget = budget;
            this.filter = new RenyiFilter(costs.orders(), budget);
        }

        Account account() {
            return new Account(dataset, neighbours, budget, spent, charges);
        }

        /** Epsilon after one more event; infinite where none would hold. */
        double after(PrivacyEvent event) {
            double[] cost = cost(event, neighbours);
            double[] sum = divergences.clone();
            for (int k = 0; k < sum.length; k++) {
                sum[k] += cost[k];
            }
            return filter.epsilon(sum, budget.delta());
        }

        boolean fits(double epsilon) {
            return epsilon < Double.POSITIVE_INFINITY
                    && RenyiFilter.rounded(epsilon).compareTo(budget.epsilon()) <= 0;
        }
    }

    /**
     * Goes through all entries.
     *
     * @return the accounts by dataset
     * @throws DamagedLedgerException naming the first entry that is not what was written
     */
    Map<String, State> replay(List<Entry> entries) {
        Map<String, State> states = new TreeMap<>();
        String previous = Entry.NONE_BEFORE;
        long sequence = 0;
        for (Entry entry : entries) {
            sequence++;
            if (entry.sequence() != sequence) {
                throw new DamagedLedgerException("entry " + sequence + " is missing: entry " + entry.sequence()
                        + " stands in its place; entries were removed or renumbered");
            }
            if (!entry.hash().equals(entry.computedHash())) {
                throw new DamagedLedgerException(
                        "entry " + sequence + " was edited: its hash is not that of its content");
            }
            if (!entry.previous().equals(previous)) {
                throw new DamagedLedgerException("entry " + sequence + " does not follow entry " + (sequence - 1)
                        + ": the hash that it names is another");
            }
            previous = entry.hash();
            try {
                apply(entry, states);
            } catch (IllegalArgumentException e) {
                throw new DamagedLedgerException("entry " + sequence + " cannot be read: " + e.getMessage(), e);
            }
        }
        return states;
    }

    private void apply(Entry entry, Map<String, State> states) {
        State state = states.get(entry.dataset());
        if ((state == null) != (entry.kind() == Entry.Kind.OPEN)) {
            throw new IllegalArgumentException("an account must be opened once, before all else");
        }
        if (state == null) {
            LedgerJson.Opening opening = LedgerJson.opening(entry.content());
            states.put(entry.dataset(), new State(entry.dataset(), opening.neighbours(), opening.budget()));
            requireSpent(entry, BigDecimal.ZERO);
            return;
        }
        if (entry.kind() == Entry.Kind.RAISE) {
            Budget raised = LedgerJson.budget(entry.content());
            requireRaise(state.budget, raised);
            state.budget = raised;
            requireSpent(entry, state.spent);
            return;
        }
        double[] cost = priced.computeIfAbsent(
                state.neighbours + " " + entry.content(),
                key -> cost(PrivacyEventJson.read(entry.content()), state.neighbours));
        for (int k = 0; k < cost.length; k++) {
            state.divergences[k] += cost[k];
        }
        state.charges++;
        // Bound to the hash, which covers all that came before.
        state.spent = checked.computeIfAbsent(entry.hash(), key -> spent(entry, state));
    }

    private static BigDecimal spent(Entry entry, State state) {
        double epsilon = state.filter.epsilon(state.divergences, state.budget.delta());
        if (!(epsilon < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("no epsilon holds after it");
        }
        BigDecimal spent = RenyiFilter.rounded(epsilon);
        if (entry.accountant().equals(RenyiFilter.NAME)) {
            requireSpent(entry, spent);
            if (entry.spent().compareTo(state.budget.epsilon()) > 0) {
                throw new IllegalArgumentException("it spends more than the budget of " + state.budget);
            }
        }
        return spent;
    }

    /** To seven digits: other processors round otherwise in the last of sixteen. */
    private static void requireSpent(Entry entry, BigDecimal recomputed) {
        double difference = entry.spent().subtract(recomputed).abs().doubleValue();
        if (difference > 1e-7 * Math.max(1, recomputed.doubleValue())) {
            throw new IllegalArgumentException(
                    "it says that epsilon " + entry.spent().toPlainString() + " was spent, and by its events it was "
                            + recomputed.toPlainString());
        }
    }

    static void requireRaise(Budget before, Budget after) {
        if (after.epsilon().compareTo(before.epsilon()) <= 0 || after.delta().compareTo(before.delta()) != 0) {
            throw new IllegalArgumentException(
                    "a budget of " + before + " cannot become " + after + "; epsilon must grow and delta stay");
        }
    }

    private double[] cost(PrivacyEvent event, Neighbours neighbours) {
        double[] cost = costs.of(event, neighbours);
        for (int k = 0; k < cost.length; k++) {
            if (!(cost[k] >= 0)) {
                // Infinity less infinity, of noise so weak that no double holds its cost: nothing is known.
                cost[k] = Double.POSITIVE_INFINITY;
            }
        }
        return cost;
    }
}

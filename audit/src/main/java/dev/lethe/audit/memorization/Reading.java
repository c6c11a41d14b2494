package dev.lethe.audit.memorization;

import dev.lethe.core.model.SequenceModel;
import dev.lethe.core.model.SequenceModel.States;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** What a model makes of texts of one format: the log-perplexity of what is secret in them, and what comes behind. */
final class Reading {
    /** Bits in a nat. */
    static final double BITS = 1 / Math.log(2);

    private static final int BATCH = 2048;

    private Reading() {}

    /** The state behind the context; the caller closes it. */
    static States context(SequenceModel model, SecretTree tree) {
        requireRoom(model, tree);
        return follow(model, model.start(), tree.context());
    }

    private static void requireRoom(SequenceModel model, SecretTree tree) {
        int length = tree.context().length;
        int node = tree.root();
        while (!tree.isEnd(node)) {
            node = tree.targets(node)[0];
            length++;
        }
        if (length - 1 > model.longestContext()) {
            throw new IllegalArgumentException("a text of the format " + tree.format() + " has " + length
                    + " tokens, more than the model's context of " + model.longestContext()
                    + "; shorten its text or its holes");
        }
    }

    /** The states behind more tokens; closes the ones before. */
    static States follow(SequenceModel model, States from, int[] tokens) {
        States states = from;
        for (int token : tokens) {
            int[] all = new int[states.size()];
            Arrays.fill(all, token);
            int[] rows = new int[all.length];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = i;
            }
            States next = model.next(states, rows, all);
            states.close();
            states = next;
        }
        return states;
    }

    /**
     * Bits of the tokens from the first hole on, given the context: the canary's log-perplexity (Carlini et al. 2019, definition 1) less
     * what is the same for all fillings.
     */
    static double[] bits(SequenceModel model, SecretTree tree, List<int[]> fillings) {
        double[] bits = new double[fillings.size()];
        try (States context = context(model, tree)) {
            for (int from = 0; from < bits.length; from += BATCH) {
                List<int[]> paths = new ArrayList<>();
                for (int[] filling : fillings.subList(from, Math.min(bits.length, from + BATCH))) {
                    paths.add(tree.path(filling));
                }
                read(model, context, paths, bits, from);
            }
        }
        return bits;
    }

    private static void read(SequenceModel model, States context, List<int[]> paths, double[] bits, int from) {
        int columns = model.vocabulary().size();
        // Which paths go on, by the row of the states that they are at.
        int[] alive = new int[paths.size()];
        int[] rows = new int[paths.size()];
        for (int i = 0; i < alive.length; i++) {
            alive[i] = i;
        }
        States states = context;
        try {
            for (int step = 0; alive.length > 0; step++) {
                int at = step;
                for (int i = 0; i < alive.length; i++) {
                    int token = paths.get(alive[i])[step];
                    bits[from + alive[i]] -= states.logProbabilities()[rows[i] * columns + token] * BITS;
                }
                int[] before = alive;
                int[] places = rows;
                int[] on = IntStream.range(0, alive.length)
                        .filter(i -> paths.get(before[i]).length > at + 1)
                        .toArray();
                alive = Arrays.stream(on).map(i -> before[i]).toArray();
                if (alive.length > 0) {
                    States next = model.next(
                            states,
                            Arrays.stream(on).map(i -> places[i]).toArray(),
                            Arrays.stream(alive).map(i -> paths.get(i)[at]).toArray());
                    if (states != context) {
                        states.close();
                    }
                    states = next;
                    rows = IntStream.range(0, alive.length).toArray();
                }
            }
        } finally {
            if (states != context) {
                states.close();
            }
        }
    }
}

package dev.lethe.audit.memorization;

import dev.lethe.core.model.Progress;
import dev.lethe.core.model.SequenceModel;
import dev.lethe.core.model.SequenceModel.States;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Finds the likeliest fillings of a format without knowing the secret: uniform-cost search of the tree of fillings (Carlini et al. 2019,
 * section 5, "shortest path"). Bits only add up, so that the first whole filling that is taken off the queue is the likeliest of all.
 *
 * <p>The cheapest beginnings go on together, a batch at a time; a batch may hold some that one at a time would never have reached. What
 * the model said of a batch is kept until all that follows from it has been looked at, or until too many states are kept: the
 * oldest are then forgotten, and computed again when needed.
 *
 * @param top how many fillings to find, the likeliest first
 * @param batch beginnings that go on together
 * @param budget beginnings that go on at most; the search then ends with what it has
 * @param kept states at most
 */
public record Extraction(int top, int batch, long budget, int kept) {
    /** The ten likeliest, in batches of 64, of at most a million beginnings. */
    public static final Extraction DEFAULT = new Extraction(10, 64, 1_000_000, 200_000);

    public Extraction {
        if (top < 1 || batch < 1 || budget < 1 || kept < batch) {
            throw new IllegalArgumentException("top " + top + ", batch " + batch + " and budget " + budget
                    + " must be at least 1, kept " + kept + " at least batch");
        }
    }

    /**
     * What was found.
     *
     * @param candidates the likeliest first
     * @param expansions beginnings that went on
     * @param complete whether these are the likeliest of all; false if the budget was spent before
     * @param recomputed states that had been forgotten
     */
    public record Found(List<Candidate> candidates, long expansions, boolean complete, long recomputed) {
        public Found {
            candidates = List.copyOf(candidates);
        }

        /** The place of a text among the candidates, from 1, or 0. */
        public int place(String text) {
            for (int i = 0; i < candidates.size(); i++) {
                if (candidates.get(i).text().equals(text)) {
                    return i + 1;
                }
            }
            return 0;
        }
    }

    /** Searches, with one model on the calling thread. */
    public Found of(SequenceModel model, CanaryFormat format, Progress progress) {
        SecretTree tree = new SecretTree(format, model.vocabulary());
        try (Search search = new Search(model, tree, progress)) {
            return search.run();
        }
    }

    /** A beginning of fillings. */
    private static final class Beginning {
        /** What its last token was added to; none of the empty one. */
        final @Nullable Beginning before;

        final int token;
        final int node;
        final double bits;
        /** Where its state is, once it went on. */
        @Nullable
        Kept states;

        int row;

        Beginning(@Nullable Beginning before, int token, int node, double bits) {
            this.before = before;
            this.token = token;
            this.node = node;
            this.bits = bits;
        }

        int[] path() {
            Deque<Integer> tokens = new ArrayDeque<>();
            for (Beginning at = this; at.before != null; at = at.before) {
                tokens.addFirst(at.token);
            }
            return tokens.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    /** States of one batch, and how many beginnings may still need them. */
    private static final class Kept {
        @Nullable
        States states;

        long waiting;

        Kept(States states) {
            this.states = states;
        }
    }

    private final class Search implements AutoCloseable {
        private final SequenceModel model;
        private final SecretTree tree;
        private final Progress progress;
        private final int columns;
        private final PriorityQueue<Beginning> queue =
                new PriorityQueue<>(Comparator.comparingDouble((Beginning b) -> b.bits));
        private final Deque<Kept> all = new ArrayDeque<>();
        private final States context;
        private long rowsKept;
        private long expansions;
        private long recomputed;

        Search(SequenceModel model, SecretTree tree, Progress progress) {
            this.model = model;
            this.tree = tree;
            this.progress = progress;
            columns = model.vocabulary().size();
            context = Reading.context(model, tree);
        }

        Found run() {
            List<Candidate> found = new ArrayList<>();
            Beginning root = new Beginning(null, 0, tree.root(), 0);
            expansions++;
            Kept first = new Kept(context);
            root.states = first;
            grow(root, context.logProbabilities(), 0);
            // Never forgotten, since the search owns the context.
            first.waiting = Long.MAX_VALUE / 2;
            while (!queue.isEmpty()) {
                List<Beginning> some = new ArrayList<>();
                while (some.size() < batch && !queue.isEmpty()) {
                    Beginning head = queue.peek();
                    if (tree.isEnd(head.node)) {
                        if (!some.isEmpty()) {
                            // Whatever else is taken must not be dearer than a filling that is whole.
                            break;
                        }
                        queue.remove();
                        done(head);
                        found.add(new Candidate(tree.text(head.path()), head.bits));
                        progress.at("searching for secrets", (double) found.size() / top);
                        if (found.size() == top) {
                            return new Found(found, expansions, true, recomputed);
                        }
                        continue;
                    }
                    some.add(queue.remove());
                }
                if (some.isEmpty()) {
                    continue;
                }
                if (expansions + some.size() > budget) {
                    return new Found(found, expansions, false, recomputed);
                }
                goOn(some);
            }
            return new Found(found, expansions, true, recomputed);
        }

        /** Takes the states of beginnings, from those of what they were added to, a batch before at a time. */
        private void goOn(List<Beginning> some) {
            expansions += some.size();
            Map<Kept, List<Beginning>> together = new LinkedHashMap<>();
            for (Beginning one : some) {
                Kept from = parent(one).states;
                if (from == null || from.states == null) {
                    from = again(parent(one));
                }
                together.computeIfAbsent(from, kept -> new ArrayList<>()).add(one);
            }
            together.forEach((from, ones) -> {
                States states = model.next(
                        Objects.requireNonNull(from.states),
                        ones.stream().mapToInt(one -> parent(one).row).toArray(),
                        ones.stream().mapToInt(one -> one.token).toArray());
                Kept kept = keep(states);
                for (int row = 0; row < ones.size(); row++) {
                    Beginning one = ones.get(row);
                    one.states = kept;
                    one.row = row;
                    grow(one, states.logProbabilities(), row);
                    kept.waiting += tree.tokens(one.node).length;
                }
            });
            some.forEach(this::done);
            forget();
        }

        private static Beginning parent(Beginning one) {
            return Objects.requireNonNull(one.before);
        }

        private Kept keep(States states) {
            Kept kept = new Kept(states);
            all.addLast(kept);
            rowsKept += states.size();
            return kept;
        }

        /** Computes a state that was forgotten, from the context on. */
        private Kept again(Beginning one) {
            int[] path = one.path();
            recomputed += path.length;
            States states = Reading.follow(
                    model,
                    model.next(context, new int[] {0}, new int[] {path[0]}),
                    Arrays.copyOfRange(path, 1, path.length));
            Kept kept = keep(states);
            kept.waiting = tree.tokens(one.node).length;
            one.states = kept;
            one.row = 0;
            return kept;
        }

        /** Puts on the queue what may follow. */
        private void grow(Beginning from, float[] logs, int row) {
            int[] tokens = tree.tokens(from.node);
            int[] targets = tree.targets(from.node);
            for (int i = 0; i < tokens.length; i++) {
                double bits = from.bits - logs[row * columns + tokens[i]] * Reading.BITS;
                queue.add(new Beginning(from, tokens[i], targets[i], bits));
            }
        }

        /** A beginning no longer needs the state before it. */
        private void done(Beginning one) {
            Kept from = parent(one).states;
            if (from != null && --from.waiting == 0) {
                release(from);
            }
        }

        private void forget() {
            while (rowsKept > kept && !all.isEmpty()) {
                release(all.removeFirst());
            }
        }

        private void release(Kept old) {
            if (old.states != null && old.states != context) {
                rowsKept -= old.states.size();
                old.states.close();
                old.states = null;
            }
        }

        @Override
        public void close() {
            all.forEach(this::release);
            context.close();
        }
    }
}

package dev.lethe.audit.memorization;

import dev.lethe.core.model.Progress;
import dev.lethe.core.model.SequenceModel;
import dev.lethe.core.model.SequenceModel.States;
import dev.lethe.core.stats.Interval;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The rank of canaries among all fillings of their format, counted: a walk of the tree of fillings that leaves out whatever is below a
 * beginning which costs more bits than the dearest canary, since bits only add up. The last token of a filling needs no state of its own;
 * its probability is in the state before. States go on in batches, depth first, so that memory is bounded by depth times batch.
 *
 * <p>All canaries of one format are ranked in one walk. What is as likely as a canary, but for {@value #TIE_BITS} bits a token, counts
 * as before it, so that an exposure is not flattered by rounding.
 *
 * @param batch states that go on at once
 * @param budget states after which the walk ends and ranks are known to lie in an interval only
 */
public record ExactRank(int batch, long budget) {
    /** Differences of bits that are the last digits of floats. */
    static final double TIE_BITS = 2e-6;

    /** Beginnings, at least, that threads share among them. */
    private static final int SHARED = 256;

    /** Batches of 4096, at most 2 billion states. */
    public static final ExactRank DEFAULT = new ExactRank(4096, 2_000_000_000L);

    public ExactRank {
        if (batch < 1 || budget < 1) {
            throw new IllegalArgumentException("batch " + batch + " and budget " + budget + " must be at least 1");
        }
    }

    /**
     * What was found of one canary.
     *
     * @param bits log-perplexity from the first hole on
     * @param least rank, at least; 1 is the likeliest
     * @param most rank, at most; the same where the walk came to its end
     */
    public record Rank(double bits, BigInteger least, BigInteger most) {
        /** Whether the rank is known. */
        public boolean exact() {
            return least.equals(most);
        }

        /** log2 of the fillings less log2 of the rank. */
        public Exposure exposure(CanaryFormat format) {
            double low = Math.max(0, format.bits() - log2(most));
            double high = Math.max(0, format.bits() - log2(least));
            return new Exposure(Exposure.Method.EXACT, low, new Interval(low, high), false);
        }
    }

    /**
     * The ranks, and what they took.
     *
     * @param ranks one for each canary
     * @param states that the model went on to
     */
    public record Ranks(List<Rank> ranks, long states) {
        public Ranks {
            ranks = List.copyOf(ranks);
        }
    }

    static double log2(BigInteger value) {
        int shift = Math.max(0, value.bitLength() - 60);
        return Math.log(value.shiftRight(shift).doubleValue()) * Reading.BITS + shift;
    }

    /**
     * Ranks canaries.
     *
     * @param models equal models, one for each thread; not closed
     * @param fillings at least one
     * @throws IllegalArgumentException if the models cannot write the format
     */
    public Ranks of(
            List<? extends SequenceModel> models, CanaryFormat format, List<int[]> fillings, Progress progress) {
        SecretTree tree = new SecretTree(format, models.get(0).vocabulary());
        return new Walk(models, tree, Reading.bits(models.get(0), tree, fillings), progress).run();
    }

    /** A beginning of fillings: what leads to it from the state of a batch. */
    private record Beginnings(int[] rows, int[] tokens, int[] nodes, double[] bits, int size) {
        Beginnings(int capacity) {
            this(new int[capacity], new int[capacity], new int[capacity], new double[capacity], 0);
        }
    }

    /** A beginning by all its tokens. */
    private record Path(int[] tokens, int node, double bits) {}

    private final class Walk {
        private final List<? extends SequenceModel> models;
        private final SecretTree tree;
        private final double[] costs;
        private final Progress progress;
        /** What costs at most so much counts before the canary of that place; ascending. */
        private final double[] limits;

        private final double tie;
        private final double dearest;
        private final AtomicLong states = new AtomicLong();
        /** Fillings that a spent budget left unseen, together with the least bits that they have. */
        private final List<Path> unseen = new ArrayList<>();

        Walk(List<? extends SequenceModel> models, SecretTree tree, double[] costs, Progress progress) {
            this.models = models;
            this.tree = tree;
            this.costs = costs;
            this.progress = progress;
            int steps = 0;
            for (int node = tree.root(); !tree.isEnd(node); node = tree.targets(node)[0]) {
                steps++;
            }
            tie = TIE_BITS * steps;
            limits = Arrays.stream(costs).map(bits -> bits + tie).sorted().toArray();
            dearest = limits[limits.length - 1];
        }

        Ranks run() {
            long[] counts = new long[limits.length];
            List<Path> shared = first(counts);
            AtomicInteger next = new AtomicInteger();
            AtomicInteger done = new AtomicInteger();
            List<Runnable> tasks = new ArrayList<>();
            for (SequenceModel model : models) {
                tasks.add(() -> {
                    long[] mine = new long[limits.length];
                    for (int i = next.getAndIncrement(); i < shared.size(); i = next.getAndIncrement()) {
                        below(model, shared.get(i), mine);
                        progress.at("counting fillings", (double) done.incrementAndGet() / shared.size());
                    }
                    synchronized (counts) {
                        for (int k = 0; k < counts.length; k++) {
                            counts[k] += mine[k];
                        }
                    }
                });
            }
            Workers.run(tasks);
            return ranks(counts);
        }

        private Ranks ranks(long[] counts) {
            // Each filling was counted at the cheapest canary that it comes before.
            for (int k = 1; k < counts.length; k++) {
                counts[k] += counts[k - 1];
            }
            List<Rank> ranks = new ArrayList<>();
            for (double cost : costs) {
                int at = Arrays.binarySearch(limits, cost + tie);
                BigInteger least = BigInteger.valueOf(Math.max(1, counts[at]));
                BigInteger most = least;
                for (Path path : unseen) {
                    if (path.bits() <= limits[at]) {
                        most = most.add(tree.leaves(path.node()));
                    }
                }
                ranks.add(new Rank(cost, least, most));
            }
            return new Ranks(ranks, states.get());
        }

        /** Counts what is short, and gives the beginnings that threads then share. */
        private List<Path> first(long[] counts) {
            SequenceModel model = models.get(0);
            List<Path> paths = List.of(new Path(new int[0], tree.root(), 0));
            while (!paths.isEmpty() && paths.size() < SHARED) {
                List<Path> longer = new ArrayList<>();
                try (States at = replay(model, paths)) {
                    for (int row = 0; row < paths.size(); row++) {
                        Path path = paths.get(row);
                        Beginnings children = children(at, row, path.node(), path.bits(), counts);
                        for (int i = 0; i < children.size(); i++) {
                            int[] tokens = Arrays.copyOf(path.tokens(), path.tokens().length + 1);
                            tokens[path.tokens().length] = children.tokens()[i];
                            longer.add(new Path(tokens, children.nodes()[i], children.bits()[i]));
                        }
                    }
                }
                paths = longer;
            }
            return paths;
        }

        /** States behind beginnings that are as long as each other. */
        private States replay(SequenceModel model, List<Path> paths) {
            States states = Reading.context(model, tree);
            int[] rows = new int[paths.size()];
            for (int step = 0; step < paths.get(0).tokens().length; step++) {
                int at = step;
                States next = model.next(
                        states,
                        rows,
                        paths.stream().mapToInt(path -> path.tokens()[at]).toArray());
                states.close();
                states = next;
                for (int i = 0; i < rows.length; i++) {
                    rows[i] = i;
                }
            }
            return states;
        }

        private void below(SequenceModel model, Path path, long[] counts) {
            try (States at = replay(model, List.of(path))) {
                Beginnings children = children(at, 0, path.node(), path.bits(), counts);
                below(model, at, children, counts);
            }
        }

        /** Counts all below beginnings, batch by batch. */
        private void below(SequenceModel model, States from, Beginnings some, long[] counts) {
            for (int begin = 0; begin < some.size(); begin += batch) {
                int size = Math.min(batch, some.size() - begin);
                if (states.addAndGet(size) > budget) {
                    states.addAndGet(-size);
                    leave(some, begin);
                    return;
                }
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancellationException("interrupted while ranks were counted");
                }
                try (States at = model.next(
                        from,
                        Arrays.copyOfRange(some.rows(), begin, begin + size),
                        Arrays.copyOfRange(some.tokens(), begin, begin + size))) {
                    int[] nodes = Arrays.copyOfRange(some.nodes(), begin, begin + size);
                    double[] bits = Arrays.copyOfRange(some.bits(), begin, begin + size);
                    below(model, at, children(at, nodes, bits, 0, counts), counts);
                }
            }
        }

        private void leave(Beginnings some, int begin) {
            synchronized (unseen) {
                for (int i = begin; i < some.size(); i++) {
                    unseen.add(new Path(new int[0], some.nodes()[i], some.bits()[i]));
                }
            }
        }

        private Beginnings children(States at, int row, int node, double bits, long[] counts) {
            return children(at, new int[] {node}, new double[] {bits}, row, counts);
        }

        /** Counts fillings that end with the next token, and gives the beginnings that go on and are not too dear. */
        private Beginnings children(States at, int[] nodes, double[] costsSoFar, int firstRow, long[] counts) {
            float[] logs = at.logProbabilities();
            int columns = models.get(0).vocabulary().size();
            int capacity = 0;
            for (int node : nodes) {
                capacity += tree.tokens(node).length;
            }
            Beginnings found = new Beginnings(capacity);
            int next = 0;
            for (int i = 0; i < nodes.length; i++) {
                int[] tokens = tree.tokens(nodes[i]);
                int[] targets = tree.targets(nodes[i]);
                double before = costsSoFar[i];
                for (int edge = 0; edge < tokens.length; edge++) {
                    double bits = before - logs[(firstRow + i) * columns + tokens[edge]] * Reading.BITS;
                    if (!(bits <= dearest)) {
                        continue;
                    }
                    if (tree.isEnd(targets[edge])) {
                        count(bits, counts);
                    } else {
                        found.rows()[next] = firstRow + i;
                        found.tokens()[next] = tokens[edge];
                        found.nodes()[next] = targets[edge];
                        found.bits()[next++] = bits;
                    }
                }
            }
            return new Beginnings(found.rows(), found.tokens(), found.nodes(), found.bits(), next);
        }

        private void count(double bits, long[] counts) {
            int place = 0;
            while (bits > limits[place]) {
                place++;
            }
            counts[place]++;
        }
    }
}

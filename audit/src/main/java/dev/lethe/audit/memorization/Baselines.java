package dev.lethe.audit.memorization;

import dev.lethe.core.model.SequenceModel;
import dev.lethe.core.model.SequenceModel.States;
import dev.lethe.core.random.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * What weaker attackers find, beside {@link Extraction}: none of these is a test of memorization, since the likeliest token at each step
 * need not lead to the likeliest filling.
 */
public final class Baselines {
    private Baselines() {}

    /** The likeliest token of the format at each step. */
    public static Candidate greedy(SequenceModel model, CanaryFormat format) {
        return beam(model, format, 1).get(0);
    }

    private record Beam(int[] path, int node, double bits, int row) {}

    /**
     * Beam search over the format's tokens: of each length only the likeliest beginnings go on.
     *
     * @param width how many, at least 1
     * @return at most so many, the likeliest first
     */
    public static List<Candidate> beam(SequenceModel model, CanaryFormat format, int width) {
        if (width < 1) {
            throw new IllegalArgumentException("width " + width + " must be at least 1");
        }
        SecretTree tree = new SecretTree(format, model.vocabulary());
        int columns = model.vocabulary().size();
        List<Candidate> found = new ArrayList<>();
        States states = Reading.context(model, tree);
        try {
            List<Beam> beams = List.of(new Beam(new int[0], tree.root(), 0, 0));
            while (!beams.isEmpty()) {
                List<Beam> longer = new ArrayList<>();
                for (Beam beam : beams) {
                    int[] tokens = tree.tokens(beam.node);
                    for (int i = 0; i < tokens.length; i++) {
                        int[] path = Arrays.copyOf(beam.path, beam.path.length + 1);
                        path[beam.path.length] = tokens[i];
                        double bits =
                                beam.bits - states.logProbabilities()[beam.row * columns + tokens[i]] * Reading.BITS;
                        longer.add(new Beam(path, tree.targets(beam.node)[i], bits, beam.row));
                    }
                }
                longer.sort(Comparator.comparingDouble(Beam::bits));
                List<Beam> best = longer.subList(0, Math.min(width, longer.size()));
                best.stream()
                        .filter(beam -> tree.isEnd(beam.node))
                        .forEach(beam -> found.add(new Candidate(tree.text(beam.path), beam.bits)));
                List<Beam> on =
                        best.stream().filter(beam -> !tree.isEnd(beam.node)).toList();
                if (on.isEmpty()) {
                    break;
                }
                States next = model.next(
                        states,
                        on.stream().mapToInt(Beam::row).toArray(),
                        on.stream()
                                .mapToInt(beam -> beam.path[beam.path.length - 1])
                                .toArray());
                states.close();
                states = next;
                beams = new ArrayList<>();
                for (int row = 0; row < on.size(); row++) {
                    beams.add(new Beam(on.get(row).path, on.get(row).node, on.get(row).bits, row));
                }
            }
        } finally {
            states.close();
        }
        found.sort(Comparator.comparingDouble(Candidate::bits));
        return found.subList(0, Math.min(width, found.size()));
    }

    /**
     * Draws fillings as the model would write them, each token from those of the format.
     *
     * @param most samples, drawn in batches
     * @return the first sample that is the canary, from 1, or 0 if none was
     */
    public static long samplesUntil(SequenceModel model, CanaryFormat format, int[] filling, long most, Seed seed) {
        SecretTree tree = new SecretTree(format, model.vocabulary());
        UniformRandomProvider random = seed.fork("sampled completions").stream();
        int[] secret = tree.path(filling);
        int batch = (int) Math.min(1024, most);
        for (long drawn = 0; drawn < most; drawn += batch) {
            int first = firstHit(model, tree, secret, (int) Math.min(batch, most - drawn), random);
            if (first >= 0) {
                return drawn + first + 1;
            }
        }
        return 0;
    }

    /** Only samples that are the secret so far go on. */
    private static int firstHit(
            SequenceModel model, SecretTree tree, int[] secret, int batch, UniformRandomProvider random) {
        int[] alive = IntStream.range(0, batch).toArray();
        int node = tree.root();
        States states = Reading.context(model, tree);
        try {
            for (int step = 0; alive.length > 0; step++) {
                int[] tokens = tree.tokens(node);
                int edge = Arrays.binarySearch(tokens, secret[step]);
                double share = share(states.logProbabilities(), tokens, edge);
                alive = Arrays.stream(alive)
                        .filter(i -> random.nextDouble() < share)
                        .toArray();
                node = tree.targets(node)[edge];
                if (tree.isEnd(node)) {
                    return alive.length == 0 ? -1 : alive[0];
                }
                if (alive.length > 0) {
                    States next = model.next(states, new int[] {0}, new int[] {secret[step]});
                    states.close();
                    states = next;
                }
            }
            return -1;
        } finally {
            states.close();
        }
    }

    /** Of the first state: how likely a token of the format is among those that the format allows. */
    private static double share(float[] logs, int[] tokens, int edge) {
        double sum = 0;
        for (int token : tokens) {
            sum += Math.exp(logs[token] - logs[tokens[edge]]);
        }
        return 1 / sum;
    }
}

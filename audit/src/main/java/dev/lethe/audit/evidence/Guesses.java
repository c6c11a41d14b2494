package dev.lethe.audit.evidence;

import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Guesses about the records that an attack is surest of, in a number fixed beforehand, counted beside the truth.
 *
 * @param records all that could have been guessed about, each a member by a fair coin of its own
 * @param guesses how many were made; the attack abstained on the others
 * @param correct how many were right
 */
public record Guesses(int records, int guesses, int correct) implements EpsilonBound.Counts {
    /** One record in this many is guessed to be a member, and as many not to be. */
    private static final int ONE_IN = 20;

    public Guesses {
        if (guesses < 1 || guesses > records) {
            throw new IllegalArgumentException(guesses + " guesses about " + records + " records");
        }
        if (correct < 0 || correct > guesses) {
            throw new IllegalArgumentException(correct + " of " + guesses + " guesses right is not a count");
        }
    }

    /**
     * The twentieth of the records with the highest scores guessed members, the twentieth with the lowest non-members.
     *
     * @param seed decides between equal scores
     */
    public static Guesses of(Trial trial, Seed seed) {
        int side = Math.max(1, trial.scores().length / ONE_IN);
        return of(trial, side, side, seed);
    }

    /**
     * The {@code in} highest scores guessed members, the {@code out} lowest non-members. To try several numbers and keep
     * the best makes a bound on epsilon worthless ({@code docs/math/epsilon-lower-bounds.md}).
     *
     * @param in fixed without looking at this trial, like {@code out}
     * @param seed decides between equal scores
     */
    public static Guesses of(Trial trial, int in, int out, Seed seed) {
        double[] scores = trial.scores();
        boolean[] member = trial.member();
        int n = scores.length;
        if (in < 0 || out < 0 || in > n - out) {
            throw new IllegalArgumentException(in + " and " + out + " guesses about " + n + " records");
        }
        int[] order = Shuffle.permutation(n, seed.fork("ties").stream());
        int correct = highest(scores, member, in, order);
        // From the other end, so that among equal scores no record is guessed twice.
        int[] reversed = IntStream.range(0, n).map(i -> order[n - 1 - i]).toArray();
        double[] negated = Arrays.stream(scores).map(score -> -score).toArray();
        correct += out - highest(negated, member, out, reversed);
        return new Guesses(n, in + out, correct);
    }

    /** How many of the {@code count} highest scores are members'; among equal scores the first in {@code order} count. */
    private static int highest(double[] scores, boolean[] member, int count, int[] order) {
        if (count == 0) {
            return 0;
        }
        double[] sorted = scores.clone();
        Arrays.sort(sorted);
        double last = sorted[scores.length - count];
        long above = Arrays.stream(scores).filter(score -> score > last).count();
        long equals = count - above;
        int members = 0;
        for (int i : order) {
            if (scores[i] > last || (scores[i] == last && equals-- > 0)) {
                members += member[i] ? 1 : 0;
            }
        }
        return members;
    }
}

package dev.lethe.audit.membership;

import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import java.util.stream.IntStream;

/**
 * Who was in the training data of which model, with all of their rows. In a key that is drawn here, each person is in exactly half of the models, by a
 * random permutation of their own, so that no model's set says anything of another's beyond that count.
 *
 * <p>Only the referee and the store may hold one; an attack that could read it would measure nothing.
 */
final class AnswerKey {
    private final boolean[][] in;

    private AnswerKey(boolean[][] in) {
        this.in = in;
    }

    static AnswerKey draw(int models, int people, Seed seed) {
        if (models < 2 || models % 2 != 0) {
            throw new IllegalArgumentException("models " + models + " must be even and at least 2");
        }
        boolean[][] in = new boolean[models][people];
        var random = seed.fork("membership").stream();
        for (int person = 0; person < people; person++) {
            int[] order = Shuffle.permutation(models, random);
            for (int i = 0; i < models / 2; i++) {
                in[order[i]][person] = true;
            }
        }
        return new AnswerKey(in);
    }

    /** A key that was given with the data, {@code [model][person]}. */
    static AnswerKey given(boolean[][] in) {
        boolean[][] copy = new boolean[in.length][];
        for (int model = 0; model < in.length; model++) {
            copy[model] = in[model].clone();
        }
        return new AnswerKey(copy);
    }

    int models() {
        return in.length;
    }

    int people() {
        return in[0].length;
    }

    boolean isMember(int model, int person) {
        return in[model][person];
    }

    /** The truth about one model, person by person. */
    boolean[] of(int model) {
        return in[model].clone();
    }

    /**
     * The rows that one model is trained on.
     *
     * @param person whose row is each row
     */
    int[] rows(int model, int[] person) {
        return IntStream.range(0, person.length)
                .filter(row -> in[model][person[row]])
                .toArray();
    }
}

package dev.lethe.audit.membership;

import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;

/**
 * Who was in the training data of which model. Each record is in exactly half of the models, by its own random
 * permutation, so that no model's set says anything of another's beyond that count.
 *
 * <p>Only the referee and the store may hold one; an attack that could read it would measure nothing.
 */
final class AnswerKey {
    private final boolean[][] in;

    private AnswerKey(boolean[][] in) {
        this.in = in;
    }

    static AnswerKey draw(int models, int records, Seed seed) {
        if (models < 2 || models % 2 != 0) {
            throw new IllegalArgumentException("models " + models + " must be even and at least 2");
        }
        boolean[][] in = new boolean[models][records];
        var random = seed.fork("membership").stream();
        for (int record = 0; record < records; record++) {
            int[] order = Shuffle.permutation(models, random);
            for (int i = 0; i < models / 2; i++) {
                in[order[i]][record] = true;
            }
        }
        return new AnswerKey(in);
    }

    int models() {
        return in.length;
    }

    int records() {
        return in[0].length;
    }

    boolean isMember(int model, int record) {
        return in[model][record];
    }

    /** The truth about one model. */
    boolean[] of(int model) {
        return in[model].clone();
    }

    /** The records that one model is trained on. */
    int[] rows(int model) {
        return java.util.stream.IntStream.range(0, records())
                .filter(record -> in[model][record])
                .toArray();
    }
}

package dev.lethe.bench;

import dev.lethe.audit.evidence.EpsilonAudit;
import dev.lethe.audit.evidence.EpsilonMethod;
import dev.lethe.audit.evidence.Guesses;
import dev.lethe.audit.evidence.Trial;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The invalid rule: of all pairs of guess counts on a grid of step floor(sqrt m) the one with the largest bound, at the
 * confidence of a single pair. It is here to be measured; no audit uses it.
 */
final class GuessGrid {
    private GuessGrid() {}

    /** What the rule reports, and the guesses that it chose after looking. */
    record Chosen(double epsilon, int in, int out, int correct) {}

    static Chosen largest(Trial trial, EpsilonAudit audit) {
        int m = trial.scores().length;
        int step = (int) Math.sqrt(m);
        int[] order = IntStream.range(0, m)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -trial.scores()[i]))
                .mapToInt(i -> i)
                .toArray();
        int[] members = new int[m + 1];
        for (int i = 0; i < m; i++) {
            members[i + 1] = members[i] + (trial.member()[order[i]] ? 1 : 0);
        }
        Chosen best = new Chosen(0, 0, 0, 0);
        for (int in = step; in < m; in += step) {
            for (int out = step; in + out <= m; out += step) {
                int correct = members[in] + out - (members[m] - members[m - out]);
                double epsilon = audit.bound(EpsilonMethod.ONE_RUN, new Guesses(m, in + out, correct))
                        .epsilon();
                if (epsilon > best.epsilon()) {
                    best = new Chosen(epsilon, in, out, correct);
                }
            }
        }
        return best;
    }
}

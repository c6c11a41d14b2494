package dev.lethe.bench;

import dev.lethe.core.data.Corpus;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.Vocabulary;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.SequenceModel.States;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.ClippedTraining;
import dev.lethe.nn.Clipping;
import dev.lethe.nn.LanguageModel;
import dev.lethe.nn.Optimization;
import dev.lethe.nn.Optimizer;
import dev.lethe.nn.RecurrentRecipe;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import org.apache.commons.rng.UniformRandomProvider;

/** Characters a second that a language model learns, plainly and with each stretch's gradient clipped, and states that it takes on. */
final class SequenceSpeed implements Reproduction {
    private static final int CHARACTERS = 160_000;
    private static final int ROUNDS = 3;
    private static final int LANES = 32;
    private static final int WINDOW = 50;
    private static final int BATCH = 4096;

    /** PyTorch 1.13's, on one core of a machine like ours. */
    private static final double PYTORCH = 35_000;

    private static final double ASKED = 70_000;
    /** 0.9 of training by a cell unrolled operation by operation, which has 0.35 of libtorch's fused one (measured apart). */
    private static final double SHARE = 0.9 * 0.35;

    @Override
    public String name() {
        return "sequence-speed";
    }

    @Override
    public String summary() {
        return "characters a second of training an LSTM, plain and clipped, and of asking it; one thread";
    }

    @Override
    public String dataHome() {
        return "This one reads no data; any folder will do.";
    }

    @Override
    public boolean run(Path data, Path kept) {
        Corpus corpus = made();
        RecurrentRecipe recipe = new RecurrentRecipe(
                200, 200, 1, 0, false, WINDOW, new Optimization(1, 0.01, LANES, 0, 0, new Optimizer.Sgd(0)));
        System.out.printf(
                "Of processor time, one thread, best of %d rounds in turn. One LSTM of 200 units on vectors of 200, 100 characters,%n"
                        + "%d stretches of %d at once.%n%n",
                ROUNDS, LANES, WINDOW);
        double plain = 0;
        double clipped = 0;
        double states = 0;
        try (LanguageModel model = recipe.train(corpus, Seed.of(1), Progress.QUIET, RecurrentRecipe.Epochs.QUIET)) {
            for (int round = 0; round < ROUNDS; round++) {
                plain = Math.max(plain, rate(() -> {
                    recipe.train(corpus, Seed.of(1), Progress.QUIET, RecurrentRecipe.Epochs.QUIET)
                            .close();
                    return corpus.size();
                }));
                clipped = Math.max(clipped, rate(() -> clipped(recipe, corpus)));
                states = Math.max(states, rate(() -> asked(model)));
            }
        }
        boolean fast = plain >= ASKED;
        line(
                "plain, characters a second",
                plain,
                String.format(Locale.ROOT, "asked %.0f; PyTorch 1.13 %.0f", ASKED, PYTORCH),
                fast);
        boolean kind = clipped >= SHARE * plain;
        line(
                "each stretch clipped",
                clipped,
                String.format(Locale.ROOT, "%.2f of plain, asked %.2f (0.9 of unrolled)", clipped / plain, SHARE),
                kind);
        line("states a second, " + BATCH + " at once", states, "", true);
        return fast && kind;
    }

    private static void line(String what, double figure, String beside, boolean agrees) {
        System.out.printf(
                Locale.ROOT,
                "%-34s %9.0f  %-42s %s%n",
                what,
                figure,
                beside,
                beside.isEmpty() ? "" : agrees ? "agrees" : "DIFFERS");
    }

    private static double rate(DoubleSupplier work) {
        double before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
        double seen = work.getAsDouble();
        return seen / (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9 - before);
    }

    private static Corpus made() {
        UniformRandomProvider random = Seed.of(7).stream();
        StringBuilder text = new StringBuilder();
        StringBuilder alphabet = new StringBuilder("\n");
        for (int i = 1; i < 100; i++) {
            alphabet.append((char) (' ' + i));
        }
        for (int i = 0; i < CHARACTERS; i++) {
            text.append(alphabet.charAt(random.nextInt(100)));
        }
        return Corpus.of(Vocabulary.ofCharacters(alphabet.toString(), ""), text.toString());
    }

    private static double clipped(RecurrentRecipe recipe, Corpus corpus) {
        Examples windows = corpus.windows(WINDOW);
        try (ClippedTraining training = ClippedTraining.begin(recipe, windows, Seed.of(1))) {
            for (int from = 0; from < windows.size(); from += LANES) {
                int[] rows = new int[Math.min(LANES, windows.size() - from)];
                for (int i = 0; i < rows.length; i++) {
                    rows[i] = from + i;
                }
                training.step(training.sum(rows, new Clipping.Flat(0.1), 1).values(), 0);
            }
        }
        return corpus.size();
    }

    private static double asked(LanguageModel model) {
        int[] rows = new int[BATCH];
        int[] tokens = new int[BATCH];
        States states = model.start();
        for (int step = 0; step < 10; step++) {
            for (int i = 0; i < BATCH; i++) {
                rows[i] = step == 0 ? 0 : i;
                tokens[i] = (i * 7 + step) % model.vocabulary().size();
            }
            States next = model.next(states, rows, tokens);
            states.close();
            states = next;
        }
        states.close();
        return 10.0 * BATCH;
    }
}

package dev.lethe.bench;

import dev.lethe.audit.report.Report;
import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * One model on the purchase-like table, known by files of its answers, in four forms and with the answers of 16 shadow models:
 * where public tools found areas of 0.489 to 0.989 on one and the same model and did not warn. Agrees if attacks that look at
 * the same thing find the same area to 1e-6 in probabilities, logits and losses; the strongest without shadow models, in any
 * of these forms, finds what the best public one without did, and with shadow models what the best public one with them did,
 * each within the spread of one target.
 */
final class PurchaseTrap implements Reproduction {
    private static final long SEED = 33;
    private static final int MEMBERS = 5000;
    private static final int SHADOWS = 16;
    private static final double SAME = 1e-6;

    private static final List<String> FORMS = List.of("probabilities", "logits", "losses", "labels");
    private static final List<String> BY_OWN_CLASS =
            List.of("loss-threshold", "confidence-threshold", "tail-indicator");
    private static final List<String> BY_ALL_CLASSES = List.of("entropy-threshold", "shokri");

    /** Of the loss threshold, on one target. */
    private static final double PUBLIC_WITHOUT = 0.950;

    /** Of LiRA by PyTorch, on one target. */
    private static final double PUBLIC_WITH = 0.989;

    /** Our targets' areas differ by so much, with shadow models and without. */
    private static final double SPREAD = 0.004;

    @Override
    public String name() {
        return "purchase-like-trap";
    }

    @Override
    public String summary() {
        return "one model by its probabilities, logits, losses and labels: the same areas, where public tools' differ";
    }

    @Override
    public String dataHome() {
        return "This one draws its own.";
    }

    @Override
    public boolean run(Path data, Path kept) throws Exception {
        Path folder = Files.createTempDirectory("lethe-trap");
        try {
            write(folder);
            Map<String, Report> reports = new LinkedHashMap<>();
            for (String form : FORMS) {
                reports.put(form, audit(folder, form, "--form", form));
            }
            Report shadowed = audit(
                    folder,
                    "logits",
                    "--shadows",
                    folder.resolve("shadows").toString(),
                    "--attacks",
                    "loss-threshold,lira,rmia,base,bavaria");
            return print(reports, shadowed);
        } finally {
            for (Path part : List.of(folder.resolve("shadows"), folder)) {
                try (var files = Files.list(part)) {
                    for (Path file : files.toList()) {
                        Files.delete(file);
                    }
                }
                Files.delete(part);
            }
        }
    }

    /** Trains the target and its shadows, and writes what they answer. */
    private static void write(Path folder) throws IOException {
        Examples people = PurchaseLike.draw(2 * MEMBERS);
        @SuppressWarnings("unchecked") // The purchase table is one of examples.
        Trainer<Examples> recipe = (Trainer<Examples>) Task.purchases().recipe();
        Seed seed = Seed.of(SEED).fork("purchase-like-trap");
        int[] order = Shuffle.permutation(2 * MEMBERS, seed.fork("split").stream());
        Examples ordered = people.select(order);
        int[] labels = ordered.labels();
        Logits target = answers(recipe, ordered, IntStream.range(0, MEMBERS).toArray(), seed.fork("target"));
        float[] probabilities = AnswerWriter.probabilities(target);
        float[] losses = new float[2 * MEMBERS];
        float[] answered = new float[2 * MEMBERS];
        int[] right = new int[2];
        for (int row = 0; row < losses.length; row++) {
            losses[row] = (float) target.lossNats(row, labels[row]);
            answered[row] = target.argMax(row);
            right[row / MEMBERS] += target.argMax(row) == labels[row] ? 1 : 0;
        }
        System.out.printf(
                Locale.ROOT,
                "purchase-like table, seed 600; target and %d shadow models, seed %d; accuracy %.3f on %,d members, %.3f on as"
                        + " many others (published: 1.00 and 0.893)%n%n",
                SHADOWS,
                SEED,
                (double) right[0] / MEMBERS,
                MEMBERS,
                (double) right[1] / MEMBERS);
        int classes = target.classes();
        for (int side = 0; side < 2; side++) {
            int from = side * MEMBERS;
            int to = from + MEMBERS;
            String stem = side == 0 ? "members-" : "others-";
            int[] own = Arrays.copyOfRange(labels, from, to);
            AnswerWriter.npy(
                    folder,
                    stem + "probabilities",
                    Arrays.copyOfRange(probabilities, from * classes, to * classes),
                    classes,
                    own);
            AnswerWriter.npy(
                    folder,
                    stem + "logits",
                    Arrays.copyOfRange(target.values(), from * classes, to * classes),
                    classes,
                    own);
            AnswerWriter.npy(folder, stem + "losses", Arrays.copyOfRange(losses, from, to), 1, own);
            AnswerWriter.npy(folder, stem + "labels", Arrays.copyOfRange(answered, from, to), 1, own);
        }
        boolean[][] in = new boolean[SHADOWS][2 * MEMBERS];
        var coins = seed.fork("shadows").stream();
        for (int row = 0; row < 2 * MEMBERS; row++) {
            int[] models = Shuffle.permutation(SHADOWS, coins);
            for (int i = 0; i < SHADOWS / 2; i++) {
                in[models[i]][row] = true;
            }
        }
        Path shadows = Files.createDirectory(folder.resolve("shadows"));
        AnswerWriter.npy(shadows.resolve("membership.npy"), in);
        for (int s = 0; s < SHADOWS; s++) {
            boolean[] of = in[s];
            int[] rows = IntStream.range(0, of.length).filter(row -> of[row]).toArray();
            Logits shadow = answers(recipe, ordered, rows, seed.fork("shadow-" + s));
            AnswerWriter.npy(shadows, String.format(Locale.ROOT, "model-%02d", s), shadow.values(), shadow.classes());
        }
    }

    private static Logits answers(Trainer<Examples> recipe, Examples people, int[] rows, Seed seed) {
        try (Predictor<Examples> model = recipe.train(people, rows, seed, Progress.QUIET)) {
            return model.logits(people);
        }
    }

    private static Report audit(Path folder, String form, String... more) throws Exception {
        Path out = Files.createTempDirectory("lethe-trap-out");
        try {
            String[] always = {
                "audit",
                "predictions",
                "--members",
                "members-" + form + ".npy",
                "--nonmembers",
                "others-" + form + ".npy",
                "--seed",
                Long.toString(SEED),
                "--quiet",
                "--out",
                out.toString()
            };
            String[] all = Arrays.copyOf(always, always.length + more.length);
            System.arraycopy(more, 0, all, always.length, more.length);
            LetheRun.of(folder, all);
            return LetheRun.report(out);
        } finally {
            try (var files = Files.list(out)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(out);
        }
    }

    private static boolean print(Map<String, Report> reports, Report shadowed) {
        System.out.printf("%-24s", "area");
        FORMS.forEach(form -> System.out.printf("%15s", form));
        System.out.println();
        boolean same = true;
        double without = 0;
        for (List<String> attacks : List.of(BY_OWN_CLASS, BY_ALL_CLASSES)) {
            // An attack model that learned is rounded otherwise in each form.
            List<String> alike = attacks.equals(BY_OWN_CLASS) ? FORMS.subList(0, 3) : FORMS.subList(0, 2);
            for (String attack : attacks) {
                System.out.printf("%-24s", attack);
                double least = 1;
                double most = 0;
                for (String form : FORMS) {
                    OptionalDouble auc = LetheRun.value(reports.get(form), attack, "auc");
                    System.out.printf(
                            "%15s",
                            auc.isPresent() ? String.format(Locale.ROOT, "%.7f", auc.getAsDouble()) : "not tried");
                    if (alike.contains(form)) {
                        least = Math.min(least, auc.orElse(0));
                        most = Math.max(most, auc.orElse(1));
                        without = Math.max(without, auc.orElse(0));
                    }
                }
                boolean learned = attack.equals("shokri");
                boolean agrees = most - least <= SAME || learned;
                same &= agrees;
                System.out.printf("   %s%n", learned ? "learned" : agrees ? "same" : "DIFFERS");
            }
        }
        double with = 0;
        System.out.println();
        for (String attack : List.of("loss-threshold", "lira", "rmia", "base", "bavaria")) {
            double auc = LetheRun.value(shadowed, attack, "auc").orElseThrow();
            with = Math.max(with, auc);
            System.out.printf(
                    Locale.ROOT,
                    "%-24s%15.4f   with %d shadow models; TPR %.3f at 0.01, %.3f at 0.001%n",
                    attack,
                    auc,
                    SHADOWS,
                    LetheRun.value(shadowed, attack, "tpr@fpr=0.01").orElseThrow(),
                    LetheRun.value(shadowed, attack, "tpr@fpr=0.001").orElseThrow());
        }
        boolean agrees = same && without >= PUBLIC_WITHOUT - SPREAD && with >= PUBLIC_WITH - SPREAD;
        System.out.printf(
                Locale.ROOT,
                "%nPublic tools on such a model: 0.489 to 0.942 by attacks that learn, %.3f by the loss alone, %.3f with 16 shadow"
                        + " models.%nOurs: %.4f without shadow models, %.4f with them (asked: no lower, within %.3f): %s%n",
                PUBLIC_WITHOUT,
                PUBLIC_WITH,
                without,
                with,
                SPREAD,
                agrees ? "agrees" : "DIFFERS");
        return agrees;
    }
}

package dev.lethe.protect.remedy;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.privacy.Claim;
import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import dev.lethe.nn.NetworkTrainer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Knowledge distillation without other people's data: the records are cut into parts, a teacher is trained without each, and the
 * student learns of every record what the teacher that never saw it says (after Tang et al., "Mitigating membership inference attacks by
 * self-distillation through a novel ensemble architecture", USENIX Security 2022, with one teacher a record).
 *
 * @param parts at least 2; the training takes as many times longer, and once more
 */
public record CrossDistillation(int parts) implements Remedy {
    public CrossDistillation {
        if (parts < 2 || parts > 100) {
            throw new IllegalArgumentException("parts " + parts + " must lie in 2..100");
        }
    }

    @Override
    public String id() {
        return "distillation";
    }

    @Override
    public String name() {
        return "Knowledge distillation, " + parts + " teachers";
    }

    @Override
    public Claim.Heuristic claim() {
        return new Claim.Heuristic(
                "members are answered like non-members, because nobody told the student their labels; what"
                        + " other records tell the teachers about a record is not bounded");
    }

    @Override
    public Optional<Trainer<Examples>> on(NetworkTrainer recipe) {
        return Optional.of(new Distilled(recipe, parts));
    }

    /** A recipe whose models are students. */
    private record Distilled(NetworkTrainer recipe, int parts) implements Trainer<Examples> {
        @Override
        public Predictor<Examples> train(Examples data, int[] rows, Seed seed, Progress progress) {
            if (rows.length < parts) {
                throw new IllegalArgumentException(
                        "distillation by " + parts + " teachers needs at least as many records, not " + rows.length);
            }
            int classes = data.classes().size();
            float[] targets = new float[data.size() * classes];
            int[] order = rows.clone();
            Shuffle.inPlace(order, seed.fork("parts").stream());
            for (int part = 0; part < parts; part++) {
                int from = (int) ((long) order.length * part / parts);
                int to = (int) ((long) order.length * (part + 1) / parts);
                int[] others = IntStream.range(0, order.length)
                        .filter(i -> i < from || i >= to)
                        .map(i -> order[i])
                        .toArray();
                int[] taught = Arrays.copyOfRange(order, from, to);
                int now = part;
                try (Predictor<Examples> teacher = recipe.train(
                        data,
                        others,
                        seed.fork("teacher-" + part),
                        (stage, done) -> progress.at(stage, (now + done) / (parts + 1)))) {
                    tell(teacher.logits(data.select(taught)), taught, targets);
                }
            }
            return recipe.distil(
                    data,
                    rows,
                    targets,
                    seed.fork("student"),
                    (stage, done) -> progress.at(stage, (parts + done) / (parts + 1)));
        }

        private static void tell(Logits logits, int[] rows, float[] targets) {
            int classes = logits.classes();
            for (int i = 0; i < rows.length; i++) {
                for (int k = 0; k < classes; k++) {
                    targets[rows[i] * classes + k] = (float) Math.exp(-logits.lossNats(i, k));
                }
            }
        }

        @Override
        public Optional<Predictor<Examples>> restore(Examples data, int[] rows, float[] parameters) {
            return recipe.restore(data, rows, parameters);
        }

        @Override
        public String describe() {
            return recipe.describe() + "; taught by " + parts + " teachers, of each record by one that did not see it";
        }
    }
}

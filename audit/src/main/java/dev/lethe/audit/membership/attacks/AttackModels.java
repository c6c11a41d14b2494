package dev.lethe.audit.membership.attacks;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.Optimization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One binary classifier a class, from a model's answer on a record to IN or OUT. Classes with few answers share one
 * classifier.
 *
 * <p>An answer is fed as the log-odds ln(p/(1 - p)) of each class, standardised: probabilities themselves hide from a
 * small network the difference between 0.999 and 0.99999, where members are.
 */
public final class AttackModels implements AutoCloseable {
    private static final int FEWEST = 100;
    private static final double FLOOR = 1e-7;

    private final List<Predictor<Examples>> ofClass = new ArrayList<>();
    private final Scaling scaling;

    private AttackModels(Scaling scaling) {
        this.scaling = scaling;
    }

    /** Answers of shadow models with the truth about them. */
    public static final class Answers {
        private final int classes;
        private final List<float[]> vectors = new ArrayList<>();
        private final List<Integer> labels = new ArrayList<>();
        private final List<Boolean> in = new ArrayList<>();

        public Answers(int classes) {
            this.classes = classes;
        }

        /** Adds what a shadow said of a record of class {@code label} that was, or was not, in its training data. */
        public void add(Logits logits, int row, int label, boolean member) {
            vectors.add(logOdds(logits, row));
            labels.add(label);
            in.add(member);
        }

        private int[] ofClass(int label) {
            return java.util.stream.IntStream.range(0, labels.size())
                    .filter(i -> label < 0 || labels.get(i) == label)
                    .toArray();
        }
    }

    /** Mean and deviation of the log-odds of each class over the shadows' answers. */
    private record Scaling(float[] mean, float[] deviation) {
        static Scaling of(List<float[]> vectors, int width) {
            float[] mean = new float[width];
            float[] deviation = new float[width];
            for (int k = 0; k < width; k++) {
                double sum = 0;
                double squares = 0;
                for (float[] vector : vectors) {
                    sum += vector[k];
                    squares += (double) vector[k] * vector[k];
                }
                double m = sum / vectors.size();
                mean[k] = (float) m;
                deviation[k] = (float) Math.max(1e-3, Math.sqrt(Math.max(0, squares / vectors.size() - m * m)));
            }
            return new Scaling(mean, deviation);
        }

        void apply(float[] vector, float[] into, int offset) {
            for (int k = 0; k < mean.length; k++) {
                into[offset + k] = (vector[k] - mean[k]) / deviation[k];
            }
        }
    }

    private static float[] logOdds(Logits logits, int row) {
        double[] p = new double[logits.classes()];
        logits.probabilities(row, p);
        float[] values = new float[p.length];
        for (int k = 0; k < p.length; k++) {
            // Against the other classes together: certainty keeps its scale at both ends.
            values[k] = (float) (Math.log(Math.max(p[k], FLOOR)) - Math.log(Math.max(1 - p[k], FLOOR)));
        }
        return values;
    }

    /**
     * Learns one classifier a class from the answers.
     *
     * @param width hidden units, {@code epochs} passes
     */
    public static AttackModels learn(Answers answers, int classes, int width, int epochs, Seed seed) {
        AttackModels models = new AttackModels(Scaling.of(answers.vectors, answers.classes));
        Predictor<Examples> shared = null;
        for (int label = 0; label < classes; label++) {
            int[] own = answers.ofClass(label);
            long members = Arrays.stream(own).filter(answers.in::get).count();
            if (Math.min(members, own.length - members) < FEWEST) {
                if (shared == null) {
                    shared = models.fit(answers, answers.ofClass(-1), width, epochs, seed.fork("shared"));
                }
                models.ofClass.add(shared);
            } else {
                models.ofClass.add(models.fit(answers, own, width, epochs, seed.fork("class-" + label)));
            }
        }
        return models;
    }

    private Predictor<Examples> fit(Answers answers, int[] which, int width, int epochs, Seed seed) {
        float[] features = new float[which.length * answers.classes];
        int[] member = new int[which.length];
        for (int i = 0; i < which.length; i++) {
            scaling.apply(answers.vectors.get(which[i]), features, i * answers.classes);
            member[i] = answers.in.get(which[i]) ? 1 : 0;
        }
        Examples examples = new Examples(features, new int[] {answers.classes}, member, List.of("out", "in"));
        return new Mlp(List.of(width), 0, new Optimization(epochs, 2e-3, 128, 1e-2, 0))
                .train(
                        examples,
                        java.util.stream.IntStream.range(0, which.length).toArray(),
                        seed,
                        Progress.QUIET);
    }

    /** Log-odds of IN for a model's answers on records of the given classes. */
    public double[] score(Logits logits, int[] labels) {
        double[] scores = new double[labels.length];
        for (int label = 0; label < ofClass.size(); label++) {
            int wanted = label;
            int[] rows = java.util.stream.IntStream.range(0, labels.length)
                    .filter(row -> labels[row] == wanted)
                    .toArray();
            if (rows.length == 0) {
                continue;
            }
            float[] features = new float[rows.length * logits.classes()];
            for (int i = 0; i < rows.length; i++) {
                scaling.apply(logOdds(logits, rows[i]), features, i * logits.classes());
            }
            Examples examples =
                    new Examples(features, new int[] {logits.classes()}, new int[rows.length], List.of("out", "in"));
            Logits answer = ofClass.get(label).logits(examples);
            for (int i = 0; i < rows.length; i++) {
                scores[rows[i]] = (double) answer.at(i, 1) - answer.at(i, 0);
            }
        }
        return scores;
    }

    @Override
    public void close() {
        ofClass.stream().distinct().forEach(Predictor::close);
    }
}

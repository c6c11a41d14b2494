package dev.lethe.audit.membership.attacks;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.Optimization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Binary classifiers from a model's answer on a record to IN or OUT: one for each class with enough answers, as in the
 * paper, and one for all classes together; where there are both, the mean of their log-odds counts.
 *
 * <p>An answer is fed as the log-odds ln(p/(1 - p)) of each class, standardised: probabilities themselves hide from a
 * small network the difference between 0.999 and 0.99999, where members are. The classifier of all classes sees the
 * record's own class in a fixed place, and beside it which class that is; it has the answers of all classes to learn
 * from, where a class of its own may have a few hundred.
 */
public final class AttackModels implements AutoCloseable {
    private static final int FEWEST = 100;
    private static final double FLOOR = 1e-7;
    private static final double LOG_FLOOR = Math.log(FLOOR);

    /** Below this, ln(1 - p) is -p to the precision of a float. */
    private static final double RARE = 1e-5;

    /** Answers that the classifier of all classes learns from, at most: more would cost memory and tell little. */
    private static final int MOST_SHARED = 40_000;

    private final List<Optional<Classifier>> ofClass = new ArrayList<>();
    private final Classifier shared;

    private AttackModels(Classifier shared) {
        this.shared = shared;
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
            return IntStream.range(0, labels.size())
                    .filter(i -> labels.get(i) == label)
                    .toArray();
        }
    }

    /**
     * One network with the mean and deviation of each of its inputs over what it learned from.
     *
     * @param together whether it is for all classes
     */
    private record Classifier(Predictor<Examples> network, boolean together, float[] mean, float[] deviation) {
        static Classifier learn(Answers answers, int[] which, boolean together, int width, int epochs, Seed seed) {
            int inputs = together ? 2 * answers.classes : answers.classes;
            float[] values = new float[which.length * inputs];
            int[] member = new int[which.length];
            for (int i = 0; i < which.length; i++) {
                arrange(answers.vectors.get(which[i]), answers.labels.get(which[i]), together, values, i * inputs);
                member[i] = answers.in.get(which[i]) ? 1 : 0;
            }
            float[] mean = new float[inputs];
            float[] deviation = new float[inputs];
            for (int k = 0; k < inputs; k++) {
                double sum = 0;
                double squares = 0;
                for (int at = k; at < values.length; at += inputs) {
                    sum += values[at];
                    squares += (double) values[at] * values[at];
                }
                double m = sum / which.length;
                mean[k] = (float) m;
                deviation[k] = (float) Math.max(1e-3, Math.sqrt(Math.max(0, squares / which.length - m * m)));
            }
            scale(values, mean, deviation);
            Predictor<Examples> network = new Mlp(List.of(width), 0, new Optimization(epochs, 4e-3, 256, 1e-2, 0))
                    .train(
                            new Examples(values, new int[] {inputs}, member, List.of("out", "in")),
                            IntStream.range(0, which.length).toArray(),
                            seed,
                            Progress.QUIET);
            return new Classifier(network, together, mean, deviation);
        }

        /** Log-odds of IN for some of a model's answers, all of one class. */
        double[] logOdds(float[][] answers, int label) {
            int inputs = mean.length;
            float[] values = new float[answers.length * inputs];
            for (int i = 0; i < answers.length; i++) {
                arrange(answers[i], label, together, values, i * inputs);
            }
            scale(values, mean, deviation);
            Logits answer = network.logits(
                    new Examples(values, new int[] {inputs}, new int[answers.length], List.of("out", "in")));
            return IntStream.range(0, answers.length)
                    .mapToDouble(i -> (double) answer.at(i, 1) - answer.at(i, 0))
                    .toArray();
        }

        private static void arrange(float[] vector, int label, boolean together, float[] into, int at) {
            System.arraycopy(vector, 0, into, at, vector.length);
            if (together) {
                // The record's own class and the first change places.
                into[at + label] = vector[0];
                into[at] = vector[label];
                into[at + vector.length + label] = 1;
            }
        }

        private static void scale(float[] values, float[] mean, float[] deviation) {
            for (int at = 0; at < values.length; at += mean.length) {
                for (int k = 0; k < mean.length; k++) {
                    values[at + k] = (values[at + k] - mean[k]) / deviation[k];
                }
            }
        }
    }

    /** ln p/(1 - p) of each class: against the others together, certainty keeps its scale at both ends. */
    private static float[] logOdds(Logits logits, int row) {
        double[] p = new double[logits.classes()];
        logits.probabilities(row, p);
        int top = logits.argMax(row);
        double max = logits.at(row, top) - Math.log(p[top]);
        float[] values = new float[p.length];
        for (int k = 0; k < p.length; k++) {
            // One logarithm for all classes but the likely ones: this runs for every class of every shadow's answers.
            double others = p[k] < RARE ? -p[k] : Math.log(Math.max(1 - p[k], FLOOR));
            values[k] = (float) (Math.max(logits.at(row, k) - max, LOG_FLOOR) - others);
        }
        return values;
    }

    /**
     * Learns from the answers.
     *
     * @param width hidden units of each classifier
     * @param epochs passes over its answers
     */
    public static AttackModels learn(Answers answers, int classes, int width, int epochs, Seed seed) {
        int[] all = IntStream.range(0, answers.labels.size()).toArray();
        if (all.length > MOST_SHARED) {
            all = Shuffle.subset(all.length, MOST_SHARED, seed.fork("subset").stream());
        }
        AttackModels models =
                new AttackModels(Classifier.learn(answers, all, true, width, epochs, seed.fork("shared")));
        for (int label = 0; label < classes; label++) {
            int[] own = answers.ofClass(label);
            long members = Arrays.stream(own).filter(answers.in::get).count();
            models.ofClass.add(
                    Math.min(members, own.length - members) < FEWEST
                            ? Optional.empty()
                            : Optional.of(
                                    Classifier.learn(answers, own, false, width, epochs, seed.fork("class-" + label))));
        }
        return models;
    }

    /** Log-odds of IN for a model's answers on records of the given classes. */
    public double[] score(Logits logits, int[] labels) {
        return score(logits, labels, row -> true);
    }

    /** The same for some rows; 0 for the others. */
    double[] score(Logits logits, int[] labels, IntPredicate asked) {
        double[] scores = new double[labels.length];
        for (int label = 0; label < ofClass.size(); label++) {
            int wanted = label;
            int[] rows = IntStream.range(0, labels.length)
                    .filter(row -> labels[row] == wanted && asked.test(row))
                    .toArray();
            if (rows.length == 0) {
                continue;
            }
            float[][] answers =
                    Arrays.stream(rows).mapToObj(row -> logOdds(logits, row)).toArray(float[][]::new);
            double[] together = shared.logOdds(answers, label);
            double[] own = ofClass.get(label)
                    .map(classifier -> classifier.logOdds(answers, wanted))
                    .orElse(together);
            for (int i = 0; i < rows.length; i++) {
                scores[rows[i]] = (own[i] + together[i]) / 2;
            }
        }
        return scores;
    }

    @Override
    public void close() {
        ofClass.forEach(classifier -> classifier.ifPresent(c -> c.network().close()));
        shared.network().close();
    }
}

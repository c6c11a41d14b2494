package dev.lethe.audit.memorization;

import dev.lethe.core.data.Vocabulary;
import dev.lethe.core.model.SequenceModel;
import dev.lethe.core.random.Seed;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;

/** A language model of which every probability is known: each token's depends on the two before it, by random tables. */
final class TrigramModel implements SequenceModel {
    private final Vocabulary vocabulary;
    private final Seed seed;
    private final double sharpness;
    private final Map<Integer, float[]> tables = new HashMap<>();
    private final String known;
    /** States that were asked for. */
    long asked;

    int open;

    /**
     * @param sharpness 0 for the uniform law
     * @param known a text of which each token is made likely behind the two before it; may be empty
     */
    TrigramModel(Vocabulary vocabulary, Seed seed, double sharpness, String known) {
        this.vocabulary = vocabulary;
        this.seed = seed;
        this.sharpness = sharpness;
        this.known = known;
    }

    private float[] table(int before, int last) {
        return tables.computeIfAbsent(before * 4096 + last, key -> {
            int size = vocabulary.size();
            UniformRandomProvider random = seed.fork("table-" + key).stream();
            double[] weights = new double[size];
            double sum = 0;
            int[] text = vocabulary.encode(known);
            for (int i = 0; i < size; i++) {
                weights[i] = Math.exp(sharpness * random.nextDouble());
            }
            for (int i = 2; i < text.length; i++) {
                if (text[i - 2] == before && text[i - 1] == last) {
                    weights[text[i]] *= 300;
                }
            }
            for (double weight : weights) {
                sum += weight;
            }
            float[] logs = new float[size];
            for (int i = 0; i < size; i++) {
                logs[i] = (float) Math.log(weights[i] / sum);
            }
            return logs;
        });
    }

    @Override
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    private final class Two implements States {
        private final int[] last;
        private final float[] logs;
        private boolean closed;

        Two(int[] before, int[] last) {
            this.last = last;
            open++;
            int size = vocabulary.size();
            logs = new float[last.length * size];
            for (int i = 0; i < last.length; i++) {
                System.arraycopy(table(before[i], last[i]), 0, logs, i * size, size);
            }
        }

        @Override
        public int size() {
            return last.length;
        }

        @Override
        public float[] logProbabilities() {
            if (closed) {
                throw new IllegalStateException("asked after it was closed");
            }
            return logs;
        }

        @Override
        public void close() {
            if (!closed) {
                open--;
            }
            closed = true;
        }
    }

    @Override
    public States start() {
        return new Two(new int[] {0}, new int[] {0});
    }

    @Override
    public States next(States from, int[] rows, int[] tokens) {
        Two two = (Two) from;
        if (two.closed) {
            throw new IllegalStateException("gone on with after it was closed");
        }
        asked += rows.length;
        int[] before = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            before[i] = two.last[rows[i]];
        }
        return new Two(before, tokens.clone());
    }

    @Override
    public void close() {
        tables.clear();
    }
}

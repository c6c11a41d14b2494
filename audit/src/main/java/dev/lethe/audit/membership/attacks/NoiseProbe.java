package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.membership.Probe;
import dev.lethe.core.data.Records;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.random.Seed;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How well each record's label withstands noise, by labels alone: 1 where the model gives the record its own label, else 0;
 * then how many of its gentler, and of its rougher, perturbed copies get it. How they are perturbed: {@link Noise}.
 *
 * @param queries questions about a record and a model: the record and {@code queries - 1} copies
 * @param gentlest strength of the noise on the first copy, a step of {@link Noise}
 * @param roughest on the last
 */
record NoiseProbe(int queries, int gentlest, int roughest) implements Probe {
    /** Copies that are asked about at once: bounds memory. */
    private static final int MOST_AT_ONCE = 4096;

    @Override
    public int columns() {
        return 3;
    }

    /** How many copies are among the gentler. */
    int gentler() {
        return (queries - 1) / 2;
    }

    /** How many copies are among the rougher. */
    int rougher() {
        return queries - 1 - gentler();
    }

    @Override
    public <D extends Records> double[][] measure(Predictor<D> model, D records) {
        return measure(List.of(model), records).get(0);
    }

    /** Copies take longer to make than to ask about, so all models are asked about the same ones at once. */
    @Override
    public <D extends Records> List<double[][]> measure(List<Predictor<D>> models, D records) {
        List<double[][]> measures = models.stream()
                .map(model ->
                        new double[][] {right(model, records), new double[records.size()], new double[records.size()]})
                .toList();
        Noise<D> noise = Noise.of(records);
        for (int copy = 0; copy < queries - 1; copy++) {
            double step = gentlest + (double) copy / Math.max(1, queries - 2) * (roughest - gentlest);
            Seed draw = Perturbations.seed(records).fork("noise-" + copy);
            int column = copy < gentler() ? 1 : 2;
            countRight(
                    models,
                    records,
                    noise,
                    step,
                    draw,
                    measures.stream().map(of -> of[column]).toList());
        }
        return measures;
    }

    /** 1 where the model gives a record its own label, else 0. */
    static <D extends Records> double[] right(Predictor<D> model, D records) {
        Logits answers = model.logits(records);
        double[] right = new double[records.size()];
        for (int row = 0; row < right.length; row++) {
            right[row] = answers.argMax(row) == records.labels()[row] ? 1 : 0;
        }
        return right;
    }

    /** Adds 1 where a model gives one perturbed copy of a record the record's own label; a question each. */
    static <D extends Records> void countRight(
            List<Predictor<D>> models, D records, Noise<D> noise, double step, Seed draw, List<double[]> into) {
        for (int from = 0; from < records.size(); from += MOST_AT_ONCE) {
            int[] rows = IntStream.range(from, Math.min(records.size(), from + MOST_AT_ONCE))
                    .toArray();
            D copies = noise.copies(rows, step, draw.fork("from-" + from).stream());
            for (int m = 0; m < models.size(); m++) {
                Logits answers = models.get(m).logits(copies);
                for (int i = 0; i < rows.length; i++) {
                    into.get(m)[rows[i]] += answers.argMax(i) == records.labels()[rows[i]] ? 1 : 0;
                }
            }
        }
    }
}

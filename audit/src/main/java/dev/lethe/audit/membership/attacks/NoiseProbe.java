package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.membership.Probe;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.Records;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.random.Seed;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/**
 * How well each record's label withstands noise, by labels alone: 1 where the model gives the record its own label, else 0;
 * then how many of its gentler, and of its rougher, perturbed copies get it. Numbers get normal noise in proportion to
 * their column's deviation; bits, and the columns of tables, take the value of another random row.
 *
 * @param queries questions about a record and a model: the record and {@code queries - 1} copies, from the gentlest to the
 *     roughest
 */
record NoiseProbe(int queries) implements Probe {
    private static final int MOST_AT_ONCE = 4096;

    /** Share of the columns that is changed, and size of the noise in deviations. */
    private static final double GENTLEST_CHANGE = 0.05;

    private static final double ROUGHEST_CHANGE = 0.33;
    private static final double GENTLEST_NOISE = 0.1;
    private static final double ROUGHEST_NOISE = 1;

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
    public <D extends Records> double[][] measure(Predictor<D> model, D records, Seed seed) {
        double[][] measures = new double[columns()][records.size()];
        Seed copies = Perturbations.seed(records).fork("noise");
        Noise<D> noise = noise(records);
        for (int from = 0; from < records.size(); from += MOST_AT_ONCE) {
            int[] rows = IntStream.range(from, Math.min(records.size(), from + MOST_AT_ONCE))
                    .toArray();
            @SuppressWarnings("unchecked") // Records.select promises the same type.
            D themselves = (D) records.select(rows);
            count(model.logits(themselves), records.labels(), from, measures[0]);
            for (int copy = 0; copy < queries - 1; copy++) {
                UniformRandomProvider random = copies.fork("copy-" + copy + "/from-" + from).stream();
                D some = noise.copies(rows, (double) copy / Math.max(1, queries - 2), random);
                count(model.logits(some), records.labels(), from, measures[copy < gentler() ? 1 : 2]);
            }
        }
        return measures;
    }

    private static void count(Logits answers, int[] labels, int from, double[] into) {
        for (int i = 0; i < answers.size(); i++) {
            into[from + i] += answers.argMax(i) == labels[from + i] ? 1 : 0;
        }
    }

    /** A way to perturb records. */
    private interface Noise<D extends Records> {
        /**
         * One copy of each row.
         *
         * @param strength from 0, the gentlest, to 1
         */
        D copies(int[] rows, double strength, UniformRandomProvider random);
    }

    @SuppressWarnings("unchecked") // The copies of examples are examples.
    private static <D extends Records> Noise<D> noise(D records) {
        if (records instanceof Examples examples && !Perturbations.isBinary(examples)) {
            double[] deviation = Perturbations.deviation(examples);
            return (rows, strength, random) ->
                    (D) moved(examples, deviation, rows, geometric(GENTLEST_NOISE, ROUGHEST_NOISE, strength), random);
        }
        return (rows, strength, random) ->
                changed(records, rows, geometric(GENTLEST_CHANGE, ROUGHEST_CHANGE, strength), random);
    }

    private static double geometric(double least, double most, double strength) {
        return least * Math.pow(most / least, strength);
    }

    private static Examples moved(
            Examples data, double[] deviation, int[] rows, double size, UniformRandomProvider random) {
        int width = data.width();
        ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(random);
        float[] features = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            for (int c = 0; c < width; c++) {
                features[i * width + c] =
                        (float) (data.features()[rows[i] * width + c] + size * deviation[c] * gaussian.sample());
            }
        }
        int[] labels = Arrays.stream(rows).map(row -> data.labels()[row]).toArray();
        return new Examples(features, data.shape(), labels, data.classes());
    }

    /** A share of the columns, at least one, takes the values of another row. */
    private static <D extends Records> D changed(D data, int[] rows, double share, UniformRandomProvider random) {
        int columns = MixedRows.columns(data);
        int changes = (int) Math.max(1, Math.round(share * columns));
        int[] others = new int[rows.length];
        boolean[][] lent = new boolean[rows.length][columns];
        int[] order = IntStream.range(0, columns).toArray();
        for (int i = 0; i < rows.length; i++) {
            others[i] = random.nextInt(data.size());
            for (int change = 0; change < changes; change++) {
                int place = change + random.nextInt(columns - change);
                int column = order[place];
                order[place] = order[change];
                order[change] = column;
                lent[i][column] = true;
            }
        }
        return MixedRows.of(data, rows, others, lent);
    }
}

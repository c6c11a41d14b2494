package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.membership.NotApplicableException;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.Records;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/**
 * A way to perturb records of one kind. Numbers get normal noise in proportion to their column's deviation; of bits and
 * of tables, some columns take the values of another random row. Steps of strength are geometric, from 0 to {@link #ROUGHEST}.
 */
interface Noise<D extends Records> {
    int ROUGHEST = 8;

    /**
     * One copy of each row.
     *
     * @param step strength, from 0 to {@link #ROUGHEST}
     */
    D copies(int[] rows, double step, UniformRandomProvider random);

    /** @throws NotApplicableException if there is no way to perturb such records */
    @SuppressWarnings("unchecked") // The copies of examples are examples.
    static <D extends Records> Noise<D> of(D records) {
        if (records instanceof Examples examples && !Perturbations.isBinary(examples)) {
            double[] deviation = Perturbations.deviation(examples);
            return (rows, step, random) -> (D) moved(examples, deviation, rows, deviations(step), random);
        }
        int columns = MixedRows.columns(records);
        return (rows, step, random) -> changed(records, columns, rows, changes(step, columns), random);
    }

    /** The size of the noise on numbers, in deviations of their column: 0.03 to 3. */
    static double deviations(double step) {
        return 0.03 * Math.pow(100, step / ROUGHEST);
    }

    /** How many of the columns take another row's value: a share of 0.02 to 1, at least one. */
    static int changes(double step, int columns) {
        return (int) Math.max(1, Math.round(0.02 * Math.pow(50, step / ROUGHEST) * columns));
    }

    private static Examples moved(
            Examples data, double[] deviation, int[] rows, double size, UniformRandomProvider random) {
        int width = data.width();
        ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(random);
        float[] from = data.features();
        float[] features = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            for (int c = 0; c < width; c++) {
                features[i * width + c] = (float) (from[rows[i] * width + c] + size * deviation[c] * gaussian.sample());
            }
        }
        int[] labels = Arrays.stream(rows).map(row -> data.labels()[row]).toArray();
        return new Examples(features, data.shape(), labels, data.classes());
    }

    private static <D extends Records> D changed(
            D data, int columns, int[] rows, int changes, UniformRandomProvider random) {
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

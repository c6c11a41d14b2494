package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.membership.Probe;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.Records;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.random.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * How far each record is from the model's decision boundary, by labels alone: 1 where the record has its own label, else 0;
 * and the distance. Numbers are moved ({@link HopSkipJump}), categories and bits exchanged ({@link FewestChanges}).
 *
 * @param queries questions about a record and a model, at most
 */
record BoundaryProbe(int queries) implements Probe {
    /** Values of records that are searched at once: bounds memory. */
    private static final int MOST_VALUES = 1 << 20;

    private static final int MOST_AT_ONCE = 4096;

    /** Draws of another row, until its label differs. */
    private static final int MOST_DRAWS = 20;

    @Override
    public int columns() {
        return 2;
    }

    @Override
    public <D extends Records> double[][] measure(Predictor<D> model, D records) {
        int width = MixedRows.columns(records);
        Seed paths = Perturbations.seed(records).fork("boundary");
        if (records instanceof Examples examples && !Perturbations.isBinary(examples)) {
            double[] deviation = Perturbations.deviation(examples);
            @SuppressWarnings("unchecked") // The records it is asked about are examples.
            Predictor<Examples> asked = (Predictor<Examples>) model;
            return search(
                    records,
                    width,
                    row -> hopSkipJump(examples, deviation, row, paths),
                    points -> asked.logits(points(examples, points)));
        }
        return search(
                records,
                width,
                row -> fewestChanges(records, width, row, paths),
                mixes -> model.logits(mixed(records, mixes)));
    }

    private <Q> double[][] search(
            Records records, int width, IntFunction<BoundarySearch<Q>> begin, Function<List<Q>, Logits> model) {
        double[][] measures = new double[columns()][records.size()];
        int atOnce = Math.max(1, Math.min(MOST_AT_ONCE, MOST_VALUES / width));
        for (int from = 0; from < records.size(); from += atOnce) {
            List<BoundarySearch<Q>> searches = new ArrayList<>();
            for (int row = from; row < Math.min(records.size(), from + atOnce); row++) {
                searches.add(begin.apply(row));
            }
            ask(searches, Arrays.copyOfRange(records.labels(), from, from + searches.size()), model);
            for (int i = 0; i < searches.size(); i++) {
                measures[0][from + i] = searches.get(i).isMisled() ? 0 : 1;
                measures[1][from + i] = searches.get(i).distance();
            }
        }
        return measures;
    }

    /** All searches side by side, one question each a round: no record can be asked about more often than there are rounds. */
    private <Q> void ask(List<BoundarySearch<Q>> searches, int[] labels, Function<List<Q>, Logits> model) {
        for (int round = 0; round < queries; round++) {
            int[] open = IntStream.range(0, searches.size())
                    .filter(i -> !searches.get(i).isDone())
                    .toArray();
            if (open.length == 0) {
                return;
            }
            Logits answers = model.apply(Arrays.stream(open)
                    .mapToObj(i -> searches.get(i).question())
                    .toList());
            for (int i = 0; i < open.length; i++) {
                searches.get(open[i]).answer(answers.argMax(i) != labels[open[i]]);
            }
        }
    }

    private static BoundarySearch<FewestChanges.Mix> fewestChanges(Records records, int width, int row, Seed paths) {
        UniformRandomProvider random = paths.fork("row-" + row).stream();
        return new FewestChanges(
                row,
                width,
                (one, other) -> MixedRows.differing(records, one, other),
                others(records, row, random),
                random);
    }

    private BoundarySearch<float[]> hopSkipJump(Examples examples, double[] deviation, int row, Seed paths) {
        UniformRandomProvider random = paths.fork("row-" + row).stream();
        IntSupplier others = others(examples, row, random);
        return new HopSkipJump(row(examples, row), deviation, () -> row(examples, others.getAsInt()), queries, random);
    }

    private static float[] row(Examples examples, int row) {
        int width = examples.width();
        return Arrays.copyOfRange(examples.features(), row * width, (row + 1) * width);
    }

    /** Random rows of another class, where there are any. */
    private static IntSupplier others(Records records, int row, UniformRandomProvider random) {
        int[] labels = records.labels();
        return () -> {
            int other = row;
            for (int draw = 0; draw < MOST_DRAWS && labels[other] == labels[row]; draw++) {
                other = random.nextInt(labels.length);
            }
            return other;
        };
    }

    private static <D extends Records> D mixed(D records, List<FewestChanges.Mix> mixes) {
        return MixedRows.of(
                records,
                mixes.stream().mapToInt(FewestChanges.Mix::row).toArray(),
                mixes.stream().mapToInt(FewestChanges.Mix::other).toArray(),
                mixes.stream().map(FewestChanges.Mix::lent).toArray(boolean[][]::new));
    }

    /** Points as examples of no class in particular. */
    private static Examples points(Examples like, List<float[]> points) {
        int width = like.width();
        float[] features = new float[points.size() * width];
        for (int i = 0; i < points.size(); i++) {
            System.arraycopy(points.get(i), 0, features, i * width, width);
        }
        return new Examples(features, like.shape(), new int[points.size()], like.classes());
    }
}

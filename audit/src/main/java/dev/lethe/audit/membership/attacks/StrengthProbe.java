package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Part;
import dev.lethe.audit.membership.Probe;
import dev.lethe.core.data.Records;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.random.Seed;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How strong noise must be to matter: of each record, 1 or 0 for whether a model gives the record its own label; and the
 * same of one copy at each step of {@link Noise}. Asked of one shadow, never of the target.
 */
record StrengthProbe() implements Probe {
    /** Of the records whose label is right, the share that keeps it under the gentlest noise worth a question. */
    private static final double GENTLEST = 0.95;

    private static final double ROUGHEST = 0.6;

    @Override
    public int columns() {
        return Noise.ROUGHEST + 2;
    }

    @Override
    public <D extends Records> double[][] measure(Predictor<D> model, D records) {
        double[][] columns = new double[columns()][records.size()];
        columns[0] = NoiseProbe.right(model, records);
        Noise<D> noise = Noise.of(records);
        for (int step = 0; step <= Noise.ROUGHEST; step++) {
            Seed draw = Perturbations.seed(records).fork("strength-" + step);
            NoiseProbe.countRight(List.of(model), records, noise, step, draw, List.of(columns[step + 1]));
        }
        return columns;
    }

    /** The steps between which labels begin to break, as a shadow shows. */
    static int[] range(MembershipView view) {
        double[][] right = view.shadow(0, new StrengthProbe());
        double[] kept = Arrays.stream(right)
                .mapToDouble(column -> IntStream.range(0, column.length)
                        .filter(record -> view.part(0, record) != Part.WITHHELD)
                        .mapToDouble(record -> column[record])
                        .sum())
                .toArray();
        return range(kept);
    }

    /** @param kept how many labels are right without noise, then how many at each step */
    static int[] range(double[] kept) {
        int gentlest = 0;
        while (gentlest < Noise.ROUGHEST - 1 && kept[gentlest + 2] >= GENTLEST * kept[0]) {
            gentlest++;
        }
        int roughest = gentlest + 1;
        while (roughest < Noise.ROUGHEST && kept[roughest + 1] > ROUGHEST * kept[0]) {
            roughest++;
        }
        return new int[] {gentlest, roughest};
    }
}

package dev.lethe.audit.membership.attacks;

import dev.lethe.core.random.Shuffle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * How many columns of a record must take another record's value until its label changes, by labels alone: the distance to
 * the boundary where values are categories or bits. Greedy: from another record of another label towards the record,
 * first by bisection along a random order of columns, then column by column, and again from other records.
 */
final class FewestChanges implements BoundarySearch<FewestChanges.Mix> {
    private enum Phase {
        RECORD,
        START,
        BISECTION,
        RESTORE
    }

    /**
     * A row in which some columns have the value of another row.
     *
     * @param lent of each column, whether the other row's value is taken
     */
    record Mix(int row, int other, boolean[] lent) {}

    /** Which columns of two rows differ. */
    interface Differing {
        IntStream columns(int row, int other);
    }

    private final int row;
    private final int columns;
    private final Differing differing;
    private final IntSupplier others;
    private final UniformRandomProvider random;

    private Phase phase = Phase.RECORD;
    private int other;
    private int fewest;
    private boolean misled;
    /** The columns that are lent, in the order of bisection. */
    private int[] order = {};

    private int low;
    private int high;
    /** Those of them that are still lent. */
    private List<Integer> kept = new ArrayList<>();

    private int block;
    private int at;

    /** @param others rows that probably have another label */
    FewestChanges(int row, int columns, Differing differing, IntSupplier others, UniformRandomProvider random) {
        this.row = row;
        this.columns = columns;
        this.differing = differing;
        this.others = others;
        this.random = random;
        other = row;
        fewest = columns;
    }

    @Override
    public boolean isDone() {
        return misled || fewest == 1;
    }

    @Override
    public boolean isMisled() {
        return misled;
    }

    @Override
    public double distance() {
        return misled ? 0 : fewest;
    }

    @Override
    public Mix question() {
        boolean[] lent = new boolean[columns];
        switch (phase) {
            case RECORD -> {}
            case START -> Arrays.stream(order).forEach(c -> lent[c] = true);
            case BISECTION -> Arrays.stream(order).limit((low + high) / 2).forEach(c -> lent[c] = true);
            case RESTORE -> tried().forEach(c -> lent[c] = true);
        }
        return new Mix(row, other, lent);
    }

    /** What is lent still, without the block in question. */
    private List<Integer> tried() {
        List<Integer> rest = new ArrayList<>(kept.subList(0, at));
        rest.addAll(kept.subList(Math.min(kept.size(), at + block), kept.size()));
        return rest;
    }

    @Override
    public void answer(boolean crossed) {
        switch (phase) {
            case RECORD -> {
                misled = crossed;
                start();
            }
            case START -> {
                if (crossed) {
                    found(order.length);
                    phase = Phase.BISECTION;
                    low = 0;
                    high = order.length;
                    bisected();
                } else {
                    start();
                }
            }
            case BISECTION -> {
                if (crossed) {
                    high = (low + high) / 2;
                    found(high);
                } else {
                    low = (low + high) / 2;
                }
                bisected();
            }
            case RESTORE -> restored(crossed);
        }
    }

    private void found(int changes) {
        // A row like this one with another label: two equal questions and two answers cannot be, so at least 1.
        fewest = Math.max(1, Math.min(fewest, changes));
    }

    private void start() {
        other = others.getAsInt();
        order = differing.columns(row, other).toArray();
        Shuffle.inPlace(order, random);
        phase = Phase.START;
    }

    private void bisected() {
        if (high - low > 1) {
            return;
        }
        phase = Phase.RESTORE;
        kept = new ArrayList<>(Arrays.stream(order).limit(high).boxed().toList());
        block = Math.max(1, kept.size() / 2);
        at = 0;
        if (kept.size() <= 1) {
            start();
        }
    }

    private void restored(boolean crossed) {
        if (crossed) {
            kept = tried();
            found(kept.size());
        } else {
            at += block;
        }
        if (at >= kept.size()) {
            at = 0;
            if (block == 1) {
                start();
                return;
            }
            block = Math.max(1, block / 2);
        }
    }
}

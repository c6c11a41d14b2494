package dev.lethe.audit.membership;

import dev.lethe.core.data.Examples;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Fresh records that no model was trained on, and the target's answers on them. There may be none. */
public final class Population {
    private final GameStore store;
    private final int target;
    private final int first;
    private final int size;

    Population(GameStore store, int target) {
        this.store = store;
        this.target = target;
        first = store.pool().records();
        size = store.pool().population();
    }

    /** How many records. */
    public int size() {
        return size;
    }

    /** The class of each record. */
    public int[] labels() {
        return Arrays.copyOfRange(store.pool().data().labels(), first, first + size);
    }

    /** The records as numbers, in the scale of {@link MembershipView#features}. */
    public Examples features() {
        return store.features().select(IntStream.range(first, first + size).toArray());
    }

    /** What is read off the target's answer on every record. */
    public double[] target(Reading reading) {
        return Arrays.copyOfRange(store.reading(target, reading, 0), first, first + size);
    }
}

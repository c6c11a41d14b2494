package dev.lethe.core.data;

import dev.lethe.core.random.Seed;
import java.util.function.Consumer;

/** Repeats a property on random inputs; a failure names the seed that replays it: {@code -Dseed=NUMBER}. */
public final class PropertyTrials {
    private PropertyTrials() {}

    public static void check(int trials, Consumer<Seed> property) {
        long number = Long.getLong("seed", Seed.draw());
        for (int trial = 0; trial < trials; trial++) {
            try {
                property.accept(Seed.of(number).fork("trial-" + trial));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("trial " + trial + " fails; replay with -Dseed=" + number, e);
            }
        }
    }
}

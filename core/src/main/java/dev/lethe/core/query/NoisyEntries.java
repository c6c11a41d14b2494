package dev.lethe.core.query;

import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;

/** Integers, each with noise of its own. {@code sensitivity} is what the caller promises of the integers that come in. */
public record NoisyEntries(Noise noise, Sensitivity sensitivity) implements Mechanism<long[], long[]> {
    @Override
    public PrivacyEvent event() {
        return noise.event(sensitivity);
    }

    @Override
    public long[] release(long[] exact, NoiseSource source) {
        long[] noisy = new long[exact.length];
        for (int i = 0; i < noisy.length; i++) {
            noisy[i] = add(exact[i], source);
        }
        return noisy;
    }

    /** One entry. Stops at the ends of the range of {@code long} rather than to wrap around, or to tell by an exception. */
    long add(long exact, NoiseSource source) {
        long drawn = noise.draw(source);
        long sum = exact + drawn;
        if (((exact ^ sum) & (drawn ^ sum)) < 0) {
            return drawn > 0 ? Long.MAX_VALUE : Long.MIN_VALUE;
        }
        return sum;
    }
}

package dev.lethe.planted.protect;

import dev.lethe.planted.core.random.NoiseSource;

/** Noise that anybody can draw again. */
public final class SeedsItsNoise {
    private SeedsItsNoise() {}

    public static NoiseSource noise() {
        return NoiseSource.insecure(1);
    }
}

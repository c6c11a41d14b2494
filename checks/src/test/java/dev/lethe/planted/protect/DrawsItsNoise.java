package dev.lethe.planted.protect;

import dev.lethe.planted.core.random.NoiseSource;

/** Allowed: noise from the operating system. */
public final class DrawsItsNoise {
    private DrawsItsNoise() {}

    public static NoiseSource noise() {
        return NoiseSource.secure();
    }
}

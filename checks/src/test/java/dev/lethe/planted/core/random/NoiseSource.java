package dev.lethe.planted.core.random;

/** What a source of noise looks like, with its dangerous door. */
public final class NoiseSource {
    private NoiseSource() {}

    public static NoiseSource secure() {
        return new NoiseSource();
    }

    public static NoiseSource insecure(long seed) {
        if (seed < 0) {
            throw new IllegalArgumentException("seed " + seed + " is negative");
        }
        return new NoiseSource();
    }
}

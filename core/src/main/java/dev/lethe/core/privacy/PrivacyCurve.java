package dev.lethe.core.privacy;

/** All (epsilon, delta) that a mechanism is known to keep, as a curve. Claims round up: neither answer is ever too small. */
public interface PrivacyCurve {
    /**
     * The smallest epsilon known to hold at this delta; infinite if none is.
     *
     * @param delta in [0, 1)
     */
    double epsilon(double delta);

    /**
     * The smallest delta known to hold at this epsilon, in [0, 1].
     *
     * @param epsilon finite and at least 0
     */
    double delta(double epsilon);
}

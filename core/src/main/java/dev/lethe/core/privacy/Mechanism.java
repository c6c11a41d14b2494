package dev.lethe.core.privacy;

import dev.lethe.core.random.NoiseSource;

/**
 * A randomised function and the event that it costs. Settings are record components and public; the input is private, and
 * what is returned is released. Everything that shows, exceptions and the length of the answer included, depends on the
 * input only as the event says.
 *
 * @param <I> private input
 * @param <O> released output
 */
public interface Mechanism<I, O> {
    /** What one {@link #release} costs, known before any input is seen. */
    PrivacyEvent event();

    /**
     * Draws one output. Fresh noise each time; two releases cost two events.
     *
     * @param noise where it is not {@linkplain NoiseSource#isSecure secure}, {@link #event} is not true of the output
     */
    O release(I input, NoiseSource noise);
}
